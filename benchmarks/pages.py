"""How soon the panel's pages answer in Horizon: that of all sites, and that of each site there is.

The pages take turns, with the parts that they fetch every four seconds. Nothing is built: `ao up`
first builds a site whose page is of interest.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.screen import page
from benchmarks.screen.page import PANEL, Broken, Page
from benchmarks.screen.times import Times
from benchmarks.sites import tell


@dataclass(frozen=True, kw_only=True)
class Row:
    """One page."""

    name: str
    times: Times


def main() -> None:
    """Measure, print a table, and write the rows to a file."""
    options = _options()
    try:
        with page.logged_in(options.dashboard, options.cloud) as shown:
            rows = measured(shown, options.rounds)
    except Broken as error:
        sys.exit(str(error))
    print(markdown(rows), end="")
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench pages", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--dashboard", default="http://127.0.0.1:8080", metavar="URL")
    parser.add_argument("--rounds", type=int, default=20, help="of each page; default 20")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE")
    return parser.parse_args()


def measured(shown: Page, rounds: int) -> list[Row]:
    """Ask for the pages in turn. Raises Broken.

    The first round, in which the web server reads the journals' texts, does not count.
    """
    paths = {"all sites": PANEL, "all sites, the part": f"{PANEL}rows"}
    for site in sorted(shown.get().sites):
        paths |= {site: f"{PANEL}{site}/", f"{site}, the part": f"{PANEL}{site}/now"}
    seconds: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(rounds + 1):
        for name, path in paths.items():
            view = shown.get(path)
            if number:
                seconds[name].append(view.seconds)
        tell(f"{number}/{rounds}")
    return [Row(name=name, times=Times.of(taken)) for name, taken in seconds.items()]


def markdown(rows: Sequence[Row]) -> str:
    """A row a page."""
    lines = ["| page | median | worst |", "| --- | ---: | ---: |"]
    lines += [
        f"| {row.name} | {row.times.median:.2f} s | {row.times.worst:.2f} s |" for row in rows
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
