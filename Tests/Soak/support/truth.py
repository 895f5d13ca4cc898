# SPDX-License-Identifier: Apache-2.0
"""What was sent, exactly: the plan of the exporters and the sender's log, put together."""

import bisect
import itertools
import os
import struct
from collections import Counter

import plan

_ENTRY = struct.Struct("<qqq")


class Circle:
    """Sums over the datagrams of one exporter, numbered from 0, in the order sent."""

    def __init__(self, exporter):
        circle = exporter.circle
        self.name, self.length = exporter.name, len(circle)
        self.records = [0, *itertools.accumulate(d.records for d in circle)]
        self.volumes = [0, *itertools.accumulate(d.volume for d in circle)]
        self.grows = [0, *itertools.accumulate(d.lap_peer is not None for d in circle)]
        self.circle = circle
        self.by_peer = sum((d.by_peer for d in circle), Counter())
        self.lap_peers = Counter(d.lap_peer for d in circle if d.lap_peer is not None)

    def records_before(self, number):
        laps, rest = divmod(number, self.length)
        return laps * self.records[-1] + self.records[rest]

    def volume_before(self, number):
        laps, rest = divmod(number, self.length)
        grown = self.grows[-1] * (laps * (laps - 1) // 2) + self.grows[rest] * laps
        return laps * self.volumes[-1] + self.volumes[rest] + grown

    def by_peer_before(self, number):
        """Octets by peer AS."""
        laps, rest = divmod(number, self.length)
        sums = Counter({peer: laps * octets for peer, octets in self.by_peer.items()})
        for peer, count in self.lap_peers.items():
            sums[peer] += count * (laps * (laps - 1) // 2)
        for datagram in self.circle[:rest]:
            sums.update(datagram.by_peer)
            if datagram.lap_peer is not None:
                sums[datagram.lap_peer] += laps
        return sums

    def number_with_records(self, records):
        """The number before which there are so many records; None when there is none."""
        laps, rest = divmod(records, self.records[-1])
        place = bisect.bisect_left(self.records, rest)
        return laps * self.length + place if self.records[place] == rest else None

    def run(self, records, volume, first, last):
        """Where a run of datagrams with these sums begins and ends (exclusive).

        The beginning is looked for from `first` to `last`; None when no run has these sums.
        """
        if records == 0:
            return (first, first) if volume == 0 else None
        for begin in range(max(first, 0), last + 1):
            end = self.number_with_records(self.records_before(begin) + records)
            if end is not None and self.volume_before(end) - self.volume_before(begin) == volume:
                return begin, end
        return None


class Truth:
    """The sender's log of one run, as far as it is written."""

    def __init__(self, exporters, path):
        self.circles = {e.name: Circle(e) for e in exporters}
        self.places = {e.name: place for place, e in enumerate(exporters)}
        self.count = len(exporters)
        with open(path, "rb") as file:
            data = file.read()
        data = data[: len(data) // _ENTRY.size * _ENTRY.size]
        entries = list(_ENTRY.iter_unpack(data))
        self.times = [entry[0] for entry in entries]
        self.sent = [entry[1] for entry in entries]
        self.templates = entries[-1][2]

    def total(self):
        """Data datagrams sent."""
        return self.sent[-1]

    def of(self, name, total=None):
        """Datagrams of one exporter, of so many of all."""
        total = self.sent[-1] if total is None else total
        return (total - self.places[name] + self.count - 1) // self.count

    def sent_by(self, time):
        """(at least, at most) so many of all had been sent at `time` (ns since 1970)."""
        after = bisect.bisect_right(self.times, time)
        low = self.sent[after - 1] if after else 0
        high = self.sent[after] if after < len(self.sent) else self.sent[-1]
        return low, high

    def when(self, name, number):
        """(earliest, latest) time at which datagram `number` of an exporter was sent."""
        overall = number * self.count + self.places[name]
        after = bisect.bisect_right(self.sent, overall)
        latest = self.times[after] if after < len(self.times) else self.times[-1]
        return self.times[max(after - 1, 0)], latest

    def records(self, total=None):
        return sum(c.records_before(self.of(n, total)) for n, c in self.circles.items())

    def volume(self, total=None):
        return sum(c.volume_before(self.of(n, total)) for n, c in self.circles.items())

    def by_peer(self, total=None):
        sums = Counter()
        for name, circle in self.circles.items():
            sums.update(circle.by_peer_before(self.of(name, total)))
        return sums


def size(path):
    """Octets of a file; 0 when there is none."""
    return os.path.getsize(path) if os.path.exists(path) else 0


def log_size(path):
    return os.path.getsize(path) // _ENTRY.size


def protocol_name(protocol):
    return {plan.IPFIX: "ipfix", plan.NETFLOW9: "netflow9", plan.SFLOW: "sflow5"}[protocol]
