# SPDX-License-Identifier: Apache-2.0
"""A made-up full table: which prefixes there are, and which path each has.

A /24 or a /48 a route, eight neighboring ones a path, as one network announces several prefixes.
"""

IPV4_FULL, IPV6_FULL = 900_000, 160_000
PEERS = tuple(range(65101, 65117))  # the first AS of every path
PREFIXES_A_PATH = 8
_IPV4_FIRST = 0x01000000  # 1.0.0.0
_IPV6_FIRST = 0x2600 << 112


def ipv4_prefix(number):
    """The network address, as an integer, of /24 `number`."""
    return _IPV4_FIRST + (number << 8)


def ipv6_prefix(number):
    """The network address, as an integer, of /48 `number`."""
    return _IPV6_FIRST + (number << 80)


def peer(number):
    """The AS that announces prefix `number` to us."""
    return PEERS[number // PREFIXES_A_PATH * 7919 % len(PEERS)]


def path(number):
    """Its AS path: who announces it to us, an AS between, and the origin."""
    group = number // PREFIXES_A_PATH
    return peer(number), 100_000 + group % 997, 200_000 + group


def dotted(address):
    """An IPv4 address in text."""
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def ipv6_prefix_text(number):
    """/48 `number` in text."""
    return f"2600:{number >> 16:x}:{number & 0xFFFF:x}::/48"
