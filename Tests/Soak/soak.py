# SPDX-License-Identifier: Apache-2.0
"""Runs scenarios against a collector.

soak.py [--short | --quick] [--slow] [--set KEY=VALUE]... PEERAGE SCENARIO...
"""

import argparse
import importlib
import os
import signal
import sys
import time
import traceback

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [_HERE, os.path.join(_HERE, "support")]

from outcome import Outcome  # noqa: E402
from workplace import Skip, Workplace, say  # noqa: E402


SLOWER = 20


def run(name, options, changes):
    """Whether everything held."""
    module = importlib.import_module(f"scenarios.{name}")
    outcome, began = Outcome(name), time.monotonic()
    scale = module.SHORT if options.short else module.LONG
    if options.quick:
        scale = getattr(module, "QUICK", module.SHORT)
    arguments = {**scale, **changes}
    for key in {"rate", "flood"} & set(arguments) if options.slow else ():
        arguments[key] //= SLOWER
    say(f"{name}: {', '.join(f'{key} {value}' for key, value in arguments.items())}")
    with Workplace(name, options.folder) as place:
        try:
            module.run(place, outcome, os.path.abspath(options.peerage), **arguments)
        except Skip as reason:
            outcome.skipped(str(reason))
            return True
        except Exception as problem:  # whatever broke, the other scenarios still run
            traceback.print_exc()
            outcome.expect("the scenario runs to its end", False, repr(problem))
        place.keep = outcome.failures > 0
        outcome.figures["seconds"] = round(time.monotonic() - began, 1)
        outcome.print_figures()
    return outcome.failures == 0


def value(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--quick", action="store_true", help="as often as LONG, but small")
    parser.add_argument("--slow", action="store_true", help="for a debug build")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--folder")
    parser.add_argument("peerage")
    parser.add_argument("scenario", nargs="+")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    changes = {key: value(text) for key, text in (each.split("=", 1) for each in options.set)}
    good = [run(scenario, options, changes) for scenario in options.scenario]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
