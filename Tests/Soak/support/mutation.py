# SPDX-License-Identifier: Apache-2.0
"""Configurations as people break them: a key misspelt, a line gone, a value of another kind."""

import re

VALUES = (
    "", "-1", "0", "1", "99999999999999999999", "maybe", "10.0.0.300", "[", "{", "'", "null", "~",
    "1e9", "[1, 2]", "{ a: b }", "!!binary x", "&anchor", "*anchor", "2001:db8::/129", '"\\x00"',
    "true", "é",
)


def _value(chance, text):
    """Another value after one of the colons."""
    places = [m.end() for m in re.finditer(r": ", text)]
    at = chance.choice(places)
    end = re.compile(r"[,}\]\n]").search(text, at)
    return text[:at] + chance.choice(VALUES) + text[end.start() if end else len(text):]


def _key(chance, text):
    """A key misspelt."""
    found = chance.choice(list(re.finditer(r"[a-zA-Z]+(?=: )", text)))
    at = found.start() + chance.randrange(len(found[0]))
    return text[:at] + chance.choice("xyzQ_ ") + text[at + 1:]


def _line_gone(chance, text):
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def _line_twice(chance, text):
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    lines.insert(chance.randrange(len(lines)), lines[at])
    return "".join(lines)


def _lines_swapped(chance, text):
    lines = text.splitlines(keepends=True)
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "".join(lines)


def _indentation(chance, text):
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    more = " " * chance.randrange(1, 5)
    lines[at] = more + lines[at] if chance.random() < 0.5 else lines[at].lstrip()
    return "".join(lines)


def _cut_off(chance, text):
    return text[: chance.randrange(len(text))]


def _octet(chance, text):
    at = chance.randrange(len(text))
    return text[:at] + chr(chance.randrange(1, 256)) + text[at + 1:]


def _unknown_key(chance, text):
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    indentation = re.match(r"[ -]*", lines[at])[0].replace("-", " ")
    lines.insert(at, f"{indentation}surprise: {chance.randrange(100)}\n")
    return "".join(lines)


def _digits(chance, text):
    """A number changed: often still a good configuration."""
    found = chance.choice(list(re.finditer(r"\d+", text)))
    return text[: found.start()] + str(chance.randrange(300)) + text[found.end():]


def _nothing(_, text):
    return text


KINDS = (
    _value, _value, _value, _key, _key, _line_gone, _line_twice, _lines_swapped, _indentation,
    _cut_off, _octet, _unknown_key, _digits, _digits, _nothing,
)


def mutated(chance, text):
    """(name of the mutation, the text)"""
    kind = chance.choice(KINDS)
    return kind.__name__.strip("_"), kind(chance, text)
