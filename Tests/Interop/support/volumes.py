# SPDX-License-Identifier: Apache-2.0
"""Holds a report against the truth: volumes.py INTERCONNECT V4IN V4OUT V6IN V6OUT < report

Reads `peerage report volumes --format json`. Prints a line for each family and direction: passed or
failed, and why. A sampled volume passes within twice its printed 95 % interval, which one run in
10,000 misses by chance; the line says whether it was within the interval itself.
"""

import json
import sys


def main():
    interconnect, *truth = sys.argv[1:]
    rows = [r for r in json.load(sys.stdin)["rows"] if r["interconnect"] == interconnect]
    names = ["ipv4 ingress", "ipv4 egress", "ipv6 ingress", "ipv6 egress"]
    for name, expected in zip(names, map(int, truth)):
        family, direction = name.split()
        found = [r for r in rows if (r["family"], r["direction"]) == (family, direction)]
        octets = sum(r["octets"] for r in found)
        spread = sum((r["octets"] * (r.get("intervalPercent") or 0)) ** 2 for r in found) ** 0.5
        interval = spread / octets if octets else 0.0
        error = 100 * (octets - expected) / expected
        inside = "within" if abs(error) <= interval else "outside"
        word = "passed" if found and 0 < interval and abs(error) <= 2 * interval else "failed"
        print(
            f"{word} {interconnect} {name}: {octets} octets, {error:+.2f} % off the truth, "
            f"{inside} the printed interval of ±{interval:.2f} %"
        )


if __name__ == "__main__":
    main()
