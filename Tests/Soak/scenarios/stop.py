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
SHORT = {"pauses": (1, 5), "rate": 100_000, "times": 1}
EXPORTERS = 10


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
    outcome.equal("drops that the kernel counts are the ledger's", kernel, document["ledger"]["kernelDrops"])
    if max(pauses) >= 5:
        outcome.expect("a long pause drops something", kernel > 0)
    if "sequenceLost" in document["ledger"]:
        truth = sender.truth()
        missing = {n: c.records_before(truth.of(n)) - rows[n]["records"] for n, c in truth.circles.items()}
        wrong = {n: (m, rows[n]["sequenceLost"]) for n, m in missing.items() if rows[n]["sequenceLost"] != m}
        outcome.expect("sequence numbers tell the records lost, for each exporter", not wrong, wrong)
