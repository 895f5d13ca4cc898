# SPDX-License-Identifier: Apache-2.0
"""The disk of the store is full for a while: all arrives, or the ledger says what does not."""

import time

import gaps
import plan
import stored
import verdict
from collector import Collector
from disk import Disk
from sender import Sender
from workplace import await_true, say

LONG = {"full": 60, "rate": 100_000}
SHORT = {"full": 5, "rate": 20_000}
EXPORTERS = 10
MANY_EXPORTERS = 300  # a few rows each, in every slot
WAITING = "volumes wait for the store"


def run(place, outcome, peerage, full, rate):
    disk = Disk(place, 64)
    outcome.figures.update(rate=rate, fullSeconds=full)
    within_cap(place, outcome, peerage, disk, full, rate)
    beyond_cap(place, outcome, peerage, disk, full, rate)


def made_collector(place, peerage, disk, name, count=EXPORTERS, extra=""):
    exporters = plan.exporters(count, (plan.IPFIX, plan.NETFLOW9, plan.SFLOW), 100)
    store = f"{disk.path}/{name}.db"
    collector = Collector(place, peerage, exporters, flush=1, store=store, extra=extra)
    return collector, Sender(place, exporters, name)


def within_cap(place, outcome, peerage, disk, full, rate):
    collector, sender = made_collector(place, peerage, disk, "within")
    collector.start()
    sender.start(collector.flow_port, rate)
    time.sleep(3)
    disk.fill()
    say(f"the disk is full for {full} s")
    time.sleep(full)
    outcome.expect("the log says that volumes wait", WAITING in collector.log())
    alive = collector.process.poll() is None
    outcome.expect("the collector goes on with a full disk", alive)
    disk.free()
    time.sleep(5)
    sender.stop()
    await_true(30, lambda: collector.queued()[0] == 0)
    status, _ = collector.stop()
    outcome.equal("the collector drains and exits by SIGTERM", 0, status)
    verdict.everything(outcome, collector, sender.truth(), with_peers=False)


def beyond_cap(place, outcome, peerage, disk, full, rate):
    extra = "limits: { waitingRows: 1000 }"
    collector, sender = made_collector(place, peerage, disk, "beyond", MANY_EXPORTERS, extra)
    if not collector.knows("limits"):
        outcome.skipped("beyond the cap: this version has no limits.waitingRows")
        return
    collector.start()
    sender.start(collector.flow_port, rate)
    time.sleep(3)
    disk.fill()
    time.sleep(full)
    disk.free()
    time.sleep(5)
    sender.stop()
    await_true(30, lambda: collector.queued()[0] == 0)
    status, _ = collector.stop()
    outcome.equal("the collector exits by SIGTERM after giving volumes up", 0, status)
    truth, (_, document) = sender.truth(), collector.ledger()
    ledger, found = document["ledger"], gaps.of(document)
    lost = truth.volume() - ledger["receivedOctets"]
    outcome.expect("beyond the cap something is lost, never doubled", lost > 0, lost)
    outcome.expect("and the ledger has a gap for it",
                   any(g.reason == "storeUnreachable" for g in found), found)
    told = stored.events(collector.store, "limitReached")
    outcome.expect("and an event tells that the cap is reached", bool(told), told)
    most = sum(
        truth.volume(truth.sent_by(int(gap.to * 1e9))[1])
        - truth.volume(truth.sent_by(int(gap.since * 1e9))[0])
        for gap in found
    )
    outcome.expect("no more is lost than was sent in the gaps", lost <= most, f"{lost} of {most}")
    outcome.expect("the ledger is balanced", ledger["balanced"])
    outcome.expect("`store check` is clean", not collector.check_store())
    outcome.figures.update(givenUpOctets=lost, gaps=len(found))
