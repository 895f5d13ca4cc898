# SPDX-License-Identifier: Apache-2.0
"""What a collector takes of the machine, looked at every few seconds."""

import threading
import time


class Watch(threading.Thread):
    """Looks until `done()`; the samples are (seconds, octets resident, descriptors, queued)."""

    def __init__(self, collector, seconds=1.0):
        super().__init__(daemon=True)
        self.collector, self.seconds = collector, seconds
        self.samples = []
        self._over = threading.Event()
        self._began, self._processor = time.monotonic(), collector.processor_seconds()
        self.start()

    def run(self):
        while not self._over.wait(self.seconds):
            try:
                waiting, _ = self.collector.queued()
                self.samples.append((
                    time.monotonic() - self._began, self.collector.resident(),
                    self.collector.descriptors(), waiting,
                ))
            except (FileNotFoundError, ProcessLookupError):
                return

    def done(self):
        """Ends it; the processors taken on average."""
        took = self.collector.processor_seconds() - self._processor
        self._over.set()
        self.join()
        return took / (time.monotonic() - self._began)

    def slope(self, since=0.5):
        """Octets an hour that the memory grows by, from that part of the time on."""
        points = [(t, r) for t, r, *_ in self.samples[int(len(self.samples) * since):]]
        if len(points) < 2:
            return 0.0
        middle = sum(t for t, _ in points) / len(points), sum(r for _, r in points) / len(points)
        across = sum((t - middle[0]) ** 2 for t, _ in points)
        along = sum((t - middle[0]) * (r - middle[1]) for t, r in points)
        return along / across * 3600 if across else 0.0


def mebibytes(octets):
    return round(octets / (1 << 20), 1)
