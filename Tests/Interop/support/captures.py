# SPDX-License-Identifier: Apache-2.0
"""The captures of ../shared/data, what `peerage` finds in them, and the tables of answers."""

import csv
import json
import os
import subprocess

LIMIT_SECONDS = 120
KINDS = ("sflow", "ipfix", "netflow9", "netflow5", "mixed", "derived")
SUMMARIES = ("flow-tshark-summary.shared.tsv", "sflow-summary.shared.tsv")
NFDUMP = "flow-nfdump-summary.shared.tsv"
csv.field_size_limit(1 << 24)


def table(path):
    """The rows of a file of tab-separated values; none where it is not there."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as file:
        return list(csv.DictReader(file, delimiter="\t"))


class Captures:
    def __init__(self, peerage, directory):
        self.peerage, self.directory = peerage, directory
        self.decoded, self.summaries = {}, {}

    def path(self, name):
        return os.path.join(self.directory, name)

    def answer(self, name):
        return os.path.join(self.directory, "oracle", name)

    def names(self):
        """Every capture of flow exports, relative to the folder."""
        found = []
        for kind in KINDS:
            for folder, _, files in os.walk(self.path(kind)):
                for name in files:
                    if name.endswith((".pcap", ".pcapng", ".cap")):
                        found.append(os.path.relpath(os.path.join(folder, name), self.directory))
        return sorted(found)

    def rows(self, name):
        """The rows of a table of answers whose capture is there."""
        return [row for row in table(self.answer(name)) if os.path.exists(self.path(row["file"]))]

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

    def summary(self, name):
        """What `decode --summary` says; empty where the file is no capture."""
        if name not in self.summaries:
            output, _ = self.run("decode", "--summary", self.path(name))
            self.summaries[name] = json.loads(output or "{}")
        return self.summaries[name]

    def lines(self, *names):
        """The lines of `decode` over captures in this order."""
        if names not in self.decoded:
            output, _ = self.run("decode", *map(self.path, names))
            self.decoded[names] = [json.loads(line) for line in (output or b"").splitlines()]
        return self.decoded[names]

    def flows(self, *names):
        """The flow lines, one a record: of a biflow the forward one."""
        return [
            line
            for line in self.lines(*names)
            if line["type"] == "flow" and not line.get("reverse")
        ]
