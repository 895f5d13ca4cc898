# SPDX-License-Identifier: Apache-2.0
"""What a scenario found: lines for people, one line of figures, results for Deploy/test."""

import json
import os


class Outcome:
    def __init__(self, scenario):
        self.scenario, self.figures, self.failures = scenario, {}, 0

    def expect(self, what, holds, found=""):
        """One thing that must hold; says it, and what was found when it does not."""
        word = "OK" if holds else "FAILED"
        more = f": {found}" if found != "" and not holds else ""
        print(f"{word} {self.scenario}: {what}{more}", flush=True)
        self._record("passed" if holds else "failed", what + more)
        self.failures += not holds
        return holds

    def equal(self, what, expected, found):
        return self.expect(f"{what}: {expected}", expected == found, f"found {found}")

    def skipped(self, why):
        print(f"SKIPPED {self.scenario}: {why}", flush=True)
        self._record("skipped", why)

    def print_figures(self):
        line = {"scenario": self.scenario, "failures": self.failures, **self.figures}
        print(json.dumps(line), flush=True)

    def _record(self, word, what):
        path = os.environ.get("PEERAGE_TEST_RESULTS")
        if path:
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{word} soak {self.scenario}: {what}\n")
