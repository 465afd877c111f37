"""What a running command works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from ao.clock import Clock
from ao.cloud import Cloud
from ao.colour import Colour
from ao.plan.facts import Facts
from ao.plan.observation import observe
from ao.progress import Progress, Silent
from ao.site import Site
from ao.visit import Visit, visit


class HeldLock(Protocol):
    """A lock that is held."""

    def check(self) -> None:
        """See that it is still ours; raises LockLost."""

    def release(self) -> None:
        """Give it free before its time."""


class RunningProbe(Protocol):
    """A probe that asks production again and again."""

    def on(self, colour: Colour) -> int:
        """Its clients that a colour has answered within the last second."""


class Measuring(Protocol):
    """What measures a switch."""

    def __call__(self, work: Work, facts: Facts, to: Colour) -> AbstractContextManager[Work]:
        """Measure while the body makes a system live; the work to do that with."""


@contextmanager
def unmeasured(work: Work, facts: Facts, to: Colour) -> Iterator[Work]:
    """Measure nothing."""
    yield work


@dataclass(frozen=True, kw_only=True)
class Work:
    """A command's site, cloud and surroundings."""

    cloud: Cloud
    site: Site
    clock: Clock = field(default_factory=Clock)
    visit: Visit = visit
    """How addresses are visited."""
    sees: bool = True
    """Whether addresses are visited to see a switch; else the cloud's word has to do."""
    progress: Progress = field(default_factory=Silent)
    """Who is told of the progress."""
    measuring: Measuring = unmeasured
    """How a switch is measured."""
    lock: HeldLock | None = None
    """The site's lock, when it is held."""
    draining: Callable[[], AbstractContextManager[None]] = nullcontext
    """What is done around a drain."""
    holds_scale_in: bool = False
    """Whether load takes no server from the live system meanwhile."""
    probe: RunningProbe | None = None
    """The probe that runs through the switch under way, if any."""
    told: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """What the command has told once; the same for all that is made of this work."""

    def observe(self) -> Facts:
        """Read the facts of the site at this moment."""
        return observe(self.cloud, self.site)

    def tell_once(self, text: str) -> None:
        """Tell the user something, unless the command has told it already."""
        mark = object()
        # In one step, as several threads may look at the cloud side by side.
        if self.told.setdefault(text, mark) is mark:
            self.progress.note(text)
