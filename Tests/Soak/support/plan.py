# SPDX-License-Identifier: Apache-2.0
"""What exporters send: datagrams made once, their octets known by peer AS. For sender.c.

Every exporter sends a circle of `CIRCLE` datagrams whose octets differ, and with each lap each of
them tells of one octet more: so from the records and octets of any run of datagrams follows which
run it was, and what is lost or doubled inside shows. (sFlow's circle is always the same.)
"""

import itertools
import random
import struct
from collections import Counter
from dataclasses import dataclass, field

import table

CIRCLE = 67  # a prime, and more than the sender sends at once
IPFIX, NETFLOW9, SFLOW = 10, 9, 5
UNIX_MILLISECONDS, UPTIME_MILLISECONDS, NEXT_SAMPLE, SAMPLE_POOL, AMOUNT_AND_LAP = range(5)
INTERNAL_INTERFACE, EXCHANGE_INTERFACE = 1, 21
INSIDE = 0xCB007101  # 203.0.113.1
INSIDE6 = 0x20010DB8 << 96
FIRST_ADDRESS = 0x7F010001  # 127.1.0.1
FLOW_MILLISECONDS = 1500  # from the first packet of a flow to its export
BEFORE_EXPORT = 100  # from its last


@dataclass
class Datagram:
    octets: bytes
    records: int = 0
    volume: int = 0  # octets that its records tell of
    by_peer: Counter = field(default_factory=Counter)  # the same, by peer AS
    patches: list = field(default_factory=list)  # (kind, offset, amount)
    lap_peer: int | None = None  # whose octets grow by one with each lap; None when none do


@dataclass
class Exporter:
    name: str
    address: int
    protocol: int
    templates: Datagram
    circle: list


# (information element, its length); 16 each, as routers export them.
_COMMON = [(10, 4), (14, 4), (2, 4), (1, 4)]
_TIMES = {IPFIX: [(152, 8), (153, 8)], NETFLOW9: [(22, 4), (21, 4)]}
_TAIL = [(7, 2), (11, 2), (6, 1), (4, 1), (5, 1), (16, 4), (17, 4)]
_ADDRESSES = {4: [(8, 4), (12, 4), (15, 4)], 6: [(27, 16), (28, 16), (62, 16)]}
_TEMPLATE_IDS = {4: 256, 6: 257}
_RECORDS = {4: 23, 6: 13}
_IPV6_EVERY = 6  # every sixth datagram tells of IPv6


def _fields(protocol, family):
    return _ADDRESSES[family] + _COMMON + _TIMES[protocol] + _TAIL


def _header(protocol, octets, records, domain):
    """A message header; times and sequence number are the sender's to fill in."""
    if protocol == IPFIX:
        return struct.pack(">HHIII", 10, 16 + octets, 0, 0, domain)
    return struct.pack(">HHIIII", 9, records, 0, 0, 0, domain)


def _templates(protocol, domain):
    sets = b""
    for family, template in _TEMPLATE_IDS.items():
        fields = _fields(protocol, family)
        body = struct.pack(">HH", template, len(fields))
        body += b"".join(struct.pack(">HH", *field) for field in fields)
        sets += struct.pack(">HH", 2 if protocol == IPFIX else 0, 4 + len(body)) + body
    return Datagram(_header(protocol, len(sets), len(_TEMPLATE_IDS), domain) + sets)


