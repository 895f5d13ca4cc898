# SPDX-License-Identifier: Apache-2.0
"""Reads capture files in the plainest way: what was on the wire, in octets of IP packets.

This is the truth that exporters and collector are held against, so it shares nothing with them.
"""

import ipaddress
import struct
from dataclasses import dataclass

ETHERNET = 1
VLAN_TYPES = (0x8100, 0x88A8)


@dataclass(frozen=True)
class Packet:
    """One IP packet as captured."""

    time: float
    version: int
    protocol: int
    source: ipaddress._BaseAddress
    destination: ipaddress._BaseAddress
    source_mac: bytes
    octets: int  # of the IP packet, header included
    payload: bytes  # what follows the IP header, as far as captured


def frames(path):
    """(time, captured octets) of every record of a pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    magic = data[:4]
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}.get(magic)
    if order is None:
        raise ValueError(f"{path}: not a pcap file with microseconds")
    (link_type,) = struct.unpack_from(order + "I", data, 20)
    if link_type != ETHERNET:
        raise ValueError(f"{path}: link type {link_type}, not Ethernet")
    offset = 24
    while offset + 16 <= len(data):
        seconds, micros, captured, _ = struct.unpack_from(order + "IIII", data, offset)
        offset += 16
        yield seconds + micros / 1e6, data[offset : offset + captured]
        offset += captured


def packets(path):
    """Every IP packet of a pcap file; other frames are left out."""
    for time, frame in frames(path):
        kind, offset = int.from_bytes(frame[12:14], "big"), 14
        while kind in VLAN_TYPES:
            kind, offset = int.from_bytes(frame[offset + 2 : offset + 4], "big"), offset + 4
        packet = frame[offset:]
        if kind == 0x0800:
            header = (packet[0] & 15) * 4
            yield Packet(
                time, 4, packet[9],
                ipaddress.IPv4Address(packet[12:16]), ipaddress.IPv4Address(packet[16:20]),
                frame[6:12], int.from_bytes(packet[2:4], "big"), packet[header:],
            )
        elif kind == 0x86DD:
            yield Packet(
                time, 6, packet[6],
                ipaddress.IPv6Address(packet[8:24]), ipaddress.IPv6Address(packet[24:40]),
                frame[6:12], 40 + int.from_bytes(packet[4:6], "big"), packet[40:],
            )
