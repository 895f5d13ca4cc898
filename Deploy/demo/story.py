# SPDX-License-Identifier: Apache-2.0
"""The demo's story: who the networks are, where their links end, and who sends how much.

Everything the recording makes comes from here: the namespaces, the traffic, the routes and the
expected volumes. Rates are Mbit/s of the story; what crosses the wire is a thousandth of them
(`SCALE`), which the demo's configuration undoes by its sampling rates.
"""

import sys
from dataclasses import dataclass, field

SLOTS = 6
LEAD_IN, LEAD_OUT = 0.01, 0.15  # parts of the first and of the last slot without traffic
SCALE = 1000  # the story's octets for each octet on the wire
SFLOW_SAMPLING = 100  # sfprobe keeps one frame in so many
PAYLOAD = 1400  # octets of UDP payload; with IPv4 1428, with IPv6 1448 octets of IP packet
OWN_AS = 64500
CUSTOMER_AS = 500550
# softflowd's flowDirection (IE 61) says which address is lower, not which way a packet went. Our
# own addresses are higher than all others, so that the two agree.
OWN_V4, OWN_V6 = "203.0.113.0/24", "2001:db8:f000::/36"


@dataclass(frozen=True)
class Link:
    """An interface of er1 and the network at its other end."""

    name: str
    index: int  # ifIndex on er1
    near: str  # er1's address, with its prefix length
    far: str  # the neighbor's address
    neighbor_as: int

    @property
    def near6(self):
        return "2001:db8:f000::1/64" if self.name == "lan" else f"2001:db8:f1{self.index:02x}::1/64"

    @property
    def far6(self):
        return self.near6.split("/")[0][:-1] + "2"


LINKS = [
    Link("transit-1", 17, "192.0.2.1/30", "192.0.2.2", 64510),
    Link("transit-2", 18, "192.0.2.5/30", "192.0.2.6", 64511),
    Link("pni", 22, "192.0.2.9/30", "192.0.2.10", 500540),
    Link("customer", 30, "192.0.2.13/30", "192.0.2.14", 500550),
    Link("lan", 5, "203.0.113.1/24", "203.0.113.2", OWN_AS),
]
EXCHANGE_INDEX, EXCHANGE_NEAR, EXCHANGE_NEAR6 = 21, "198.51.100.1/24", "2001:db8:c100::1/64"


@dataclass(frozen=True)
class Member:
    """A member of the exchange: its port on the LAN."""

    asn: int
    address: str
    address6: str
    mac: str


MEMBERS = [
    Member(500530, "198.51.100.30", "2001:db8:c100::30", "02:00:00:06:45:30"),
    Member(500531, "198.51.100.31", "2001:db8:c100::31", "02:00:00:06:45:31"),
    Member(500532, "198.51.100.32", "2001:db8:c100::32", "02:00:00:06:45:32"),
]
ROUTER_MAC = "02:00:00:06:45:00"  # er1's port on the exchange LAN


@dataclass(frozen=True)
class Network:
    """An AS somewhere in the Internet, and the way to it."""

    asn: int
    v4: str
    v6: str
    link: str  # the link er1 sends by; a member's AS number for the exchange
    behind: tuple = ()  # ASes between the neighbor and this one


NETWORKS = [
    Network(500001, "198.18.1.0/24", "2001:db8:e001::/48", "transit-1"),
    Network(500002, "198.18.2.0/24", "2001:db8:e002::/48", "transit-1"),
    Network(500003, "198.18.3.0/24", "2001:db8:e003::/48", "transit-1"),
    Network(500010, "198.18.10.0/24", "2001:db8:e010::/48", "transit-1"),
    Network(500011, "198.18.11.0/24", "2001:db8:e011::/48", "transit-1", (500010,)),
    Network(500012, "198.18.12.0/24", "2001:db8:e012::/48", "transit-1", (500010,)),
    Network(500020, "198.18.20.0/24", "2001:db8:e020::/48", "transit-2"),
    Network(500021, "198.18.21.0/24", "2001:db8:e021::/48", "transit-2"),
    Network(500530, "198.18.30.0/24", "2001:db8:e030::/48", "500530"),
    Network(500531, "198.18.31.0/24", "2001:db8:e031::/48", "500531"),
    Network(500532, "198.18.32.0/24", "2001:db8:e032::/48", "500532"),
    Network(500540, "198.18.40.0/23", "2001:db8:e040::/48", "pni"),
    Network(CUSTOMER_AS, "198.18.50.0/24", "2001:db8:e050::/48", "customer"),
]
# Announced to the transits only, not on the private interconnect: the peer's leak.
LEAKED_V4, LEAKING_AS, LEAK_LINK = "198.18.41.0/24", 500540, "transit-1"

