# SPDX-License-Identifier: Apache-2.0
"""A folder to work in, and everything that has to be undone however the work ends."""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Skip(Exception):
    """It cannot be done here; the text says why."""


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def free_port():
    """A port on loopback that is free for UDP and TCP at this moment."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                with contextlib.suppress(OSError):
                    datagram.bind(("127.0.0.1", port))
                    return port


def await_true(seconds, condition, pause=0.05):
    """What `condition` gives once it is true; fails after `seconds`."""
    limit = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > limit:
            raise TimeoutError(f"not so within {seconds} s: {getattr(condition, '__name__', 'it')}")
        time.sleep(pause)


class Workplace(contextlib.ExitStack):
    """The folder of one scenario; kept when `keep` is set, else removed at the end."""

    def __init__(self, name, parent=None):
        super().__init__()
        self.path = tempfile.mkdtemp(prefix=f"peerage-soak-{name}-", dir=parent)
        self.keep = False
        self.callback(self._leave)

    def _leave(self):
        if self.keep:
            say(f"kept: {self.path}")
        else:
            shutil.rmtree(self.path, ignore_errors=True)

    def file(self, *parts):
        return os.path.join(self.path, *parts)

    def write(self, name, text):
        with open(self.file(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.file(name)

    def start(self, name, command, environment=None, **options):
        """A process that ends with this workplace; its output is in NAME.log."""
        with open(self.file(f"{name}.log"), "ab") as log:
            process = subprocess.Popen(
                command,
                stdout=options.pop("stdout", log),
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})},
                preexec_fn=_die_with_parent,
                **options,
            )
        self.callback(_end, process)
        return process

    def run(self, command, seconds=60):
        """Standard output of a command that has to succeed."""
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
        if done.returncode != 0:
            words = done.stderr.decode()[-500:]
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}: {words}")
        return done.stdout.decode()


def _end(process):
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGCONT)
        process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
