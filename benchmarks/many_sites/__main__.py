"""Build sites on the fake cloud until there are 170, and tell what each command and page takes.

Each answer takes the time that it took on the box, by what it holds. Ends with 1 if anything takes
more calls with the most sites than with the fewest.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from benchmarks.many_sites import pages, table
from benchmarks.many_sites.measure import measured
from benchmarks.many_sites.project import Project
from benchmarks.many_sites.table import Row
from benchmarks.setting import Setting
from benchmarks.sites import tell

FLAT = 1.1
"""Times the calls with the fewest sites that anything may take with the most: a look more or less
while something is waited for is no growth."""


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    setting = Setting.now()
    rows: list[Row] = []
    project = Project()
    screen = nullcontext() if options.no_pages else pages.logged_in(project)
    try:
        with screen as page:
            pause = None if options.no_times else time.sleep
            for row in measured(
                project, options.sites, pause=pause, page=page, rounds=options.rounds
            ):
                rows.append(row)
                tell(str(row))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        print(f"{setting}\n\n{table.markdown(rows)}")
        if options.json:
            options.json.write_text(table.document(rows, setting))
    sys.exit(any(_grown(rows, act) > FLAT for act in {row.act for row in rows}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench many-sites", description=__doc__)
    parser.add_argument("--sites", type=int, nargs="+", default=[1, 10, 100, 170], metavar="N")
    parser.add_argument("--rounds", type=int, default=3, help="of what changes nothing; default 3")
    parser.add_argument("--no-pages", action="store_true", help="leave Horizon's pages out")
    parser.add_argument("--no-times", action="store_true", help="count calls and objects alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE")
    return parser.parse_args()


def _grown(rows: list[Row], act: str) -> float:
    """Return how many times as many calls an act takes with the most sites as with the fewest."""
    own = sorted((row for row in rows if row.act == act), key=lambda row: row.sites)
    return own[-1].calls / own[0].calls


if __name__ == "__main__":
    main()
