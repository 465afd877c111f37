import json
import logging
from dataclasses import replace

import pytest
from rich.console import Console

from ao.cloud import Resource
from ao.colour import Colour
from ao.commands.event_stream import EventProgress
from ao.commands.progress import progress
from ao.commands.progress_lines import LineProgress, NoteProgress
from ao.commands.progress_log import LoggedProgress
from ao.commands.progress_tree import TreeProgress
from ao.message import translation
from ao.message.translation import Language
from ao.plan.plan import BuildSystem
from ao.probe.recording import Outcome
from ao.probe.running_totals import RunningTotals
from ao.progress import (
    Drained,
    Note,
    ProbeStarted,
    Progress,
    ProgressEvent,
    Silent,
    StackRead,
    Status,
    StepFinished,
    StepStarted,
)
from tests.unit.samples import resource, stack

STACK = stack("ao-shop-green", "UPDATE_IN_PROGRESS")
STEP = BuildSystem(Colour.GREEN, "2.0", 2)


def part(name: str, status: str, parent: str = "") -> Resource:
    return replace(resource(name, "any", "id", parent), status=status, stack_id=parent)


def test_lines_tell_what_heat_begins_and_ends_and_nothing_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = LineProgress()
    lines.emit(StepStarted(STEP))
    lines.emit(
        StackRead(STACK, (part("pool", "CREATE_COMPLETE"), part("group", "UPDATE_IN_PROGRESS")))
    )
    lines.emit(
        StackRead(STACK, (part("pool", "CREATE_COMPLETE"), part("group", "UPDATE_IN_PROGRESS")))
    )
    lines.emit(
        StackRead(STACK, (part("pool", "CREATE_COMPLETE"), part("group", "UPDATE_COMPLETE")))
    )
    lines.emit(StepFinished(STEP, 33.3))
    told = [line.split("s  ", 1)[1] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        "ao-shop-green: group update in progress",
        "ao-shop-green: group update complete",
        "build green with version 2.0: 33s",
    ]


def test_the_tree_shows_what_is_under_way_and_counts_the_rest() -> None:
    tree = TreeProgress()
    screen = Console(width=100, record=True, file=None, quiet=False)
    with tree:
        tree.emit(StepStarted(STEP))
        tree.emit(
            StackRead(
                STACK,
                (
                    part("pool", "CREATE_COMPLETE"),
                    part("group", "UPDATE_IN_PROGRESS"),
                    part("abc", "UPDATE_IN_PROGRESS", "group"),
                    part("server", "CREATE_IN_PROGRESS", "abc"),
                ),
            )
        )
        with screen.capture() as shown:
            screen.print(tree._tree())
    assert "build green with version 2.0" in shown.get()
    assert "ao-shop-green  update, 1 of 4 resources done" in shown.get()
    assert "server of abc  create" in shown.get()
    assert "pool" not in shown.get()
    assert "group" not in shown.get()


def test_a_quiet_command_tells_nothing() -> None:
    with progress(quiet=True) as listener:
        assert isinstance(listener, Silent)


def test_without_a_terminal_progress_is_told_in_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress(quiet=False) as listener:
        assert isinstance(listener, LineProgress)


def test_the_tree_shows_what_a_probe_sees_by_colour_until_it_ends() -> None:
    tree, screen = TreeProgress(), Console(width=100)
    seen: list[RunningTotals | None] = [
        RunningTotals(
            outcomes={Outcome.ANSWERED: 90, Outcome.TIMED_OUT: 2},
            latency_p95=0.02,
            rates={"blue": 31.0, "green": 214.0},
        )
    ]

    def shown() -> str:
        with screen.capture() as text:
            screen.print(tree._tree())
        return text.get()

    with tree:
        tree.emit(StepStarted(STEP))
        tree.emit(ProbeStarted(lambda: seen[-1]))
        assert "production  blue 31/s  green 214/s  lost 2" in shown()
        seen.append(None)
        assert "production" not in shown()


def test_the_tree_and_the_lines_are_in_the_language_of_the_user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "ao.message.translation.of_environment", lambda: translation.of(Language.JAPANESE)
    )
    inside = part("server", "CREATE_IN_PROGRESS", "abc")
    tree, screen = TreeProgress(), Console(width=100)
    totals = RunningTotals(outcomes={Outcome.TIMED_OUT: 2}, latency_p95=None, rates={"blue": 3.0})
    with tree, screen.capture() as shown:
        tree.emit(StackRead(STACK, (part("pool", "CREATE_COMPLETE"), inside)))
        tree.emit(ProbeStarted(lambda: totals))
        screen.print(tree._tree())
    assert "ao-shop-green  update、リソース 2 個中 1 個が完了" in shown.get()
    assert "abc の server" in shown.get()
    assert "本番  blue 3/s  損失 2" in shown.get()
    lines = LineProgress()
    lines.emit(StackRead(STACK, ()))
    lines.emit(StackRead(STACK, (inside,)))
    assert "ao-shop-green: abc の server create in progress" in capsys.readouterr().err


EVENTS: dict[ProgressEvent, dict[str, object] | None] = {
    StepStarted(STEP): {"event": "begin", "step": str(STEP)},
    StackRead(STACK, ()): {
        "event": "stack",
        "stack": "ao-shop-green",
        "status": "UPDATE_IN_PROGRESS",
        "done": 0,
        "resources": 0,
    },
    ProbeStarted(lambda: None): None,
    Status("in 3s"): {"event": "state", "text": "in 3s"},
    Drained(seconds=2.5, left=1, text="one is left"): {
        "event": "drained",
        "seconds": 2.5,
        "left": 1,
        "text": "one is left",
    },
    Note("look out"): {"event": "note", "text": "look out"},
    StepFinished(STEP, 33.25): {"event": "end", "step": str(STEP), "seconds": 33.25},
}
"""Each event, with the line that a program reads of it, but for the time."""


def test_programs_read_a_line_of_json_of_each_event_but_of_a_probe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for event, line in EVENTS.items():
        EventProgress().emit(event)
        told = [json.loads(it) for it in capsys.readouterr().out.splitlines()]
        assert [{**it, "at": 0} for it in told] == ([{**line, "at": 0}] if line else [])


@pytest.mark.parametrize("listener", [NoteProgress, LineProgress, TreeProgress, Silent])
def test_what_is_logged_is_passed_on_and_a_note_is_told_by_all_but_the_silent(
    listener: type[Progress],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Programs that other tests have run leave their consoles behind.
    monkeypatch.setattr(logging.getLogger(), "handlers", [caplog.handler])
    caplog.set_level("INFO")
    logged = LoggedProgress(listener())
    for event in EVENTS:
        logged.emit(event)
    assert ("look out" in capsys.readouterr().err) is (listener is not Silent)
    assert [it.getMessage() for it in caplog.records] == [
        f"{STEP}: begins",
        "in 3s",
        "one is left",
        "look out",
        f"{STEP}: done in 33s",
    ]
