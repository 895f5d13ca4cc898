#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells each receiver the same recorded table, in turns, and prints what that took of it; see
Deploy/benchmarks/load.sh."""

import argparse
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "Soak", "support"))

import receivers  # noqa: E402
from speaker import Feed, Speaker  # noqa: E402
from workplace import Skip, Workplace, say  # noqa: E402

REFERENCE = "bird"
# What a figure of ours may be of the reference's, at most.
GOALS = {"processor": 1.0}
UNITS = {"processor": "s", "settled": "s", "wall": "s", "resident": "MB", "peak": "MB"}
SECONDS_TO_LOAD = 240


def processor_seconds(pid):
    """User and system time of a process and all its threads so far (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def memory(pid, field):
    """Megabytes of a field of /proc/PID/status."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def until_still(receiver, speaker):
    """Waits until the process does nothing for a second; returns its processor time, and when it
    last did something."""
    busy_until, before = time.monotonic(), processor_seconds(receiver.process.pid)
    while time.monotonic() - busy_until < 1:
        time.sleep(0.1)
        speaker.tend()
        now = processor_seconds(receiver.process.pid)
        # What it does by the clock is less than 5 % of a processor.
        if now - before > 0.005:
            busy_until = time.monotonic()
        before = now
    return before, busy_until


def load(kind, feed, cpu, expected):
    """Figures of one receiver for one load, by name."""
    with Workplace(f"load-{kind.name}") as place:
        receiver = kind(place, cpu)
        pid = receiver.process.pid
        speaker = Speaker(receivers.SPEAKER, receiver.address, receiver.port)
        # It has said what it is; the table comes next.
        until_still(receiver, speaker)
        before, start = processor_seconds(pid), time.monotonic()
        speaker.pour(feed)
        figures = {}
        if not receiver.is_cheap_to_ask:
            settled, still_since = until_still(receiver, speaker)
            figures["processor"] = settled - before
            figures["wall"] = still_since - start
        while (found := receiver.counts()) is not None:
            if receiver.is_cheap_to_ask:
                figures["processor"] = processor_seconds(pid) - before
                figures["wall"] = time.monotonic() - start
            if found == expected:
                break
            if time.monotonic() - start > SECONDS_TO_LOAD or receiver.process.poll() is not None:
                raise RuntimeError(f"{kind.name}: {found} prefixes, expected {expected}")
            speaker.tend()
            time.sleep(0.2)
        figures["settled"] = until_still(receiver, speaker)[0] - before
        figures["resident"] = memory(pid, "VmRSS")
        figures["peak"] = memory(pid, "VmHWM")
        speaker.close()
        return figures


def spread(values):
    """How far the middle half of the values is apart, in relation to the median."""
    middle = statistics.median_high(values)
    if len(values) < 3 or middle == 0:
        return 0.0
    ordered = sorted(values)
    return (ordered[len(values) * 3 // 4] - ordered[len(values) // 4]) / middle


def report(results):
    """Prints a line of JSON for each figure; returns whether all goals are reached."""
    is_reached = True
    for name, rounds in results.items():
        for figure, unit in UNITS.items():
            values = [one[figure] for one in rounds]
            line = {
                "name": f"load/{name}/{figure}",
                "value": round(statistics.median_high(values), 2),
                "unit": unit,
                "spread": round(spread(values), 2),
            }
            if name == "peerage" and results.get(REFERENCE):
                others = [one[figure] for one in results[REFERENCE]]
                other = statistics.median_high(others)
                ratio = statistics.median_high(values) / other
                line |= {
                    "reference": REFERENCE,
                    "referenceValue": round(other, 2),
                    "referenceSpread": round(spread(others), 2),
                    "ratio": round(ratio, 2),
                }
                if figure in GOALS:
                    reached = ratio <= GOALS[figure]
                    line |= {"goal": GOALS[figure], "reached": reached}
                    is_reached = is_reached and reached
            print(json.dumps(line, separators=(",", ":")), flush=True)
    return is_reached


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--feed", required=True)
    parser.add_argument("--ipv4", type=int, required=True)
    parser.add_argument("--ipv6", type=int, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("receivers", nargs="*")
    options = parser.parse_args()
    kinds = [one for one in receivers.ALL if one.name in options.receivers or not options.receivers]
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[:-1] or processors)
    feed = Feed(options.feed)
    results = {}
    for _ in range(options.runs):
        for kind in list(kinds):
            try:
                figures = load(kind, feed, processors[-1], (options.ipv4, options.ipv6))
                results.setdefault(kind.name, []).append(figures)
            except Skip as reason:
                say(f"skipped: {kind.name}: {reason}")
                kinds.remove(kind)
    sys.exit(0 if report(results) else 1)


if __name__ == "__main__":
    main()
