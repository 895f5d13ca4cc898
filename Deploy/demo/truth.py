# SPDX-License-Identifier: Apache-2.0
"""What crossed er1's ports while the demo was recorded: truth.py DIRECTORY SLOT_SECONDS

Prints JSON: for each interconnect, direction, family and AS beyond it the octets of each slot, in
the story's measure (what was on the wire times 1,000). Captures of the ports, not of exports.
"""

import ipaddress
import json
import os
import sys

import story

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../Tests/Interop/support"))
import capture  # noqa: E402


def home_networks(port):
    """The prefixes on our side of a port."""
    found = [story.OWN_V4, story.OWN_V6]
    if port != "customer":
        for network in story.NETWORKS:
            if network.link == "customer":
                found += [network.v4, network.v6]
    return [ipaddress.ip_network(p) for p in found]


def as_table():
    """Prefixes and their AS."""
    found = {}
    for network in story.NETWORKS:
        found[ipaddress.ip_network(network.v4)] = network.asn
        found[ipaddress.ip_network(network.v6)] = network.asn
    return found


def main():
    directory, slot_seconds = sys.argv[1], int(sys.argv[2])
    table, volumes, first = as_table(), {}, None
    customer = [n for n, a in table.items() if a == story.CUSTOMER_AS]
    ports = [l.name for l in story.LINKS if l.name != "lan"] + ["ix-one"]
    for port in ports:
        home, known = home_networks(port), {}
        for packet in capture.packets(os.path.join(directory, f"truth-{port}.pcap")):
            pair = (packet.source, packet.destination)
            if pair not in known:
                inward = any(packet.destination in n for n in home)
                if port == "customer":
                    inward = any(packet.source in n for n in customer)
                far = packet.source if inward else packet.destination
                asn = next((a for n, a in table.items() if far in n), 0)
                known[pair] = (port, "ingress" if inward else "egress", packet.version, asn)
            slot = int(packet.time) // slot_seconds * slot_seconds
            first = slot if first is None else min(first, slot)
            volumes.setdefault(known[pair], {}).setdefault(slot, 0)
            volumes[known[pair]][slot] += packet.octets * story.SCALE
    rows = []
    for (port, direction, family, asn), slots in sorted(volumes.items()):
        series = [slots.get(first + n * slot_seconds, 0) for n in range(story.SLOTS + 1)]
        rows.append(
            {
                "interconnect": port, "direction": direction, "family": f"ipv{family}",
                "farAS": asn, "octets": sum(series), "slots": series,
            }
        )
    print(json.dumps({"from": first, "slotSeconds": slot_seconds, "volumes": rows}, indent=1))


if __name__ == "__main__":
    main()
