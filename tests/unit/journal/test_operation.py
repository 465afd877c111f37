import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.journal.act import Act
from ao.journal.heading import ALONE, Heading
from ao.journal.operation import Operation, operations, settled

BEGIN = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)


def at(
    seconds: float, kind: str, *words: str, release: str = "20261123-0815-a3f", who: str = "shop"
) -> Heading:
    return Heading(
        site="shop",
        at=BEGIN + timedelta(seconds=seconds),
        release=release,
        kind=kind,
        who=who,
        words=words,
    )


BEGUN = at(0, "begun", "release", "2.0", "blue", "green")


def only(*headings: Heading) -> Operation:
    (release,) = operations(headings)
    return release


def test_a_release_tells_what_it_is_and_who_began_it() -> None:
    release = only(BEGUN)
    assert (release.act, release.version, release.who) == ("release", "2.0", "shop")
    assert (release.old, release.new) == (Colour.BLUE, Colour.GREEN)
    assert (release.begun, release.outcome, release.step) == (BEGIN, None, "")


def test_an_act_of_another_version_of_ao_is_a_word_that_is_shown() -> None:
    operation = only(at(0, "begun", "rehearse", "2.0", "blue", "green"))
    assert (operation.act, operation.version) == ("rehearse", "2.0")
    assert not isinstance(operation.act, Act)
    assert not operation.on_lock
    assert not operation.is_open_release


def test_a_release_is_open_until_it_has_ended() -> None:
    assert only(BEGUN).act is Act.RELEASE
    assert only(BEGUN).is_open_release
    assert not only(BEGUN, at(60, "end", "aborted")).is_open_release
    assert not only(at(0, "begun", "switch", "2.0", "blue", "green")).is_open_release


def test_a_release_tells_why_it_was_begun() -> None:
    assert only(at(0, "begun", "switch", "", "", "green", "2.0 is good")).reason == "2.0 is good"
    assert only(BEGUN).reason == ""


def test_a_running_release_tells_the_step_that_it_is_at() -> None:
    release = only(
        BEGUN,
        at(1, "step begun", "deploy 2.0"),
        at(61.5, "step ended", "deploy 2.0", "done"),
        at(62, "step begun", "switch to green"),
    )
    assert release.step == "switch to green"
    assert [step.seconds for step in release.steps] == [60.5, None]
    assert release.last == BEGIN + timedelta(seconds=62)


def test_steps_side_by_side_end_each_for_itself() -> None:
    release = only(
        BEGUN,
        at(1, "step begun", "build blue"),
        at(1, "step begun", "build green"),
        at(5, "step ended", "build blue", "done"),
        at(9, "step ended", "build green", "failed"),
    )
    assert [(step.seconds, step.outcome) for step in release.steps] == [(4, "done"), (8, "failed")]


def test_a_release_that_has_ended_is_at_no_step() -> None:
    release = only(
        BEGUN,
        at(1, "step begun", "switch to green"),
        at(2, "switch", "green", "3"),
        at(3, "end", "failed"),
    )
    assert (release.outcome, release.step, release.lost, release.seconds) == ("failed", "", 3, 3)


def test_a_resumed_release_broke_off_what_was_under_way() -> None:
    release = only(
        BEGUN,
        at(1, "step begun", "deploy 2.0"),
        at(600, "begun", "release", "2.0", "blue", "green", who="ops"),
        at(601, "step begun", "deploy 2.0"),
        at(611, "step ended", "deploy 2.0", "done"),
        at(612, "step begun", "switch to green"),
    )
    assert [step.outcome for step in release.steps] == ["broken off", "done", ""]
    assert (release.who, release.begun) == ("shop", BEGIN)
    assert release.step == "switch to green"


def test_a_step_that_begins_again_was_broken_off_and_so_was_what_the_end_found_under_way() -> None:
    release = only(
        BEGUN,
        at(1, "step begun", "deploy"),
        at(600, "step begun", "deploy"),
        at(610, "step ended", "deploy", "done"),
        at(611, "step begun", "check"),
        at(620, "end", "aborted"),
    )
    assert [step.outcome for step in release.steps] == ["broken off", "done", "broken off"]


def test_a_long_step_is_known_by_its_beginning() -> None:
    release = only(
        BEGUN,
        at(1, "step begun", "x" * 150),
        at(2, "step ended", "x" * 140, "done"),
    )
    assert release.step == ""


def test_what_others_ask_is_no_sign_of_life() -> None:
    release = only(BEGUN, at(600, "asked", "abort", who="ops"))
    assert release.last == BEGIN


