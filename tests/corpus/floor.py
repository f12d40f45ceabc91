#!/usr/bin/env python3
"""usage: floor.py RESULTS LEAST MOST: at least LEAST per mille right, at most MOST hard faults."""

import collections
import json
import sys

HARD = ("MISSED", "ACCEPTED", "broken")


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            results = json.load(file)
    except (OSError, ValueError) as error:
        print(f"no results: {error}")
        return 1
    tally = collections.Counter(row[4] for row in results)
    right = 1000 * tally["right"] // max(1, len(results))
    hard = sum(tally[kind] for kind in HARD)
    print(f"{tally['right']} of {len(results)} right, {hard} missed or broken (floor {sys.argv[2]} per mille, {sys.argv[3]})")
    return 0 if results and right >= int(sys.argv[2]) and hard <= int(sys.argv[3]) else 1


sys.exit(main())
