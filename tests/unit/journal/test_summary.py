"""What a heading tells of an event is what the event is, as far as its words go."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.journal import (
    Act,
    Approval,
    Ask,
    Asked,
    Begun,
    Ended,
    Event,
    Judged,
    MigrationTold,
    Noted,
    Outcome,
    Stage,
    StepBegun,
    StepEnded,
    StepOutcome,
    Switched,
    summary,
)
from ao.journal.heading import Heading
from ao.site.rules import Approve
from tests.unit.report import samples
from tests.unit.untrusted.test_printable import FOREIGN

BLUE, GREEN = Colour
KINDS = {
    "begun": summary.Begun,
    "step begun": summary.StepBegun,
    "step ended": summary.StepEnded,
    "switch": summary.Switched,
    "migration": summary.MigrationTold,
    "asked": summary.Asked,
    "end": summary.Ended,
}


def told(event: Event) -> summary.Summary | None:
    """What the heading of an event tells, as it is read from its name."""
    written = Heading(
        site="shop",
        at=datetime(2026, 11, 23, 8, 15, tzinfo=UTC),
        release="20261123-0815-a3f",
        kind=event.kind,
        who="shop",
        words=event.words,
    )
    read = Heading.read(written.name)
    assert read is not None
    return read.summary


@pytest.mark.parametrize(
    "begun",
    [
        Begun(act=Act.RELEASE, version="2.0", old=BLUE, new=GREEN, reason="the till"),
        Begun(act=Act.RELEASE, version="2.0", old=BLUE, new=GREEN, releaser="kim"),
        Begun(act=Act.RELEASE, version="2.0", releaser="kim", approve=Approve.TWO_PEOPLE),
        Begun(act=Act.SCALE, new=GREEN),
    ],
)
def test_the_beginning_of_an_operation_is_told(begun: Begun) -> None:
    heard = told(begun)
    assert isinstance(heard, summary.Begun)
    assert heard.act is begun.act
    assert (heard.version, heard.old, heard.new) == (begun.version or "", begun.old, begun.new)
    assert (heard.reason, heard.releaser) == (begun.reason, begun.releaser)
    assert heard.approve is Approve.kept(begun.approve)


def test_the_beginning_and_the_end_of_a_step_are_told() -> None:
    assert told(StepBegun(step=Stage.DEPLOY)) == summary.StepBegun(step=Stage.DEPLOY)
    ended = StepEnded(step=Stage.DEPLOY, seconds=1.0, outcome=StepOutcome.WAITING)
    heard = told(ended)
    assert heard == summary.StepEnded(step=Stage.DEPLOY, outcome=StepOutcome.WAITING)
    assert isinstance(heard, summary.StepEnded)
    assert isinstance(heard.outcome, StepOutcome)


def test_what_was_asked_is_told_and_what_is_approved() -> None:
    assert told(Asked(ask=Ask.PAUSE, reason="x")) == summary.Asked(ask=Ask.PAUSE)
    approval = Approval(version="2.0", stage=Stage.APPROVE, approver="lee")
    heard = told(Asked(ask=Ask.APPROVE, approval=approval))
    assert heard == summary.Asked(
        ask=Ask.APPROVE, version="2.0", stage=Stage.APPROVE, approver="lee"
    )
    assert isinstance(heard, summary.Asked)
    assert heard.is_approval
    older = told(Asked(ask=Ask.APPROVE))
    assert isinstance(older, summary.Asked)
    assert not older.is_approval


@pytest.mark.parametrize(("one_way", "back"), [(True, False), (False, True), (None, False)])
def test_a_way_back_is_told_where_the_answer_was_that_there_is_one(
    one_way: bool | None, back: bool
) -> None:
    event = MigrationTold(version="2.0", one_way=one_way)
    assert told(event) == summary.MigrationTold(version="2.0", may_go_back=back)


def test_a_way_back_with_other_words_is_none() -> None:
    words = ("2.0", "way back", "not known")
    assert summary.read("migration", words) == summary.MigrationTold(
        version="2.0", may_go_back=False
    )


def test_the_end_of_an_operation_and_what_a_switch_lost_are_told() -> None:
    assert told(Ended(outcome=Outcome.ABORTED)) == summary.Ended(outcome=Outcome.ABORTED)
    assert told(Switched(cutover=samples.lossless())) == summary.Switched(lost=0)
    assert told(Switched(cutover=samples.unmeasured())) == summary.Switched(lost=None)


@pytest.mark.parametrize("event", [Noted(text="x"), Judged(verdict="keep")])
def test_of_other_kinds_the_words_are_only_shown(event: Event) -> None:
    assert told(event) is None
    assert summary.read("moved house", ("from", "here")) is None


def test_words_of_another_version_of_ao_are_kept_as_words() -> None:
    begun = summary.read("begun", ("rehearse", "2.0", "red", "green", "", "", "three-people", "x"))
    assert isinstance(begun, summary.Begun)
    assert (begun.act, begun.old, begun.new) == ("rehearse", None, GREEN)
    assert begun.approve is Approve.TWO_PEOPLE
    ended = summary.read("step ended", ("deploy", "postponed"))
    assert ended == summary.StepEnded(step="deploy", outcome="postponed")


@given(st.sampled_from(list(KINDS)), st.lists(FOREIGN | st.text(), max_size=9))
def test_whatever_the_words_are_something_is_told(kind: str, words: list[str]) -> None:
    assert type(summary.read(kind, words)) is KINDS[kind]
