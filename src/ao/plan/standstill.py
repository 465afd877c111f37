"""Standstill of Heat's work on a stack: it is in progress, and nothing of it changes.

An engine of Heat that ends in the midst of its work leaves the stack in progress, and no other
one takes the work up: with convergence, which is Heat's default, what was handed to an engine is
handed out once (heat/engine/worker.py: check_resource), and the stack's own time-out is looked at
only by an engine that is at work on it (heat/engine/stack.py: has_timed_out). Which engines run
is told to administrators alone (heat/policies/service.py), so that it is told by the time in
which nothing has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ao import duration
from ao.cloud import Resource, Stack
from ao.cloud.models import epoch_seconds
from ao.message import Message, message
from ao.site import Site

STANDSTILL = 120.0
"""Seconds without a change of a stack in progress, or of anything in it, after which its work
stands still."""
CANCELLABLE = frozenset({"CREATE", "UPDATE"})
"""Actions that Heat cancels: not somebody's snapshot, nor a check or a suspension."""
_PRECISION = 5.0
"""Seconds by which Heat's moments, which are whole seconds, may differ from one another."""


@dataclass(frozen=True, kw_only=True)
class Standstill:
    """Heat's work on a stack, which stands still."""

    since: float
    """When anything of the stack changed last, in seconds since 1970."""
    seconds: float
    """How long ago that was."""
    ends: float
    """When the time that Heat has for the work is over, in seconds since 1970."""
    to_cancel: bool
    """Whether Ao cancels the work: that time is over, or the operator has asked for it."""

    @property
    def deadline(self) -> str:
        """The end of Heat's time in ISO 8601, UTC."""
        return _date(self.ends)

    @property
    def begin(self) -> str:
        """The last change in ISO 8601, UTC."""
        return _date(self.since)

    @property
    def text(self) -> Message:
        """That in words, which follow on what is said of the work."""
        return message("nothing of it has changed for %(time)s", time=duration.show(self.seconds))


def of_site(
    site: Site, stack: Stack | None, resources: Collection[Resource], *, cancel: bool
) -> Standstill | None:
    """Return how Heat's work on a stack of a site stands still, by the site's own times. Pure."""
    return standstill(
        stack,
        resources,
        site.deadlines.build,
        cancel=cancel,
        pause=site.group.delete_delay,
    )


def standstill(
    stack: Stack | None,
    resources: Collection[Resource],
    deadline: float,
    *,
    cancel: bool = False,
    pause: float = 0.0,
) -> Standstill | None:
    """Return how Heat's work on a stack stands still; None while it goes on, or there is none.

    `deadline` is the seconds that Heat has for it, `pause` those for which Heat itself waits
    before it deletes a server. With `cancel` the operator has asked to cancel what stands still.
    Pure: the present is when the stack was read.
    """
    if stack is None or not stack.busy or not is_still(stack, resources, STANDSTILL + pause):
        return None
    begun = epoch_seconds(stack.updated_at)
    since = _last_change(stack, resources)
    seconds = stack.read - since
    over = stack.read - begun + _PRECISION >= deadline
    return Standstill(
        since=since,
        seconds=seconds,
        ends=begun + deadline,
        to_cancel=stack.action in CANCELLABLE and (over or cancel),
    )


def is_still(stack: Stack, resources: Iterable[Resource], seconds: float = STANDSTILL) -> bool:
    """Return whether nothing of a stack has changed for so many seconds. Pure."""
    return bool(stack.updated_at) and stack.read - _last_change(stack, resources) >= seconds


def _last_change(stack: Stack, resources: Iterable[Resource]) -> float:
    changes = (epoch_seconds(it.updated_at) for it in resources if it.updated_at)
    return max([epoch_seconds(stack.updated_at), *changes])


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
