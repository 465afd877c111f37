"""Hand-made recordings and trials."""

from ao.colour import Colour
from ao.cutover.cutover import CutOver, Mark
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import KeptClient, Kind, Loss, Outcome, Recording, Sighting
from ao.site import Identify, Method
from benchmarks.trial import Trial

STARTED = 1_795_411_211.0
"""When the probe began; the way is started one second later."""

LOAD = ProbeLoad(
    url="http://172.31.1.20",
    identify=Identify(path="/version", header="X-Ao-Colour", body=None),
    kept=2,
)


def client(
    colour: str | None = "green",
    *,
    since: float = 2.0,
    slow: bool = False,
    lost: int = 0,
    hung: int = 0,
) -> KeptClient:
    return KeptClient(
        colour=colour,
        since=since,
        slow=slow,
        answers=10,
        connections=2,
        told_to_close=1,
        retried=0,
        lost=lost,
        hung=hung,
    )


def loss(at: float, *, kind: Kind = Kind.NEW, outcome: Outcome = Outcome.TIMED_OUT) -> Loss:
    return Loss(at=at, kind=kind, outcome=outcome, seconds=0.1, reason="hand-made")


def recording(
    *kept: KeptClient,
    first_green: float | None = 2.5,
    retried: int = 0,
    losses: tuple[Loss, ...] = (),
) -> Recording:
    """Ten seconds with a hundred requests, of a switch from blue to green."""
    sightings = [Sighting(colour="blue", kind=Kind.NEW, answers=20, first=0.1, last=2.4)]
    if first_green is not None:
        sightings.append(
            Sighting(colour="green", kind=Kind.NEW, answers=30, first=first_green, last=9.9)
        )
        sightings.append(Sighting(colour="green", kind=Kind.KEPT, answers=30, first=1.1, last=9.9))
    outcomes = {Outcome.ANSWERED: 100 - retried - len(losses), Outcome.RETRIED: retried}
    for one in losses:
        outcomes[one.outcome] = outcomes.get(one.outcome, 0) + 1
    return Recording(
        started=STARTED,
        seconds=10.0,
        load=LOAD,
        width=0.1,
        slices=(),
        sent=100,
        outcomes=outcomes,
        latency_p50=0.01,
        latency_p95=0.02,
        latency_max=0.03,
        sightings=tuple(sightings),
        losses=losses,
        kept=kept,
    )


def trial(
    seen: Recording, *, requested_after: float | None = 0.0, failure: str | None = None
) -> Trial:
    """A trial of a way that was started one second after the probe."""
    return Trial(
        to=Colour.GREEN,
        started=STARTED + 1,
        requested=None if requested_after is None else STARTED + 1 + requested_after,
        recording=seen,
        failure=failure,
    )


def cutover(seen: Recording, *, failure: str | None = None) -> CutOver:
    """What `ao switch` reports, whose own probe began half a second later than another."""
    return CutOver(
        site="shop",
        old=Colour.BLUE,
        old_version="1.0",
        new=Colour.GREEN,
        new_version="2.0",
        method=Method.POOL,
        provider="haproxy",
        started=STARTED + 0.5,
        asked_at=1.5,
        marks=(Mark(at=1.5, text="lead production to green"), Mark(at=3.5, text="drain blue")),
        calls=(),
        drain=None,
        recording=seen,
        failure=failure,
    )