def test_a_switch_that_was_not_measured_has_lost_nothing_that_is_known() -> None:
    assert only(BEGUN, at(1, "switch", "green", "")).lost is None
    assert only(BEGUN, at(1, "switch", "green", "0")).lost == 0


def test_a_release_without_its_beginning_is_told_as_far_as_it_is_known() -> None:
    release = only(at(1, "step begun", "switch to green"), at(3, "end", "done"))
    assert (release.act, release.version, release.old) == ("", "", None)
    assert release.outcome == "done"


def test_kinds_and_words_of_a_later_version_lead_nobody_astray() -> None:
    release = only(at(0, "begun", "release", "2.0", "red"), at(1, "later", "x"), at(2, "end"))
    assert (release.old, release.new, release.outcome) == (None, None, "")


WAITS = (
    BEGUN,
    at(1, "step begun", "approve"),
    at(2, "step ended", "approve", "waiting"),
)


def test_a_release_that_waits_for_approval_says_so_until_it_is_given() -> None:
    release = only(*WAITS)
    assert (release.step, release.outcome) == ("waits for approval", None)
    release = only(*WAITS, at(600, "asked", "approve", "2.0", "approve", "", who="ops"))
    assert (release.step, release.abandoned().step, release.approver) == ("", "approved", "")
    assert [(step.outcome, step.seconds) for step in release.steps] == [("done", None)]


@pytest.mark.parametrize("words", [(), ("3.0", "approve"), ("2.0", ""), ("2.0", "deploy")])
def test_an_approval_that_does_not_name_version_and_stage_leaves_a_release_waiting(
    words: tuple[str, ...],
) -> None:
    release = only(*WAITS, at(600, "asked", "approve", *words, who="ops"))
    assert release.step == "waits for approval"


def test_the_person_for_whom_somebody_began_or_approved_is_told() -> None:
    begun = at(0, "begun", "release", "2.0", "blue", "green", "the till", "kim", who="ci")
    approved = at(9, "asked", "approve", "2.0", "approve", "lee", who="ci")
    release = only(begun, *WAITS[1:], approved, at(10, "step begun", "switch"))
    assert (release.who, release.releaser, release.approver) == ("ci", "kim", "lee")
    assert (only(BEGUN).releaser, only(BEGUN).approver) == ("", "")


def test_a_release_that_ended_while_it_waited_waits_no_more() -> None:
    release = only(*WAITS, at(600, "end", "aborted"))
    assert (release.step, release.outcome) == ("", "aborted")


LEE = at(9, "asked", "approve", "2.0", "approve", "lee", who="ci")
KIM = at(10, "asked", "approve", "2.0", "approve", "Kim", who="ci")
SWITCH = at(20, "step begun", "switch")
PAIR = at(0, "begun", "release", "2.0", "blue", "green", "", "kim", "two-people", who="ci")
REDEPLOYED = (at(12, "step begun", "deploy"), at(13, "step ended", "deploy", "done"))


@pytest.mark.parametrize(
    ("told", "approver"),
    [
        ((KIM, LEE), ""),
        ((LEE, *REDEPLOYED, SWITCH), ""),
        ((LEE, KIM, SWITCH), "lee"),
        ((KIM, SWITCH), ""),
        ((LEE, SWITCH, at(30, "asked", "approve", "2.0", "approve", "mia", who="ci")), "lee"),
        ((LEE, at(11, "step ended", "approve", "done")), "lee"),
    ],
    ids=["not passed", "deployed after it", "their own", "theirs alone", "too late", "heard"],
)
def test_only_who_let_a_release_pass_is_named(told: tuple[Heading, ...], approver: str) -> None:
    again = at(8, "step begun", "approve")
    assert only(PAIR, *WAITS[1:], again, *told).approver == approver


def test_what_is_written_after_its_end_lengthens_no_release() -> None:
    ended = (BEGUN, at(60, "end", "released"))
    assert only(*ended, at(4000, "note", "late")).seconds == only(*ended).seconds == 60


def test_an_approval_of_who_began_it_leaves_a_release_of_two_people_waiting() -> None:
    assert only(PAIR, *WAITS[1:], KIM).step == "waits for approval"
    assert only(PAIR, *WAITS[1:], LEE).abandoned().step == "approved"


@pytest.mark.parametrize("kind", ["approve", "resume"], ids=["by an older Ao", "by this one"])
def test_a_release_is_paused_until_somebody_has_it_go_on(kind: str) -> None:
    asked = (BEGUN, at(1, "step begun", "deploy"), at(2, "asked", "pause"))
    assert only(*asked).step == "paused"
    assert only(*asked, at(3, "asked", kind)).step == "deploy"
    assert only(*asked, at(3, "asked", "abort")).step == "deploy"


