# SPDX-License-Identifier: Apache-2.0
"""The clock of the wall is set, forward and back: nothing counted twice, each step a stored fact.

The clock that is set is the collector's alone (support/clock.c); exporters go on by the true one.
"""

import os
import random
import struct
import time

import gaps
import neighbors
import plan
import stored
import verdict
from collector import Collector
from sender import Sender, compiled
from workplace import await_true, say

SIZES = (1, 10, 60, 300, 3600, 86_400, 400 * 86_400)  # seconds
LONG = {"rate": 50_000, "flush": 2, "sizes": SIZES}
SHORT = {"rate": 20_000, "flush": 1, "sizes": (3600, 400 * 86_400)}
EXPORTERS, ROUTES = 10, (2000, 500)
LONGEST_HOLD = 10  # a step back by so much is waited out, and leaves no gap (Decision 0011)


class Clock:
    """How far the collector's clock is from the true one, in nanoseconds."""

    def __init__(self, place):
        self.path, self.offset = place.write("wall", ""), 0
        self.set(0)
        library = compiled("clock", place.path, "-shared", "-fPIC", "-ldl")
        self.environment = {"LD_PRELOAD": library, "PEERAGE_CLOCK": self.path}

    def set(self, offset):
        self.offset = offset
        descriptor = os.open(self.path, os.O_WRONLY)
        os.pwrite(descriptor, struct.pack("<q", offset), 0)
        os.close(descriptor)

    def step(self, seconds):
        """Sets it by so much; the times before and after, in seconds."""
        before = time.time() + self.offset / 1e9
        self.set(self.offset + seconds * 1_000_000_000)
        return before, before + seconds


def run(place, outcome, peerage, rate, flush, sizes, seed=None):
    seed = seed if seed is not None else random.randrange(1 << 32)
    steps = [sign * size for size in sizes for sign in (1, -1)]
    random.Random(seed).shuffle(steps)
    outcome.figures.update(steps=len(steps), rate=rate, seed=seed)
    made = plan.exporters(EXPORTERS, (plan.IPFIX, plan.NETFLOW9, plan.SFLOW), 100, ROUTES)
    clock = Clock(place)
    collector = Collector(place, peerage, made, [neighbors.BIRD], flush=flush,
                          environment=clock.environment, lateness=60)
    sender = Sender(place, made)
    bird = neighbors.Bird(place, collector.bgp_port, *ROUTES, hold=9)
    collector.start()
    assert "cannot be preloaded" not in collector.log()
    missing = neighbors.load(collector, [neighbors.BIRD], *ROUTES, seconds=60)
    outcome.expect("the neighbor's table is whole", missing is None, missing)
    sender.start(collector.flow_port, rate)
    time.sleep(2 * flush)
    times = []
    for step in steps:
        say(f"{step:+} s")
        times.append((step, *clock.step(step)))
        time.sleep(3 * flush + 0.5)
        if -LONGEST_HOLD <= step < 0:
            time.sleep(-step)  # until the wall has caught up
    sender.stop()
    await_true(30, lambda: collector.queued()[0] == 0)
    status, _ = collector.stop()
    outcome.equal("the collector drains and exits by SIGTERM", 0, status)
    with open(place.file("bird.log"), encoding="utf-8", errors="replace") as file:
        drops = file.read().count("Hold timer expired")
    outcome.equal("sessions lost by a hold timer of 9 s", 0, drops)
    assert bird.process.poll() is None
    events = stored.events(collector.store, "clockStepped")
    outcome.expect(f"each of {len(steps)} steps is an event", len(events) == len(steps), events)
    found = gaps.of(collector.ledger()[1])
    without = [t for t in times if needs_gap(t[0]) and not has_gap(found, *t)]
    outcome.expect("and a gap, but those back that are waited out", not without, without)
    outcome.figures["gaps"] = len(found)
    verdict.everything(outcome, collector, sender.truth(), may_have_gaps=True)


def needs_gap(step):
    return step > 0 or -step > LONGEST_HOLD


def has_gap(found, step, before, after):
    """Whether one gap has both times, to three seconds."""
    wanted = "clockStepForward" if step > 0 else "clockStepBack"
    first, last = min(before, after), max(before, after)
    return any(
        gap.reason == wanted and abs(gap.since - first) <= 3
        and abs(gap.to - last) <= 3
        for gap in found
    )
