"""Switch many times in a row under load, for each load balancer and method, and say what is lost.

Ends with 1 if haproxy × pool loses a request or a Keep-Alive client does not follow in time.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.probe.probe_load import ProbeLoad
from ao.site import Method
from ao.work import Work
from benchmarks import command, ending, sites
from benchmarks.proof import bad_version, table
from benchmarks.proof.bad_version import Stay
from benchmarks.proof.series import QUIET, Series, from_outside, series
from benchmarks.sites import Plot, tell
from benchmarks.trial import Failed, undergo

COMBINATIONS = {
    f"{provider}-{method}": (provider, method)
    for provider, method in (
        ("haproxy", Method.POOL),
        ("haproxy", Method.ADDRESS),
        ("ovn", Method.ADDRESS),
    )
}
PROMISED = ("haproxy", Method.POOL)
QUIETLY = ("--probe-new", "0", "--probe-kept", "0")
"""The command's own probe is off: it is seen from outside, and the machine is small."""
SLOW_REQUEST = 1.0
"""Seconds that a long request takes."""


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.bad_version:
        _bad_version(options)
        return
    rows: list[Series] = []
    try:
        with ending.told("a switch failed"):
            for word in options.only:
                _prove(options, *COMBINATIONS[word], rows)
    finally:
        print(table.markdown(rows))
        if options.json:
            options.json.write_text(table.document(rows))
    broken = list(_broken(rows))
    print("\n".join(broken), file=sys.stderr)
    sys.exit(1 if broken else 0)


def _bad_version(options: argparse.Namespace) -> None:
    """Switch to a bad version so many times; what users had of it."""
    stays: list[Stay] = []
    plot = Plot(provider=PROMISED[0], method=PROMISED[1], servers=2)
    try:
        with ending.told("a try failed"), sites.built(options.cloud, [plot], tell) as (work,):
            for number in range(1, options.bad_version + 1):
                stays.append(bad_version.stay(work))
                tell(f"{number}/{options.bad_version}  {stays[-1]}")
    finally:
        print(bad_version.markdown(stays))
        if options.json:
            options.json.write_text(bad_version.document(stays))
    sys.exit(0 if all(it.back for it in stays) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench proof", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--switches", type=int, default=50, help="of each site; default 50")
    parser.add_argument("--only", nargs="+", choices=list(COMBINATIONS), default=list(COMBINATIONS))
    parser.add_argument("--servers", type=int, default=1, help="of each system; default 1")
    parser.add_argument("--new", type=float, default=200, help="new connections a second")
    parser.add_argument("--kept", type=int, default=50, help="Keep-Alive clients")
    parser.add_argument("--slow", type=int, default=3, help="of these, with requests of a second")
    parser.add_argument(
        "--interval", type=float, default=0.5, help="seconds between a client's requests"
    )
    parser.add_argument(
        "--bad-version",
        type=int,
        default=0,
        metavar="N",
        help="instead: switch N times to a version that fails under load",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the series to FILE")
    return parser.parse_args()


def _prove(options: argparse.Namespace, provider: str, method: Method, rows: list[Series]) -> None:
    """Build a site, switch it so many times, and add its series to the rows, whole or not."""
    plot = Plot(provider=provider, method=method, servers=options.servers)
    cutovers: list[CutOver] = []
    try:
        with sites.built(options.cloud, [plot], tell) as (work,):
            for number in range(1, options.switches + 1):
                cutover = _switch(work, options)
                cutovers.append(cutover)
                tell(f"{number}/{options.switches}  {plot}: {_sentence(cutover)}")
    finally:
        if cutovers:
            rows.append(series(provider, method, cutovers))


def _switch(work: Work, options: argparse.Namespace) -> CutOver:
    """Switch once under load; the cut-over as it was seen from outside. Raises Failed."""
    facts = work.observe()
    if facts.standby is None or facts.production is None:
        raise Failed("the site has no standby or no production address")
    load = replace(
        ProbeLoad.of(
            work.site, facts.production.address, new_per_second=options.new, kept=options.kept
        ),
        kept_interval=options.interval,
        slow_kept=options.slow,
        slow_path=f"/wait?ms={SLOW_REQUEST * 1000:.0f}",
    )
    made: list[CutOver] = []
    trial = undergo(load, facts.standby, _noting(work, facts.standby, made))
    if not made:
        raise Failed(trial.failure or "it reported nothing")
    return from_outside(made[0], trial.recording)


def _noting(work: Work, to: Colour, made: list[CutOver]) -> Callable[[], float | None]:
    def switch() -> float | None:
        made.append(command.switch(work, to, *QUIETLY))
        return command.requested(made[0])

    return switch


def _sentence(cutover: CutOver) -> str:
    if cutover.failure:
        return f"failed: {cutover.failure}"
    recording, following = cutover.recording, cutover.following
    assert recording is not None
    text = f"{recording.lost} of {recording.sent} requests lost"
    if following and following.seconds is not None:
        text += (
            f", {following.followed} of {following.clients} Keep-Alive clients followed, "
            f"the last after {following.seconds:.2f} s"
        )
    return text


def _broken(rows: list[Series]) -> Iterator[str]:
    """What of the promise was not kept, in sentences."""
    for row in rows:
        if (row.provider, row.method) != PROMISED:
            continue
        if not row.lossless:
            yield f"BROKEN: {row.lost} requests lost, {row.failed} switches failed"
        if not row.followed_in_time:
            yield (
                f"BROKEN: {row.keepalive_followed} of {row.keepalive_total} Keep-Alive clients "
                f"followed, the last {row.last_followed_beyond_s} s later than the longest "
                f"request took; promised are all, within {QUIET:g} s"
            )


if __name__ == "__main__":
    main()
