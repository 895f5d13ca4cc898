# SPDX-License-Identifier: Apache-2.0
"""What is stored, held against what was sent."""


def everything(outcome, collector, truth, may_have_gaps=False, with_peers=True):
    """Every datagram stored or counted as dropped; without drops, every octet where it belongs."""
    rows, document = collector.ledger()
    ledger = document["ledger"]
    sent = truth.total() + truth.templates
    drops = ledger["kernelDrops"]
    outcome.figures.update(
        sentDatagrams=sent, kernelDrops=drops, sentOctets=truth.volume(),
        storedOctets=ledger["receivedOctets"],
        sequenceLost=ledger.get("sequenceLost"),
    )
    counted = ledger["datagrams"] + drops
    outcome.equal("datagrams sent == stored + dropped by the kernel", sent, counted)
    outcome.expect("all datagrams were decoded", ledger["decoded"] == ledger["datagrams"],
                   f"undecoded {ledger['undecoded']}, refused {ledger['refusedDatagrams']}")
    outcome.expect("nothing in them failed", not ledger["errors"], ledger["errors"])
    outcome.expect("the ledger is balanced", ledger["balanced"])
    if not may_have_gaps:
        outcome.expect("there is no gap", not ledger["gaps"], ledger["gaps"])
    problem = collector.check_store()
    outcome.expect("`store check` is clean", not problem, problem)
    if drops:
        outcome.expect("octets stored are no more than were sent",
                       ledger["receivedOctets"] <= truth.volume(), ledger["receivedOctets"])
        return
    outcome.equal("octets sent are stored", truth.volume(), ledger["receivedOctets"])
    outcome.equal("records sent are stored", truth.records(), ledger["records"])
    wrong = {
        name: rows.get(name, {}).get("receivedOctets")
        for name, circle in truth.circles.items()
        if rows.get(name, {}).get("receivedOctets") != circle.volume_before(truth.of(name))
    }
    outcome.expect("and each exporter's", not wrong, wrong)
    if with_peers and collector.neighbors:
        outcome.expect("each peer AS has its octets, exactly", *peers(collector, truth))


def peers(collector, truth):
    """Whether the volumes by peer AS are those of the truth, and where not."""
    wrong = differences(collector, truth)
    return not wrong, f"(expected, found) {dict(list(wrong.items())[:4])}"


def misattributed(collector, truth):
    """Octets that are stored with another peer AS than was sent to."""
    return sum(max(found - wanted, 0) for wanted, found in differences(collector, truth).values())


def differences(collector, truth):
    """The peer ASes whose octets are not those of the truth: (expected, found)."""
    found = {}
    for row in collector.answer("report", "volumes")["rows"]:
        if row["direction"] == "egress":
            found[row["peerAS"]] = found.get(row["peerAS"], 0) + row["octets"]
    wanted = truth.by_peer()
    return {
        peer: (wanted.get(peer, 0), found.get(peer, 0))
        for peer in set(wanted) | set(found) if wanted.get(peer, 0) != found.get(peer, 0)
    }
