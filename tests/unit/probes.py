"""Probes that tell what a test wants them to have seen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from ao.colour import Colour
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import KeptClient, Kind, Outcome, Recording, Sighting
from ao.probe.running_totals import RunningTotals


def kept_client(
    colour: str, *, connections: int = 1, hung: int = 0, since: float = 0.0
) -> KeptClient:
    return KeptClient(
        colour=colour,
        since=since,
        slow=False,
        answers=50,
        connections=connections,
        told_to_close=connections - 1,
        retried=0,
        lost=hung,
        hung=hung,
    )


def recording(load: ProbeLoad, *kept: KeptClient, lost: int = 0) -> Recording:
    """A recording of a switch from blue to green, one second after the beginning."""
    return Recording(
        started=0.0,
        seconds=4.0,
        load=load,
        width=0.1,
        slices=(),
        sent=100,
        outcomes={Outcome.ANSWERED: 100 - lost, Outcome.TIMED_OUT: lost},
        latency_p50=0.01,
        latency_p95=0.02,
        latency_max=0.03,
        sightings=(
            Sighting(colour="blue", kind=Kind.NEW, answers=20, first=0.1, last=1.0),
            Sighting(colour="green", kind=Kind.NEW, answers=20, first=1.5, last=4.0),
        ),
        losses=(),
        kept=kept,
    )


@dataclass
class FakeProbe:
    """A probe that tells the recordings it is given, one a run, and notes what it is asked."""

    see: Callable[[ProbeLoad], Recording]
    loads: list[ProbeLoad] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    left: int = 0
    """Clients that it sees on every colour."""

    def __call__(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.events.append("ended")

    def begin(self, load: ProbeLoad) -> None:
        self.loads.append(load)
        self.events.append("begun")

    def on(self, colour: Colour) -> int:
        return self.left

    def wait_until_running(self, deadline: float) -> None:
        self.events.append("running")

    def sample(self) -> RunningTotals | None:
        return RunningTotals(
            outcomes={Outcome.ANSWERED: 100 * len(self.events)}, latency_p95=0.02, rates={}
        )

    def stop(self) -> Recording:
        self.events.append("stopped")
        return self.see(self.loads[-1])
