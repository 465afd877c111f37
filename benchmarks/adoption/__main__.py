"""Adopt a site that its owner made without Ao, release, switch to and fro, and give it back.

Made by OpenStack's client, by a Heat stack of the owner's, and by the requests of Terraform's
provider, in turn. Ends with 1 if a request is lost, or the owner's things are not as they were.
"""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import openstack
import yaml

from ao import config
from ao.cloud import connect
from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.work import Work
from benchmarks import command, ending
from benchmarks.adoption.owner import WAYS, Owned, owned
from benchmarks.setting import Setting
from benchmarks.sites import AO, SHOP, tell
from benchmarks.trial import BASELINE, START, TAIL, Failed

PATIENCE = 600.0
"""Seconds that a command may take."""
QUIETLY = ("--no-probe",)
"""The command's own probe is off: it is seen from outside, and the machine is small."""
ANSWERS: dict[str, object] = {
    "user_data": "user-data.sh",
    "identify": {"path": "/version", "header": "X-Ao-Colour"},
    "group": {"size": 1, "min": 1, "max": 2},
    "watch": {"for": "10s", "interval": "2s"},
}
"""What `ao adopt` asks, and its owner alone knows."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command, and what users saw of it."""

    name: str
    seconds: float
    requests: int
    lost: int
    retried: int


@dataclass(kw_only=True)
class Story:
    """All of one site."""

    way: str
    """How it was made."""
    steps: list[Step] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    """Things of the owner's that are not as they were before the first `ao up`."""

    @property
    def lost(self) -> int:
        return sum(it.lost for it in self.steps)


def main() -> None:
    """Measure, print, and write what was asked for; also what there is after Ctrl-C."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    setting, stories = Setting.now(), list[Story]()
    try:
        with ending.told():
            for way in options.ways:
                stories.append(Story(way=way))
                _adopt(stories[-1], options)
    finally:
        print(setting, markdown(stories), sep="\n\n")
        if options.json:
            figures = {"setting": asdict(setting), "sites": [asdict(it) for it in stories]}
            options.json.write_text(json.dumps(figures, indent=2) + "\n")
    sys.exit(1 if any(it.lost or it.differs for it in stories) else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench adoption", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--rounds", type=int, default=10, help="to green and back; default 10")
    parser.add_argument("--new", type=float, default=20, help="new connections a second")
    parser.add_argument("--kept", type=int, default=10, help="Keep-Alive clients")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser.parse_args()


def _adopt(story: Story, options: argparse.Namespace) -> None:
    """Have one site made, adopted, released, switched and given back. Raises Failed."""
    name = f"old-{secrets.token_hex(3)}"
    tell(f"{story.way}: its owner makes {name}")
    with (
        openstack.connect(cloud=options.cloud) as cloud,
        owned(cloud, name, story.way) as owner,
        _adopted(owner, options.cloud) as ao,
    ):
        before = owner.objects()
        work = Work(cloud=connect(options.cloud), site=config.load(ao.file))
        load = ProbeLoad.of(work.site, owner.address, new_per_second=options.new, kept=options.kept)

        def step(words: str, *more: str) -> None:
            story.steps.append(_seen(words, load, lambda: ao.run(*words.split(), *more)))
            tell(f"{story.way}: {story.steps[-1]}")

        step("up")
        step("release 2.0", *QUIETLY)
        step("back", *QUIETLY)
        for _ in range(options.rounds):
            step("switch green", *QUIETLY)
            step("switch blue", *QUIETLY)
        # The harder way to give it back: users have to be led to the adopted system first.
        step("switch green", *QUIETLY)
        step("disown --yes")
        after = owner.objects()
        story.differs = sorted(
            it for it in before.keys() | after.keys() if before.get(it) != after.get(it)
        )


@dataclass(frozen=True)
class _Ao:
    """The command, with the site file that it wrote itself."""

    file: Path
    cloud: str

    def run(self, *words: str) -> None:
        told = ("--os-cloud", self.cloud, "--config", self.file)
        command.run(AO, *told, *words, patience=PATIENCE)


@contextmanager
def _adopted(owner: Owned, cloud: str) -> Iterator[_Ao]:
    """Have the site file written, and answer what it asks; what Ao has made goes in the end."""
    with tempfile.TemporaryDirectory(prefix="ao-bench-") as folder:
        ao = _Ao(Path(folder) / "ao.yaml", cloud)
        ao.run("adopt", owner.balancer, "--write", str(ao.file))
        ao.file.write_text(yaml.safe_dump({**yaml.safe_load(ao.file.read_text()), **ANSWERS}))
        (ao.file.parent / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
        try:
            yield ao
        finally:
            ao.run("disown", "--yes")


def _seen(name: str, load: ProbeLoad, run: Callable[[], None]) -> Step:
    """Run a command, and tell what users saw of it. Raises Failed."""
    with ProbeProcess() as probe:
        probe.begin(load)
        probe.wait_until_running(START)
        time.sleep(BASELINE)
        begin = time.monotonic()
        try:
            run()
        except Failed as error:
            raise Failed(f"ao {name}: {error}") from error
        seconds = time.monotonic() - begin
        time.sleep(TAIL)
        recording = probe.stop()
    return Step(
        name=f"ao {name}",
        seconds=round(seconds, 1),
        requests=recording.sent,
        lost=recording.lost,
        retried=recording.retried,
    )


def markdown(stories: list[Story]) -> str:
    """Return a table of what users saw of each command, and whether the owner's things are back."""
    lines = [
        "| made by | command | runs | requests | lost | sent once more | longest, s |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for story in stories:
        for name in dict.fromkeys(it.name for it in story.steps):
            runs = [it for it in story.steps if it.name == name]
            figures = (
                len(runs),
                f"{sum(it.requests for it in runs):,}",
                sum(it.lost for it in runs),
                sum(it.retried for it in runs),
                max(it.seconds for it in runs),
            )
            lines.append(f"| {story.way} | `{name}` | {' | '.join(map(str, figures))} |")
    for story in stories:
        told = ", ".join(story.differs) or "as they were"
        lines.append(f"\nThe owner's things, made by {story.way}: {told}.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
