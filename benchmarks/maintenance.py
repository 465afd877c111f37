"""Begin and end the maintenance of a site under load, again and again: what its users get.

Ends with 1 if a user gets anything but the site or the page, or production is not as it was.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.probe.recording import Recording
from ao.site import Method
from ao.work import Work
from benchmarks import command, ending, sites
from benchmarks.setting import Setting
from benchmarks.sites import AO, Plot, site_file, tell
from benchmarks.trial import START, TAIL, Failed

PAGE = "https://status.example/shop"
"""Where users are sent; nobody follows."""
SITE, AWAY = 200, 302
"""HTTP statuses of the site and of what sends users to the page."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One maintenance, from its beginning to its end."""

    on: float
    """Seconds that the command took to begin it."""
    off: float
    """Seconds that it took to end it."""
    requests: int
    site: int
    """Requests that the site answered."""
    page: int
    """Requests that were sent to the page."""
    other: int
    """Requests that got another status."""
    lost: int
    """Requests that got no good answer."""
    colours: tuple[str, ...]
    """Colours that answered."""

    @property
    def is_right(self) -> bool:
        """Whether users got the site or the page, and nothing else."""
        return not (self.lost or self.other) and min(self.site, self.page) > 0


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    setting, rounds = Setting.now(), list[Round]()
    plot = Plot(provider="haproxy", method=Method(options.method), servers=1)
    try:
        with ending.told(), sites.built(options.cloud, [plot], tell) as (work,):
            _name_page(site_file(work))
            for number in range(1, options.rounds + 1):
                rounds.append(_round(work, options.new, options.kept))
                tell(f"{number}/{options.rounds}  {rounds[-1]}")
    finally:
        print(setting, markdown(rounds), sep="\n\n")
        if options.json:
            figures = {"setting": asdict(setting), "rounds": [asdict(it) for it in rounds]}
            options.json.write_text(json.dumps(figures, indent=2) + "\n")
    sys.exit(0 if all(it.is_right for it in rounds) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench maintenance", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--rounds", type=int, default=10, help="on and off; default 10")
    parser.add_argument("--method", choices=list(map(str, Method)), default="pool")
    parser.add_argument("--new", type=float, default=50, help="new connections a second")
    parser.add_argument("--kept", type=int, default=20, help="Keep-Alive clients")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser.parse_args()


def _name_page(file: Path) -> None:
    described = yaml.safe_load(file.read_text()) | {"maintenance": {"redirect": PAGE}}
    file.write_text(yaml.safe_dump(described, sort_keys=False))


def _round(work: Work, new: float, kept: int) -> Round:
    """Begin maintenance and end it while users ask. Raises Failed without a site."""
    production = work.observe().production
    if production is None:
        raise Failed("the site has no production address")
    load = ProbeLoad.of(work.site, production.address, new_per_second=new, kept=kept)
    with ProbeProcess() as probe:
        probe.begin(load)
        probe.wait_until_running(START)
        time.sleep(TAIL)
        on = _timed(work, "on")
        time.sleep(TAIL)
        off = _timed(work, "off")
        time.sleep(TAIL)
        return counted(on, off, probe.stop())


def _timed(work: Work, word: str) -> float:
    begin = time.monotonic()
    command.run(AO, "--config", site_file(work), "maintenance", word)
    return time.monotonic() - begin


def counted(on: float, off: float, recording: Recording) -> Round:
    """Return a round as the probe has recorded it."""
    statuses = Counter({int(status): count for status, count in recording.statuses.items()})
    known = statuses[SITE] + statuses[AWAY]
    colours = {it.colour for it in recording.sightings} - {"unknown"}
    return Round(
        on=on,
        off=off,
        requests=recording.sent,
        site=statuses[SITE],
        page=statuses[AWAY],
        other=statuses.total() - known,
        lost=recording.lost,
        colours=tuple(sorted(colours)),
    )


def markdown(rounds: Sequence[Round]) -> str:
    """Return a table of rounds."""
    lines = ["| round | on, s | off, s | requests | site | page | other | lost |\n"]
    lines.append("|---:|---:|---:|---:|---:|---:|---:|---:|\n")
    for number, it in enumerate(rounds, 1):
        lines.append(
            f"| {number} | {it.on:.1f} | {it.off:.1f} | {it.requests:,} | {it.site:,} "
            f"| {it.page:,} | {it.other:,} | {it.lost:,} |\n"
        )
    return "".join(lines)


if __name__ == "__main__":
    main()
