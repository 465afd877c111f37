"""Two at once: two operators give the same site an order at the same moment, and one is killed.

Each round two commands start side by side, in process groups of their own as on two machines. In
every second round one of them is killed after a while. Then the order is given again until it is
done. Visitors ask production all the time: none of their requests may be lost, and production may
never be on a system that nobody has ordered.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from ao.colour import Colour
from ao.errors import AoError
from ao.lock import holder
from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.probe.recording import Recording
from ao.site import Method
from ao.work import Work
from benchmarks import sites
from benchmarks.sites import AO, Plot, site_file, tell
from benchmarks.trial import START, TAIL, Failed

PATIENCE = 600.0
"""Seconds that a command may take, and that an order may take until it is done."""
KILLED = (1.0, 12.0)
"""Earliest and latest moment at which one is killed, in seconds after the start."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of two commands."""

    order: str
    killed: bool
    codes: tuple[int, int]
    """Exit codes of the two; -9 of one that was killed."""
    again: int
    """How often the order was given again until it was done."""
    requests: int
    lost: int
    held: bool
    """Whether the lock was still held after the last command had ended."""


def main() -> None:
    """Race, print a table, and write the rounds to a file."""
    options = _options()
    rounds: list[Round] = []
    luck = random.Random(options.seed)
    plot = Plot(provider="haproxy", method=Method.POOL, servers=1)
    try:
        with sites.built(options.cloud, [plot], tell) as (work,):
            _shorten_watch(site_file(work))
            for number in range(1, options.rounds + 1):
                for order in options.orders:
                    rounds.append(_race(work, order, number, luck))
                    tell(f"{number}/{options.rounds}  {rounds[-1]}")
    except (Failed, AoError) as error:
        sys.exit(f"a round failed: {error}")
    finally:
        print(_markdown(rounds))
        if options.json:
            options.json.write_text(json.dumps([asdict(it) for it in rounds], indent=2) + "\n")
    sys.exit(1 if any(it.lost or it.held for it in rounds) else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench races", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--rounds", type=int, default=20, help="of each order; default 20")
    parser.add_argument(
        "--orders", nargs="+", choices=["switch", "release"], default=["switch", "release"]
    )
    parser.add_argument("--seed", type=int, default=0, help="of who is killed, and when")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rounds to FILE")
    return parser.parse_args()


def _shorten_watch(file: Path) -> None:
    """Have releases watch production for ten seconds: the race is about what comes before."""
    described = yaml.safe_load(file.read_text()) | {"watch": {"for": "10s", "interval": "2s"}}
    file.write_text(yaml.safe_dump(described, sort_keys=False))


def _race(work: Work, order: str, number: int, luck: random.Random) -> Round:
    """Give an order twice at the same moment; kill one in every second round."""
    facts = work.observe()
    if facts.live is None or facts.production is None:
        raise Failed("the site has no live system or no production address")
    words = _words(order, facts.live.other, number)
    load = ProbeLoad.of(work.site, facts.production.address, new_per_second=20, kept=5)
    with ProbeProcess() as probe:
        probe.begin(load)
        probe.wait_until_running(START)
        pair = [_start(work, words) for _ in range(2)]
        if number % 2 == 0:
            time.sleep(luck.uniform(*KILLED))
            _kill(luck.choice(pair))
        codes = [process.wait(PATIENCE) for process in pair]
        again = _until_done(work, words) if any(codes) else 0
        time.sleep(TAIL)
        recording = probe.stop()
    _look(recording, work)
    left = holder(work)
    return Round(
        order=order,
        killed=number % 2 == 0,
        codes=(codes[0], codes[1]),
        again=again,
        requests=recording.sent,
        lost=recording.lost,
        held=left is not None and not left.over,
    )


def _words(order: str, to: Colour, number: int) -> tuple[str, ...]:
    if order == "switch":
        return "switch", str(to)
    return "release", f"9.{number}.{int(time.time())}"


def _start(work: Work, words: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [AO, "--config", site_file(work), "-q", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a command with all that it has started, if it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _until_done(work: Work, words: Sequence[str]) -> int:
    """Give the order again until it is done; return how often. Raises Failed."""
    end, again = time.monotonic() + PATIENCE, 0
    while time.monotonic() < end:
        again += 1
        if _start(work, words).wait(PATIENCE) == 0:
            return again
        time.sleep(5)
    raise Failed(f"{' '.join(words)} was not done within {PATIENCE:.0f} s")


def _look(recording: Recording, work: Work) -> None:
    """Raise Failed when production is on none of the systems or still between them."""
    facts = work.observe()
    if facts.live is None or facts.switching_to is not None or not recording.sent:
        raise Failed("production is left between the systems")


def _markdown(rounds: Sequence[Round]) -> str:
    lines = ["| order | rounds | killed | exit codes | again | requests | lost | lock left |\n"]
    lines.append("|---|---:|---:|---|---:|---:|---:|---:|\n")
    for order in dict.fromkeys(it.order for it in rounds):
        of = [it for it in rounds if it.order == order]
        codes = Counter(code for it in of for code in it.codes)
        told = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
        lines.append(
            f"| {order} | {len(of)} | {sum(it.killed for it in of)} | {told} "
            f"| {sum(it.again for it in of)} | {sum(it.requests for it in of):,} "
            f"| {sum(it.lost for it in of):,} | {sum(it.held for it in of)} |\n"
        )
    return "".join(lines)


if __name__ == "__main__":
    main()
