# SPDX-License-Identifier: Apache-2.0
"""Writes the demo's routing table: routes.py FILE.mrt.gz

An MRT file of type TABLE_DUMP_V2 (RFC 6396, section 4.3) with one peer, er1: its best route to
each prefix as it tells them to a neighbor within its own AS, next hop and LOCAL_PREF unchanged. It
prefers customers to peers and peers to transit, then the shorter AS path, then the first transit.
"""

import gzip
import ipaddress
import struct
import sys

import story

TABLE_DUMP_V2, PEER_INDEX_TABLE, RIB_IPV4_UNICAST, RIB_IPV6_UNICAST = 13, 1, 2, 4
BACKGROUND = 150  # further networks that nobody exchanges traffic with, both families
WRITTEN_AT = 1767225600  # 2026-01-01 00:00 UTC: the same table gives the same file


ROUTER = "127.0.0.11"  # er1, as exporter and as neighbor
PREFERENCE = {"transit-1": 100, "transit-2": 100, "pni": 200, "customer": 300}


def neighbors():
    """By AS: the addresses of er1's neighbors in both families, and the LOCAL_PREF it gives."""
    found = {
        l.neighbor_as: (l.far, l.far6, PREFERENCE[l.name]) for l in story.LINKS if l.name != "lan"
    }
    found.update({m.asn: (m.address, m.address6, 200) for m in story.MEMBERS})
    return found


def routes():
    """(prefix, neighbor's AS, AS path) of every route er1 learns."""
    transits = [l.neighbor_as for l in story.LINKS if l.name.startswith("transit")]
    for network in story.NETWORKS:
        origin = network.behind + (network.asn,)
        links = {l.name: l.neighbor_as for l in story.LINKS}
        direct = links.get(network.link, network.asn)
        for prefix in (network.v4, network.v6):
            if direct not in transits:
                yield prefix, direct, origin
            for transit in transits:
                # The transit a network does not use is one AS further away.
                further = (500030,) if direct in transits and transit != direct else ()
                yield prefix, transit, (transit,) + further + origin
    for transit in transits:
        yield story.LEAKED_V4, transit, (transit, story.LEAKING_AS)
    for number in range(BACKGROUND):
        origin = 500100 + number
        middle = (500010,) if number % 3 == 0 else (500030,) if number % 3 == 1 else ()
        for prefix in (f"198.19.{number}.0/24", f"2001:db8:d{number:03x}::/48"):
            for transit in transits:
                yield prefix, transit, (transit,) + middle + (origin,)


def attribute(code, value, flags=0x40):
    return struct.pack(">BBB", flags, code, len(value)) + value


def attributes(neighbor, path, is_ipv6):
    """Path attributes as in RFC 6396, section 4.3.4: four-octet ASes, short MP_REACH_NLRI."""
    address, address6, preference = neighbor
    segment = struct.pack(">BB", 2, len(path)) + b"".join(struct.pack(">I", a) for a in path)
    found = attribute(1, b"\0") + attribute(2, segment)
    if not is_ipv6:
        found += attribute(3, ipaddress.ip_address(address).packed)
    found += attribute(5, struct.pack(">I", preference))
    if is_ipv6:
        next_hop = ipaddress.ip_address(address6).packed
        found += attribute(14, bytes([len(next_hop)]) + next_hop, flags=0x80)
    return found


def record(subtype, body):
    return struct.pack(">IHHI", WRITTEN_AT, TABLE_DUMP_V2, subtype, len(body)) + body


def peer_index_table():
    view, address = b"er1", ipaddress.ip_address(ROUTER).packed
    body = ipaddress.ip_address("127.0.0.1").packed + struct.pack(">H", len(view)) + view
    # Type 2: an IPv4 address and a four-octet AS.
    body += struct.pack(">HB", 1, 2) + address + address + struct.pack(">I", story.OWN_AS)
    return record(PEER_INDEX_TABLE, body)


def best_routes(known):
    """For each prefix the AS path and the neighbor's AS of er1's best route, in order."""
    found = {}
    for prefix, asn, path in routes():
        rank = (-known[asn][2], len(path), asn)
        network = ipaddress.ip_network(prefix)
        if network not in found or rank < found[network][0]:
            found[network] = (rank, asn, path)
    ordered = sorted(found, key=lambda n: (n.version, int(n.network_address), n.prefixlen))
    return [(network, found[network][1], found[network][2]) for network in ordered]


def main():
    known = neighbors()
    data, best = peer_index_table(), best_routes(known)
    for sequence, (network, asn, path) in enumerate(best):
        is_ipv6 = network.version == 6
        octets = network.network_address.packed[: (network.prefixlen + 7) // 8]
        found = attributes(known[asn], path, is_ipv6)
        body = struct.pack(">IB", sequence, network.prefixlen) + octets
        body += struct.pack(">HHIH", 1, 0, WRITTEN_AT, len(found)) + found
        data += record(RIB_IPV6_UNICAST if is_ipv6 else RIB_IPV4_UNICAST, body)
    with open(sys.argv[1], "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=WRITTEN_AT) as packed:
            packed.write(data)
    print(f"routes to {len(best)} prefixes", file=sys.stderr)


if __name__ == "__main__":
    main()
