# SPDX-License-Identifier: Apache-2.0
"""A flood of addresses, templates, series and noise: memory has a bound, others are not hurt."""

import time

import plan
import table
import truth
from collector import Collector
from sender import Sender, compiled
from watch import Watch, mebibytes
from workplace import await_true

LONG = {"minutes": 10, "flood": 10_000, "rate": 50_000, "kinds": "012345"}
SHORT = {"minutes": 0.25, "flood": 3_000, "rate": 10_000, "kinds": "012345"}
EXPORTERS = 5
MOST_MORE = 256 << 20
BAD = plan.Exporter("bad", 0x7F020001, plan.IPFIX, None, [])


def run(place, outcome, peerage, minutes, flood, rate, kinds, flush=5):
    good = plan.exporters(EXPORTERS, (plan.IPFIX, plan.NETFLOW9, plan.SFLOW), 100)
    collector = Collector(place, peerage, [*good, BAD], flush=flush)
    if collector.knows("learn"):
        collector.extra += "\nlearn: { from: [127.64.0.0/11], exporters: 16 }"
        collector.config = place.write("peerage.yaml", collector.configuration())
    sender = Sender(place, good)
    collector.start()
    sender.start(collector.flow_port, rate)
    time.sleep(3 * flush)
    before = collector.resident()
    watch = Watch(collector)
    program = compiled("flood", place.path)
    counts = place.run(
        [program, "127.0.0.1", str(collector.flow_port), str(flood), str(minutes * 60),
         table.dotted(BAD.address), str(kinds)],
        seconds=minutes * 60 + 60,
    )
    time.sleep(2 * flush)
    used = watch.done()
    sender.stop()
    await_true(30, lambda: collector.queued()[0] == 0)
    peak = max(resident for _, resident, _, _ in watch.samples)
    place.write("samples", "".join(f"{t:.1f} {mebibytes(r)}\n" for t, r, *_ in watch.samples))
    status, seconds = collector.stop(30)
    outcome.equal("the collector drains and exits by SIGTERM", 0, status)
    outcome.expect("within 10 s", seconds <= 10, seconds)
    outcome.expect("memory grows by at most 256 MiB", peak - before <= MOST_MORE,
                   f"from {mebibytes(before)} to {mebibytes(peak)} MiB")
    from_bad, flooded = map(int, counts.split())
    rows, document = collector.ledger()
    ledger, sent = document["ledger"], sender.truth()
    outcome.figures.update(
        flooded=flooded, rate=rate, residentBefore=mebibytes(before),
        residentPeak=mebibytes(peak), grown=mebibytes(peak - before), processors=round(used, 3),
        kernelDrops=ledger["kernelDrops"],
        undecoded=ledger["undecoded"], refused=ledger["refusedDatagrams"],
        storeMebibytes=mebibytes(sum(truth.size(collector.store + s) for s in ("", "-wal"))),
    )
    total = sent.total() + sent.templates + flooded
    outcome.equal("datagrams sent == stored + dropped by the kernel", total,
                  ledger["datagrams"] + ledger["kernelDrops"])
    outcome.equal("and of the flooding exporter", from_bad, rows.get("bad", {}).get("datagrams", 0))
    outcome.expect("the ledger is balanced", ledger["balanced"])
    problem = collector.check_store()
    outcome.expect("`store check` is clean", not problem, problem)
    wrong = {}
    for name, circle in sent.circles.items():
        wanted, row = circle.volume_before(sent.of(name)), rows.get(name, {})
        if row.get("receivedOctets") != wanted or row.get("errors") or row.get("undecoded"):
            wrong[name] = (wanted, row.get("receivedOctets"), row.get("errors"))
    outcome.expect("the other exporters have their octets, exactly", not wrong, wrong)
