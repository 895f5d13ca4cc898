# SPDX-License-Identifier: Apache-2.0
"""How the tables of other decoders write numbers, addresses and times."""

import calendar
import ipaddress
import time

PROTOCOLS = {"icmp": 1, "igmp": 2, "ipv4": 4, "tcp": 6, "udp": 17, "gre": 47, "ipv6icmp": 58}
PROTOCOLS |= {"ospf": 89, "ospfigp": 89, "pim": 103, "vrrp": 112, "l2tp": 115, "sctp": 132}


def number(text):
    return int(text, 0)


def address(text):
    return str(ipaddress.ip_address(text))


def protocol(name):
    """The number of a name as different tools spell it."""
    name = str(name).lower().replace("-", "").replace("constants.proto", "")
    return PROTOCOLS.get(name) or int({"icmpv4": 1, "icmpv6": 58}.get(name, name))


def nanoseconds(text):
    """Since 1970, of `Oct  5, 2009 06:06:07.492059999 UTC` and of RFC 3339."""
    whole, _, fraction = text.replace(" UTC", "").rstrip("Z").partition(".")
    form = "%Y-%m-%dT%H:%M:%S" if "T" in whole else "%b %d, %Y %H:%M:%S"
    seconds = calendar.timegm(time.strptime(" ".join(whole.split()), form))
    return seconds * 10**9 + int(fraction.ljust(9, "0"))


def values(row, columns):
    """The columns of a row that are not empty, under our names."""
    return {
        ours: read(row[theirs])
        for theirs, ours, read in columns
        if row.get(theirs) not in (None, "")
    }


DIRECTIONS = {"0": "ingress", "1": "egress", "ingress": "ingress", "egress": "egress"}


def direction(value):
    return DIRECTIONS.get(value) if isinstance(value, str) else None
