# SPDX-License-Identifier: Apache-2.0
"""Mutated configurations by SIGHUP under load: each refused with file and line, or accepted."""

import random
import re
import signal
import time
from collections import Counter

import mutation
import plan
from collector import Collector
from sender import Sender
from workplace import Skip, await_true

LONG = {"count": 1000, "rate": 50_000}
SHORT = {"count": 25, "rate": 10_000}
EXPORTERS = 6
ACCEPTED, REFUSED = "configuration reloaded", "reload refused"
SAYS_WHERE = re.compile(r"\.yaml:\d+:\d+: ")


def run(place, outcome, peerage, count, rate, flush=2, seed=None):
    seed = seed if seed is not None else random.randrange(1 << 32)
    chance = random.Random(seed)
    exporters = plan.exporters(EXPORTERS, (plan.IPFIX, plan.NETFLOW9), 100)
    collector = Collector(place, peerage, exporters, flush=flush)
    sender = Sender(place, exporters)
    good, seen = collector.configuration(), Log(collector)
    collector.start()
    collector.process.send_signal(signal.SIGHUP)
    if not seen.answer(seconds=5):
        raise Skip("this version does not reload")
    sender.start(collector.flow_port, rate)
    kinds, silent, unlike, nowhere, took = Counter(), [], [], [], []
    for number in range(count):
        kind, text = mutation.mutated(chance, good)
        place.write("peerage.yaml", text)
        status, _, messages = collector.command("config", "check")
        began = time.monotonic()
        collector.process.send_signal(signal.SIGHUP)
        lines = seen.answer()
        took.append(time.monotonic() - began)
        is_accepted = any(ACCEPTED in line for line in lines)
        kinds[f"{kind} {'accepted' if is_accepted else 'refused'}"] += 1
        if not lines:
            silent.append(keep(place, number, text, kind))
        elif is_accepted != (status == 0):
            unlike.append((keep(place, number, text, kind), messages[-200:], lines[:2]))
        elif not is_accepted and not any(SAYS_WHERE.search(line) for line in lines):
            nowhere.append((keep(place, number, text, kind), lines[:2]))
    alive = collector.process.poll() is None
    outcome.expect("the collector lives through all of them", alive)
    outcome.expect("each is answered", not silent, silent[:3])
    outcome.expect("each is accepted just if `config check` accepts it", not unlike, unlike[:3])
    outcome.expect("each refusal names file, line and column", not nowhere, nowhere[:3])
    outcome.figures.update(
        count=count, rate=rate, seed=seed, outcomes=dict(sorted(kinds.items())),
        accepted=sum(n for k, n in kinds.items() if k.endswith("accepted")),
        secondsMax=round(max(took), 3),
    )
    after(place, outcome, collector, sender, good, seen, flush)


def after(place, outcome, collector, sender, good, seen, flush):
    """With the first configuration again, everything is counted as before; and nothing was lost."""
    place.write("peerage.yaml", good)
    collector.process.send_signal(signal.SIGHUP)
    outcome.expect("the first configuration is accepted again",
                   any(ACCEPTED in line for line in seen.answer()))
    time.sleep(2 * flush + 1)
    before, _ = collector.ledger()
    time.sleep(2 * flush + 1)
    sender.stop()
    await_true(30, lambda: collector.queued()[0] == 0)
    status, _ = collector.stop()
    outcome.equal("the collector drains and exits by SIGTERM", 0, status)
    truth, (rows, document) = sender.truth(), collector.ledger()
    ledger, sent = document["ledger"], truth.total() + truth.templates
    outcome.figures.update(sentDatagrams=sent, kernelDrops=ledger["kernelDrops"])
    outcome.equal("datagrams sent == counted + dropped by the kernel", sent,
                  ledger["datagrams"] + ledger["kernelDrops"])
    outcome.expect("the ledger is balanced", ledger["balanced"])
    outcome.expect("there is no gap", not ledger["gaps"], ledger["gaps"])
    wrong = []
    for name, circle in truth.circles.items():
        records = rows[name]["records"] - before[name]["records"]
        volume = rows[name]["receivedOctets"] - before[name]["receivedOctets"]
        end = truth.of(name)
        first = circle.number_with_records(circle.records_before(end) - records)
        if first is None or circle.volume_before(end) - circle.volume_before(first) != volume:
            wrong.append(name)
    outcome.expect("from then on each exporter's octets are exact", not wrong, wrong)


class Log:
    """The lines of the log that tell what became of a reload."""

    def __init__(self, collector):
        self.collector, self.read = collector, 0

    def answer(self, seconds=20):
        """The lines since the last answer, once they are there; empty when none comes."""
        try:
            return await_true(seconds, self._new, pause=0.005)
        except TimeoutError:
            return []

    def _new(self):
        with open(self.collector.place.file("collector.log"), "rb") as file:
            file.seek(self.read)
            text = file.read()
        lines = text.decode(errors="replace").splitlines()
        found = [line for line in lines if ACCEPTED in line or REFUSED in line]
        if found and text.endswith(b"\n"):
            self.read += len(text)
            return found
        return []


def keep(place, number, text, kind):
    return place.write(f"mutated-{number}-{kind}.yaml", text)
