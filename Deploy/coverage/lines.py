# SPDX-License-Identifier: Apache-2.0
"""How many lines of a folder the tests ran: lines.py REPORT FOLDER PERCENT

REPORT is what `swift test --enable-code-coverage` writes. Prints the files with lines that no test
ran, worst first, and the share of all; the status is 1 where that is below PERCENT.
"""

import json
import os
import sys


def main():
    report, folder, percent = sys.argv[1], os.path.realpath(sys.argv[2]) + os.sep, float(sys.argv[3])
    with open(report, encoding="utf-8") as file:
        files = json.load(file)["data"][0]["files"]
    lines = {
        name[len(folder) :]: file["summary"]["lines"]
        for file in files
        if (name := os.path.realpath(file["filename"])).startswith(folder)
    }
    count = sum(file["count"] for file in lines.values())
    covered = sum(file["covered"] for file in lines.values())
    for name, file in sorted(lines.items(), key=lambda entry: entry[1]["percent"]):
        if file["covered"] < file["count"]:
            print(f"{file['percent']:6.2f} % {file['count'] - file['covered']:4} not run  {name}")
    share = 100 * covered / count if count else 0
    print(f"{share:6.2f} % of {count} lines of {sys.argv[2]} in {len(lines)} files; at least {percent:g} %")
    return 0 if share >= percent else 1


if __name__ == "__main__":
    sys.exit(main())
