# SPDX-License-Identifier: Apache-2.0
"""What the table is told to: each waits for the speaker to connect, on an address of its own."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess

from speaker import ASN
from workplace import Skip, free_port

SPEAKER = "127.0.0.71"
LOCAL_ASN = 64500


def _ask(command):
    """Standard output of a command, empty when it fails."""
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    return done.stdout.decode() if done.returncode == 0 else ""


class Receiver:
    """A program, started fresh."""

    name = ""
    program = ""
    address = ""
    extra_programs = ()
    # Whether asking it takes so little that it may be asked until it has all.
    is_cheap_to_ask = True

    def __init__(self, place, cpu):
        for program in (self.program, *self.extra_programs):
            if not shutil.which(program):
                raise Skip(f"{program} is not installed")
        self.place = place
        self.port = free_port()
        command = ["taskset", "-c", str(cpu), *self.command()]
        self.process = place.start(self.name, command)

    def command(self):
        raise NotImplementedError

    def counts(self):
        """(IPv4, IPv6) prefixes that can be looked up, all of them told; None when it cannot be
        asked."""
        return None


class Peerage(Receiver):
    name, address = "peerage", "127.0.0.72"
    program = os.environ.get("PEERAGE", "peerage")

    def command(self):
        self.control = self.place.file("control.sock")
        config = f"""\
network: {{ asns: [{LOCAL_ASN}], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }}
store: {{ sqlite: {{ path: {self.place.file("peerage.db")} }} }}
control: {self.control}
listen: {{ flows: ["{self.address}:{free_port()}"], bgp: "{self.address}:{self.port}" }}
neighbors:
  - {{ name: speaker, address: {SPEAKER}, asn: {ASN} }}
"""
        return [self.program, "collect", "--config", self.place.write("peerage.yaml", config)]

    def counts(self):
        asked = _Control(self.control)
        asked.request("GET", "/api/v1/routes/neighbors")
        answer = asked.getresponse()
        text = answer.read()
        asked.close()
        if answer.status != 200:
            raise RuntimeError(f"peerage: {text[:500].decode()}")
        for row in json.loads(text):
            session = row["session"] or {}
            if row["neighbor"] == "speaker" and len(session.get("endOfRIB", [])) == 2:
                return row["ipv4Prefixes"], row["ipv6Prefixes"]
        return 0, 0


class _Control(http.client.HTTPConnection):
    """The control socket of a collector."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Bird(Receiver):
    name, program, address = "bird", "bird", "127.0.0.73"
    extra_programs = ("birdc",)

    def command(self):
        config = f"""\
log stderr all;
router id 192.0.2.73;
protocol device {{ }}
protocol bgp speaker {{
    local {self.address} port {self.port} as {LOCAL_ASN};
    neighbor {SPEAKER} as {ASN};
    passive on;
    strict bind;
    multihop;
    hold time 180;
    ipv4 {{ import all; export none; }};
    ipv6 {{ import all; export none; }};
}}
"""
        self.control = self.place.file("bird.ctl")
        return ["bird", "-f", "-c", self.place.write("bird.conf", config), "-s", self.control]

    def counts(self):
        text = _ask(["birdc", "-s", self.control, "show", "route", "count"])
        networks = dict(
            (table, int(count))
            for count, table in re.findall(r"routes for (\d+) networks in table (\w+)", text)
        )
        return networks.get("master4", 0), networks.get("master6", 0)


class GoBGP(Receiver):
    name, program, address = "gobgp", "gobgpd", "127.0.0.74"
    extra_programs = ("gobgp",)
    is_cheap_to_ask = False  # it goes through the whole table

    def command(self):
        config = f"""\
[global.config]
as = {LOCAL_ASN}
router-id = "192.0.2.74"
port = {self.port}
local-address-list = ["{self.address}"]
[[neighbors]]
[neighbors.config]
neighbor-address = "{SPEAKER}"
peer-as = {ASN}
[neighbors.transport.config]
passive-mode = true
local-address = "{self.address}"
[neighbors.timers.config]
hold-time = 180
[neighbors.graceful-restart.config]
enabled = true
restart-time = 120
"""
        for family in ("ipv4-unicast", "ipv6-unicast"):
            config += f"""\
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "{family}"
[neighbors.afi-safis.mp-graceful-restart.config]
enabled = true
"""
        self.api = free_port()
        file = self.place.write("gobgp.conf", config)
        api = f"{self.address}:{self.api}"
        return ["gobgpd", "--config-file", file, "--api-hosts", api, "--pprof-disable"]

    def counts(self):
        found = []
        for family in ("ipv4", "ipv6"):
            asked = ["gobgp", "-u", self.address, "-p", str(self.api), "global", "rib", "summary"]
            match = re.search(r"Destination: (\d+)", _ask([*asked, "-a", family]))
            found.append(int(match[1]) if match else 0)
        return tuple(found)


class Nfacctd(Receiver):
    name, program, address = "nfacctd", "nfacctd", "127.0.0.75"
    is_cheap_to_ask = False  # it cannot be asked

    def command(self):
        config = f"""\
daemonize: false
nfacctd_ip: {self.address}
nfacctd_port: {free_port()}
nfacctd_as: bgp
nfacctd_net: bgp
aggregate: dst_as
plugins: memory
imt_path: {self.place.file("nfacctd.pipe")}
bgp_daemon: true
bgp_daemon_ip: {self.address}
bgp_daemon_port: {self.port}
bgp_daemon_max_peers: 4
"""
        return ["nfacctd", "-f", self.place.write("nfacctd.conf", config)]


ALL = (Peerage, Bird, GoBGP, Nfacctd)
