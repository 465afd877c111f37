"""Progress as a live tree on a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self, assert_never

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from ao import duration
from ao.cloud.models import Resource, Stack
from ao.commands.probe_line import STYLES
from ao.commands.progress_lines import title
from ao.message import message
from ao.message.translation import spoken
from ao.plan.plan import Step
from ao.probe.running_totals import RunningTotals
from ao.progress import (
    Drained,
    Note,
    ProbeStarted,
    ProgressEvent,
    StackRead,
    Status,
    StepFinished,
    StepStarted,
)
from ao.untrusted.printable import printable

_MARKS = {
    "COMPLETE": Text("✓ ", "green"),
    "IN_PROGRESS": Text("… ", "yellow"),
    "FAILED": Text("✗ ", "bold red"),
}


class TreeProgress:
    """A tree of the steps under way, with Heat's resources below them.

    Steps that have ended stay on the screen as one line each.
    """

    def __init__(self) -> None:
        # What others wrote may look like rich's own marks.
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._steps: dict[Step, float] = {}
        self._stacks: dict[str, tuple[Stack, tuple[Resource, ...]]] = {}
        self._live: Live | None = None
        self._status = ""
        self._sample: Callable[[], RunningTotals | None] = lambda: None

    def emit(self, event: ProgressEvent) -> None:
        """Show an event."""
        match event:
            case StepStarted(step):
                self._begin(step)
            case StepFinished(step, seconds):
                self._end(step, seconds)
            case StackRead(stack, resources):
                self._stacks[stack.name] = (stack, resources)
            case ProbeStarted(sample):
                self._sample = sample
            case Status(text):
                self._status = text
            case Drained(text=text) | Note(text):
                self._console.print(spoken(text))
            case _:
                assert_never(event)

    def _begin(self, step: Step) -> None:
        """Show a step, below which what it does is shown."""
        self._steps[step] = time.monotonic()
        if self._live is None:
            self._live = Live(
                console=self._console,
                transient=True,
                refresh_per_second=4,
                get_renderable=self._tree,
            )
            self._live.start()

    def _end(self, step: Step, seconds: float) -> None:
        """Leave one line of a step."""
        self._steps.pop(step, None)
        self._status = ""
        text = printable(spoken(step))
        line = Text.assemble(_MARKS["COMPLETE"], text, (f"  {duration.show(seconds)}", "dim"))
        self._console.print(line)
        if not self._steps:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the tree off the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._stacks.clear()

    def _tree(self) -> Tree:
        root = Tree("", hide_root=True)
        now = time.monotonic()
        for step, begin in self._steps.items():
            age = (f"  {duration.show(now - begin)}", "dim")
            root.add(Text.assemble(_MARKS["IN_PROGRESS"], printable(spoken(step)), age))
        if self._status:
            root.add(Text(printable(spoken(self._status)), "dim"))
        tally = self._sample()
        if tally is not None:
            root.add(_traffic(tally))
        for stack, resources in self._stacks.values():
            done = sum(resource.status.endswith("_COMPLETE") for resource in resources)
            words = message(
                "%(action)s, %(done)s of %(count)s resources done",
                action=stack.action.lower(),
                done=done,
                count=len(resources),
            )
            branch = root.add(_label(stack.name, stack.status, words))
            for resource in _at_work(resources):
                action, _, status = resource.status.partition("_")
                branch.add(_label(title(resource), status, action.lower()))
        return root


def _at_work(resources: tuple[Resource, ...]) -> list[Resource]:
    """Resources under way or failed, without those that only wait for others inside them."""
    moving = [r for r in resources if not r.status.endswith("_COMPLETE")]
    parents = {resource.parent for resource in moving}
    return [resource for resource in moving if resource.name not in parents]


def _traffic(tally: RunningTotals) -> Text:
    """Return a line of the answers a second by colour, and of the requests that were lost."""
    line = Text(f"{spoken(message('production'))}  ", "dim")
    for colour, rate in tally.rates.items():
        line.append(f"{colour} {rate:,.0f}/s  ", STYLES.get(colour, "bold"))
    lost = message("lost %(count)s", count=f"{tally.lost:,}")
    return line.append(spoken(lost), "bold red" if tally.lost else "dim")


def _label(name: str, status: str, words: str) -> Text:
    words = printable(spoken(words))
    marks = (_MARKS.get(status, ""), printable(spoken(name)), (f"  {words}", "dim"))
    return Text.assemble(*marks)
