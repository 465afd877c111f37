"""Measures a switch: a probe runs through it, and what happened is noted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from ao.cloud import FloatingIP, Listener, Request
from ao.colour import Colour
from ao.cutover import trend_reading
from ao.cutover.cutover import Call, CutOver, Mark
from ao.errors import AoError, CloudError, NotAuthenticated, Unavailable
from ao.message import message
from ao.plan import preview
from ao.plan.facts import Facts
from ao.plan.plan import PointProduction, Step
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Recording
from ao.probe.running_totals import RunningTotals
from ao.progress import Drained, ProbeStarted, Progress, ProgressEvent, StepStarted
from ao.visit import Answer, NoAnswer, colour_of
from ao.work import RunningProbe, Work

AFTER = 2.0
"""Seconds that the probe runs on after the switch."""
BEFORE = 900.0
"""Seconds before a switch whose servers and load are told too."""
PASSING = frozenset({408, 425, 429})
"""HTTP statuses that tell of this moment and not of the page: a time-out, a replay, a rate limit
(RFC 9110, section 15.5.9; RFC 8470; RFC 6585)."""
REACH = 3.0
"""Seconds that production has to answer, for a probe to be worth its while."""


class Probe(RunningProbe, Protocol):
    """A probe that runs beside the command."""

    def begin(self, load: ProbeLoad) -> object:
        """Have the probe send a load."""

    def wait_until_running(self, deadline: float) -> None:
        """Wait, so many seconds at most, until it sends."""

    def sample(self) -> RunningTotals | None:
        """Return the probe's totals since it began; None when it does not send."""

    def stop(self) -> Recording:
        """End the probe, and return its recording."""


@dataclass
class Measurement:
    """The measurement of one switch; `cutover` is there when it is over."""

    probe: Probe
    load: Callable[[ProbeLoad], ProbeLoad] = lambda load: load
    """Changes the load that the site file gives, as the user asks."""
    cutover: CutOver | None = field(default=None, init=False)

    @contextmanager
    def __call__(self, work: Work, facts: Facts, to: Colour) -> Iterator[Work]:
        """Measure while the body makes a system live."""
        begun = _Begun(progress=work.progress)
        why_not = begin(work, facts, self.probe, self.load)
        probe = None if why_not else self.probe
        if why_not:
            work.note(message("Nothing is measured: %(why)s.", why=why_not))

        def end(failure: str | None = None) -> None:
            recording = None
            if probe is not None:
                work.clock.sleep(AFTER)
                recording = probe.stop()
            self.cutover = _cutover(work, facts, to, begun, recording, why_not, failure)

        try:
            yield replace(work, progress=begun, probe=probe)
        except AoError as error:
            end(error.message)
            raise
        end()


def begin(
    work: Work,
    facts: Facts,
    probe: Probe,
    change: Callable[[ProbeLoad], ProbeLoad] = lambda load: load,
    *,
    moved: bool = False,
) -> str:
    """Have a probe ask production if it answers from here; empty, or why it cannot be asked.

    `change` is what is changed of the load that the site file gives; `moved` says that production
    has moved, so that its answers are compared with those of the system that was live before.
    """
    site = work.site
    load = change(
        ProbeLoad.of(
            site,
            facts.production.address if facts.production else "",
            new_per_second=site.switch.new_per_second,
            kept=site.switch.kept,
        )
    )
    if not load.new_per_second and not load.kept:
        return message("the probe is switched off")
    if facts.live is None:
        return message("no system is live yet")
    if facts.terminates(facts.live) is not site.load_balancer.terminates:
        return message(
            "%(colour)s, which is live, was deployed with another protocol than %(protocol)s",
            colour=facts.live,
            protocol=site.load_balancer.protocol,
        )
    try:
        answer = _visit(work, facts, load)
        expect = _good_status(work, load, answer, facts if moved else None)
    except NoAnswer as error:
        return message("production does not answer from here (%(words)s)", words=error)
    untold = str(facts.adopted.colour) if facts.adopted else None
    probe.begin(replace(load, expect=expect, passes=tuple(work.passes.items()), untold=untold))
    try:
        probe.wait_until_running(work.site.deadlines.switch)
    except Unavailable as error:
        return message("production stopped answering (%(words)s)", words=error.message)
    work.progress.emit(ProbeStarted(probe.sample))
    return ""


def _visit(work: Work, facts: Facts, load: ProbeLoad) -> Answer:
    """Return the answer of production to a request that passes its maintenance. Raises NoAnswer.

    Where the site file names none, that is looked for only if production tells no colour.
    """
    url = load.url + load.identify.path
    learnt = work.site.maintenance is not None and _learn(work, facts)
    answer = work.visit(url, REACH, work.request_options)
    if learnt or colour_of(answer, load.identify) is not None or not _learn(work, facts):
        return answer
    return work.visit(url, REACH, work.request_options)


