# SPDX-License-Identifier: Apache-2.0
"""The collector under test: its configuration, its process, its commands."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request

import plan
import table
from workplace import await_true, free_port

CONFIGURATION = """\
collector: soak
network: {{ asns: [64500], prefixes: [203.0.113.0/24, "2001:db8::/32"] }}
store: {{ sqlite: {{ path: {store} }} }}
slotSeconds: {slot}
flushSeconds: {flush}
latenessSeconds: {lateness}
{extra}
listen:
  flows: ["127.0.0.1:{port}"]
{listen}
exchanges: [{{ id: ix-one, lan: [198.51.100.0/24] }}]
interconnects:
  - {{ id: ix-one-1, kind: exchange, exchange: ix-one, interfaces: [{interfaces}] }}
neighbors: [{neighbors}]
exporters:
"""
EXPORTER = """\
  - name: {name}
    addresses: [{address}]
    views: [{views}]
    observes: ingress
    asFields: ignore
    samplingRate: {{ override: 1 }}
    interfaces: [{{ index: {internal}, role: internal }}, {{ index: {exchange}, name: ix }}]
"""

# What is configured only where the version takes it.
KEYS = """\
network: { asns: [64500] }
control: peerage.sock
state: state
listen: { console: "127.0.0.1:0" }
learn: { from: [127.0.0.0/8] }
"""


class Collector:
    """One collector in a workplace; started and killed as often as a scenario wants."""

    _refused = None  # keys that this version does not take

    def __init__(self, place, peerage, exporters, neighbors=(), **settings):
        self.place, self.peerage = place, peerage
        self.exporters, self.neighbors = exporters, neighbors
        self.flow_port, self.bgp_port = free_port(), free_port()
        self.console_port = free_port()
        self.flush = settings.pop("flush", 5)
        self.slot = settings.pop("slot", 60)
        self.lateness = settings.pop("lateness", 600)
        self.store = settings.pop("store", place.file("peerage.db"))
        self.extra = settings.pop("extra", "")
        self.environment = settings.pop("environment", {})
        assert not settings, settings
        self.process = None
        self.config = place.write("peerage.yaml", self.configuration())

    def configuration(self):
        names = ", ".join(
            f"{{ exporter: {e.name}, index: {plan.EXCHANGE_INTERFACE} }}" for e in self.exporters
        )
        listen = f'  bgp: "127.0.0.1:{self.bgp_port}"\n' if self.neighbors else ""
        if self.knows("listen.console"):
            listen += f'  console: "127.0.0.1:{self.console_port}"\n'
        extra = self.extra
        if self.knows("control"):
            extra += f"\ncontrol: {self.place.file('peerage.sock')}"
        if self.knows("state"):
            extra += f"\nstate: {self.place.file('state')}"
        text = CONFIGURATION.format(
            store=self.store, slot=self.slot, flush=self.flush, lateness=self.lateness,
            port=self.flow_port, listen=listen, extra=extra, interfaces=names,
            neighbors=", ".join(
                f"{{ name: {n.name}, address: {n.address}, asn: 64500{n.settings} }}"
                for n in self.neighbors
            ),
        )
        for number, exporter in enumerate(self.exporters):
            view = self.neighbors[number % len(self.neighbors)].name if self.neighbors else ""
            text += EXPORTER.format(
                name=exporter.name, address=table.dotted(exporter.address), views=view,
                internal=plan.INTERNAL_INTERFACE, exchange=plan.EXCHANGE_INTERFACE,
            )
        return text

    def knows(self, key):
        """Whether this version's configuration takes a key."""
        if Collector._refused is None:
            path = self.place.write("keys.yaml", KEYS)
            done = subprocess.run(
                [self.peerage, "config", "check", "--config", path],
                capture_output=True, check=False,
            )
            words = (done.stdout + done.stderr).decode()
            Collector._refused = set(re.findall(r"([\w.]+): is not yet supported", words))
        return key not in Collector._refused

    # The process

    def start(self, seconds=60):
        """Starts it; returns once datagrams are received: (seconds it took, time in ns)."""
        began = time.monotonic()
        self.process = self.place.start(
            "collector", [self.peerage, "collect", "--config", self.config], self.environment
        )
        await_true(seconds, self.is_listening, pause=0.002)
        return time.monotonic() - began, time.time_ns()

    def is_listening(self):
        if self.process.poll() is not None:
            status = self.process.returncode
            raise RuntimeError(f"the collector ended with {status}: {self.log()[-2000:]}")
        wanted = f"0100007F:{self.flow_port:04X}"
        with open("/proc/net/udp", encoding="ascii") as file:
            return any(line.split()[1] == wanted for line in file)

    def is_ready(self):
        """Whether it says that it is ready; what listens is ready where there is no health."""
        if not self.knows("listen.console"):
            return self.is_listening()
        try:
            address = f"http://127.0.0.1:{self.console_port}/health/ready"
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=15):
        """Ends it as an operator would: (exit status, seconds it took)."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        return status, time.monotonic() - began

    def log(self):
        with open(self.place.file("collector.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def resident(self):
        """Octets of memory in use."""
        return self._status("VmRSS") * 1024

    def peak(self):
        return self._status("VmHWM") * 1024

    def _status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(rf"{key}:\s+(\d+)", file.read())[1])

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def queued(self):
        """Octets that wait in the sockets of its port, and datagrams dropped there."""
        wanted, waiting, drops = f":{self.flow_port:04X}", 0, 0
        with open("/proc/net/udp", encoding="ascii") as file:
            for line in file:
                fields = line.split()
                if fields[1].endswith(wanted):
                    waiting += int(fields[4].split(":")[1], 16)
                    drops += int(fields[12])
        return waiting, drops

    # Its commands

    def command(self, *arguments, seconds=300):
        """(exit status, standard output, messages)"""
        done = subprocess.run(
            [self.peerage, *arguments, "--config", self.config],
            capture_output=True, timeout=seconds, check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def answer(self, *arguments, seconds=300):
        status, output, messages = self.command(*arguments, "--format", "json", seconds=seconds)
        if status != 0:
            raise RuntimeError(f"{' '.join(arguments)}: status {status}: {messages[-500:]}")
        return json.loads(output)

    def ledger(self):
        """{exporter: its ledger}, the document."""
        try:
            document = self.answer("report", "ledger", "--slots")
        except RuntimeError as problem:
            if "the store is empty" not in str(problem):
                raise
            return {}, {"ledger": {"balanced": True, "gaps": []}}
        return {row["exporter"]: row for row in document["exporters"]}, document

    def check_store(self):
        """What `store check` finds; empty when the store is good."""
        status, output, messages = self.command("store", "check")
        return "" if status == 0 else f"status {status}: {output}{messages}"

    def metrics(self):
        """{name with labels: value}; empty where there are none."""
        found = {}
        try:
            address = f"http://127.0.0.1:{self.console_port}/metrics"
            with urllib.request.urlopen(address, timeout=10) as answer:
                for line in answer.read().decode().splitlines():
                    if line and not line.startswith("#"):
                        name, value = line.rsplit(" ", 1)
                        found[name] = float(value)
        except OSError:
            pass
        return found
