"""Realistic cut-overs, simulated request by request with a fixed seed."""

import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ao.colour import Colour
from ao.cutover.cutover import Call, CutOver, Mark
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.probe.recording import KeptClient, Kind, Loss, Outcome, Recording, Sighting, Slice
from ao.progress import Drained
from ao.site import Identify, Method

SECONDS = 14.0
ASKED_AT = 3.2
WIDTH = 0.1
NEW_PER_SECOND = 200
KEPT = 50

LOAD = ProbeLoad(
    url="http://172.31.1.20",
    identify=Identify(path="/version", header="X-Ao-Colour", body=None),
    new_per_second=float(NEW_PER_SECOND),
    kept=KEPT,
)


@dataclass(frozen=True)
class Request:
    at: float
    """When it ended."""
    kind: Kind
    client: int
    colour: str
    seconds: float
    outcome: Outcome


def record(requests: list[Request], *, seconds: float = SECONDS) -> Recording:
    """What a probe would record of these requests."""
    good = [request for request in requests if not request.outcome.lost]
    clients = sorted({r.client for r in requests if r.kind is Kind.KEPT})
    latencies = [request.seconds for request in good]
    return Recording(
        started=1_795_411_211.25,
        seconds=seconds,
        load=LOAD,
        width=WIDTH,
        slices=tuple(_slices(requests, seconds)),
        sent=len(requests),
        outcomes=dict(Counter(request.outcome for request in requests)),
        latency_p50=statistics.median(latencies) if latencies else None,
        latency_p95=_p95(latencies),
        latency_max=max(latencies, default=None),
        sightings=tuple(_sightings(good)),
        losses=tuple(
            Loss(at=r.at, kind=r.kind, outcome=r.outcome, seconds=r.seconds, reason=r.outcome)
            for r in requests
            if r.outcome.lost
        ),
        kept=tuple(_kept([r for r in requests if r.client == client]) for client in clients),
    )


@cache
def lossless() -> CutOver:
    """HAProxy, pool method: nothing is lost, every client follows at once."""
    moved = ASKED_AT + 0.16

    def answer(at: float, kept: bool) -> tuple[str, float, Outcome]:
        busy = 0.03 if moved < at < moved + 0.4 else 0.0
        late = random_.expovariate(1 / (0.004 + busy)) + 0.004
        stale = kept and moved <= at < moved + 0.1 and random_.random() < 0.25
        return (
            "green" if at >= moved else "blue",
            late,
            Outcome.RETRIED if stale else Outcome.ANSWERED,
        )

    random_ = random.Random(3)
    return _cutover(
        _run(answer, random_),
        method=Method.POOL,
        provider="haproxy",
        marks=(
            Mark(at=0.4, text="see preview answer from green"),
            Mark(at=ASKED_AT - 0.2, text="point production to green"),
            Mark(at=ASKED_AT + 0.7, text="see production answer from green"),
            Mark(at=ASKED_AT + 0.9, text="point the preview to blue"),
            Mark(at=ASKED_AT + 1.7, text="drain blue"),
        ),
        calls=(
            _call(ASKED_AT, "PUT", "octavia", "listeners/6f0c41a8", 0.31, 200),
            _call(0.4, "GET", "octavia", "listeners", 0.04, 200),
            _call(ASKED_AT + 0.35, "GET", "octavia", "listeners/6f0c41a8", 0.05, 200),
            _call(ASKED_AT + 0.91, "PUT", "octavia", "listeners/b51d0e77", 0.02, 409),
            _call(ASKED_AT + 1.03, "PUT", "octavia", "listeners/b51d0e77", 0.29, 200),
        ),
        drain=Drained(seconds=5.1, left=0, text="blue serves nobody any more"),
    )


@cache
def lossy() -> CutOver:
    """OVN, address method: requests in flight are lost and Keep-Alive clients hang."""
    moved = ASKED_AT + 0.9
    hung: set[float] = set()

    def answer(at: float, kept: bool) -> tuple[str, float, Outcome]:
        late = random_.expovariate(1 / 0.005) + 0.005
        if kept and moved <= at < moved + 0.12 and not at % 0.4 > 0.38:
            hung.add(at)
            return "", 5.0, Outcome.TIMED_OUT
        if not kept and moved <= at < moved + 0.5:
            if random_.random() < 0.15:
                return "", 0.01, Outcome.REFUSED
            late += 1.0  # the first packet was lost, and TCP sends the second after a second
        return ("green" if at >= moved else "blue"), late, Outcome.ANSWERED

    random_ = random.Random(5)
    return _cutover(
        _run(answer, random_),
        method=Method.ADDRESS,
        provider="ovn",
        marks=(
            Mark(at=0.3, text="see preview answer from green"),
            Mark(at=1.4, text="point the preview to nothing"),
            Mark(at=ASKED_AT, text="point production to green"),
            Mark(at=ASKED_AT + 1.1, text="see production answer from green"),
            Mark(at=ASKED_AT + 1.3, text="point the preview to blue"),
            Mark(at=ASKED_AT + 2.4, text="drain blue"),
        ),
        calls=(
            _call(1.4, "PUT", "neutron", "floatingips/31c7", 0.84, 200),
            _call(ASKED_AT, "PUT", "neutron", "floatingips/09fe", 1.04, 200),
            _call(ASKED_AT + 1.3, "PUT", "neutron", "floatingips/31c7", 0.92, 200),
        ),
        drain=Drained(seconds=8.0, left=3, text="3 clients were still on blue at the deadline"),
    )


