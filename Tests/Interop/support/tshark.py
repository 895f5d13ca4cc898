# SPDX-License-Identifier: Apache-2.0
"""What tshark found in a capture, in the words of `peerage decode`.

Each function gives a list of pairs: the values it found, absent where it shows none, and the row as
it wrote it. Nothing is put right here: where it is wrong or means something else, a row of
`differences` says so.
"""

from captures import table
from readings import address, direction, nanoseconds, number, values

FLOW = [
    ("src", "sourceAddress", address),
    ("dst", "destinationAddress", address),
    ("sport", "sourcePort", number),
    ("dport", "destinationPort", number),
    ("proto", "ipProtocol", number),
    ("octets", "octets", number),
    ("pkts", "packets", number),
    ("in_if", "ingressInterface", number),
    ("out_if", "egressInterface", number),
    ("src_as", "sourceAS", number),
    ("dst_as", "destinationAS", number),
    ("peer_src_as", "sourcePeerAS", number),
    ("peer_dst_as", "destinationPeerAS", number),
    ("nexthop", "nextHop", address),
    ("bgp_nexthop", "bgpNextHop", address),
    ("vlan", "vlan", number),
    ("exporter", "exporter", address),
    ("srcmac", "sourceMAC", str),
    ("dstmac", "destinationMAC", str),
    ("post_srcmac", "postSourceMAC", str),
    ("post_dstmac", "postDestinationMAC", str),
    ("direction", "direction", direction),
    ("abstimestart", "start", nanoseconds),
    ("abstimeend", "end", nanoseconds),
]


def rows(path):
    """The rows of a table with all their fields, the first of each name."""
    for row in table(path):
        if None in row.values():
            continue
        for field in row["all_fields"].split(";"):
            name, _, value = field.partition("=")
            row.setdefault(name, value)
        yield row


def flows(path):
    found, rates = [], {}
    for row in rows(path):
        said = said_rate(row)
        source = row["exporter"], row["obs_domain"]
        sampler = row.get("sampler_id") or row.get("selector_id") or ""
        if row["type"] == "options":
            if said:
                rates[source, sampler] = said
            continue
        wanted = values(row, FLOW)
        wanted["samplingRate"] = rates.get((source, sampler)) or said or 1
        found.append((wanted, row))
    return found


def said_rate(row):
    """One of how many packets was taken, as the elements of a row say it; 0 for not at all."""
    fields = {name: int(value) for name, value in row.items() if name in RATES and value.isdigit()}
    if fields.get("sampling_size"):
        return fields["sampling_population"] / fields["sampling_size"]
    if fields.get("sampling_packet_interval") and "sampling_packet_space" in fields:
        interval = fields["sampling_packet_interval"]
        return (interval + fields["sampling_packet_space"]) / interval
    names = ("sampler_random_interval", "sampling_packet_interval", "sampling_interval")
    return next((fields[name] for name in names if fields.get(name)), 0)


RATES = {"sampling_size", "sampling_population", "sampling_packet_interval"}
RATES |= {"sampling_packet_space", "sampler_random_interval", "sampling_interval"}

SAMPLE = [
    ("exporter", "exporter", address),
    ("agent", "agent", address),
    ("sub_agent", "subAgent", number),
    ("rate", "samplingRate", number),
    ("in_if", "ingressInterface", number),
    ("out_if", "egressInterface", number),
    ("eth_src", "sourceMAC", str),
    ("eth_dst", "destinationMAC", str),
    ("vlans", "vlans", lambda text: [int(tag) for tag in text.split(",")]),
    ("ip_src", "sourceAddress", address),
    ("ip_dst", "destinationAddress", address),
    ("ip_proto", "ipProtocol", number),
    ("l4_src", "sourcePort", number),
    ("l4_dst", "destinationPort", number),
    ("ip_len", "octets", number),
]


def samples(path):
    return [
        (values(row, SAMPLE), row) for row in table(path) if row["sampletype"] in ("1", "3")
    ]


SUMS = [
    ("data_records", "records", number),
    ("ts_flow_samples", "records", number),
    ("sum_octets", "octets", lambda text: int(float(text))),
    ("sum_pkts", "packets", lambda text: int(float(text))),
    ("templates", "templates", number),
    ("options_templates", "optionsTemplates", number),
    ("options_records", "optionsRecords", number),
    ("ts_counter_samples", "counterSamples", number),
    ("ts_discard_samples", "discardSamples", number),
]


def sums(row):
    return values(row, SUMS)
