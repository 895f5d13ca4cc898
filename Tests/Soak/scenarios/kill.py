# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random times under load: what is lost lies inside recorded gaps, and nothing else is.

From the records and octets of each exporter follows which run of its datagrams each life of the
collector has stored, exactly. So what is between two runs is what was lost with the kill.
"""

import contextlib
import os
import random
import shutil
import time

import gaps
import plan
from collector import Collector
from sender import Sender

LONG = {"count": 300, "rate": 200_000, "flush": 5}
SHORT = {"count": 8, "rate": 50_000, "flush": 1}
EXPORTERS = 10
DESTINATIONS = 100


def run(place, outcome, peerage, count, rate, flush, templates=30, seed=None):
    seed = seed if seed is not None else random.randrange(1 << 32)
    chance = random.Random(seed)
    outcome.figures.update(kills=count, rate=rate, flushSeconds=flush, seed=seed)
    exporters = plan.exporters(EXPORTERS, (plan.IPFIX, plan.IPFIX, plan.NETFLOW9), DESTINATIONS)
    collector = Collector(place, peerage, exporters, flush=flush)
    sender = Sender(place, exporters)
    lives = []
    _, listening = collector.start()
    sender.start(collector.flow_port, rate, template_seconds=templates)
    copy = Copy(place, collector)
    for number in range(count + 1):
        life = {"listening": listening, "restart": 0.0}
        if lives:
            life["restart"] = restart
        time.sleep(chance.uniform(0.2, 2.5 * flush))
        is_last = number == count
        if is_last:
            sender.stop()
            time.sleep(0.5)
            status, _ = collector.stop()
            outcome.equal("the collector drains and exits by SIGTERM", 0, status)
        else:
            life["killed"] = time.time_ns()
            collector.kill()
        copy.take()
        if not is_last:
            restart, listening = collector.start()
        rows, document = copy.ledger()
        life["rows"], life["balanced"] = rows, document["ledger"]["balanced"]
        life["check"] = copy.check()
        lives.append(life)
    judge(outcome, sender.truth(), lives, gaps.of(collector.ledger()[1]), flush)


class Copy:
    """The store as a kill left it, beside the running one."""

    def __init__(self, place, collector):
        self.collector, self.path = collector, place.file("copy.db")
        text = collector.configuration().replace(f"path: {collector.store} ", f"path: {self.path} ")
        self.config = place.write("copy.yaml", text.replace("\ncontrol:", "\n# control:"))

    def take(self):
        for suffix in ("", "-wal", "-shm"):
            try:
                shutil.copy(self.collector.store + suffix, self.path + suffix)
            except FileNotFoundError:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(self.path + suffix)

    def _asked(self, ask):
        theirs, self.collector.config = self.collector.config, self.config
        try:
            return ask()
        finally:
            self.collector.config = theirs

    def ledger(self):
        return self._asked(self.collector.ledger)

    def check(self):
        return self._asked(self.collector.check_store)


def judge(outcome, truth, lives, found_gaps, flush):
    problems = {kind: [] for kind in ("check", "balance", "run", "gap", "doubled", "before")}
    lost_octets, lost_before, gap_seconds, dropped, matched = 0, [], [], 0, 0
    ends = {name: 0 for name in truth.circles}
    stored = {name: {} for name in truth.circles}
    unresolved = {name: None for name in truth.circles}
    for number, life in enumerate(lives):
        if life["check"]:
            problems["check"].append(f"kill {number}: {life['check'][:200]}")
        if not life["balanced"]:
            problems["balance"].append(f"kill {number}")
        latest_start = truth.sent_by(life["listening"] + 3_000_000_000)[1]
        for name, circle in truth.circles.items():
            now, before = life["rows"].get(name, {}), stored[name]
            records = now.get("records", 0) - before.get("records", 0)
            volume = now.get("receivedOctets", 0) - before.get("receivedOctets", 0)
            drops = now.get("kernelDrops", 0) - before.get("kernelDrops", 0)
            stored[name] = now
            if records < 0 or volume < 0:
                problems["doubled"].append(f"kill {number} {name}: stored volumes went back")
            if records == 0:
                continue
            found = circle.run(records, volume, ends[name], truth.of(name, latest_start))
            if found is None:
                dropped += 1 if drops else 0
                problems["run"].append(
                    f"kill {number} {name}: {records} records, {volume} octets are no run of "
                    f"datagrams from {ends[name]}; errors {now.get('errors')} undecoded "
                    f"{now.get('undecoded')} kernel drops {drops}"
                )
                ends[name] = circle.number_with_records(circle.records_before(ends[name]) + records) or ends[name]
                continue
            matched += 1
            begin, end = found
            if begin > ends[name]:
                lost_octets += circle.volume_before(begin) - circle.volume_before(ends[name])
                first, last = truth.when(name, ends[name])[0], truth.when(name, begin - 1)[1]
                if not gaps.cover(found_gaps, first, last):
                    problems["gap"].append(
                        f"kill {number - 1} {name}: lost from {first / 1e9:.3f} to {last / 1e9:.3f}"
                    )
            ends[name] = end
            if "killed" in life:
                lost_before.append((life["killed"] - truth.when(name, end)[0]) / 1e9)
    tail = {n: truth.of(n) - end for n, end in ends.items() if end != truth.of(n)}
    for kind, what in (
        ("check", "`store check` is clean after each kill"),
        ("balance", "the ledger balances after each kill"),
        ("doubled", "what is stored never shrinks"),
        ("run", "each life stored one run of each exporter's datagrams, nothing lost or doubled inside"),
        ("gap", "what was lost lies inside recorded gaps"),
    ):
        found = problems[kind]
        outcome.expect(what, not found, f"{len(found)}: " + "; ".join(found[:3]))
    outcome.expect("all that was sent before the end is stored", not tail, tail)
    worst = max(lost_before, default=0)
    outcome.expect(f"a kill loses at most a flush interval of {flush} s (and the time to store it)",
                   worst <= flush + max(1, flush / 2), f"{worst:.2f} s")
    stops = [g for g in found_gaps if g.reason == "collectorStopped"]
    gap_seconds = [g.to - g.since for g in stops]
    restarts = sorted(life["restart"] for life in lives[1:])
    outcome.figures.update(
        sentOctets=truth.volume(), lostOctets=lost_octets, runsMatched=matched,
        lostBeforeKillSecondsMax=round(worst, 3), gaps=len(stops),
        gapSecondsMax=max(gap_seconds, default=0),
        listeningSecondsMedian=round(restarts[len(restarts) // 2], 3),
        listeningSecondsMax=round(restarts[-1], 3),
    )
