"""Compare ways of switching production on a real cloud, and say what each loses.

Builds two small sites, switches them by each way in turn, and deletes them.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import openstack
from rich.console import Console

from ao.errors import AoError
from ao.site import Method
from benchmarks import sites
from benchmarks.sites import Plot, tell
from benchmarks.switch import chart, table
from benchmarks.switch.page import Setting, page
from benchmarks.switch.rows import Row, row
from benchmarks.switch.run import Visitors, trials
from benchmarks.switch.ways import WAYS, Stage
from benchmarks.trial import Trial

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    visitors = Visitors(new=options.new, kept=options.kept)
    seen: dict[str, list[Trial | None]] = {}
    try:
        _measure(options, visitors, seen)
    except KeyboardInterrupt:
        tell("Interrupted.")
        sys.exit(130)
    except AoError as error:
        sys.exit(f"ao: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"`{shlex.join(map(str, error.cmd))}` ended with exit code {error.returncode}")
    finally:
        if seen:
            _write(options, visitors, [row(way, trials) for way, trials in seen.items()])


def _measure(
    options: argparse.Namespace, visitors: Visitors, seen: dict[str, list[Trial | None]]
) -> None:
    """Build the sites that the ways need and measure the ways; what is seen goes to `seen`."""
    ways = [WAYS[word] for word in options.ways]
    providers = {Method.POOL: options.pool_provider, Method.ADDRESS: options.address_provider}
    plots = [
        Plot(provider=provider, method=method)
        for method, provider in providers.items()
        if any(way.method is method for way in ways)
    ]
    sdk = openstack.connect(cloud=options.cloud)
    with ExitStack() as stack:
        works = stack.enter_context(sites.built(options.cloud, plots, tell))
        stages = {
            work.site.switch.method: Stage(work=work, sdk=sdk, openstack=options.openstack)
            for work in works
        }
        for stage in stages.values():
            stack.callback(stage.tidy)
        for way, trial in trials(stages, ways, options.switches, visitors, tell):
            seen.setdefault(way.name, []).append(trial)


def _write(options: argparse.Namespace, visitors: Visitors, rows: list[Row]) -> None:
    Console(width=None if sys.stdout.isatty() else 160).print(table.table(rows))
    if options.json:
        options.json.write_text(table.document(rows))
    if options.docs:
        setting = Setting.here(visitors, options.pool_provider, options.address_provider)
        DOCS.mkdir(exist_ok=True)
        (DOCS / "switch.md").write_text(page(rows, setting))
        (DOCS / "switch.svg").write_text(chart.svg(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench switch", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument(
        "--openstack",
        type=Path,
        required=True,
        help="OpenStack's own client; scripts/bench gives it",
    )
    parser.add_argument("--switches", type=int, default=20, help="by each way; default 20")
    parser.add_argument(
        "--ways", nargs="+", choices=list(WAYS), default=list(WAYS), help="default: all"
    )
    parser.add_argument(
        "--pool-provider", default="haproxy", help="of ao's own site; default haproxy"
    )
    parser.add_argument(
        "--address-provider", default="ovn", help="of the site whose address moves; default ovn"
    )
    parser.add_argument("--new", type=float, default=50, help="new connections a second")
    parser.add_argument("--kept", type=int, default=20, help="Keep-Alive clients")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE")
    parser.add_argument(
        "--docs", action="store_true", help="write docs/benchmarks/switch.md and switch.svg"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
