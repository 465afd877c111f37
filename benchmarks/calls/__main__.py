"""Release on the fake cloud, by each method, and print the calls that it takes, and took before."""

from __future__ import annotations

import argparse

from benchmarks.calls.before import BEFORE, COMMIT
from benchmarks.calls.count import CASES, count, per_minute
from benchmarks.calls.table import table


def main() -> None:
    """Count and print a table for each case."""
    minutes = _options().minutes
    print(f"Calls of a release, in brackets those at {COMMIT} with ten minutes of watch.")
    for case in CASES:
        alone, watched = count(case, 0.0), count(case, 60.0 * minutes)
        before = BEFORE[str(case)]
        print(
            f"\n{case}: {sum(alone.values())} calls without the watch, "
            f"{per_minute(watched, 60.0 * minutes):.1f} for each minute of it "
            f"(before: {per_minute(before, 600.0):.1f})\n"
        )
        print(table(watched, before), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench calls", description=__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="of watch; default 10")
    return parser.parse_args()


if __name__ == "__main__":
    main()
