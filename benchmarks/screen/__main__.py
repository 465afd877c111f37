"""Build sites until there are fifty, and say how soon the overview and the sites page answer.

Ends with 1 if the page's median is above 1.5 s with them.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import openstack

from ao.cloud import connect
from ao.errors import AoError
from ao.interrupt import terminable
from benchmarks.screen import many_sites, page, room, table
from benchmarks.screen.page import Broken
from benchmarks.screen.times import Row, measured
from benchmarks.sites import tell

PROMISED = 1.5
"""Seconds in which the page answers."""


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    rows: list[Row] = []
    try:
        with terminable():
            _measure(options, rows)
    except KeyboardInterrupt:
        sys.exit(130)
    except Broken as error:
        sys.exit(str(error))
    except AoError as error:
        sys.exit(f"ao: {error}")
    finally:
        print(table.markdown(rows))
        if options.json:
            options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    sys.exit(any(row.page and row.page.median > PROMISED for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench screen", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--admin", default="box-admin", help="cloud whose user sets quotas")
    parser.add_argument("--dashboard", default="http://127.0.0.1:8080", metavar="URL")
    parser.add_argument("--no-page", action="store_true", help="measure the overview alone")
    parser.add_argument("--sites", type=int, nargs="+", default=[1, 10, 50], metavar="N")
    parser.add_argument(
        "--releases", type=int, default=5, help="of each site's journal in the last row"
    )
    parser.add_argument("--rounds", type=int, default=20, help="of each row; default 20")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE")
    return parser.parse_args()


def _measure(options: argparse.Namespace, rows: list[Row]) -> None:
    """Add a row for each number of sites, and one for longer journals.

    Raises Broken, AoError.
    """
    cloud = connect(options.cloud)
    screen = nullcontext() if options.no_page else page.logged_in(options.dashboard, options.cloud)
    with room.made(options.admin, _project(options.cloud)), screen as shown:
        tell("Laying the street.")
        with many_sites.laid(cloud) as sites:
            for length in sorted(options.sites):
                tell(f"Building up to {length} sites.")
                sites.grow(length)
                _add(rows, measured(cloud, shown, options.rounds))
            tell(f"Bringing each journal to {options.releases} releases.")
            sites.tell(options.releases - 1)
            _add(rows, measured(cloud, shown, options.rounds))
            tell("Deleting what was built.")


def _add(rows: list[Row], row: Row) -> None:
    rows.append(row)
    tell(table.sentence(row))


def _project(cloud: str) -> str:
    with openstack.connect(cloud=cloud) as connection:
        return str(connection.current_project_id)


if __name__ == "__main__":
    main()
