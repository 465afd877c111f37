"""A release, from its plan to its decision."""

from dataclasses import replace

import pytest

from ao import release
from ao.checks.checks import CheckFailed
from ao.colour import Colour
from ao.errors import OutsideWindow, Refused
from ao.journal import Checked, Ended, Judged, Outcome, StepEnded
from ao.release import Stage, State, WaitingForApproval
from ao.release.durations import durations
from ao.site.migration import Migration
from ao.site.rules import After, Approve, Standby
from ao.site.window import Outside, Window
from ao.work import Work
from tests.unit.operations.sites import Visitor, told, writes
from tests.unit.release.releases import (
    Listener,
    command_check,
    entries,
    http_check,
    journal,
    moment,
    options,
    outcome,
    released,
    ruled,
    steps,
)

BLUE, GREEN = Colour


def states(work: Work, version: str = "2.0") -> dict[Stage, State]:
    return {it.stage: it.state for it in release.plan(work, version)}


def test_one_command_takes_a_version_all_the_way_and_production_serves(work: Work) -> None:
    visitor = Visitor(work)
    released(visitor.watch())
    assert told(work, "production") == ("green", "2.0")
    assert told(work, "preview") == ("blue", "1.0")
    assert set(visitor.seen) <= {"blue", "green"}
    assert outcome(work) == "released"


def test_the_plan_tells_each_stage_and_changes_nothing(work: Work) -> None:
    before = len(writes(work.cloud))
    found = states(work)
    assert list(found) == list(Stage)
    assert found[Stage.DEPLOY] is State.TODO
    assert found[Stage.APPROVE] is State.SKIPPED
    assert len(writes(work.cloud)) == before


def test_a_stage_whose_result_is_there_is_shown_as_done(work: Work) -> None:
    from ao.operations import reconcile

    reconcile.deploy(work, "2.0")
    found = states(work)
    assert found[Stage.DEPLOY] is State.DONE
    assert found[Stage.MATCH] is State.DONE
    assert found[Stage.SWITCH] is State.TODO


def test_the_plan_estimates_from_what_releases_took(work: Work) -> None:
    assert {it.seconds for it in release.plan(work, "2.0") if it.stage is Stage.DEPLOY} == {None}
    released(work)
    (deploy,) = (it for it in release.plan(work, "3.0") if it.stage is Stage.DEPLOY)
    assert deploy.seconds is not None
    assert deploy.seconds > 5


def test_the_plan_tells_the_point_of_no_return_beforehand(work: Work) -> None:
    one_way = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    (switch,) = (
        it for it in release.plan(ruled(work, migration=one_way), "2.0") if it.stage is Stage.SWITCH
    )
    assert "2.0 changes the database one-way: no return from here" in switch.text


def test_a_version_that_is_live_already_is_told_and_nothing_is_changed(work: Work) -> None:
    listener = Listener()
    released(work)
    before = told(work, "production")
    released(replace(work, progress=listener))
    assert listener.notes == ["2.0 is live already, on green."]
    assert told(work, "production") == before


def test_a_check_that_fails_stops_the_release_with_production_untouched(work: Work) -> None:
    work = ruled(work, checks=http_check(header={"X-Ao-Version": "^9.9$"}))
    with pytest.raises(CheckFailed, match=r"X-Ao-Version is '2\.0'"):
        released(work)
    assert told(work, "production") == ("blue", "1.0")
    assert outcome(work) == "check failed"
    (checked,) = (it.event for it in entries(work) if isinstance(it.event, Checked))
    assert [it.name for it in checked.failed] == ["version"]


def test_checks_ask_the_new_version_on_its_preview(work: Work) -> None:
    work = ruled(work, checks=http_check(header={"X-Ao-Version": "^$AO_VERSION$"}))
    released(work)
    assert steps(work)["check"] == "done"


def test_a_command_checks_too_and_knows_what_it_checks(work: Work) -> None:
    line = 'test "$AO_SITE $AO_COLOUR $AO_VERSION" = "shop green 2.0" && test -n "$AO_URL"'
    released(ruled(work, checks=command_check(line)))
    assert told(work, "production")[1] == "2.0"


def test_a_small_standby_is_brought_to_the_live_size_and_shrunk_again_after_the_window(
    work: Work,
) -> None:
    work = ruled(work, standby=Standby(after=After.SHRINK, size=1))
    released(work)
    assert [work.observe().systems[colour].size for colour in (GREEN, BLUE)] == [2, 1]
    released(work, "3.0")
    assert [work.observe().systems[colour].size for colour in (BLUE, GREEN)] == [2, 1]
    assert told(work, "production") == ("blue", "3.0")


def test_the_old_system_may_be_deleted_after_the_window_and_is_built_for_the_next(
    work: Work,
) -> None:
    work = ruled(work, standby=Standby(after=After.EMPTY, size=1))
    released(work)
    assert not work.observe().has(BLUE)
    released(work, "3.0")
    assert told(work, "production") == ("blue", "3.0")
    assert not work.observe().has(GREEN)


def test_a_release_waits_for_approval_and_goes_on_once_it_is_given(work: Work) -> None:
    work = ruled(work, approve=Approve.MANUAL)
    with pytest.raises(WaitingForApproval, match="waits for approval; production is on blue"):
        released(work)
    assert outcome(work) is None
    assert steps(work)["approve"] == "waiting"
    assert told(work, "production")[0] == "blue"
    release.approve(work)
    release.resume(work, options(work))
    assert steps(work)["approve"] == "done"
    assert "approve" not in durations(journal(work).operations())
    assert told(work, "production") == ("green", "2.0")
    assert outcome(work) == "released"


