# SPDX-License-Identifier: Apache-2.0
"""The collector stands still (SIGSTOP): what its sockets could not hold is counted, exactly."""

import signal
import time

import plan
import verdict
from collector import Collector
from sender import Sender
from workplace import await_true, say

LONG = {"pauses": (1, 5, 30), "rate": 200_000, "times": 3}
SHORT = {"pauses": (1, 6), "rate": 200_000, "times": 1}
EXPORTERS = 10
HELD_RECORDS = 800_000  # more than the sockets hold


def run(place, outcome, peerage, pauses, rate, times, flush=2):
    made = plan.exporters(EXPORTERS, (plan.IPFIX,), 100)
    collector = Collector(place, peerage, made, flush=flush)
    sender = Sender(place, made)
    collector.start()
    sender.start(collector.flow_port, rate)
    time.sleep(flush)
    dropped = []
    for seconds in pauses * times:
        say(f"{seconds} s")
        before = collector.queued()[1]
        collector.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        collector.process.send_signal(signal.SIGCONT)
        await_true(60, lambda: collector.queued()[0] < 1 << 20)
        time.sleep(flush)
        dropped.append(collector.queued()[1] - before)
    sender.stop()
    await_true(30, lambda: collector.queued()[0] == 0)
    kernel = collector.queued()[1]
    status, _ = collector.stop()
    outcome.equal("the collector drains and exits by SIGTERM", 0, status)
    outcome.figures.update(rate=rate, pauses=list(pauses * times), droppedByPause=dropped)
    verdict.everything(outcome, collector, sender.truth())
    rows, document = collector.ledger()
    counted = document["ledger"]["kernelDrops"]
    outcome.equal("drops that the kernel counts are the ledger's", kernel, counted)
    if rate * max(pauses) > HELD_RECORDS:
        outcome.expect("a long pause drops something", kernel > 0)
    else:
        outcome.skipped("drops: too slow a rate to fill the sockets")
    if "sequenceLost" in document["ledger"]:
        truth = sender.truth()
        wrong = {}
        for name, circle in truth.circles.items():
            missing = circle.records_before(truth.of(name)) - rows[name]["records"]
            if rows[name]["sequenceLost"] != missing:
                wrong[name] = (missing, rows[name]["sequenceLost"])
        outcome.expect("sequence numbers tell each exporter's lost records", not wrong, wrong)
