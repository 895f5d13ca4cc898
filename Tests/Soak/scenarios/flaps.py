# SPDX-License-Identifier: Apache-2.0
"""A neighbor with a full table flaps under load: every octet goes where it would have gone anyway.

The truth knows the path of each destination, so it is what a run without flaps gives: the octets of
each peer AS must be those, exactly.
"""

import random
import time

import neighbors
import plan
import stored
import table
import verdict
from collector import Collector
from sender import Sender
from watch import Watch, mebibytes
from workplace import await_true, say

LONG = {"count": 100, "rate": 100_000, "ipv4": table.IPV4_FULL, "ipv6": table.IPV6_FULL}
SHORT = {"count": 3, "rate": 20_000, "ipv4": 50_000, "ipv6": 10_000}
# As many flaps as in a long run, of a table that is there at once (Deploy/test).
QUICK = {"count": 100, "rate": 5_000, "ipv4": 2_000, "ipv6": 500, "pause": 0.3}
EXPORTERS = 10
KILLED_EVERY = 5  # BIRD itself is killed and started anew, else the session is closed


def run(place, outcome, peerage, count, rate, ipv4, ipv6, flush=5, seed=None, pause=3):
    seed = seed if seed is not None else random.randrange(1 << 32)
    chance = random.Random(seed)
    made = plan.exporters(EXPORTERS, (plan.IPFIX,), 256, (ipv4, ipv6))
    collector = Collector(place, peerage, made, [neighbors.BIRD], flush=flush)
    sender = Sender(place, made)
    bird = neighbors.Bird(place, collector.bgp_port, ipv4, ipv6)
    collector.start()
    missing = neighbors.load(collector, [neighbors.BIRD], ipv4, ipv6)
    outcome.expect("the neighbor's table is whole", missing is None, missing)
    sender.start(collector.flow_port, rate)
    time.sleep(2)
    watch, took, whole, ends, is_up = Watch(collector), [], True, 0, True
    for number in range(count):
        say(f"flap {number + 1}")
        ends, is_up = ends + is_up, False
        if number % KILLED_EVERY == KILLED_EVERY - 1:
            bird.kill()
            bird.start()
        else:
            bird.down()
            time.sleep(chance.uniform(0, pause))
            bird.up()
        began = time.monotonic()
        if chance.random() < 0.3:  # down again before the table is whole
            time.sleep(chance.uniform(0, pause / 3))
            continue
        missing = neighbors.load(collector, [neighbors.BIRD], ipv4, ipv6)
        whole, is_up = whole and missing is None, True
        took.append(time.monotonic() - began)
    bird.up()
    missing = neighbors.load(collector, [neighbors.BIRD], ipv4, ipv6)
    outcome.expect("the table is whole again after each flap", whole and missing is None, missing)
    used = watch.done()
    sender.stop()
    await_true(30, lambda: collector.queued()[0] == 0)
    status, _ = collector.stop()
    outcome.equal("the collector drains and exits by SIGTERM", 0, status)
    ended = stored.events(collector.store, "sessionEnded")
    outcome.figures.update(
        flaps=count, rate=rate, routes=ipv4 + ipv6, seed=seed, sessionsEnded=len(ended),
        processors=round(used, 3), peakResident=mebibytes(max(s[1] for s in watch.samples)),
        wholeSecondsMax=round(max(took, default=0), 1),
    )
    outcome.expect(f"each of {ends} sessions' ends is an event", len(ended) >= ends, len(ended))
    truth = sender.truth()
    verdict.everything(outcome, collector, truth)
    outcome.figures["octetsMisattributed"] = verdict.misattributed(collector, truth)
