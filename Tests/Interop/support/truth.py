# SPDX-License-Identifier: Apache-2.0
"""What a capture of TCP and UDP holds, in octets of IP packets: truth.py CAPTURE

Prints: octets of IPv4, octets of both families, packets, and then the octets of each family as seen
from 198.51.100.0/24 and 2001:db8:2::/48: IPv4 in, IPv4 out, IPv6 in, IPv6 out.
"""

import ipaddress
import sys

import capture

OURS = [ipaddress.ip_network("198.51.100.0/24"), ipaddress.ip_network("2001:db8:2::/48")]
TCP, UDP = 6, 17


def main():
    octets = {(version, inward): 0 for version in (4, 6) for inward in (True, False)}
    packets = 0
    for packet in capture.packets(sys.argv[1]):
        if packet.protocol not in (TCP, UDP):
            continue
        packets += 1
        octets[packet.version, any(packet.destination in n for n in OURS)] += packet.octets
    both = [octets[4, True], octets[4, False], octets[6, True], octets[6, False]]
    print(both[0] + both[1], sum(both), packets, *both)


if __name__ == "__main__":
    main()
