# SPDX-License-Identifier: Apache-2.0
"""Prints values of a ledger: ledger.py KEY... < `peerage report ledger --format json`

EXPORTER/KEY is the value of one exporter. A key that is an object gives the sum of its values.
"""

import json
import sys


def value_of(document, key):
    part = document["ledger"]
    if "/" in key:
        name, key = key.split("/", 1)
        part = next((row for row in document["rows"] if row["exporter"] == name), {})
    found = part.get(key, 0)
    if isinstance(found, dict):
        return sum(found.values())
    return str(found).lower() if isinstance(found, bool) else found


def main():
    document = json.load(sys.stdin)
    print(*(value_of(document, key) for key in sys.argv[1:]))


if __name__ == "__main__":
    main()
