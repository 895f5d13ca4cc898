# SPDX-License-Identifier: Apache-2.0
"""Decodes every flow capture and loads every table of a folder: shared_data.py PEERAGE DIRECTORY

Prints lines 'passed ...' and 'failed ...'. A capture must be decoded without a crash or a hang, and
each value must be that of the decoders whose answers are there, but for `differences.tsv`.
"""

import glob
import json
import os
import sys
import time

import fields
import scoreboard
from captures import Captures

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 3))


def decode_everything(captures):
    """Every capture, also those nobody has an answer for."""
    began, broken = time.monotonic(), []
    names = captures.names()
    for name in names:
        lines, problem = captures.run("decode", captures.path(name))
        problem = problem or disagreement(captures, name, lines)
        if problem:
            broken.append(f"{name}: {problem}")
    took = time.monotonic() - began
    report(len(names), f"captures decoded without a crash or a hang, in {took:.0f} s", broken)


def disagreement(captures, name, lines):
    """How the lines of a capture and its summary differ; empty when they do not."""
    summary, problem = captures.run("decode", "--summary", captures.path(name))
    if problem:
        return problem
    kinds = [json.loads(line)["type"] for line in lines.splitlines()]
    if not summary:
        return "lines but no summary" if lines else ""
    summary = json.loads(summary)
    found = kinds.count("flow"), kinds.count("error")
    expected = summary["flows"], sum(summary["errors"].values())
    return "" if found == expected else f"lines have {found} flows, errors; summary {expected}"


def values(done):
    """Each value of each record that others have decoded, and what must be true of the reasons."""
    for tool in sorted({tool for tool, _ in done.records}):
        records = sum(count for key, count in done.records.items() if key[0] == tool)
        equal = sum(count for key, count in done.values.items() if key[0] == tool)
        broken = [line for line in done.unexplained if f": {tool} has " in line]
        report(records, f"records of {tool}, {equal} values in them equal", broken)
    used = sum(difference.used.total() for difference in done.differences)
    titles = test_titles()
    untested = [
        f"no test has the title '{difference.test}'"
        for difference in done.differences
        if f'"{difference.test}"' not in titles
    ]
    what = f"reasons account for the {used} values that differ, each with a test of that title"
    report(len(done.differences), what, done.unused() + untested)


def test_titles():
    """The source of all tests: a title is a literal in it."""
    text = []
    for path in glob.glob(os.path.join(ROOT, "Tests", "**", "*.swift"), recursive=True):
        with open(path, encoding="utf-8") as file:
            text.append(file.read())
    return "\n".join(text)


def tables(captures):
    """Prefixes of the MRT files that hold a table."""
    total, broken = 0, []
    for row in captures.rows("mrt-summary.shared.tsv"):
        if not int(row["bd_table"] or 0):
            continue
        total += 1
        ipv6 = int(row["bd_v6_prefixes"] or 0)
        wanted = (int(row["bd_prefixes"]) - ipv6, ipv6)
        path = captures.path(row["file"])
        output, problem = captures.run("routes", "summary", "--format", "json", "--mrt", path)
        found = json.loads(output or "{}")
        have = (found.get("ipv4Prefixes"), found.get("ipv6Prefixes"))
        if problem or have != wanted:
            broken.append(f"{row['file']}: {problem or f'expected {wanted}, found {have}'}")
    report(total, "routing tables have the prefixes that bgpdump counts", broken)


def scores(captures, done):
    """The documentation has the figures of this build."""
    path = os.path.join(ROOT, scoreboard.PAGE)
    with open(path, encoding="utf-8") as file:
        is_same = file.read() == scoreboard.page(captures, done)
    broken = [] if is_same else [f"{scoreboard.PAGE} is not what Deploy/scoreboard writes"]
    report(1, "page with the figures of all captures, as Deploy/scoreboard writes it", broken)


def report(total, what, broken):
    for line in broken:
        print("failed", line)
    if not broken:
        print("passed" if total else "failed", total, what)


def main():
    captures = Captures(*sys.argv[1:3])
    decode_everything(captures)
    done = fields.compare(captures)
    values(done)
    scores(captures, done)
    tables(captures)


if __name__ == "__main__":
    main()
