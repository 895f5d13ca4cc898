# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random times under load: what is lost lies inside recorded gaps, and nothing else is.

From the records and octets of each exporter follows which run of its datagrams each life of the
collector has stored, exactly. So what is between two runs is what was lost with the kill.
"""

import contextlib
import json
import os
import random
import shutil
import time

import gaps
import plan
from collector import Collector
from lives import Lives
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
        # In the first life templates are learned, and stored with a flush.
        time.sleep(chance.uniform(0.2, 2.5 * flush) + (0 if lives else 2 * flush))
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
    place.write("lives.json", json.dumps(lives))
    found_gaps = gaps.of(collector.ledger()[1])
    Lives(sender.truth(), found_gaps, lives).judge(outcome, flush)
    restarts = sorted(life["restart"] for life in lives[1:])
    stops = [gap.to - gap.since for gap in found_gaps if gap.reason == "collectorStopped"]
    outcome.figures.update(
        gaps=len(stops), gapSecondsMax=max(stops, default=0),
        listeningSecondsMedian=round(restarts[len(restarts) // 2], 3),
        listeningSecondsMax=round(restarts[-1], 3),
    )


class Copy:
    """The store as a kill left it, beside the running one."""

    def __init__(self, place, collector):
        self.collector, self.path = collector, place.file("copy.db")
        text = collector.configuration().replace(f"path: {collector.store} ", f"path: {self.path} ")
        # Nobody serves this socket: so the copy is asked, not the collector that runs.
        self.config = place.write("copy.yaml", text.replace("/peerage.sock\n", "/nobody.sock\n"))

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
