"""Choice of how a command tells its progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ao.commands.progress_lines import LineProgress, NoteProgress
from ao.progress import Progress, Silent


@contextmanager
def progress(*, quiet: bool, notes: bool = False) -> Iterator[Progress]:
    """Give the listener that suits standard error: a live tree on a terminal, lines elsewhere.

    A quiet one tells nothing, or with `notes` these alone.
    """
    if quiet:
        yield NoteProgress() if notes else Silent()
    elif sys.stderr.isatty():
        from ao.commands.progress_tree import TreeProgress

        with TreeProgress() as tree:
            yield tree
    else:
        yield LineProgress()
