"""Progress on a terminal: a live tree, or lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from ao import duration
from ao.cloud.values import Resource, Stack
from ao.plan import Step
from ao.progress import Progress, Silent

_MARKS = {
    "COMPLETE": Text("✓ ", "green"),
    "IN_PROGRESS": Text("… ", "yellow"),
    "FAILED": Text("✗ ", "bold red"),
}


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """What suits standard error: a live tree on a terminal, lines elsewhere."""
    console = Console(stderr=True, highlight=False)
    if quiet:
        yield Silent()
    elif console.is_terminal:
        tree = TreeProgress(console)
        try:
            yield tree
        finally:
            tree.close()
    else:
        yield LineProgress()


class LineProgress:
    """A line for each thing that happens."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._seen: dict[tuple[str, str], str] = {}

    def begin(self, step: Step) -> None:
        """Tell nothing yet; the end tells the time."""

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Tell what has changed since the last look."""
        for resource in resources:
            key = (resource.stack_id, resource.name)
            if self._seen.get(key) != resource.status:
                self._seen[key] = resource.status
                status = resource.status.replace("_", " ").lower()
                self._tell(f"{stack.name}: {_title(resource)} {status}")

    def end(self, step: Step, seconds: float) -> None:
        """Tell the step and its time."""
        self._tell(f"{step}: {duration.show(seconds)}")

    def note(self, text: str) -> None:
        """Tell it."""
        print(text, file=sys.stderr)

    def _tell(self, text: str) -> None:
        print(f"{time.monotonic() - self._begin:7.1f}s  {text}", file=sys.stderr, flush=True)


class TreeProgress:
    """A tree of the steps under way, with Heat's resources below them.

    Steps that have ended stay on the screen as one line each.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: dict[Step, float] = {}
        self._stacks: dict[str, tuple[Stack, tuple[Resource, ...]]] = {}
        self._live: Live | None = None

    def begin(self, step: Step) -> None:
        """Show the step."""
        self._steps[step] = time.monotonic()
        if self._live is None:
            self._live = Live(
                console=self._console,
                transient=True,
                refresh_per_second=4,
                get_renderable=self._tree,
            )
            self._live.start()

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Show the stack's resources."""
        self._stacks[stack.name] = (stack, resources)

    def end(self, step: Step, seconds: float) -> None:
        """Leave one line of the step."""
        self._steps.pop(step, None)
        line = Text.assemble(_MARKS["COMPLETE"], str(step), (f"  {duration.show(seconds)}", "dim"))
        self._console.print(line)
        if not self._steps:
            self.close()

    def close(self) -> None:
        """Take the tree off the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._stacks.clear()

    def note(self, text: str) -> None:
        """Tell it below the steps."""
        self._console.print(text)

    def _tree(self) -> Tree:
        root = Tree("", hide_root=True)
        now = time.monotonic()
        for step, begin in self._steps.items():
            age = (f"  {duration.show(now - begin)}", "dim")
            root.add(Text.assemble(_MARKS["IN_PROGRESS"], str(step), age))
        for stack, resources in self._stacks.values():
            _grow(root.add(_label(stack.name, f"{stack.action}_{stack.status}")), resources, "")
        return root


def _grow(branch: Tree, resources: tuple[Resource, ...], parent: str) -> None:
    for resource in resources:
        if resource.parent == parent:
            _grow(branch.add(_label(_title(resource), resource.status)), resources, resource.name)


def _label(title: str, status: str) -> Text:
    action, _, state = status.partition("_")
    return Text.assemble(_MARKS.get(state, ""), title, (f"  {action.lower()}", "dim"))


def _title(resource: Resource) -> str:
    words = resource.name.replace("_", " ")
    return f"{words} of {resource.parent}" if resource.parent not in ("", "group") else words
