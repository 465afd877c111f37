"""Ways out of a release: back after a breach, aborted, paused, stopped, locked out."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ao import fake, lock, release
from ao.checks.checks import CheckFailed
from ao.clock import Clock
from ao.colour import Colour
from ao.errors import Forbidden, NotSeen, Refused
from ao.hooks.hooks import HookFailed
from ao.http.request_options import RequestOptions
from ao.journal import Ask, Asked, Ended, Journal, Outcome
from ao.lock import Locked
from ao.operations import operations, reconcile
from ao.progress import ProgressEvent
from ao.release import Aborted, RolledBack, production
from ao.release.run import ReleaseRun
from ao.site import Method
from ao.site.hooks import Hook, Point
from ao.site.migration import Migration
from ao.visit import AS_URL, Answer, NoAnswer
from ao.work import Work
from tests.unit.listeners import begins
from tests.unit.operations.sites import Visitor, told, url
from tests.unit.release.releases import (
    Listener,
    entries,
    http_check,
    journal,
    options,
    outcome,
    released,
    ruled,
    steps,
)

BLUE, GREEN = Colour


def once(work: Work, when: Callable[[], bool], act: Callable[[], object]) -> Work:
    """The work in which something happens, once, in the first wait in which it is time."""
    happened = False

    def sleep(seconds: float) -> None:
        nonlocal happened
        if not happened and when():
            happened = True
            act()
        work.clock.sleep(seconds)

    return replace(work, clock=Clock(now=work.clock.now, sleep=sleep))


def live(work: Work, colour: Colour) -> Callable[[], bool]:
    return lambda: work.observe().live is colour


def watching(work: Work) -> Callable[[], bool]:
    return lambda: "watch" in steps(work)


def asking(work: Work, ask: Ask, reason: str = "") -> Callable[[], object]:
    """Asks something of the open release, as another process does."""

    def act() -> None:
        (open_one,) = (it for it in journal(work).operations() if it.outcome is None)
        Journal(work).write(Asked(ask=ask, reason=reason), open_one.id)
        lock.mark(work)

    return act


def sick(work: Work, colour: Colour) -> Callable[[], object]:
    """Has the servers of a system fail, as a bad version does under load."""

    def act() -> None:
        for server in work.observe().systems[colour].servers:
            work.cloud.other_user.delete_server(server.id)

    return act


def test_a_breach_in_the_decision_window_switches_back_by_itself_and_says_why(
    work: Work,
) -> None:
    visitor = Visitor(work)
    with pytest.raises(RolledBack, match="members: 0 of 2 servers pass the health check"):
        released(once(visitor.watch(), watching(work), sick(work, GREEN)))
    assert told(work, "production") == ("blue", "1.0")
    assert outcome(work) == "rolled back"
    assert steps(work)["switch back"] == "done"


def test_an_abort_before_the_switch_leaves_production_as_it_was(work: Work) -> None:
    aborted = once(work, lambda: True, asking(work, Ask.ABORT, "wrong version"))
    with pytest.raises(Aborted, match="wrong version; production is on blue"):
        released(aborted)
    assert told(work, "production") == ("blue", "1.0")
    assert outcome(work) == "aborted"


def test_an_abort_in_the_decision_window_switches_back(work: Work) -> None:
    aborted = once(work, live(work, GREEN), asking(work, Ask.ABORT, "complaints"))
    with pytest.raises(RolledBack, match="complaints"):
        released(aborted)
    assert told(work, "production") == ("blue", "1.0")


def test_a_release_whose_process_is_gone_is_aborted_by_whoever_asks(work: Work) -> None:
    released(work, detach=True)
    with pytest.raises(RolledBack):
        release.abort(work, options(work, reason="complaints"))
    assert told(work, "production")[0] == "blue"
    assert outcome(work) == "rolled back"


@pytest.mark.parametrize("goes_on", [release.release, release.resume])
def test_a_release_does_not_go_forth_again_once_somebody_has_switched_back_by_hand(
    work: Work, goes_on: Callable[..., object]
) -> None:
    released(work, detach=True)
    assert work.observe().live is GREEN
    operations.switch(work, BLUE, reason="complaints")
    arguments = ("2.0",) if goes_on is release.release else ()
    with pytest.raises(RolledBack, match="moved back to blue already"):
        goes_on(work, *arguments, options(work))
    assert work.observe().live is BLUE
    assert outcome(work) == "rolled back"
    released(work)
    assert work.observe().live is GREEN


def test_an_abort_of_another_version_ends_nothing(work: Work) -> None:
    released(work, detach=True)
    with pytest.raises(Refused, match=r"no release of 3\.0 is open"):
        release.abort(work, options(work), version="3.0")
    assert told(work, "production")[0] == "green"
    assert outcome(work) is None


def test_an_abort_that_waits_ends_what_a_process_leaves_open(work: Work) -> None:
    released(work, until=release.Stage.SWITCH)
    holder = lock.acquire(work, "release 2.0")
    holder.__enter__()
    waits = once(work, lambda: True, lambda: holder.__exit__(None, None, None))
    with pytest.raises(RolledBack):
        release.abort(waits, options(work), version="2.0", wait=True)
    assert told(work, "production")[0] == "blue"
    assert outcome(work) == "rolled back"


def test_an_abort_that_waits_is_content_with_what_a_process_has_ended(work: Work) -> None:
    released(work, until=release.Stage.SWITCH)
    holder = lock.acquire(work, "release 2.0")
    holder.__enter__()
    (open_one,) = (it for it in journal(work).operations() if it.outcome is None)

    def end() -> None:
        Journal(work).write(Ended(outcome=Outcome.ABORTED), open_one.id)
        holder.__exit__(None, None, None)

    release.abort(once(work, lambda: True, end), options(work), wait=True)
    assert outcome(work) == "aborted"


def test_back_is_the_way_back_within_a_window_and_after_it(work: Work) -> None:
    released(work, detach=True)
    with pytest.raises(RolledBack):
        release.back(work, options(work))
    assert told(work, "production")[0] == "blue"
    released(work)
    release.back(work, options(work))
    assert told(work, "production")[0] == "blue"


def test_a_pause_holds_a_release_until_it_is_told_to_go_on(work: Work) -> None:
    begin = work.clock.now()
    listener = Listener()

    def resume() -> bool:
        return work.clock.now() > begin + 500

    paused = once(
        once(work, lambda: True, asking(work, Ask.PAUSE, "lunch")),
        resume,
        asking(work, Ask.RESUME),
    )
    released(replace(paused, progress=listener))
    assert any("lunch" in note for note in listener.notes)
    assert work.clock.now() > begin + 500
    assert told(work, "production")[0] == "green"


def test_a_hook_runs_at_its_point_with_what_it_needs_to_know(work: Work, tmp_path: Path) -> None:
    said = tmp_path / "said"
    line = f'echo "$AO_POINT $AO_SITE $AO_COLOUR $AO_VERSION" >> {said}'
    hook = Hook(call=line, deadline=10.0, stops=True)
    released(ruled(work, hooks=dict.fromkeys(Point, (hook,))))
    points = [line.split()[0] for line in said.read_text().splitlines()]
    moved = [Point.BEFORE_SWITCH, Point.BEFORE_DRAIN, Point.AFTER_DRAIN, Point.AFTER_SWITCH]
    assert points == [Point.BEFORE_DEPLOY, Point.AFTER_DEPLOY, *moved]


def test_a_hook_that_fails_before_the_switch_stops_the_release(work: Work) -> None:
    hook = Hook(call="exit 3", deadline=10.0, stops=True)
    with pytest.raises(HookFailed, match="exit code 3"):
        released(ruled(work, hooks={Point.BEFORE_SWITCH: (hook,)}))
    assert told(work, "production")[0] == "blue"
    assert outcome(work) == "failed"


def test_a_hook_that_fails_after_the_switch_leaves_the_release_open(work: Work) -> None:
    hook = Hook(call="exit 3", deadline=10.0, stops=True)
    with pytest.raises(HookFailed):
        released(ruled(work, hooks={Point.AFTER_SWITCH: (hook,)}))
    assert told(work, "production")[0] == "green"
    assert outcome(work) is None
    released(work)
    assert outcome(work) == "released"


def test_a_hook_that_need_not_succeed_stops_nothing(work: Work) -> None:
    hook = Hook(call="exit 3", deadline=10.0, stops=False)
    released(ruled(work, hooks={Point.BEFORE_SWITCH: (hook,)}))
    assert told(work, "production")[0] == "green"


def test_past_a_one_way_change_nothing_goes_back_but_with_i_know(work: Work) -> None:
    one_way = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    work = ruled(work, migration=one_way)
    released(work)
    with pytest.raises(Refused, match=r"2\.0"):
        release.back(work, options(work))
    with pytest.raises(Refused, match=r"2\.0"):
        operations.switch(work)
    assert told(work, "production")[0] == "green"
    release.back(work, options(work, i_know=True))
    assert told(work, "production")[0] == "blue"


def test_past_a_one_way_change_the_way_forward_is_open(work: Work) -> None:
    one_way = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    work = ruled(work, migration=one_way)
    released(work)
    operations.deploy(work, "3.0")
    operations.switch(work)
    assert told(work, "production") == ("blue", "3.0")


def test_a_breach_past_a_one_way_change_is_told_and_production_stays(work: Work) -> None:
    one_way = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    broken = once(ruled(work, migration=one_way), watching(work), sick(work, GREEN))
    with pytest.raises(Refused, match=r"2\.0"):
        released(broken)
    assert work.observe().live is GREEN


def test_a_switch_that_is_not_seen_stays_where_it_is_past_a_one_way_change(work: Work) -> None:
    one_way = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    production = url(work, "production")

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        if visited.startswith(production + "/") and work.observe().live is GREEN:
            raise NoAnswer("timed out")
        return work.visit(visited, timeout, options)

    with pytest.raises(NotSeen, match="timed out"):
        released(replace(ruled(work, migration=one_way), visit=visit))
    assert work.observe().live is GREEN
    assert outcome(work) is None


def test_a_second_release_is_refused_at_once_and_told_who_holds_the_site(work: Work) -> None:
    other = lock.acquire(work, "release 9.0")
    with other, pytest.raises(Locked, match=r"release 9\.0"):
        released(work)
    assert told(work, "production")[0] == "blue"


def test_a_reader_is_refused_before_anything_is_changed(work: Work) -> None:
    refusal = Forbidden("take the lock: the policy does not allow it")
    work.cloud.faults.fail("locks.take", refusal)
    with pytest.raises(Forbidden):
        released(work)
    assert told(work, "production")[0] == "blue"
    assert work.observe().systems[GREEN].version == "1.0"


def test_a_lock_that_is_lost_stops_a_release_before_production_moves(work: Work) -> None:
    def steal() -> None:
        holder = lock.holder(work)
        assert holder is not None
        work.cloud.locks.remove(holder.lock)

    with pytest.raises(lock.LockLost):
        released(once(work, lambda: True, steal))
    assert told(work, "production")[0] == "blue"


def test_a_switch_that_is_ordered_alone_is_in_the_journal_too(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    operations.switch(work, reason="by hand")
    last = journal(work).operations()[-1]
    assert (last.act, last.old, last.new, last.outcome) == ("switch", BLUE, GREEN, "done")
    assert lock.holder(work) is None
    assert "by hand" in str(entries(work)[0].event)


@pytest.mark.parametrize("ends", ["aborted", "check failed"])
def test_back_makes_nothing_live_that_never_was(work: Work, ends: str) -> None:
    released(work)
    if ends == "aborted":
        released(work, "3.0", until=release.Stage.DEPLOY)
        with pytest.raises(Aborted):
            release.back(work, options(work))
    else:
        with pytest.raises(CheckFailed):
            released(ruled(work, checks=http_check(status=404)), "3.0")
    with pytest.raises(Refused, match=r"no way back: blue has 3\.0") as refused:
        release.back(work, options(work))
    assert "`ao switch blue`" in refused.value.cure
    assert told(work, "production") == ("green", "2.0")
    operations.switch(work, BLUE)
    assert told(work, "production") == ("blue", "3.0")


def test_back_finishes_no_switch_that_was_begun(work: Work) -> None:
    operations.deploy(work, "2.0")
    move = {Method.ADDRESS: "floating_ips.point", Method.POOL: "load_balancers.set_default_pool"}
    work.cloud.faults.kill(move[work.site.switch.method], after=True)
    with pytest.raises(fake.Killed):
        operations.switch(work)
    work.cloud.process.restart()
    work.clock.sleep(lock.LEASE + 1)
    with pytest.raises(Refused, match="no way back: a switch to green was begun"):
        release.back(work, options(work))
    operations.switch(work)
    release.back(work, options(work))
    assert told(work, "production") == ("blue", "1.0")


ASKS: dict[str, Callable[[Work], object]] = {
    "go on": release.go_on,
    "pause": release.pause,
    "abort": lambda work: release.abort(work, options(work)),
    "abort and wait": lambda work: release.abort(work, options(work), wait=True),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_while_another_command_runs_nothing_is_asked_of_a_release(
    work: Work, ask: Callable[[Work], object]
) -> None:
    released(work, until=release.Stage.DEPLOY)
    before = len(entries(work))
    with lock.acquire(work, "scale blue to 3"), pytest.raises(Locked, match="scale blue to 3"):
        ask(work)
    assert len(entries(work)) == before


@pytest.mark.parametrize(
    ("purpose", "at_work_on"),
    [
        ("whatever it is called", "2.0"),
        ("whatever it is called", ""),
        *((it, None) for it in ("release", "release 2.0", "abort")),
    ],
    ids=["2.0", "the open one", *(f"0.1.0's {it}" for it in ("release", "release 2.0", "abort"))],
)
def test_a_release_that_runs_is_asked_to_go_on(
    work: Work, purpose: str, at_work_on: str | None
) -> None:
    released(work, until=release.Stage.DEPLOY)
    with lock.acquire(work, purpose, release=at_work_on):
        assert release.go_on(work).version == "2.0"
    assert isinstance(entries(work)[-1].event, Asked)


def test_while_another_release_holds_the_lock_the_open_one_is_not_asked(work: Work) -> None:
    released(work, until=release.Stage.DEPLOY)
    for at_work_on in ("3.0", None):
        with (
            lock.acquire(work, "release 3.0", release=at_work_on),
            pytest.raises(Locked, match=re.escape("release 3.0")),
        ):
            release.go_on(work)


def test_a_process_tells_which_release_it_is_at_work_on(work: Work) -> None:
    told: list[tuple[str, str | None]] = []

    @dataclass
    class Looks(Listener):
        def emit(self, event: ProgressEvent) -> None:
            super().emit(event)
            holder = lock.holder(work)
            if holder and holder.claim and not told:
                told.append((holder.claim.purpose, holder.claim.release))

    watched = replace(work, progress=Looks())
    released(watched, until=release.Stage.DEPLOY)
    # Ao 0.1.0 looks for these very purposes.
    assert told.pop() == ("release 2.0", "2.0")
    release.resume(watched, options(watched, until=release.Stage.SWITCH))
    assert told.pop() == ("release", "")
    with pytest.raises(RolledBack):
        release.abort(watched, options(watched))
    assert told.pop() == ("abort", "")


def losing_one(work: Work) -> Work:
    """The work in which a new server fails as the switch begins."""

    @dataclass
    class Loses(Listener):
        def emit(self, event: ProgressEvent) -> None:
            super().emit(event)
            if begins(event, "switch production to green"):
                work.cloud.other_user.delete_server(work.observe().systems[GREEN].servers[0].id)

    return replace(work, progress=Loses())


def test_a_server_that_fails_for_a_moment_before_the_switch_is_waited_for(work: Work) -> None:
    broken: list[float] = []

    def mended() -> bool:
        system = work.observe().systems[GREEN]
        if system.version == "2.0" and 0 < system.online < system.size and system.stack:
            broken.append(work.clock.now())
        return len(broken) > 5

    released(once(losing_one(work), mended, lambda: reconcile.up(work)))
    assert told(work, "production") == ("green", "2.0")


def test_a_server_that_failed_a_moment_ago_and_passes_now_does_not_end_the_release(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    awaits = production._await_health

    def await_health(run: ReleaseRun) -> None:
        facts = run.observe()
        system = facts.systems[GREEN]
        first, *others = system.members
        ill = replace(system, members=(replace(first, operating_status="ERROR"), *others))
        run.seen(replace(facts, systems={**facts.systems, GREEN: ill}))
        awaits(run)

    monkeypatch.setattr(production, "_await_health", await_health)
    released(work)
    assert told(work, "production") == ("green", "2.0")


def test_one_that_stays_ill_ends_the_release_which_says_how_it_is_begun_anew(work: Work) -> None:
    hurt, begin = losing_one(work), work.clock.now()
    with pytest.raises(Refused, match="1 of 2 servers pass the health check"):
        released(hurt)
    assert isinstance(hurt.progress, Listener)
    assert "The release of 2.0 has ended" in hurt.progress.notes[-1]
    assert "`ao release 2.0` begins it anew" in hurt.progress.notes[-1]
    assert work.clock.now() - begin > work.site.deadlines.serve
    assert outcome(work) == "failed"
    assert told(work, "production")[0] == "blue"