@cache
def https() -> CutOver:
    """The same by HTTPS: every second Keep-Alive client speaks HTTP/2 and is told to go away."""
    plain = lossless()
    assert plain.recording is not None
    kept = tuple(
        replace(client, protocol=Protocol.HTTP2, told_to_close=1, finished=number % 4 // 2)
        if number % 2 == 0
        else replace(client, protocol=Protocol.HTTP1, told_to_close=1)
        for number, client in enumerate(plain.recording.kept)
    )
    load = replace(LOAD, url="https://172.31.1.20", host="shop.example", mixed=True)
    return replace(plain, recording=replace(plain.recording, load=load, kept=kept))


@cache
def unmeasured() -> CutOver:
    """Production could not be reached from where the switch ran."""
    return replace(lossless(), recording=None)


def quiet(**changes: Any) -> CutOver:
    """A cut-over of which nothing is known but what a test gives."""
    known: dict[str, Any] = {
        "site": "shop",
        "old": Colour.BLUE,
        "old_version": "1.0",
        "new": Colour.GREEN,
        "new_version": "2.0",
        "method": Method.POOL,
        "provider": "haproxy",
        "started": 1_795_411_211.25,
        "asked_at": 1.0,
        "marks": (),
        "calls": (),
        "drain": None,
        "recording": None,
    }
    return CutOver(**{**known, **changes})


def answered(at: float, kind: Kind, colour: str, *, client: int = -1) -> Request:
    """A good answer, within a millisecond."""
    return Request(at, kind, client, colour, 0.001, Outcome.ANSWERED)


def lost(at: float, kind: Kind, outcome: Outcome, *, seconds: float = 0.01) -> Request:
    """A lost request that was given up at a moment."""
    return Request(at, kind, 0 if kind is Kind.KEPT else -1, "", seconds, outcome)


def _run(
    answer: Callable[[float, bool], tuple[str, float, Outcome]], random_: random.Random
) -> list[Request]:
    """New connections at an even rate, and clients that ask again and again."""

    def ask(at: float, client: int) -> Request:
        kept = client >= 0
        colour, seconds, outcome = answer(at, kept)
        kind = Kind.KEPT if kept else Kind.NEW
        return Request(at + seconds, kind, client, colour, seconds, outcome)

    requests = [ask(n / NEW_PER_SECOND, -1) for n in range(int(SECONDS * NEW_PER_SECOND))]
    for client in range(KEPT):
        at = random_.random() * 0.1
        while at < SECONDS:
            request = ask(at, client)
            requests.append(request)
            at = request.at + 0.1
    return sorted((r for r in requests if r.at < SECONDS), key=lambda request: request.at)


def _slices(requests: list[Request], seconds: float) -> Iterator[Slice]:
    for n in range(round(seconds / WIDTH)):
        inside = [r for r in requests if int(r.at / WIDTH) == n]
        good = [r for r in inside if not r.outcome.lost]
        latencies = [r.seconds for r in good]
        yield Slice(
            at=n * WIDTH,
            colours=dict(Counter(r.colour for r in good)),
            retried=sum(r.outcome is Outcome.RETRIED for r in inside),
            lost=len(inside) - len(good),
            latency_p50=statistics.median(latencies) if latencies else None,
            latency_p95=_p95(latencies),
            latency_max=max(latencies, default=None),
        )


def _p95(latencies: list[float]) -> float | None:
    return sorted(latencies)[int(len(latencies) * 0.95)] if latencies else None


def _sightings(good: list[Request]) -> Iterator[Sighting]:
    for colour, kind in sorted({(r.colour, r.kind) for r in good}):
        times = [r.at for r in good if (r.colour, r.kind) == (colour, kind)]
        yield Sighting(
            colour=colour, kind=kind, answers=len(times), first=min(times), last=max(times)
        )


def _kept(requests: list[Request]) -> KeptClient:
    good = [r for r in requests if not r.outcome.lost]
    colour = good[-1].colour if good else None
    others = [r.at for r in good if r.colour != colour]
    since = min((r.at for r in good if r.at > max(others, default=-1.0)), default=None)
    retried = sum(r.outcome is Outcome.RETRIED for r in requests)
    hung = sum(r.outcome is Outcome.TIMED_OUT for r in requests)
    return KeptClient(
        colour=colour,
        since=since,
        slow=False,
        answers=len(good),
        connections=1 + retried + hung,
        told_to_close=0,
        retried=retried,
        lost=len(requests) - len(good),
        hung=hung,
    )


def _call(at: float, method: str, service: str, path: str, seconds: float, status: int) -> Call:
    version = "v2.0" if service == "neutron" else "v2/lbaas"
    return Call(
        at=at,
        method=method,
        service=service,
        path=f"/{version}/{path}",
        seconds=seconds,
        status=status,
    )


def _cutover(
    requests: list[Request],
    *,
    method: Method,
    provider: str,
    marks: tuple[Mark, ...],
    calls: tuple[Call, ...],
    drain: Drained,
) -> CutOver:
    recording = record(requests)
    return CutOver(
        site="shop",
        old=Colour.BLUE,
        old_version="1.0",
        new=Colour.GREEN,
        new_version="2.0",
        method=method,
        provider=provider,
        started=recording.started,
        asked_at=ASKED_AT,
        marks=marks,
        calls=calls,
        drain=drain,
        recording=recording,
    )
