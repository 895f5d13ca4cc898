# SPDX-License-Identifier: Apache-2.0
"""Holds what `peerage decode` finds against what others found, value by value."""

import collections
import os

import others
import readings
import reasons
import tshark
from captures import NFDUMP, SUMMARIES, table


class Comparison:
    """Counts what is equal; a value that is not needs a row of `differences.tsv` that holds."""

    def __init__(self):
        # By tool and capture: records held against theirs, and the values in them that are equal.
        self.records, self.values = collections.Counter(), collections.Counter()
        self.differences, self.unexplained = reasons.read(), []

    def same_count(self, tool, capture, wanted, found):
        """Whether records can be held against each other: none is missing on either side."""
        if wanted != found:
            self.explain(tool, capture, "records", wanted, found, {}, f"{capture}: records")
        return wanted == found

    def records_of(self, tool, capture, columns, answers, lines):
        """Compares these columns of answers, pairs as of `tshark`, with as many lines."""
        for place, ((wanted, row), line) in enumerate(zip(answers, lines), start=1):
            self.records[tool, capture] += 1
            row = {**row, "ours": line}
            for column in columns:
                found = reading(column, line)
                if found == wanted.get(column):
                    self.values[tool, capture] += found is not None
                    continue
                where = f"{capture}: record {place}: {column}"
                self.explain(tool, capture, column, wanted.get(column), found, row, where)

    def explain(self, tool, capture, column, wanted, found, row, where):
        for difference in self.differences:
            if difference.explains(tool, capture, column, wanted, found, row):
                difference.used[capture] += 1
                return
        self.unexplained.append(f"{where}: {tool} has {wanted}, found {found}")

    def unused(self):
        """Reasons that nothing needs any longer."""
        unused = [difference for difference in self.differences if not difference.used]
        return [f"nothing needs '{row.reason}' for {row.captures}" for row in unused]


def reading(column, line):
    value = line.get(column)
    if value and column in ("start", "end"):
        return readings.nanoseconds(value)
    if value and column.endswith(("Address", "Hop", "exporter", "agent")):
        return readings.address(value)
    return line["interface"] if column == "ifIndex" else value


def names(columns):
    return sorted({column[1] for column in columns})


def compare(captures):
    """All answers that are there, record by record."""
    done = Comparison()
    for capture in captures.names():
        path = f"{captures.answer(capture)}.tshark.tsv"
        if not os.path.exists(path):
            continue
        if "sflow" in capture.split("/")[:2]:
            compare_tshark(done, captures, capture, tshark.samples(path), tshark.SAMPLE)
            compare_sflowtool(done, captures, capture)
        else:
            columns = [*tshark.FLOW, ("", "samplingRate")]
            compare_tshark(done, captures, capture, tshark.flows(path), columns)
    compare_sums(done, captures)
    compare_netgauze(done, captures)
    compare_akvorado(done, captures)
    compare_pmacct(done, captures)
    return done


def compare_tshark(done, captures, capture, answers, columns):
    flows = captures.flows(capture)
    # Where it stopped early, what it has read before is compared all the same.
    done.same_count("tshark", capture, len(answers), len(flows))
    done.records_of("tshark", capture, names(columns), answers, flows)


def compare_sums(done, captures):
    """Also of the captures that are too large for a table of records."""
    for name in SUMMARIES:
        for row in captures.rows(name):
            answer, found = tshark.sums(row), captures.summary(row["file"])
            done.records_of("sums", row["file"], sorted(answer), [(answer, row)], [found])
    for row in captures.rows(NFDUMP):
        answer, found = others.nfdump(row), captures.summary(row["file"])
        done.records_of("nfdump", row["file"], sorted(answer), [(answer, row)], [found])


def compare_sflowtool(done, captures, capture):
    path, lines = f"{captures.answer(capture)}.sflowtool.jsonl", captures.lines(capture)
    if not os.path.exists(path):
        return
    samples, flows = others.sflowtool_samples(path), captures.flows(capture)
    if done.same_count("sflowtool", capture, len(samples), len(flows)):
        done.records_of("sflowtool", capture, names(others.SAMPLE), samples, flows)
    answers = others.sflowtool_counters(path)
    counters = [line for line in lines if "ifInOctets" in line]  # samples may have others only
    if done.same_count("sflowtool", capture, len(answers), len(counters)):
        for answer, line in zip(answers, counters):
            done.records_of("sflowtool", capture, sorted(answer[0]), [answer], [line])


def compare_netgauze(done, captures):
    for row in table(captures.answer("netgauze-flow-summary.shared.tsv")):
        capture, path = row["capture"], captures.answer(f"netgauze/{row['netgauze_json']}")
        if not os.path.exists(captures.path(capture)) or not os.path.exists(path):
            continue
        answers, flows = others.netgauze(path), captures.flows(capture)
        if done.same_count("netgauze", capture, len(answers), len(flows)):
            done.records_of("netgauze", capture, names(others.NETGAUZE), answers, flows)


def compare_akvorado(done, captures):
    """Its tests decode captures in an order and name flows that come of them, not all."""
    folders = collections.defaultdict(list)
    for name in captures.names():
        if "/akvorado__akvorado/" in name and not name.startswith("derived/"):
            folders[os.path.basename(name)].append(name)
    for row in table(captures.answer("akvorado-expected.shared.tsv")):
        session = [folders[name] for name in row["pcaps(in order)"].split("+")]
        if not all(len(found) == 1 for found in session):
            continue
        session = [found[0] for found in session]
        wanted = others.akvorado(row)
        lines = [line for line in captures.lines(*session) if line["type"] == "flow"]
        line = next((line for line in lines if is_same_flow(wanted, line)), None)
        if done.same_count("akvorado", session[-1], 1, int(line is not None)):
            done.records_of("akvorado", session[-1], sorted(wanted), [(wanted, row)], [line])


def is_same_flow(wanted, line):
    keys = ("sourceAddress", "destinationAddress", "sourcePort", "octets")
    return all(key not in wanted or line.get(key) == wanted[key] for key in keys)


def compare_pmacct(done, captures):
    """It was given the captures of a folder together, and summed what has the same key."""
    folders = collections.defaultdict(list)
    for name in captures.names():
        if "/pmacct__pmacct/" in name:
            folders[os.path.basename(os.path.dirname(name))].append(name)
    for folder, session in folders.items():
        sums = others.pmacct(captures.answer(f"pmacct/{folder}/flow-00.norm.tsv"))
        if not sums:
            continue
        with open(captures.answer(f"pmacct/{folder}/nfacctd-00.conf"), encoding="utf-8") as file:
            scaled = "nfacctd_renormalize: true" in file.read()
        found = others.sums_like_pmacct(captures.flows(*session), scaled)
        name = f"pmacct/{folder}"
        if done.same_count("pmacct", name, len(sums), len(found)):
            keys = sorted(sums, key=str)
            answers = [(sums[key], {}) for key in keys]
            lines = [found.get(key, {}) for key in keys]
            done.records_of("pmacct", name, ["octets", "packets"], answers, lines)
