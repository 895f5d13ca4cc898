# SPDX-License-Identifier: Apache-2.0
"""Real routers on loopback: BIRD, which has a made-up full table, and FRR, which has it of BIRD."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass

import table
from workplace import Skip, await_true, free_port, say

FRR_FOLDERS = ("/usr/lib/frr", "/usr/sbin")


@dataclass(frozen=True)
class Neighbor:
    name: str
    address: str
    settings: str = ""  # more keys of its entry in the configuration, each after ", "


BIRD = Neighbor("bird", "127.0.0.2")
FRR = Neighbor("frr", "127.0.0.3")


def bird_routes(ipv4, ipv6):
    """The static protocols with so many routes of each family."""
    for family, count in (("ipv4", ipv4), ("ipv6", ipv6)):
        yield f"protocol static full_{family} {{ {family};\n"
        for number in range(count):
            if family == "ipv4":
                prefix = table.dotted(table.ipv4_prefix(number)) + "/24"
            else:
                prefix = table.ipv6_prefix_text(number)
            peer, middle, origin = table.path(number)
            yield (
                f"route {prefix} blackhole {{ bgp_path.prepend({origin});"
                f" bgp_path.prepend({middle}); bgp_path.prepend({peer}); }};\n"
            )
        yield "}\n"


BIRD_HEAD = """\
log stderr all;
router id 192.0.2.2;
protocol device {{ }}
template bgp announcing {{
    local 127.0.0.2 as 64500;
    multihop;
    connect retry time 1;
    connect delay time 1;
    error wait time 1, 2;
    hold time {hold};
    ipv4 {{ import none; export all; next hop address 192.0.2.2; }};
    ipv6 {{ import none; export all; next hop address 2001:db8::2; }};
}}
protocol bgp collector from announcing {{ neighbor 127.0.0.1 port {port} as 64500; }}
"""
BIRD_FRR = """\
protocol bgp frr from announcing {{
    local 127.0.0.2 port {port} as 64500;
    neighbor 127.0.0.3 as 64500;
    rr client;
    passive;
    strict bind;
}}
"""


class Bird:
    """BIRD with a full table, which it announces to a port of the collector (and to FRR)."""

    def __init__(self, place, collector_port, ipv4, ipv6, serves_frr=False, hold=90):
        if not shutil.which("bird"):
            raise Skip("bird is not installed")
        self.place, self.ipv4, self.ipv6 = place, ipv4, ipv6
        self.frr_port = free_port()
        config = place.file("bird.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(BIRD_HEAD.format(port=collector_port, hold=hold))
            if serves_frr:
                file.write(BIRD_FRR.format(port=self.frr_port))
            file.writelines(bird_routes(ipv4, ipv6))
        self.config, self.control = config, place.file("bird.ctl")
        self.start()

    def start(self):
        began = time.monotonic()
        self.process = self.place.start(
            "bird",
            ["bird", "-f", "-c", self.config, "-s", self.control,
             "-P", self.place.file("bird.pid")],
        )
        await_true(120, self.answers)
        took = time.monotonic() - began
        say(f"BIRD has {self.ipv4} + {self.ipv6} routes after {took:.1f} s")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError("BIRD ended: see bird.log")
        return "Daemon is up" in self.ask("show", "status")

    def ask(self, *words):
        done = subprocess.run(
            ["birdc", "-s", self.control, *words], capture_output=True, timeout=120, check=False
        )
        return done.stdout.decode()

    def down(self):
        self.ask("disable", "collector")

    def up(self):
        self.ask("enable", "collector")


FRR_CONFIG = """\
router bgp 64500
 bgp router-id 192.0.2.3
 bgp cluster-id 192.0.2.3
 no bgp default ipv4-unicast
 no bgp network import-check
 timers bgp 30 {hold}
 neighbor 127.0.0.2 remote-as 64500
 neighbor 127.0.0.2 port {bird}
 neighbor 127.0.0.2 update-source 127.0.0.3
 neighbor 127.0.0.2 timers connect 1
 neighbor 127.0.0.1 remote-as 64500
 neighbor 127.0.0.1 port {collector}
 neighbor 127.0.0.1 update-source 127.0.0.3
 neighbor 127.0.0.1 timers connect 1
 address-family ipv4 unicast
  neighbor 127.0.0.2 activate
  neighbor 127.0.0.1 activate
  neighbor 127.0.0.1 route-reflector-client
 exit-address-family
 address-family ipv6 unicast
  neighbor 127.0.0.2 activate
  neighbor 127.0.0.1 activate
  neighbor 127.0.0.1 route-reflector-client
 exit-address-family
"""


class Frr:
    """FRR's bgpd, which reflects BIRD's table to a port of the collector."""

    def __init__(self, place, collector_port, bird_port, hold=90):
        program = next(
            (f"{f}/bgpd" for f in FRR_FOLDERS if os.access(f"{f}/bgpd", os.X_OK)), None
        )
        if not program or not shutil.which("vtysh"):
            raise Skip("FRR is not installed")
        self.sockets = place.file("frr")
        os.makedirs(self.sockets, exist_ok=True)
        config = place.write(
            "frr.conf", FRR_CONFIG.format(bird=bird_port, collector=collector_port, hold=hold)
        )
        # It listens on 127.0.0.3 only, at a port nobody else has, and runs as who starts it.
        self.process = place.start(
            "frr",
            [program, "--no_kernel", "--no_zebra", "--skip_runas", "--bgp_port", str(free_port()),
             "--listenon", "127.0.0.3", "--config_file", config,
             "--pid_file", place.file("bgpd.pid"), "--vty_socket", self.sockets,
             "--vty_port", "0", "--log", "stdout"],
        )

    def down(self):
        self.ask("configure terminal", "router bgp 64500", "neighbor 127.0.0.1 shutdown")

    def up(self):
        self.ask("configure terminal", "router bgp 64500", "no neighbor 127.0.0.1 shutdown")

    def ask(self, *commands):
        words = [word for command in commands for word in ("-c", command)]
        done = subprocess.run(
            ["vtysh", "--vty_socket", self.sockets, *words],
            capture_output=True, timeout=120, check=False,
        )
        return done.stdout.decode() + done.stderr.decode()


def load(collector, routers, ipv4, ipv6, seconds=300):
    """Waits for the tables; what is missing, None when nothing is."""
    wanted = {router.name: ("established", ipv4, ipv6) for router in routers}

    def sessions():
        found = collector.answer("status")["sessions"]
        return {
            s["neighbor"]: (s["state"].lower(), s["ipv4Prefixes"], s["ipv6Prefixes"]) for s in found
        }

    def is_there():
        try:
            return all(sessions().get(name) == value for name, value in wanted.items())
        except (RuntimeError, KeyError):
            return False

    try:
        await_true(seconds, is_there, pause=0.5)
        return None
    except TimeoutError:
        return sessions()
