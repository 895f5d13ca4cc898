# SPDX-License-Identifier: Apache-2.0
"""Mutated configurations by SIGHUP under load: each refused with file and line, or accepted."""

import random
import re
import signal
import time
from collections import Counter

import mutation
import plan
import stored
from collector import Collector
from sender import Sender
from workplace import Skip, await_true

LONG = {"count": 1000, "rate": 50_000}
SHORT = {"count": 20, "rate": 10_000}
EXPORTERS = 6
SAYS_WHERE = re.compile(r"\.yaml:\d+:\d+: ")


def run(place, outcome, peerage, count, rate, flush=1, seed=None):
    seed = seed if seed is not None else random.randrange(1 << 32)
    chance = random.Random(seed)
    exporters = plan.exporters(EXPORTERS, (plan.IPFIX, plan.NETFLOW9), 100)
    collector = Collector(place, peerage, exporters, flush=flush)
    sender = Sender(place, exporters)
    good = collector.configuration()
    collector.start()
    if not reloads(collector):
        raise Skip("this version does not reload")
    sender.start(collector.flow_port, rate)
    kinds, silent, unlike, answers, took = Counter(), [], [], [], []
    for number in range(count):
        kind, text = mutation.mutated(chance, good)
        place.write("peerage.yaml", text)
        status, _, messages = collector.command("config", "check")
        began = time.monotonic()
        found = reload(collector)
        took.append(time.monotonic() - began)
        kinds[f"{kind} {found}"] += 1
        if found is None:
            silent.append(keep(place, number, text, kind))
        elif (found == "accepted") != (status == 0):
            unlike.append((keep(place, number, text, kind), found, messages[-200:]))
        answers.append((found, messages, kind))
    outcome.expect("the collector lives through all of them", collector.process.poll() is None)
    outcome.expect("each is answered", not silent, silent[:3])
    outcome.expect("each is accepted just if `config check` accepts it", not unlike, unlike[:3])
    outcome.figures.update(
        count=count, rate=rate, seed=seed, outcomes=dict(sorted(kinds.items())),
        accepted=sum(n for kind, n in kinds.items() if kind.endswith("accepted")),
        secondsMax=round(max(took), 3),
    )
    after(place, outcome, collector, sender, good, flush)
    reasons(outcome, collector, answers)


def reloads(collector):
    """{"accepted" or "refused": how many}"""
    prefix = 'peerage_reload_total{result="'
    return {
        name.removeprefix(prefix).rstrip('"}'): value
        for name, value in collector.metrics().items() if name.startswith(prefix)
    }


def reload(collector, seconds=20):
    """What becomes of the configuration as it stands now: accepted, refused; None for no answer."""
    before = reloads(collector)
    collector.process.send_signal(signal.SIGHUP)

    def answered():
        now = reloads(collector)
        return next((word for word in now if now[word] > before.get(word, 0)), None)

    try:
        return await_true(seconds, answered, pause=0.005)
    except TimeoutError:
        return None


def after(place, outcome, collector, sender, good, flush):
    """With the first configuration again, everything is counted as before; and nothing was lost."""
    place.write("peerage.yaml", good)
    outcome.expect("the first configuration is accepted again", reload(collector) == "accepted")
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
    counted = ledger["datagrams"] + ledger["kernelDrops"]
    outcome.equal("datagrams sent == counted + dropped by the kernel", sent, counted)
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


def reasons(outcome, collector, answers):
    """Every answer is a stored event; a refusal's says where."""
    refused = stored.events(collector.store, "configurationRefused")
    wanted = [(messages, kind) for found, messages, kind in answers if found == "refused"]
    outcome.equal("refusals stored as events", len(wanted), len(refused))
    nowhere = [
        (kind, detail) for (_, kind), (_, _, detail) in zip(wanted, refused)
        if not SAYS_WHERE.search(detail)
    ]
    outcome.expect("each refusal names file, line and column", not nowhere, nowhere[:3])
    unlike = [
        (kind, detail, messages[:200])
        for (messages, kind), (_, _, detail) in zip(wanted, refused)
        if detail.split(": ", 1)[-1][:60] not in messages
    ]
    outcome.expect("and what `config check` says", not unlike, unlike[:3])


def keep(place, number, text, kind):
    return place.write(f"mutated-{number}-{kind}.yaml", text)