class _Drawing:
    """Draws the flows of one exporter, always the same ones."""

    def __init__(self, number, destinations, sizes):
        self.random = random.Random(number)
        ipv4, ipv6 = sizes
        self.prefixes = {
            4: [self.random.randrange(ipv4) for _ in range(destinations)],
            6: [self.random.randrange(ipv6) for _ in range(max(1, destinations // 5))],
        }

    def flow(self, family, most):
        """(number of a destination's prefix, octets) of a flow."""
        return self.random.choice(self.prefixes[family]), self.random.randrange(40, most)


def _data(protocol, domain, family, drawing):
    template, count = _TEMPLATE_IDS[family], _RECORDS[family]
    datagram = Datagram(b"", records=count)
    at = 20 if protocol == IPFIX else 24
    at += 12 * (family == 4) + 48 * (family == 6) + 16  # of the times in the first record
    width, kind = (8, UNIX_MILLISECONDS) if protocol == IPFIX else (4, UPTIME_MILLISECONDS)
    body = b""
    for number in range(count):
        prefix, octets = drawing.flow(family, 100_000)
        if family == 4:
            addresses = struct.pack(">III", INSIDE, table.ipv4_prefix(prefix) + 9, 0)
        else:
            addresses = INSIDE6.to_bytes(16, "big")
            addresses += (table.ipv6_prefix(prefix) + 9).to_bytes(16, "big") + bytes(16)
        record = addresses
        packets = 1 + octets // 1400
        record += struct.pack(">IIII", INTERNAL_INTERFACE, EXCHANGE_INTERFACE, packets, octets)
        record += bytes(2 * width) + struct.pack(">HHBBBII", 443, 50000 + number, 24, 6, 0, 0, 0)
        start = at + number * len(record)
        datagram.patches += [(kind, start, FLOW_MILLISECONDS), (kind, start + width, BEFORE_EXPORT)]
        if number == 0:
            place = start - 4  # octets come before the times
            datagram.patches.append((AMOUNT_AND_LAP, place, octets))
            datagram.lap_peer = table.peer(prefix)
        datagram.volume += octets
        datagram.by_peer[table.peer(prefix)] += octets
        body += record
    body = struct.pack(">HH", template, 4 + len(body)) + body
    datagram.octets = _header(protocol, len(body), count, domain) + body
    return datagram


_SAMPLES = 12


def _samples(address, drawing):
    """An sFlow datagram of raw packet headers: here the octets of a record are one packet's."""
    datagram = Datagram(b"", records=_SAMPLES)
    octets = struct.pack(">IIIIIII", 5, 1, address, 0, 0, 0, _SAMPLES)
    for number in range(_SAMPLES):
        prefix, length = drawing.flow(4, 1500)
        packet = bytes.fromhex("02000000000102000000000208004500")
        destination = table.ipv4_prefix(prefix) + 9
        packet += struct.pack(">HHHBBHII", length, number, 0, 60, 17, 0, INSIDE, destination)
        packet += struct.pack(">HHHHH", 443, 50000, length - 20, 0, 0)
        record = struct.pack(">IIIIII", 1, 16 + len(packet), 1, length + 14, 0, len(packet))
        record += packet
        interfaces = INTERNAL_INTERFACE, EXCHANGE_INTERFACE
        head = struct.pack(">IIIIIIII", 0, INTERNAL_INTERFACE, 1, 0, 0, *interfaces, 1)
        at = len(octets) + 8
        datagram.patches += [(NEXT_SAMPLE, at, 0), (SAMPLE_POOL, at + 12, 1)]
        octets += struct.pack(">II", 1, len(head) + len(record)) + head + record
        datagram.volume += length
        datagram.by_peer[table.peer(prefix)] += length
    datagram.octets = octets
    return datagram


FULL = (table.IPV4_FULL, table.IPV6_FULL)


def exporters(count, protocols=(IPFIX,), destinations=256, sizes=FULL):
    """`count` exporters, the protocols in turn, each sending to `destinations` IPv4 prefixes."""
    made = []
    for number, protocol in zip(range(count), itertools.cycle(protocols)):
        address = FIRST_ADDRESS + number // 250 * 256 + number % 250
        drawing, domain = _Drawing(number, destinations, sizes), 1000 + number
        if protocol == SFLOW:
            templates = Datagram(b"")
            circle = [_samples(address, drawing) for _ in range(CIRCLE)]
        else:
            templates = _templates(protocol, domain)
            circle = [
                _data(protocol, domain, 6 if place % _IPV6_EVERY == 5 else 4, drawing)
                for place in range(CIRCLE)
            ]
        made.append(Exporter(f"x{number + 1}", address, protocol, templates, circle))
    return made


def _packed(datagram):
    patches = b"".join(struct.pack("<HHI", *patch) for patch in datagram.patches)
    padding = bytes(-len(datagram.octets) % 4)
    head = struct.pack("<III", len(datagram.octets), datagram.records, len(datagram.patches))
    return head + patches + datagram.octets + padding


def write(made, path):
    """The file that the sender reads."""
    with open(path, "wb") as file:
        file.write(struct.pack("<I", len(made)))
        for exporter in made:
            head = exporter.address, exporter.protocol, len(exporter.circle)
            file.write(struct.pack("<III", *head))
            file.write(_packed(exporter.templates))
            for datagram in exporter.circle:
                file.write(_packed(datagram))
