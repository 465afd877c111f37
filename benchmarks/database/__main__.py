"""Two systems, one database: a release with an expanding migration under load, and the way back.

Builds examples/database with its database, releases 2.0, which adds a column to the table that 1.0
goes on using, switches back, and then switches to and fro. All the while a probe reads orders and
buyers place some. Ends with 1 if a request is lost, or an order is refused or missing.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Recording
from benchmarks import command, ending
from benchmarks.database import act, example
from benchmarks.database.act import Act
from benchmarks.database.buyers import buying
from benchmarks.database.example import Example
from benchmarks.setting import Setting
from benchmarks.sites import AO, site_file, tell
from benchmarks.trial import Failed, undergo

PATIENCE = 900.0
"""Seconds that a command may take: a release builds a server, which QEMU emulates."""
QUIETLY = ("--no-probe",)
"""The command's own probe is off: it is seen from outside, and the machine is small."""
SWITCH = "ao switch"


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    setting, acts = Setting.now(), list[Act]()
    try:
        with ending.told("it failed"), example.standing(options.cloud, tell) as standing:
            for name, words in _commands(options.switches):
                acts.append(_under_load(standing, name, words, options))
                tell(str(acts[-1]))
    finally:
        print(act.markdown(setting, acts), end="")
        if options.json:
            options.json.write_text(act.document(setting, acts))
    broken = list(act.broken(acts))
    print("\n".join(broken), file=sys.stderr)
    sys.exit(1 if broken else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench database", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument(
        "--switches", type=int, default=10, help="after the release and the way back; default 10"
    )
    parser.add_argument("--new", type=float, default=2, help="new connections a second; default 2")
    parser.add_argument("--kept", type=int, default=4, help="Keep-Alive clients; default 4")
    parser.add_argument(
        "--interval", type=float, default=1, help="seconds between a client's requests; default 1"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser.parse_args()


def _commands(switches: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is run: name and words."""
    yield "ao release 2.0", ("release", "2.0", *QUIETLY)
    yield "ao back", ("back", *QUIETLY)
    for _ in range(switches):
        yield SWITCH, ("switch", *QUIETLY)


def _under_load(
    standing: Example, name: str, words: tuple[str, ...], options: argparse.Namespace
) -> Act:
    """Run a command while orders are read and placed. Raises Failed."""
    work = standing.work
    facts = work.observe()
    if facts.standby is None or facts.production is None:
        raise Failed("the site has no standby or no production address")
    base = ProbeLoad.of(
        work.site, facts.production.address, new_per_second=options.new, kept=options.kept
    )
    load = replace(
        base, identify=replace(base.identify, path="/orders"), kept_interval=options.interval
    )
    spent = 0.0

    def run() -> None:
        nonlocal spent
        begin = time.monotonic()
        command.run(AO, "--config", site_file(work), *words, patience=PATIENCE)
        spent = time.monotonic() - begin

    with buying(load.url) as orders:
        trial = undergo(load, facts.standby, run)
    kept = standing.orders()
    return Act(
        name=name,
        requests=trial.recording.sent,
        lost=trial.recording.lost,
        outcomes=_outcomes(trial.recording),
        taken=dict(Counter(orders.taken.values())),
        refused=dict(orders.refused),
        missing=len(orders.taken.keys() - kept.keys()),
        longest_s=round(trial.recording.latency_max or 0.0, 3),
        command_s=round(spent, 1),
        failure=trial.failure,
    )


def _outcomes(recording: Recording) -> dict[str, int]:
    statuses = {f"HTTP {status}": count for status, count in recording.statuses.items()}
    return {str(outcome): count for outcome, count in recording.outcomes.items()} | statuses


if __name__ == "__main__":
    main()
