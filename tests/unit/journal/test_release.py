from datetime import UTC, datetime, timedelta

from ao.colour import Colour
from ao.journal.heading import ALONE, Heading
from ao.journal.release import Release, releases

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


def only(*headings: Heading) -> Release:
    (release,) = releases(headings)
    return release


def test_a_release_tells_what_it_is_and_who_began_it() -> None:
    release = only(BEGUN)
    assert (release.act, release.version, release.who) == ("release", "2.0", "shop")
    assert (release.old, release.new) == (Colour.BLUE, Colour.GREEN)
    assert (release.begun, release.outcome, release.step) == (BEGIN, None, "")


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


def test_releases_are_told_oldest_first_and_what_belongs_to_none_is_left_out() -> None:
    told = releases(
        [
            at(0, "note", "x", release=ALONE),
            at(1, "begun", "switch", release="20261123-0815-fff"),
            at(2, "begun", "switch", release="20261123-0815-000"),
            at(3, "end", "done", release="20261123-0815-fff"),
        ]
    )
    assert [release.id for release in told] == ["20261123-0815-fff", "20261123-0815-000"]
    assert [release.outcome for release in told] == ["done", None]
