"""Have each service of the box be away within each command, under load, and say what that costs.

Builds a small site and deletes it at the end. A command that fails is run again, as its user would.
Ends with 1 if one is not done then, ends in a traceback, or if production lost a request.
"""

from __future__ import annotations

import argparse
import itertools
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from ao.errors import AoError
from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.site import Method
from ao.work import Work
from benchmarks import sites
from benchmarks.outages.round import RUNS, Round, Run, broken, document, markdown, round_of, words
from benchmarks.sites import AO, Plot, site_file, tell
from benchmarks.trial import START
from box import networks, parts
from box.errors import BoxError
from box.home import Home
from box.outage import find, kill, outage

COMMANDS = ("switch", "deploy", "release", "up", "down")
PATIENCE = 2700.0
"""Seconds that a command may take: Heat's half an hour, and what follows."""
PLOT = Plot(provider="haproxy", method=Method.POOL)
KILLED = ", killed"
"""What stands behind the name of a service that is killed, and is back as soon as it may be."""


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rounds: list[Round] = []
    try:
        services = [find(name).name for name in options.services or _all()]
        killed = [find(name).name + KILLED for name in options.kill]
        with sites.built(options.cloud, [PLOT], tell) as (work,):
            versions = (f"2.{n}" for n in itertools.count())
            for service in (*services, *killed):
                for command in options.commands:
                    rounds.append(_round(work, options, service, command, next(versions)))
                    tell(markdown(rounds[-1:]).splitlines()[-1])
    except KeyboardInterrupt:
        sys.exit(130)
    except (AoError, BoxError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"a command between the rounds ended with exit code {error.returncode}")
    finally:
        print(markdown(rounds))
        if options.json:
            options.json.write_text(document(rounds))
    faults = list(broken(rounds))
    print("\n".join(faults), file=sys.stderr)
    sys.exit(1 if faults else 0)


def _round(
    work: Work, options: argparse.Namespace, service: str, command: str, version: str
) -> Round:
    """Run a command until it is done, the service being away within the first run."""
    subprocess.run(
        [AO, "--config", site_file(work), "-q", "up"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=PATIENCE,
    )
    facts = work.observe()
    assert facts.production is not None
    assert facts.standby is not None
    load = ProbeLoad.of(
        work.site, facts.production.address, new_per_second=options.new, kept=options.kept
    )
    runs: list[Run] = []
    with ProbeProcess() as probe:
        probe.begin(load)
        probe.wait_until_running(START)
        away = threading.Thread(target=_away, args=(service, options.after, options.seconds))
        away.start()
        try:
            while len(runs) < RUNS and (not runs or runs[-1].exit_code):
                runs.append(_run(work, words(command, version, facts.standby, runs)))
                away.join()
        finally:
            away.join()
        recording = probe.stop()
    return round_of(service, command, runs, recording.sent, recording.lost)


def _away(service: str, after: float, seconds: float) -> None:
    time.sleep(after)
    if service.endswith(KILLED):
        kill(service.removesuffix(KILLED))
        return
    with outage(service):
        time.sleep(seconds)


def _run(work: Work, arguments: list[str]) -> Run:
    begin = time.monotonic()
    result = subprocess.run(
        [AO, "--config", site_file(work), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    seconds = time.monotonic() - begin
    return Run(exit_code=result.returncode, seconds=seconds, words=result.stderr)


def _all() -> list[str]:
    network = networks.of(Home.from_environment())
    return [service.name for service in parts.services(network, without=parts.PARTS)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench outages", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument(
        "--services", nargs="*", metavar="NAME", help="default: all; `scripts/box status` has them"
    )
    parser.add_argument(
        "--kill",
        nargs="*",
        default=["heat-engine"],
        metavar="NAME",
        help="services that are killed, besides; default heat-engine",
    )
    parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=list(COMMANDS))
    parser.add_argument("--seconds", type=float, default=30, help="that it is away; default 30")
    parser.add_argument(
        "--after", type=float, default=3, help="seconds of the command before that; default 3"
    )
    parser.add_argument("--new", type=float, default=50, help="new connections a second")
    parser.add_argument("--kept", type=int, default=10, help="Keep-Alive clients")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rounds to FILE")
    return parser.parse_args()


if __name__ == "__main__":
    main()
