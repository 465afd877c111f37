"""Probes that tell what a test wants them to have seen."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from ao.colour import Colour
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import KeptClient, Kind, Outcome, Recording, Sighting
from ao.probe.running_totals import RunningTotals
from ao.work import Work


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


RATE = 100.0
"""Requests a second."""
Bad = Callable[[float], bool]
"""Whether green answers an error, so many seconds after its first answer."""


@dataclass
class Users(FakeProbe):
    """A probe whose requests go where production leads, at an even rate."""

    see: Callable[[ProbeLoad], Recording] = recording
    work: Work = field(kw_only=True)
    bad: Bad = field(kw_only=True)
    coloured: bool = True
    """Whether errors tell the colour."""
    reaches: bool = True
    good: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    on_green: list[float] = field(default_factory=list)
    """Moments at which green answered."""
    _last: float | None = None

    def sample(self) -> RunningTotals | None:
        now = self.work.clock.now()
        count = int(RATE * (now - (self._last if self._last is not None else now)))
        if count or self._last is None:
            self._last = now
        if self.reaches:
            self._ask(now, count)
        seen = {Outcome.ANSWERED: self.good.total(), Outcome.WRONG: self.errors.total()}
        return RunningTotals(
            outcomes=seen if self.reaches else {Outcome.TIMED_OUT: count},
            latency_p95=None,
            rates={},
            good=dict(self.good),
            errors=dict(self.errors),
        )

    def _ask(self, now: float, count: int) -> None:
        live = self.work.observe().live
        if live is not Colour.GREEN:
            self.good[str(live)] += count
            return
        self.on_green.append(now)
        if not self.bad(now - self.on_green[0]):
            self.good["green"] += count
        else:
            self.errors["green" if self.coloured else "unknown"] += count
