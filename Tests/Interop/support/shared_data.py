# SPDX-License-Identifier: Apache-2.0
"""Decodes every flow capture and loads every table of a folder: shared_data.py PEERAGE DIRECTORY

Prints lines 'passed ...' and 'failed ...'. A capture must be decoded without a crash or a hang; its
sums must be those of an independent decoder, but for the captures of `DIFFERENT`, each for a reason.
"""

import csv
import json
import os
import subprocess
import sys
import time

LIMIT_SECONDS = 120
# Where the other tool's sums are not ours; (records, octets, packets) that hold instead.
DIFFERENT = {
    # It stops after the first record; three others find 16.
    "Netflow-9-H3C": (16, 8729687, 6113),
    # It makes records of datagrams that other decoders refuse.
    "netflow5_test_invalid": (0, 0, 0),
    # Octets stand in initiatorOctets and responderOctets (231, 232), which it does not sum.
    "beats/ipfix_cisco.pcap": (29, 556591, 1370),
    # Octets are those of the frame in dataLinkFrameSection (315).
    "session-datalink.pcap": (1, 96, 1),
    # Biflows (RFC 5103): it sums the forward direction only.
    "session-ipfixprobe.pcap": (4, 25942, 60),
    # It finds no record where the template fits two.
    "netflow9_test_invalid01": (2, 194, 2),
    # Some of its datagrams are NetFlow on the sFlow port.
    "sflow_multiple_counter_30_pdus": (7, None, None),
}


class Checks:
    def __init__(self, peerage, directory):
        self.peerage, self.directory = peerage, directory

    def rows(self, name):
        """The rows of a table of answers whose capture is there, with its path."""
        path = os.path.join(self.directory, "oracle", name)
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                path = os.path.join(self.directory, row["file"])
                if os.path.exists(path):
                    yield row, path

    def run(self, *arguments):
        """Standard output, or None and what went wrong."""
        try:
            done = subprocess.run(
                [self.peerage, *arguments], capture_output=True, timeout=LIMIT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return None, f"not done after {LIMIT_SECONDS} s"
        if done.returncode not in (0, 1, 2):
            return None, f"ended with {done.returncode}: {done.stderr[-200:]!r}"
        return done.stdout, ""

    def decode_everything(self):
        """Every capture, also those nobody has an answer for."""
        began, captures, broken = time.monotonic(), 0, []
        for kind in ("sflow", "ipfix", "netflow9", "netflow5", "mixed", "derived"):
            for folder, _, names in os.walk(os.path.join(self.directory, kind)):
                for name in names:
                    if not name.endswith((".pcap", ".pcapng", ".cap")):
                        continue
                    path, captures = os.path.join(folder, name), captures + 1
                    lines, problem = self.run("decode", path)
                    problem = problem or self.disagreement(path, lines)
                    if problem:
                        broken.append(f"{os.path.relpath(path, self.directory)}: {problem}")
        took = time.monotonic() - began
        report(captures, f"captures decoded without a crash or a hang, in {took:.0f} s", broken)

    def disagreement(self, path, lines):
        """How the lines of a capture and its summary differ; empty when they do not."""
        summary, problem = self.run("decode", "--summary", path)
        if problem:
            return problem
        flows, errors = 0, 0
        for line in lines.splitlines():
            kind = json.loads(line)["type"]
            flows += kind == "flow"
            errors += kind == "error"
        if not summary:
            return "lines but no summary" if lines else ""
        summary = json.loads(summary)
        found, expected = (flows, errors), (summary["flows"], sum(summary["errors"].values()))
        return "" if found == expected else f"lines have {found} flows, errors; summary {expected}"

    def sums(self):
        """Records, octets and packets of captures that others have decoded."""
        total, broken = 0, []
        for name in ("flow-tshark-summary.shared.tsv", "sflow-summary.shared.tsv"):
            for row, path in self.rows(name):
                total += 1
                output, problem = self.run("decode", "--summary", path)
                problem = problem or self.difference(row, json.loads(output or "{}"))
                if problem:
                    broken.append(f"{row['file']}: {problem}")
        report(total, "captures have the sums of other decoders", broken)

    def difference(self, row, found):
        if "ts_flow_samples" in row:
            wanted = (int(row["ts_flow_samples"] or 0), None, None)
            counters = int(row["ts_counter_samples"] or 0)
        else:
            keys = ("data_records", "sum_octets", "sum_pkts")
            wanted, counters = tuple(int(float(row[k] or 0)) for k in keys), None
        wanted = next((sums for part, sums in DIFFERENT.items() if part in row["file"]), wanted)
        have = tuple(found.get(key) for key in ("records", "octets", "packets"))
        if any(w not in (None, h) for w, h in zip(wanted, have)):
            return f"expected {wanted}, found {have}"
        if counters not in (None, found.get("counterSamples")):
            return f"expected {counters} counter samples, found {found.get('counterSamples')}"
        return ""

    def tables(self):
        """Prefixes of the MRT files that hold a table."""
        total, broken = 0, []
        for row, path in self.rows("mrt-summary.shared.tsv"):
            if not int(row["bd_table"] or 0):
                continue
            total += 1
            ipv6 = int(row["bd_v6_prefixes"] or 0)
            wanted = (int(row["bd_prefixes"]) - ipv6, ipv6)
            output, problem = self.run("routes", "summary", "--format", "json", "--mrt", path)
            found = json.loads(output or "{}")
            have = (found.get("ipv4Prefixes"), found.get("ipv6Prefixes"))
            if problem or have != wanted:
                broken.append(f"{row['file']}: {problem or f'expected {wanted}, found {have}'}")
        report(total, "routing tables have the prefixes that bgpdump counts", broken)


def report(total, what, broken):
    for line in broken:
        print("failed", line)
    if not broken:
        print("passed" if total else "failed", total, what)


def main():
    checks = Checks(*sys.argv[1:3])
    checks.decode_everything()
    checks.sums()
    checks.tables()


if __name__ == "__main__":
    main()