OURS = "203.0.113.%d", "2001:db8:f000::%x"
FLAT = [1.00, 1.00, 1.00, 1.00, 1.00, 1.00]
EVENING = [0.70, 0.79, 0.95, 1.00, 0.98, 0.96]
EARLY = [0.75, 1.00, 0.42, 0.25, 0.25, 0.25]


@dataclass(frozen=True)
class Demand:
    """Traffic of one network with another, in Mbit/s of the story at its highest."""

    sender: str  # the namespace that sends
    far_as: int
    inward: bool  # towards us, seen from the network `far_as`
    source: str  # patterns with one number
    destination: str
    megabits: int
    shape: list = field(default_factory=lambda: FLAT)
    flows: int = 3
    family: int = 4


def demands():
    """All the traffic, both ways."""
    found = []

    def add(link, asn, inward, outward, shape=FLAT, flows=3, near="lan", v6=0, prefix=None):
        """`inward` from the AS to `near`, `outward` back; `v6` of IPv6 inward, a third back."""
        network = next(n for n in NETWORKS if n.asn == asn)
        far4 = (prefix or network.v4).split("/")[0].rsplit(".", 1)[0] + ".%d"
        far6 = network.v6.split("/")[0] + "%x"
        if near == "customer":
            customer = next(n for n in NETWORKS if n.link == "customer")
            near4, near6 = customer.v4.rsplit(".", 1)[0] + ".%d", customer.v6.split("/")[0] + "%x"
        else:
            near4, near6 = OURS
        if inward:
            found.append(Demand(link, asn, True, far4, near4, inward, shape, flows))
        if outward:
            found.append(Demand(near, asn, False, near4, far4, outward, shape, flows))
        if v6:
            found.append(Demand(link, asn, True, far6, near6, v6, shape, 2, 6))
            found.append(Demand(near, asn, False, near6, far6, v6 // 3, shape, 2, 6))

    add("transit-1", 500001, 3300, 600, EVENING, flows=6, v6=700)
    add("transit-1", 500002, 1500, 350, EVENING, flows=4)
    add("transit-1", 500003, 1200, 200, EARLY, flows=3)
    add("transit-1", 500011, 800, 150, EVENING)
    add("transit-1", 500012, 500, 90, EVENING)
    add("transit-1", LEAKING_AS, 260, 240, FLAT, prefix=LEAKED_V4)
    add("transit-1", 500001, 900, 250, EVENING, near="customer")
    add("transit-1", 500010, 250, 120, FLAT, near="customer")
    add("transit-2", 500020, 1300, 260, EVENING, flows=4, v6=300)
    add("transit-2", 500021, 600, 200, FLAT)
    add("transit-2", 500531, 120, 0, FLAT, flows=2)
    add("500530", 500530, 280, 100, EVENING, v6=90)
    add("500531", 500531, 200, 130, FLAT)
    add("500532", 500532, 110, 60, FLAT)
    add("pni", 500540, 1400, 520, EVENING, flows=4, v6=240)
    add("pni", 500540, 150, 60, FLAT, near="customer")
    add("customer", 500550, 50, 90, FLAT, flows=2)
    return found


def main():
    """Prints one of the tables for the shell: a line an entry, words separated by blanks."""
    what = sys.argv[1]
    if what == "links":
        for l in LINKS:
            print(l.name, l.index, l.near, l.near6, l.far, l.far6)
    elif what == "members":
        for m in MEMBERS:
            print(m.asn, m.address, m.address6, m.mac)
    elif what == "networks":
        for n in NETWORKS:
            print(n.asn, n.v4, n.v6, n.link)
    elif what == "exchange":
        print(EXCHANGE_INDEX, EXCHANGE_NEAR, EXCHANGE_NEAR6, ROUTER_MAC)
    else:
        print(globals()[what])


if __name__ == "__main__":
    main()
