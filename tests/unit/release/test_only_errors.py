"""A version that answers nothing but errors in its decision window."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ao import fake, lock, release
from ao.colour import Colour
from ao.errors import Refused, Unavailable
from ao.http.request_options import RequestOptions
from ao.journal import Judged, Judgement
from ao.operations import reconcile
from ao.plan.plan import PointProduction
from ao.progress import ProgressEvent, Silent, StepStarted
from ao.release import RolledBack
from ao.site import Method, Site
from ao.site.hooks import Hook, Point
from ao.visit import AS_URL, Answer
from ao.work import Work
from tests.unit.operations.sites import built
from tests.unit.probes import RATE, Users
from tests.unit.release.releases import entries, options, outcome

FROM = 20.0
"""Seconds after which the version fails."""


def measured(site: Site) -> Site:
    """The site, whose switches are measured, and whose watch is in no hurry."""
    return replace(
        site,
        switch=replace(site.switch, new_per_second=RATE),
        watch=replace(site.watch, lasting=30.0, interval=5.0),
    )


def on_errors(users: Users) -> float:
    """Seconds from the first error to the last."""
    failing = [at for at in users.on_green if users.bad(at - users.on_green[0])]
    return failing[-1] - failing[0]


def test_production_leaves_it_within_seconds_whatever_the_measures_wait_for(site: Site) -> None:
    work = built(measured(site))
    users = Users(work=work, bad=lambda seconds: seconds > FROM)
    with pytest.raises(RolledBack, match="nothing but errors from green"):
        release.release(work, "2.0", options(work, probes=users))
    facts = work.observe()
    assert (facts.live, facts.previewed) == (Colour.BLUE, Colour.GREEN)
    assert on_errors(users) <= 5.0
    assert outcome(work) == "rolled back"
    judged = [it.event for it in entries(work) if isinstance(it.event, Judged)]
    assert [it.verdict for it in judged] == [Judgement.BACK]


MOVE = {Method.ADDRESS: "floating_ips.point", Method.POOL: "load_balancers.set_default_pool"}
"""Calls that move production."""


@dataclass
class Killer(Silent):
    """Has the process killed once it has moved production to blue."""

    work: Work

    def emit(self, event: ProgressEvent) -> None:
        match event:
            case StepStarted(PointProduction(Colour.BLUE)):
                self.work.cloud.faults.kill(MOVE[self.work.site.switch.method], after=True)


def test_killed_once_production_has_left_it_the_same_command_ends_the_switch_back(
    site: Site,
) -> None:
    work = built(measured(site))
    users = Users(work=work, bad=lambda seconds: seconds > FROM)
    with pytest.raises(fake.Killed):
        release.release(replace(work, progress=Killer(work)), "2.0", options(work, probes=users))
    assert not any(isinstance(it.event, Judged) for it in entries(work))
    work.cloud.process.restart()
    work.clock.sleep(lock.LEASE)
    with pytest.raises(RolledBack):
        release.release(work, "2.0", options(work, probes=users))
    facts = work.observe()
    assert (facts.live, facts.previewed, facts.switching_to) == (Colour.BLUE, Colour.GREEN, None)
    assert outcome(work) == "rolled back"


def test_a_switch_back_that_fails_after_production_has_moved_is_gone_on_with(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = built(measured(site))
    rescue = reconcile.rescue

    def rescued(work: Work, to: Colour, *, online: bool) -> None:
        rescue(work, to, online=online)
        if any(isinstance(it.event, Judged) for it in entries(work)):
            work.cloud.faults.fail("stacks.tagged", Unavailable("the service did not answer"))

    monkeypatch.setattr(reconcile, "rescue", rescued)
    users = Users(work=work, bad=lambda seconds: seconds > FROM)
    with pytest.raises(Unavailable):
        release.release(work, "2.0", options(work, probes=users))
    assert (work.observe().live, work.observe().switching_to) == (Colour.BLUE, Colour.BLUE)
    with pytest.raises(RolledBack):
        release.resume(work, options(work, probes=users))
    facts = work.observe()
    assert (facts.live, facts.previewed, facts.switching_to) == (Colour.BLUE, Colour.GREEN, None)
    assert outcome(work) == "rolled back"


@dataclass
class Watcher(Silent):
    """Notes whether a file was there when production was pointed to blue."""

    file: Path
    found: list[bool] = field(default_factory=list)

    def emit(self, event: ProgressEvent) -> None:
        match event:
            case StepStarted(PointProduction(Colour.BLUE)):
                self.found.append(self.file.exists())


def test_a_hook_before_the_switch_back_comes_first(site: Site, tmp_path: Path) -> None:
    hook = Hook(call=f"touch {tmp_path / 'hooked'}", deadline=5.0, stops=False)
    work = built(replace(measured(site), hooks={Point.BEFORE_SWITCH_BACK: (hook,)}))
    users = Users(work=work, bad=lambda seconds: seconds > FROM)
    watcher = Watcher(tmp_path / "hooked")
    with pytest.raises(RolledBack):
        release.release(replace(work, progress=watcher), "2.0", options(work, probes=users))
    assert watcher.found == [True]


def test_production_stays_where_there_is_no_server_to_go_back_to(site: Site) -> None:
    work = built(measured(site))

    def bad(seconds: float) -> bool:
        # Its health checks tell of it only later.
        if seconds > 1.0:
            for server in work.observe().systems[Colour.BLUE].servers:
                work.cloud.other_user.break_server(server.id)
        return seconds > FROM

    users = Users(work=work, bad=bad)
    with pytest.raises(Refused, match="blue cannot go live"):
        release.release(work, "2.0", options(work, probes=users))
    assert work.observe().live is Colour.GREEN


@pytest.mark.parametrize(("before", "expect"), [(200, None), (401, 401)])
def test_the_new_version_does_not_say_what_a_good_answer_is(
    site: Site, before: int, expect: int | None
) -> None:
    """Its page may be gone (404), or ask for a log-in as that of the old one did."""
    work = built(measured(site))
    after = 404 if before == 200 else before

    def visit(url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        answer = work.visit(url, timeout, options)
        status = before if answer.headers["x-ao-colour"] == "blue" else after
        return replace(answer, status=status) if url.endswith("/version") else answer

    users = Users(work=work, bad=lambda _seconds: False)
    release.release(replace(work, visit=visit), "2.0", options(work, probes=users))
    assert [load.expect for load in users.loads] == [expect] * 3


def test_errors_that_the_old_system_gives_too_move_nothing(site: Site) -> None:
    """A database that both use is away for four seconds, which the watch forgives."""
    work = built(measured(site))
    users = Users(work=work, bad=lambda seconds: FROM < seconds < FROM + 4.0)

    def visit(url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        away = users.on_green and users.bad(work.clock.now() - users.on_green[0])
        if away:
            return Answer(status=503, headers={}, body="")
        return work.visit(url, timeout, options)

    release.release(replace(work, visit=visit), "2.0", options(work, probes=users))
    assert work.observe().live is Colour.GREEN
    assert outcome(work) == "released"