def _learn(work: Work, facts: Facts) -> bool:
    """Learn how requests pass a maintenance, where the cloud tells it."""
    try:
        return work.learn_pass(facts)
    except NotAuthenticated:
        raise
    except CloudError:
        return False


def _good_status(
    work: Work, load: ProbeLoad, answer: Answer, moved: Facts | None
) -> int | str | None:
    """Return the HTTP statuses of a good answer; None for any below 400.

    It is what the health check expects where it asks for the same path, too, by GET. A production
    that asks its users to log in answers 401 or 403 and is well: then that is a good answer, and
    it is said. When production has moved, it is so only if the system that was live before answers
    the same.
    Raises NoAnswer where the search for its colour takes too long.
    """
    site = work.site
    if load.expect is not None:
        return load.expect
    check = site.health_check
    if load.identify.path == check.path and check.method == "GET":
        return check.expect.plain
    client_error = 400 <= answer.status < 500 and answer.status not in PASSING
    if client_error and moved is not None and not _as_before(work, moved, load, answer.status):
        return None
    if client_error and colour_of(answer, load.identify) is not None:
        work.note(
            message(
                "Production answers %(path)s with HTTP %(status)s: that counts as a good answer, "
                "and nothing else does. `identify` in the site file can name another path.",
                path=load.identify.path,
                status=answer.status,
            )
        )
        return answer.status
    return None


def _as_before(work: Work, facts: Facts, load: ProbeLoad, status: int) -> bool:
    """Return whether the standby answers with that status, too, or does not tell."""
    if facts.previewed is None or facts.previewed is not facts.standby:
        return True
    url = preview.url(work.site, facts, load.identify.path)
    options = preview.asked(work.request_options, facts, facts.previewed)
    try:
        return work.visit(url, REACH, options).status == status
    except NoAnswer:
        return True


@dataclass
class _Begun:
    """A listener that notes what begins, and passes everything on."""

    progress: Progress
    at: float = field(default_factory=time.time)
    """Moment of the beginning, in seconds since 1970."""
    steps: list[tuple[float, Step]] = field(default_factory=list)
    """Steps, with the moments at which they began."""
    drain: Drained | None = None

    def emit(self, event: ProgressEvent) -> None:
        match event:
            case StepStarted(step):
                self.steps.append((time.time(), step))
            case Drained():
                self.drain = event
        self.progress.emit(event)


def _cutover(
    work: Work,
    facts: Facts,
    to: Colour,
    begun: _Begun,
    recording: Recording | None,
    unmeasured: str,
    failure: str | None,
) -> CutOver:
    old = facts.live if facts.live is not to else to.other
    old_system = facts.systems[old] if old else None
    started = recording.started if recording else begun.at
    requests = work.cloud.requests(begun.at)
    asked = _asked(facts, begun, requests)
    ended = started + recording.seconds if recording else time.time()
    return CutOver(
        site=work.site.name,
        old=old,
        old_version=old_system.version if old_system else None,
        new=to,
        new_version=facts.systems[to].version,
        method=work.site.switch.method,
        provider=work.site.load_balancer.provider,
        started=started,
        asked_at=asked - started if asked is not None else None,
        marks=tuple(Mark(at=at - started, text=str(step)) for at, step in begun.steps),
        calls=tuple(_call(request, started) for request in requests),
        drain=begun.drain,
        recording=recording,
        unmeasured=unmeasured,
        failure=failure,
        trend=trend_reading.read(work.cloud, work.site, facts, started - BEFORE, ended),
    )


def _asked(facts: Facts, begun: _Begun, requests: tuple[Request, ...]) -> float | None:
    """Return when the request was sent that moved production.

    It is the first one that wrote to its address or listener in the step that does that.
    """
    step = next((at for at, step in begun.steps if isinstance(step, PointProduction)), None)
    if step is None:
        return None
    things = (facts.production, facts.production_listener)
    moved = {thing.id for thing in things if isinstance(thing, FloatingIP | Listener)}
    return next(
        (
            request.at
            for request in requests
            if request.at >= step
            and request.method == "PUT"
            and request.status < 300
            and request.path.rpartition("/")[2] in moved
        ),
        step,
    )


def _call(request: Request, started: float) -> Call:
    return Call(
        at=request.at - started,
        method=request.method,
        service=_service(request),
        path=request.path,
        seconds=request.seconds,
        status=request.status,
    )


def _service(request: Request) -> str:
    """Return the name of the service that a request went to, by what its path begins with."""
    words = {
        "lbaas": "octavia",
        "floatingips": "neutron",
        "ports": "neutron",
        "networks": "neutron",
        "stacks": "heat",
        "alarms": "aodh",
        "servers": "nova",
        "auth": "keystone",
    }
    return next((words[part] for part in request.path.split("/") if part in words), request.host)
