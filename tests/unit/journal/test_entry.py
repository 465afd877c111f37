import json
from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.journal import (
    Approval,
    Ask,
    Asked,
    Begun,
    Checked,
    CheckResult,
    Ended,
    Entry,
    Event,
    Heading,
    Judged,
    Noted,
    Outcome,
    Overridden,
    StepBegun,
    StepEnded,
    Switched,
    TakenOver,
    Unreadable,
    entry,
)
from ao.journal.entry import CAP
from ao.report.cutover import CutOver
from tests.unit.journal.test_heading import heading
from tests.unit.report import samples

HEADING: Heading = heading()

APPROVAL = Approval(
    release="20261123-0815-a3f",
    version="2.0",
    stage="approve",
    old="blue",
    new="green",
    stack="stack-id",
    deploy="90ab12",
    user_id="4f1c",
    approver="lee",
)
EVENTS: list[Event] = [
    Begun(
        act="release",
        version="2.0",
        old=Colour.BLUE,
        new=Colour.GREEN,
        url="https://ci.example/job/7",
        plan=("deploy 2.0", "switch to green"),
        reason="the new till",
    ),
    Begun(act="release", version="2.0", user_id="4f1c", releaser="kim"),
    Begun(act="up"),
    StepBegun(step="point production to green"),
    StepEnded(step="point production to green", seconds=0.25),
    StepEnded(step="drain blue", seconds=60.0, outcome="failed", why="3 clients are left"),
    Checked(results=(CheckResult(name="smoke", passed=False, seconds=1.5, why="status 500"),)),
    Judged(verdict="switch back", why="2 % errors, 1 % allowed"),
    Overridden(what="a freeze", reason="a leak"),
    TakenOver(holder="shop on build7", why="it ended"),
    Asked(ask=Ask.ABORT, reason="wrong version"),
    Asked(ask=Ask.APPROVE, reason="good", approval=APPROVAL),
    Noted(text="青"),
    Ended(outcome=Outcome.ROLLED_BACK, why="2 % errors"),
]


def kept(event: Event) -> Entry:
    """The entry that is read of an event that was written."""
    return entry.read("id", HEADING, entry.write("build7", event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert kept(event) == Entry(id="id", heading=HEADING, host="build7", event=event)


def test_a_switch_is_read_to_the_microsecond() -> None:
    cutover = samples.lossless()
    event = kept(Switched(cutover=cutover)).event
    assert isinstance(event, Switched)
    assert event.cut == ()
    assert event.cutover.gap == pytest.approx(cutover.gap, abs=2e-6)
    assert event.cutover.recording is not None
    assert cutover.recording is not None
    assert event.cutover.recording.outcomes == cutover.recording.outcomes
    assert len(event.cutover.recording.slices) == len(cutover.recording.slices)


def large(cutover: CutOver, *, losses: int = 1, clients: int = 1, calls: int = 1) -> CutOver:
    """A cut-over with so many times as much in it."""
    recording = cutover.recording
    assert recording is not None
    return replace(
        cutover,
        calls=cutover.calls * calls,
        recording=replace(
            recording, losses=recording.losses * losses, kept=recording.kept * clients
        ),
    )


def test_a_switch_that_is_too_large_loses_its_losses_first_and_says_so() -> None:
    event = kept(Switched(cutover=large(samples.lossy(), losses=100))).event
    assert isinstance(event, Switched)
    assert [cut.partition(" after")[0] for cut in event.cut] == ["lost requests"]
    assert event.cutover.recording is not None
    assert len(event.cutover.recording.losses) == 100


def test_a_switch_that_is_still_too_large_is_cut_until_it_fits() -> None:
    event = Switched(cutover=large(samples.lossy(), losses=100, clients=100, calls=2000))
    assert len(entry.write("build7", event)) <= CAP
    told = kept(event).event
    assert isinstance(told, Switched)
    assert len(told.cut) >= 3


def test_what_can_be_cut_nowhere_leaves_a_note() -> None:
    results = tuple(
        CheckResult(name=f"check {n}", passed=False, seconds=1.0, why="x" * 4000)
        for n in range(100)
    )
    event = kept(Checked(results=results)).event
    assert isinstance(event, Noted)
    assert "kind checks" in event.text


def test_long_free_texts_are_cut_and_say_how_long_they_were() -> None:
    event = kept(Noted(text="x" * 10_000)).event
    assert isinstance(event, Noted)
    assert len(event.text) < 5000
    assert event.text.endswith("(10000 characters)")


SECRET = "hush-hush-1"


@pytest.mark.parametrize(
    "event",
    [
        Begun(act="release", url=f"https://u:{SECRET}@ci", plan=(SECRET,), reason=SECRET),
        StepBegun(step=f"run {SECRET}"),
        StepEnded(step=SECRET, seconds=1.0, why=SECRET),
        Checked(results=(CheckResult(name="a", passed=False, seconds=1.0, why=SECRET),)),
        Switched(cutover=replace(samples.lossless(), failure=f"the hook said {SECRET}")),
        Judged(verdict="keep", why=SECRET),
        Overridden(what=SECRET, reason=SECRET),
        TakenOver(holder=SECRET, why=SECRET),
        Asked(ask=Ask.PAUSE, reason=SECRET),
        Asked(ask=Ask.APPROVE, approval=replace(APPROVAL, approver=SECRET)),
        Begun(act="release", releaser=SECRET),
        Noted(text=SECRET),
        Ended(outcome=Outcome.FAILED, why=SECRET),
    ],
    ids=lambda event: event.kind,
)
def test_no_event_keeps_a_secret_of_the_environment(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SECRET in str(event)
    monkeypatch.setenv("OS_PASSWORD", SECRET)
    text = entry.write("build7", event)
    assert SECRET not in text
    assert "***" in text


def test_what_a_later_version_adds_is_passed_over() -> None:
    told = json.loads(entry.write("build7", Noted(text="x")))
    told["later"] = 1
    told["event"]["later"] = {"a": 1}
    assert entry.read("id", HEADING, json.dumps(told)).event == Noted(text="x")


def test_what_an_older_ao_asked_is_read_and_an_older_ao_reads_what_this_one_asks() -> None:
    older = {"host": "a", "event": {"kind": "asked", "ask": "approve", "reason": "good"}}
    assert entry.read("id", HEADING, json.dumps(older)).event == Asked(
        ask=Ask.APPROVE, reason="good"
    )
    asked = Asked(ask=Ask.APPROVE, reason="good", approval=APPROVAL)
    told = json.loads(entry.write("a", asked))
    assert {key: told["event"][key] for key in ("kind", "ask", "reason")} == older["event"]
    assert asked.words[0] == "approve"


@pytest.mark.parametrize(
    "text", ["", "{}", "not JSON", '{"host": "a", "event": {"kind": "a later one"}}', "[1]"]
)
def test_a_text_that_cannot_be_read_is_shown_as_such(text: str) -> None:
    read = entry.read("id", HEADING, text)
    assert isinstance(read.event, Unreadable)
    assert read.event.why
    assert read.heading == HEADING