def test_a_release_that_has_ended_removes_what_the_journal_keeps_no_longer(work: Work) -> None:
    work = ruled(work, keep=1)
    for version in ("2.0", "3.0", "4.0"):
        released(work, version)
    assert [it.version for it in journal(work).operations()] == ["4.0"]


def test_the_same_command_again_does_not_approve(work: Work) -> None:
    work = ruled(work, approve=Approve.MANUAL)
    for _ in range(2):
        with pytest.raises(WaitingForApproval):
            released(work)
    assert told(work, "production")[0] == "blue"


def test_somebody_at_the_terminal_may_approve(work: Work) -> None:
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return True

    released(ruled(work, approve=Approve.MANUAL), ask=ask)
    assert asked == ["Switch production from blue to green with version 2.0?"]
    assert told(work, "production")[0] == "green"


def test_another_version_is_refused_while_a_release_is_open(work: Work) -> None:
    work = ruled(work, approve=Approve.MANUAL)
    with pytest.raises(WaitingForApproval):
        released(work)
    with pytest.raises(Refused, match=r"the release of 2\.0 has not ended"):
        released(work, "3.0")


def test_a_detached_release_leaves_the_window_to_a_later_watch(work: Work) -> None:
    released(work, detach=True)
    assert told(work, "production")[0] == "green"
    assert outcome(work) is None
    release.resume(work, options(work))
    assert outcome(work) == "released"


def test_the_decision_is_written_down(work: Work) -> None:
    released(work)
    (judged,) = (it.event for it in entries(work) if isinstance(it.event, Judged))
    assert judged.verdict == "keep"
    assert isinstance(entries(work)[-1].event, Ended)


def test_outside_of_its_window_a_release_is_refused_before_production_moves(work: Work) -> None:
    closed = Window(
        every=("Sun 23:00",), length=900.0, timezone="UTC", freezes=(), outside=Outside.REFUSE
    )
    work = ruled(work, window=closed)
    with pytest.raises(OutsideWindow, match="opens next on Sun"):
        released(work)
    assert told(work, "production")[0] == "blue"


def test_outside_of_its_window_a_release_may_wait_for_it(work: Work) -> None:
    begin = moment(work)
    window = Window(
        every=("daily 02:00",), length=900.0, timezone="UTC", freezes=(), outside=Outside.WAIT
    )
    released(ruled(work, window=window))
    assert told(work, "production")[0] == "green"
    assert moment(work) - begin > 3600


def test_a_window_that_is_too_short_for_a_release_is_told_before_it_begins(work: Work) -> None:
    window = Window(
        every=("daily 02:00",), length=61.0, timezone="UTC", freezes=(), outside=Outside.WAIT
    )
    listener = Listener()
    released(replace(ruled(work, window=window), progress=listener))
    (told_of,) = (note for note in listener.notes if "is long enough for" in note)
    assert "Most likely to break it is" in told_of


def test_an_override_of_the_window_is_written_down_with_its_reason(work: Work) -> None:
    closed = Window(
        every=("Sun 23:00",), length=900.0, timezone="UTC", freezes=(), outside=Outside.REFUSE
    )
    work = ruled(work, window=closed)
    released(work, override="security fix")
    kinds = {it.event.kind: it.event for it in entries(work)}
    assert "security fix" in str(kinds["override"])


def test_a_release_is_in_the_journal_with_who_and_from_where_to_where(work: Work) -> None:
    released(work, reason="autumn sale")
    (found,) = (it for it in journal(work).operations() if it.act == "release")
    assert (found.version, found.old, found.new) == ("2.0", BLUE, GREEN)
    assert found.who == work.cloud.user
    assert found.outcome == Outcome.RELEASED


@pytest.mark.parametrize(
    ("until", "live", "taken"),
    [
        (Stage.DEPLOY, "blue", {"deploy"}),
        (Stage.CHECK, "blue", {"deploy", "check"}),
        (Stage.APPROVE, "blue", {"deploy", "check"}),
        (Stage.SWITCH, "green", {"deploy", "check", "switch"}),
        (Stage.WATCH, "green", {"deploy", "check", "switch", "watch"}),
    ],
)
def test_a_release_stops_after_a_stage_and_the_same_command_goes_on(
    work: Work, until: Stage, live: str, taken: set[str]
) -> None:
    checked = ruled(work, checks=http_check())
    released(checked, until=until)
    assert told(work, "production")[0] == live
    assert set(steps(work)) == taken
    assert outcome(work) is None
    released(checked)
    assert told(work, "production") == ("green", "2.0")
    assert set(steps(work)) == {"deploy", "check", "switch", "watch"}
    assert outcome(work) == "released"


def test_a_release_taken_stage_by_stage_does_each_stage_once(work: Work) -> None:
    checked = ruled(work, checks=http_check())
    for stage in Stage:
        released(checked, until=stage)
    done = [it.event.step for it in entries(work) if isinstance(it.event, StepEnded)]
    assert done == ["deploy", "check", "switch", "watch"]
    assert outcome(work) is None
    released(checked)
    assert outcome(work) == "released"


def test_a_stage_that_waits_for_approval_is_passed_once_somebody_has_approved(work: Work) -> None:
    manual = ruled(work, approve=Approve.MANUAL)
    with pytest.raises(WaitingForApproval):
        released(manual, until=Stage.APPROVE)
    release.approve(manual)
    release.resume(manual, options(manual, until=Stage.APPROVE))
    assert told(work, "production")[0] == "blue"
    released(manual, until=Stage.APPROVE)
    released(manual)
    assert told(work, "production") == ("green", "2.0")
