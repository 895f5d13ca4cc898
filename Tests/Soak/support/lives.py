# SPDX-License-Identifier: Apache-2.0
"""What a collector stored between a start and a kill, held against what was sent.

A life is a dictionary: `listening` (when its sockets were open) and `killed` (absent for the last),
both in ns since 1970; `rows`, the ledger of each exporter after it; `balanced`; `check`, what the
check of the store found.
"""

import gaps

STARTING = 3_000_000_000  # the first datagram of a life was sent so long after it listened, at most


class Lives:
    def __init__(self, truth, found_gaps, lives):
        self.truth, self.gaps, self.lives = truth, found_gaps, lives
        self.ends = {name: 0 for name in truth.circles}  # how far each exporter is stored
        self.stored = {name: {} for name in truth.circles}
        self.not_runs, self.outside, self.shrunk = [], [], []
        self.lost_octets, self.matched, self.lost_before = 0, 0, []

    def judge(self, outcome, flush):
        for number, life in enumerate(self.lives):
            latest = self.truth.sent_by(life["listening"] + STARTING)[1]
            for name, circle in self.truth.circles.items():
                self._look(number, life, name, circle, self.truth.of(name, latest))
                self.stored[name] = life["rows"].get(name, {})
        unclean = [(n, life["check"][:200]) for n, life in enumerate(self.lives) if life["check"]]
        unbalanced = [n for n, life in enumerate(self.lives) if not life["balanced"]]
        for what, problems in (
            ("`store check` is clean after each kill", unclean),
            ("the ledger balances after each kill", unbalanced),
            ("what is stored never shrinks", self.shrunk),
            ("a life stored one run of an exporter's datagrams, whole", self.not_runs),
            ("what was lost with a kill lies inside recorded gaps", self.outside),
        ):
            outcome.expect(what, not problems, f"{len(problems)}: {problems[:3]}")
        tail = {name: self.truth.of(name) - end for name, end in self.ends.items()}
        outcome.expect("all that was sent before the end is stored", not any(tail.values()), tail)
        worst = max(self.lost_before, default=0)
        outcome.expect(
            f"a kill loses at most a flush interval of {flush} s, and the time to store it",
            worst <= flush + max(1, flush / 2), f"{worst:.2f} s",
        )
        outcome.figures.update(
            sentOctets=self.truth.volume(), lostOctets=self.lost_octets, runsMatched=self.matched,
            lostBeforeKillSecondsMax=round(worst, 3),
        )

    def _look(self, number, life, name, circle, latest):
        """One exporter in one life."""
        now, before = life["rows"].get(name, {}), self.stored[name]
        records, volume, drops = (
            now.get(key, 0) - before.get(key, 0)
            for key in ("records", "receivedOctets", "kernelDrops")
        )
        if records < 0 or volume < 0:
            self.shrunk.append((number, name))
        if records <= 0:
            return
        begin_least = self.ends[name]
        run = circle.run(records, volume, begin_least, latest)
        if run is None:
            self.not_runs.append(
                f"life {number} {name}: {records} records, {volume} octets, from datagram"
                f" {begin_least} to {latest}; errors {now.get('errors')}, undecoded"
                f" {now.get('undecoded')}, drops {drops}"
            )
            return
        begin, end = run
        self.matched += 1
        if begin > begin_least:
            self.lost_octets += circle.volume_before(begin) - circle.volume_before(begin_least)
            first = self.truth.when(name, begin_least)[0]
            last = self.truth.when(name, begin - 1)[1]
            if not gaps.cover(self.gaps, first, last):
                times = f"{first / 1e9:.3f} to {last / 1e9:.3f}"
                self.outside.append(f"life {number} {name}: from {times}")
        self.ends[name] = end
        if "killed" in life:
            self.lost_before.append((life["killed"] - self.truth.when(name, end)[0]) / 1e9)
