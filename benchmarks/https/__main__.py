"""Switch and renew a site by HTTPS under load, again and again, and say what its users have of it.

Ends with 1 if a request is lost, or a Keep-Alive client does not follow in time.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from ao.site import Method
from ao.work import Work
from benchmarks import ending, sites
from benchmarks.https import streams, table, under_load
from benchmarks.https.deaf import deaf
from benchmarks.https.processors import SPARE
from benchmarks.https.table import Figures
from benchmarks.setting import Setting
from benchmarks.sites import Plot, tell

SLOW_REQUEST = 1.0
"""Seconds that a long request takes."""
LESS, LEAST = 0.75, 20.0
"""By what the rate of new connections is lowered after a round in which the machine had less than
SPARE, and below which it is not."""


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    plot = Plot(provider="haproxy", method=Method.POOL, servers=options.servers, https=True)
    figures = Figures(setting=Setting.now(), provider=plot.provider, method=plot.method)
    try:
        with ending.told(), sites.built(options.cloud, [plot], tell) as (work,):
            _measure(options, work, figures)
    finally:
        print(table.markdown(figures))
        if options.json:
            options.json.write_text(table.document(figures))
    broken = list(figures.broken())
    print("\n".join(broken), file=sys.stderr)
    sys.exit(1 if broken else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench https", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--switches", type=int, default=50, help="under load; default 50")
    parser.add_argument("--renewals", type=int, default=10, help="under load; default 10")
    parser.add_argument(
        "--streams", type=int, default=3, help="switches and renewals with streams; default 3"
    )
    parser.add_argument(
        "--no-deploy",
        dest="deploy",
        action="store_false",
        help="leave out what becomes of clients that ignore GOAWAY when their servers go",
    )
    parser.add_argument("--servers", type=int, default=1, help="of each system; default 1")
    parser.add_argument("--new", type=float, default=100, help="new connections a second")
    parser.add_argument("--kept", type=int, default=50, help="Keep-Alive clients, half by HTTP/2")
    parser.add_argument("--slow", type=int, default=4, help="of these, with requests of a second")
    parser.add_argument(
        "--interval", type=float, default=0.5, help="seconds between a client's requests"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser.parse_args()


def _measure(options: argparse.Namespace, work: Work, figures: Figures) -> None:
    load = under_load.loads(
        work,
        kept=options.kept,
        slow=options.slow,
        interval=options.interval,
        slow_request=SLOW_REQUEST,
    )
    rate = options.new
    with deaf(load(0.0), slow=[False] if options.switches else []) as stayers:
        figures.stayer = next(iter(stayers), None)
        for number in range(1, options.switches + 1):
            one = under_load.switch(work, load(rate))
            figures.switches.append(one)
            figures.rates.append(rate)
            recording = one.cutover.recording
            lost = f"{recording.lost} of {recording.sent} lost" if recording else "not measured"
            tell(f"switch {number}/{options.switches} at {rate:g}/s: {lost}, {one.share}")
            if one.share.spare < SPARE:
                rate = max(min(rate, LEAST), round(rate * LESS))
    for number in range(1, options.renewals + 1):
        figures.renewals.append(under_load.renew(work, load(rate)))
        tell(f"renewal {number}/{options.renewals}: {figures.renewals[-1]}")
    if options.deploy:
        figures.deployed = under_load.deploy(work, load(0.0))
    if options.streams:
        with streams.staged(options.cloud, work) as stage:
            for _ in range(options.streams):
                for act in ("switch", "renewal"):
                    figures.streams += stage.act(act)
                    tell("\n".join(map(str, figures.streams[-len(streams.KINDS) :])))


if __name__ == "__main__":
    main()
