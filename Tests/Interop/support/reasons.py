# SPDX-License-Identifier: Apache-2.0
"""When a reason of `differences.tsv` holds: given what another decoder has, what we have, and their
row, in which `ours` is our line. A reason that cannot be checked does not hold.
"""

import collections
import fnmatch
import os

from captures import table
from readings import nanoseconds


def zero(wanted, found, _):
    return wanted == 0 and found is None


def no_interface(wanted, found, _):
    """sFlow v5: the two highest bits of an interface say what the others mean."""
    if isinstance(wanted, str):
        return found is None and wanted.startswith(("multiple ", "dropCode "))
    return found is None and (wanted == 0 or wanted >> 30 != 0 or wanted == 0x3FFFFFFF)


def in_frame(wanted, found, row):
    fields = ("ip.src", "ip.dst", "ip.len", "ip.proto", "udp.srcport", "udp.dstport", "vlan.id")
    seen = [row[field] for field in fields] + [row["eth.src"], row["eth.dst"], "1"]
    return wanted is None and str(found) in seen


def initiated(wanted, found, row):
    """The first flow of a record is the initiator's, or with direction 2 (IE 239) the other one."""
    side = "responder" if row["biflow_direction"] == "2" else "initiator"
    return wanted is None and str(found) in (row[f"{side}_octets"], row[f"{side}_packets"])


def total(wanted, found, row):
    return wanted is None and str(found) == row["octets_total"]


def tagged(wanted, found, row):
    return wanted is None and str(found) in (row.get("vlanid"), row.get("dot1q_vlan_id"))


def switched(wanted, found, row):
    """One tag: that which the record of the switch names."""
    vlans = [part.split("=")[1] for part in row["extra"].split(";") if ".vlan." in part]
    return wanted is None and len(found) == 1 and str(found[0]) in vlans


def sampled_frame(wanted, found, row):
    return wanted is None and f"_mac_address={found}" in row["extra"]


def from_uptime(wanted, found, row):
    """They show uptimes only; ours lie as far apart as those."""
    first, last = row.get("timestart"), row.get("timeend")
    if "flowStartSysUpTime" in row:
        first, last = row["flowStartSysUpTime"] / 1000, row["flowEndSysUpTime"] / 1000
    ours = [nanoseconds(row["ours"][name]) for name in ("start", "end") if name in row["ours"]]
    if wanted is not None or len(ours) < 2 or None in (first, last):
        return wanted is None
    differ = (ours[1] - ours[0]) / 10**9 - float(last) + float(first)
    return abs(differ) < 0.0005 or abs(differ - 2**32 / 1000) < 0.0005  # the uptime wrapped


def rounded(wanted, found, _):
    return wanted is not None and abs(wanted - found) == 1


def finer(wanted, found, _):
    if wanted in (None, 0):
        return wanted == 0
    return wanted % 10**9 == 0 and 0 <= found - wanted < 10**9


def no_path(wanted, found, row):
    return wanted is None and found == [] or wanted == 0 and row["ours"]["asPath"] == []


def other_family(wanted, found, row):
    return wanted == "::" and found in (row["sourceIPv4Address"], row["destinationIPv4Address"])


def inside(wanted, found, row):
    """A template that has the fields of a packet and then those of the packet in it."""
    return "sourceIPv4Address" in row and row["sourceIPv6Address"] != "::"


def outside(wanted, found, row):
    """It shows the addresses of both packets, and the column is that of IPv4."""
    return str(found) in (row.get("srcaddrv6"), row.get("dstaddrv6"))


def own_as(wanted, found, row):
    return wanted == 39421 and found in (None, 0)


def bgp_next_hop(wanted, found, row):
    return found is None and wanted in (row["ours"].get("bgpNextHop"), "::")


def payload_only(wanted, found, row):
    return ":" in row["ip_src"] and found == wanted + 40


def extension_header(wanted, found, row):
    return "hopopts" in row["inner_protos"] and (wanted, found) == (0, 58)


def captured_only(wanted, found, row):
    return str(found) == row["ip.tot_len"]


def other_key(wanted, found, row):
    return None in (wanted, found)


def without_length(wanted, found, row):
    """They count what we report as malformed."""
    return found < wanted and row["ours"]["errors"].get("malformed", 0) >= wanted - found


def scaled(wanted, found, row):
    """Octets and packets grow by the same factor, that by which our octets do."""
    ours = row["ours"]
    return wanted * ours["octets"] == found * ours["scaledOctets"] > 0


def running_total(wanted, found, row):
    return found == 0 and row["ours"]["otherOctets"] == {"total": wanted}


class Difference:
    """A row of `differences.tsv`."""

    def __init__(self, row):
        self.tools, self.columns = row["tools"].split(), row["columns"].split()
        self.captures, self.holds = row["captures"], row["holds"]
        self.reason, self.source, self.test = row["reason"], row["source"], row["test"]
        self.used = collections.Counter()  # values it explains, by capture

    def explains(self, tool, capture, column, wanted, found, row):
        if tool not in self.tools or column not in self.columns:
            return False
        if not fnmatch.fnmatch(capture, self.captures):
            return False
        if ">" in self.holds:
            return f"{wanted}>{found}" in self.holds.split()
        try:
            return globals()[self.holds](wanted, found, row)
        except (KeyError, TypeError, ValueError):
            return False


def read():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "differences.tsv")
    return [Difference(row) for row in table(path)]
