# SPDX-License-Identifier: Apache-2.0
"""Starts and ends sender.c, compiled once."""

import json
import os
import shutil
import signal
import subprocess

import plan
import truth
from workplace import Skip, await_true

_HERE = os.path.dirname(os.path.abspath(__file__))


def compiled(name, folder, *options):
    """A C program or library of this folder, built into `folder`."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Skip("there is no C compiler")
    output = os.path.join(folder, name)
    if not os.path.exists(output):
        source = os.path.join(_HERE, f"{name}.c")
        subprocess.run(
            [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", output, source, *options],
            check=True,
        )
    return output


class Sender:
    """Plays `exporters` to a port; `truth()` says what it has sent."""

    def __init__(self, place, exporters, name="sender"):
        self.place, self.exporters, self.name = place, exporters, name
        self.program = compiled("sender", place.path)
        self.plan, self.log = place.file(f"{name}.plan"), place.file(f"{name}.truth")
        plan.write(exporters, self.plan)
        self.process = None

    def start(self, port, rate, seconds=86400, template_seconds=30):
        """Sends `rate` records a second."""
        self.report = self.place.file(f"{self.name}.json")
        with open(self.report, "wb") as output:
            self.process = self.place.start(
                self.name,
                [self.program, self.plan, self.log, "127.0.0.1", str(port), str(rate), str(seconds),
                 str(template_seconds)],
                stdout=output,
            )
        await_true(10, self.has_begun)

    def has_begun(self):
        return os.path.exists(self.log) and truth.log_size(self.log) > 1

    def truth(self):
        return truth.Truth(self.exporters, self.log)

    def stop(self):
        """Ends it, or waits for its end; what it says of itself."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait(10)

    def wait(self, seconds):
        if self.process.wait(seconds) != 0:
            raise RuntimeError(f"the sender ended with {self.process.returncode}")
        with open(self.report, encoding="ascii") as file:
            return json.load(file)
