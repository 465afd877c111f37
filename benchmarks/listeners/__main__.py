"""Switch a site of three listeners under load, again and again: 443, 8443 and a TCP port.

Says what was lost on each, and how far apart they move. Ends with 1 if a request is lost.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.site import Method
from ao.work import Work
from benchmarks import command, ending, sites
from benchmarks.https.under_load import QUIETLY
from benchmarks.listeners import table
from benchmarks.listeners.rounds import Round, Seen
from benchmarks.listeners.table import Figures
from benchmarks.setting import Setting
from benchmarks.sites import Plot, tell
from benchmarks.trial import BASELINE, START, TAIL, Failed

LISTENERS: tuple[dict[str, object], ...] = (
    {"name": "partners", "port": 8443, "protocol": "TERMINATED_HTTPS"},
    {"name": "queue", "port": 5671, "protocol": "TCP", "server_port": 80, "preview_port": 5672},
)
"""Beside 443: one that shares its pools, and one that has pools of its own."""


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    plot = Plot(
        provider=options.provider,
        method=Method.POOL,
        servers=options.servers,
        https=True,
        listeners=LISTENERS,
    )
    figures = Figures(setting=Setting.now())
    try:
        with ending.told(), sites.built(options.cloud, [plot], tell) as (work,):
            loads = _loads(work, new=options.new, kept=options.kept)
            for number in range(1, options.switches + 1):
                figures.rounds.append(_switch(work, loads))
                tell(f"switch {number}/{options.switches}: {_told(figures.rounds[-1])}")
    finally:
        print(table.markdown(figures))
        if options.json:
            options.json.write_text(table.document(figures))
    broken = list(figures.broken())
    print("\n".join(broken), file=sys.stderr)
    sys.exit(1 if broken else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench listeners", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--provider", default="haproxy", help="of the load balancer")
    parser.add_argument("--switches", type=int, default=50, help="under load; default 50")
    parser.add_argument("--servers", type=int, default=1, help="of each system; default 1")
    parser.add_argument(
        "--new", type=float, default=20, help="new connections a second, on each listener"
    )
    parser.add_argument("--kept", type=int, default=5, help="Keep-Alive clients, on each listener")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser.parse_args()


def _loads(work: Work, *, new: float, kept: int) -> dict[str, ProbeLoad]:
    """What is sent to each listener, by its name. Raises Failed without an address."""
    production = work.observe().production
    if production is None:
        raise Failed("the site has no production address")
    main = ProbeLoad.of(work.site, production.address, new_per_second=new, kept=kept)
    found = {"main": main}
    for listener in work.site.listeners:
        scheme = "https" if listener.terminates else "http"
        url = f"{scheme}://{production.address}:{listener.port}"
        # The demo shop speaks HTTP behind the TCP port too.
        found[listener.name] = replace(main, url=url, mixed=main.mixed and listener.terminates)
    return found


def _switch(work: Work, loads: dict[str, ProbeLoad]) -> Round:
    """Switch once, with a probe for each listener."""
    to = work.observe().standby
    if to is None:
        raise Failed("the site has no standby")
    requested, failure = None, None
    with ExitStack() as stack:
        probes = {name: stack.enter_context(ProbeProcess()) for name in loads}
        for name, probe in probes.items():
            probe.begin(loads[name])
        for probe in probes.values():
            probe.wait_until_running(START)
        time.sleep(BASELINE)
        try:
            requested = command.requested(command.switch(work, to, *QUIETLY))
        except Failed as error:
            failure = str(error)
        time.sleep(TAIL)
        seen = {name: Seen.of(probe.stop(), to) for name, probe in probes.items()}
    return Round(requested=requested, seen=seen, failure=failure)


def _told(one: Round) -> str:
    lost = ", ".join(f"{name} {it.lost} of {it.sent}" for name, it in one.seen.items())
    apart = "?" if one.apart is None else f"{one.apart:.2f} s"
    return f"lost {lost}; apart {apart}{f'; {one.failure}' if one.failure else ''}"


if __name__ == "__main__":
    main()