def test_an_approval_leaves_a_release_paused() -> None:
    asked = (BEGUN, at(1, "asked", "pause"), at(2, "asked", "approve", "2.0", "approve"))
    assert only(*asked).step == "paused"


def test_a_release_that_takes_another_step_is_paused_no_more() -> None:
    release = only(BEGUN, at(1, "asked", "pause"), at(600, "step begun", "deploy"))
    assert release.step == "deploy"


def test_an_act_that_has_not_ended_was_broken_off_when_nobody_holds_the_lock() -> None:
    deploy = only(at(0, "begun", "deploy", "2.0"), at(1, "step begun", "build green"))
    (left,) = settled([deploy], held=False)
    assert (left.outcome, left.step) == ("broken off", "")
    assert [step.outcome for step in left.steps] == ["broken off"]
    assert settled([deploy], held=True) == (deploy,)


@pytest.mark.parametrize(
    ("step", "stands"),
    [
        ((), "stopped"),
        ((at(1, "step begun", "deploy"),), "broken off"),
        ((at(1, "step begun", "deploy"), at(2, "asked", "pause")), "broken off"),
        ((at(1, "step begun", "watch"), at(2, "step ended", "watch", "failed")), "stopped"),
        (WAITS[1:], "waits for approval"),
    ],
)
def test_a_release_that_nobody_is_at_work_on_stays_open_and_says_how_it_stands(
    step: tuple[Heading, ...], stands: str
) -> None:
    (left,) = settled([only(BEGUN, *step)], held=False)
    assert (left.outcome, left.step) == (None, stands)


def test_while_the_lock_is_held_only_the_last_to_write_is_at_work() -> None:
    killed = at(0, "begun", "deploy", release="20261123-0815-000")
    switch = at(60, "begun", "switch", release="20261123-0816-000")
    told = settled(operations([killed, switch]), held=True)
    assert [release.outcome for release in told] == ["broken off", None]


@pytest.mark.parametrize("act", ["lock", "unlock"])
def test_an_act_on_the_lock_is_done_as_it_begins(act: str) -> None:
    told = only(at(0, "begun", act, "", "", "", "an audit"))
    assert (told.on_lock, told.outcome, told.reason) == (True, "done", "an audit")
    assert not only(BEGUN).on_lock


def test_what_has_ended_stays_as_it_ended() -> None:
    ended = only(at(0, "begun", "deploy"), at(1, "end", "left to Heat"))
    assert settled([ended], held=False) == (ended,)


KINDS = ("begun", "step begun", "step ended", "switch", "asked", "end", "later")
WORDS = st.text() | st.sampled_from(["release", "pause", "approve", "waiting", "blue", "²", ""])


@given(
    st.lists(
        st.builds(
            lambda seconds, kind, words: at(seconds, kind, *words),
            st.floats(0, 1e6),
            st.sampled_from(KINDS),
            st.lists(WORDS, max_size=6),
        ),
        min_size=1,
    ),
    st.booleans(),
)
def test_whatever_the_entries_say_a_release_tells_how_it_stands(
    headings: list[Heading], held: bool
) -> None:
    (release,) = settled([only(*headings)], held=held)
    assert release.outcome is None or not release.step


def test_releases_are_told_oldest_first_and_what_belongs_to_none_is_left_out() -> None:
    told = operations(
        [
            at(0, "note", "x", release=ALONE),
            at(1, "begun", "switch", release="20261123-0815-fff"),
            at(2, "begun", "switch", release="20261123-0815-000"),
            at(3, "end", "done", release="20261123-0815-fff"),
        ]
    )
    assert [release.id for release in told] == ["20261123-0815-fff", "20261123-0815-000"]
    assert [release.outcome for release in told] == ["done", None]


def test_steps_whose_times_cannot_be_have_no_length() -> None:
    release = only(
        BEGUN,
        at(1, "step begun", "deploy"),
        at(-60, "step ended", "deploy", "done"),
        at(2, "step begun", "switch"),
        at(5e9, "step ended", "switch", "done"),
    )
    assert [step.seconds for step in release.steps] == [None, None]
    assert only(at(60, "begun", "up"), at(0, "end", "done")).seconds == 0


def test_as_many_entries_as_heat_keeps_are_told_in_no_time() -> None:
    headings = [at(n, "step begun", f"step {n}") for n in range(4096)]
    begin = time.process_time()
    only(BEGUN, *headings)
    assert time.process_time() - begin < 2
