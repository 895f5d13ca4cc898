# SPDX-License-Identifier: Apache-2.0
"""A steady load with two full-table neighbors: memory flat, every octet where it belongs."""

import time

import flushes
import neighbors
import plan
import table
import verdict
from collector import Collector
from sender import Sender
from watch import Watch, mebibytes
from workplace import await_true, say

LONG = {
    "minutes": 30, "rate": 500_000, "exporters": 50, "ipv4": table.IPV4_FULL,
    "ipv6": table.IPV6_FULL, "destinations": 256,
}
SHORT = {
    "minutes": 0.4, "rate": 50_000, "exporters": 12, "ipv4": 50_000, "ipv6": 10_000,
    "destinations": 100,
}
# For each five: three IPFIX, one NetFlow v9, one sFlow.
PROTOCOLS = (plan.IPFIX, plan.NETFLOW9, plan.IPFIX, plan.SFLOW, plan.IPFIX)
FLAT_OCTETS_AN_HOUR = 32 << 20


def run(place, outcome, peerage, minutes, rate, exporters, ipv4, ipv6, destinations, flush=5):
    outcome.figures.update(rate=rate, minutes=minutes, exporters=exporters, routes=ipv4 + ipv6)
    made = plan.exporters(exporters, PROTOCOLS, destinations, (ipv4, ipv6))
    routers = [neighbors.BIRD, neighbors.FRR]
    collector = Collector(place, peerage, made, routers, flush=flush)
    sender = Sender(place, made)
    bird = neighbors.Bird(place, collector.bgp_port, ipv4, ipv6, serves_frr=True)
    began = time.monotonic()
    collector.start()
    neighbors.Frr(place, collector.bgp_port, bird.frr_port)
    loaded = neighbors.load(collector, routers, ipv4, ipv6)
    outcome.expect("both neighbors' tables are whole", loaded is None, loaded)
    outcome.figures["tablesSeconds"] = round(time.monotonic() - began, 1)
    outcome.figures["residentWithTables"] = mebibytes(collector.resident())
    sender.start(collector.flow_port, rate)
    time.sleep(min(10, minutes * 10))  # what is allocated once is allocated by then
    watch = Watch(collector)
    before = collector.descriptors()
    sender_says = wait(sender, minutes * 60)
    used = watch.done()
    after = collector.descriptors()
    await_true(30, lambda: collector.queued()[0] == 0)
    peak = collector.peak()
    times = flushes.percentiles(collector.metrics())
    status, seconds = collector.stop(30)
    outcome.equal("the collector drains and exits by SIGTERM", 0, status)
    slope = watch.slope()
    outcome.figures.update(
        recordsPerSecond=sender_says["recordsPerSecond"], senderProcessor=sender_says["processor"],
        processors=round(used, 3), drainSeconds=round(seconds, 2), peakResident=mebibytes(peak),
        slopeAnHour=mebibytes(slope), descriptors=after,
        queuedMax=mebibytes(max((s[3] for s in watch.samples), default=0)),
        flushSeconds={str(p): value for p, value in times.items()},
    )
    outcome.expect(
        "descriptors are as many as before", after <= before + 2, f"{before}, then {after}"
    )
    if minutes >= 10:
        outcome.expect("memory is flat", slope < FLAT_OCTETS_AN_HOUR, f"{mebibytes(slope)} MiB/h")
    verdict.everything(outcome, collector, sender.truth())


def wait(sender, seconds):
    """Lets it send for so long; what it says of itself."""
    limit, told = time.monotonic() + seconds, time.monotonic()
    while time.monotonic() < limit:
        time.sleep(min(1, max(0, limit - time.monotonic())))
        if time.monotonic() > told + 60:
            told = time.monotonic()
            say(f"{(limit - told) / 60:.0f} minutes to go")
    return sender.stop()
