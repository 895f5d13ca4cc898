# SPDX-License-Identifier: Apache-2.0
"""What sflowtool, NetGauze, akvorado and pmacct found, in the words of `peerage decode`.

As in `tshark`: pairs of values and the row they stand in, and nothing is put right here.
"""

import collections
import gzip
import ipaddress
import json

from captures import table
from readings import address, direction, nanoseconds, protocol, values

def plain_mac(text):
    return ":".join(text[at : at + 2] for at in range(0, 12, 2))


def split(text):
    return text.split("-") if text else []


def interface(text):
    return int(text) if text.isdigit() else text


SAMPLE = [
    ("meanSkipCount", "samplingRate", int),
    ("inputPort", "ingressInterface", interface),
    ("outputPort", "egressInterface", interface),
    ("srcMAC", "sourceMAC", plain_mac),
    ("dstMAC", "destinationMAC", plain_mac),
    ("srcIP", "sourceAddress", address),
    ("dstIP", "destinationAddress", address),
    ("srcIP6", "sourceAddress", address),
    ("dstIP6", "destinationAddress", address),
    ("IPProtocol", "ipProtocol", int),
    ("TCPSrcPort", "sourcePort", int),
    ("TCPDstPort", "destinationPort", int),
    ("UDPSrcPort", "sourcePort", int),
    ("UDPDstPort", "destinationPort", int),
    ("IPSize", "octets", int),
    ("ethernet_type", "etherType", int),
    ("nextHop", "nextHop", address),
    ("bgp_nexthop", "bgpNextHop", address),
    ("src_as", "sourceAS", int),
    ("src_peer_as", "sourcePeerAS", int),
    ("dst_as", "destinationAS", int),
    ("dst_peer_as", "destinationPeerAS", int),
    ("dst_as_path", "asPath", lambda text: [int(number) for number in split(text)]),
    (
        "BGP_communities",
        "communities",
        lambda text: [f"{int(word) >> 16}:{int(word) & 0xFFFF}" for word in split(text)],
    ),
    ("BGP_localpref", "localPreference", int),
]


def sflowtool(path, kind):
    """The samples of a kind with the fields of their elements, and what could not be read."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                datagram = json.loads(line)
            except ValueError:
                continue  # it stopped in the middle of the datagram
            for sample in datagram.get("samples", []):
                if sample["sampleType"] == kind:
                    row = {"agent": datagram["agent"], **sample}
                    for element in reversed(sample.get("elements", [])):
                        row |= element
                    yield row


def sflowtool_samples(path):
    return [(values(row, SAMPLE), row) for row in sflowtool(path, "FLOWSAMPLE")]


def sflowtool_counters(path):
    """One row for each generic interface counter block, as `counters` lines have them."""
    return [
        ({name: int(row[name]) for name in row if name[:2] == "if" and row[name].isdigit()}, row)
        for row in sflowtool(path, "COUNTERSSAMPLE")
        if "ifIndex" in row
    ]


def unmapped(text):
    """An IPv4 address that is written as an IPv6 one."""
    found = ipaddress.ip_address(text)
    return str(found.ipv4_mapped or found)


def listed(text):
    return [int(word) for word in text.partition("{")[2].rstrip("}").split(",")]


AKVORADO = [
    ("SamplingRate", "samplingRate", int),
    ("InIf", "ingressInterface", lambda text: int(text.split(",")[0])),
    ("OutIf", "egressInterface", lambda text: int(text.split(",")[0])),
    ("SrcAddr", "sourceAddress", unmapped),
    ("DstAddr", "destinationAddress", unmapped),
    ("NextHop", "nextHop", unmapped),
    ("SrcAS", "sourceAS", int),
    ("DstAS", "destinationAS", int),
    ("Bytes", "octets", int),
    ("Packets", "packets", int),
    ("Proto", "ipProtocol", protocol),
    ("SrcPort", "sourcePort", int),
    ("DstPort", "destinationPort", int),
    ("DstASPath", "asPath", listed),
    (
        "DstCommunities",
        "communities",
        lambda text: [f"{word >> 16}:{word & 0xFFFF}" for word in listed(text)],
    ),
    ("SrcMAC", "sourceMAC", lambda text: plain_mac(f"{int(text, 0):012x}")),
    ("DstMAC", "destinationMAC", lambda text: plain_mac(f"{int(text, 0):012x}")),
]


def akvorado(row):
    return values(row, AKVORADO)


def netgauze_mac(octets):
    return ":".join(f"{octet:02x}" for octet in octets)


NETGAUZE = [
    ("sourceIPv4Address", "sourceAddress", address),
    ("destinationIPv4Address", "destinationAddress", address),
    ("sourceIPv6Address", "sourceAddress", address),
    ("destinationIPv6Address", "destinationAddress", address),
    ("sourceTransportPort", "sourcePort", int),
    ("destinationTransportPort", "destinationPort", int),
    ("protocolIdentifier", "ipProtocol", protocol),
    ("octetDeltaCount", "octets", int),
    ("packetDeltaCount", "packets", int),
    ("ingressInterface", "ingressInterface", int),
    ("egressInterface", "egressInterface", int),
    ("bgpSourceAsNumber", "sourceAS", int),
    ("bgpDestinationAsNumber", "destinationAS", int),
    ("ipNextHopIPv4Address", "nextHop", address),
    ("ipNextHopIPv6Address", "nextHop", address),
    ("bgpNextHopIPv4Address", "bgpNextHop", address),
    ("bgpNextHopIPv6Address", "bgpNextHop", address),
    ("sourceMacAddress", "sourceMAC", netgauze_mac),
    ("destinationMacAddress", "destinationMAC", netgauze_mac),
    ("ethernetType", "etherType", int),
    ("flowDirection", "direction", direction),
    ("flowStartMilliseconds", "start", nanoseconds),
    ("flowEndMilliseconds", "end", nanoseconds),
]


def netgauze(path):
    """Data records with their fields; those of options have a scope and are left out."""
    found = []
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        for line in file:
            ((_, message),) = json.loads(line).items()
            sets = [part["Data"] for part in message["sets"] if "Data" in part]
            for record in (record for part in sets for record in part["records"]):
                row = {}
                for field in record["fields"]:
                    row |= field
                if "octetDeltaCount" in row:
                    found.append((values(row, NETGAUZE), row))
    return found


def pmacct(path):
    """Octets and packets of each combination of addresses, protocol, ports and interfaces."""
    sums = collections.defaultdict(lambda: {"octets": 0, "packets": 0})
    for row in table(path):
        key = (address(row["ip_src"]), address(row["ip_dst"]), protocol(row["proto"]))
        key += tuple(int(row[name]) for name in ("port_src", "port_dst", "iface_in", "iface_out"))
        sums[key]["octets"] += int(row["bytes"])
        sums[key]["packets"] += int(row["packets"])
    return sums


def sums_like_pmacct(lines, scaled):
    """The same of flow lines; what the exporter did not say is 0 there."""
    sums = collections.defaultdict(lambda: {"octets": 0, "packets": 0})
    for line in lines:
        names = ("ipProtocol", "sourcePort", "destinationPort")
        names += ("ingressInterface", "egressInterface")
        key = (line["sourceAddress"], line["destinationAddress"])
        key += tuple(line.get(name, 0) for name in names)
        for name in ("octets", "packets"):
            sums[key][name] += line.get(name, 0) * (line["samplingRate"] if scaled else 1)
    return sums


def nfdump(row):
    columns = {"records": "nf_flows", "octets": "nf_sum_ibyt", "packets": "nf_sum_ipkt"}
    return {ours: int(row[theirs]) for ours, theirs in columns.items()}
