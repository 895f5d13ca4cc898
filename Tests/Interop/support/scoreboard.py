# SPDX-License-Identifier: Apache-2.0
"""Prints the page of the documentation that sets our figures beside those of other decoders:
scoreboard.py PEERAGE DIRECTORY
"""

import sys

import fields
import others
import tshark
from captures import NFDUMP, SUMMARIES, Captures

PAGE = "Sources/Collector/Documentation.docc/Reference/Captures.md"
INTRODUCTION = """# What is in the captures

Records, octets and packets of captures of real exporters, as Peerage and other decoders find them.

<!-- Deploy/scoreboard writes this page; Deploy/test data compares it with what the build finds. -->

## Overview

The captures and the answers of the other decoders lie beside the project, in `../shared/data`, and
are no part of it. Figures are records/octets/packets, as exported and before sampling is made up
for; `-` is no answer. Those of Peerage are of `peerage decode --summary`, those of tshark 4.0.17
and nfdump 1.7.1 are stored answers. Of sFlow, tshark's are samples only.

*Equal* counts the single values of records, samples and counters that are the same in another
decoder's output for the capture: of tshark, sflowtool, NetGauze, akvorado's tests. A verdict of `=`
means that nothing differs, in sums and in values; `#N` that something does, for the reason of that
number below. There, the title of the test that pins what Peerage does stands last.

"""


def page(captures, done):
    answers = {
        row["file"]: tshark.sums(row) for name in SUMMARIES for row in captures.rows(name)
    }
    stored = {row["file"]: others.nfdump(row) for row in captures.rows(NFDUMP)}
    names = captures.names()
    lines = ["| capture | Peerage | tshark | nfdump | equal | verdict |", "|---" * 6 + "|"]
    for name in names:
        cells = [
            f"`{name}`",
            figures(captures.summary(name)),
            figures(answers.get(name)),
            figures(stored.get(name)),
            str(sum(count for key, count in done.values.items() if key[1] == name)),
            verdict(done, name),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    equal, records = sum(done.values.values()), sum(done.records.values())
    differ = sum(difference.used.total() for difference in done.differences)
    total = f"{len(names)} captures, {records} records of other decoders: {equal} values"
    total += f" are equal, {differ} differ for the reasons below, {len(done.unexplained)} for none."
    return INTRODUCTION + total + "\n\n" + "\n".join([*lines, "", *reasons(done)]) + "\n"


def figures(sums):
    if not sums:
        return "-"
    return "/".join(str(sums.get(key, "-")) for key in ("records", "octets", "packets"))


def verdict(done, name):
    numbers = [
        f"#{number}"
        for number, difference in enumerate(done.differences, start=1)
        if difference.used[name]
    ]
    compared = any(key[1] == name for key in done.records)
    return " ".join(numbers) or ("=" if compared else "-")


def reasons(done):
    """The list of differences, in the order of `differences.tsv`."""
    yield "## Where they differ"
    yield ""
    for number, row in enumerate(done.differences, start=1):
        tools, columns = " ".join(row.tools), " ".join(row.columns)
        yield f"{number}. {tools}: *{columns}*, {row.used.total()} values in `{row.captures}`:"
        yield f"   {row.reason}."
        yield f"   {row.source}."
        yield f"   Test: \"{row.test}\"."


def main():
    captures = Captures(*sys.argv[1:3])
    sys.stdout.write(page(captures, fields.compare(captures)))


if __name__ == "__main__":
    main()
