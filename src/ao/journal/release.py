"""Releases as the headings of their entries tell them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from ao.colour import Colour
from ao.journal.heading import ALONE, Heading

WHOLE = 60
"""Characters of a step's text that no name is too short for."""


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """A step of a release, with its times."""

    text: str
    """The step in a few words; a long text is cut."""
    begun: datetime
    ended: datetime | None
    """None while it runs, and when its end was never written."""
    outcome: str
    """What it ended in, `broken off` when it was killed; empty for nothing yet."""

    @property
    def running(self) -> bool:
        """Whether it has begun and nothing tells its end."""
        return not self.outcome

    @property
    def seconds(self) -> float | None:
        """How long it took, to the millisecond."""
        return (self.ended - self.begun).total_seconds() if self.ended else None


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release, or another act on a site: `ao switch` alone, for example."""

    id: str
    site: str
    act: str
    """`release`, `switch`, `deploy`, …; empty when its beginning is not in the journal."""
    version: str
    """Version that it brings or makes live; empty for none."""
    old: Colour | None
    """Colour that was live as it began."""
    new: Colour | None
    """Colour that it deploys to or makes live."""
    who: str
    """OpenStack user who began it."""
    reason: str
    """Why, in that user's words; a long text is cut."""
    begun: datetime
    steps: tuple[StepRun, ...]
    outcome: str | None
    """What it ended in; None while it runs, or when it was killed."""
    last: datetime
    """Last sign of life: when it last wrote an entry."""
    lost: int | None
    """Requests that its last switch lost; None when it has none or nothing was measured."""

    @property
    def seconds(self) -> float:
        """From its beginning to its last sign of life."""
        return (self.last - self.begun).total_seconds()

    @property
    def step(self) -> str:
        """The step that it is at; empty between steps and after its end."""
        running = [step.text for step in self.steps if step.running]
        return running[-1] if running and self.outcome is None else ""


def releases(headings: Iterable[Heading]) -> tuple[Release, ...]:
    """The releases of a site's headings, oldest first; those are in the order of writing."""
    groups: dict[str, list[Heading]] = {}
    for heading in headings:
        if heading.release != ALONE:
            groups.setdefault(heading.release, []).append(heading)
    found = (_release(release, group) for release, group in groups.items())
    return tuple(sorted(found, key=attrgetter("begun")))


def _release(release: str, headings: Sequence[Heading]) -> Release:
    by_kind: dict[str, list[Heading]] = {}
    for heading in headings:
        by_kind.setdefault(heading.kind, []).append(heading)
    first = by_kind.get("begun", headings)[0]
    act, version, old, new, reason = _words(first if first.kind == "begun" else None, 5)
    _, lost = _words(by_kind["switch"][-1] if "switch" in by_kind else None, 2)
    own = [heading for heading in headings if heading.kind != "asked"] or headings
    return Release(
        id=release,
        site=first.site,
        act=act,
        version=version,
        old=_colour(old),
        new=_colour(new),
        who=first.who,
        reason=reason,
        begun=first.at,
        steps=_steps(headings),
        outcome=_words(by_kind["end"][-1], 1)[0] if "end" in by_kind else None,
        last=own[-1].at,
        lost=int(lost) if lost.isdigit() else None,
    )


def _steps(headings: Iterable[Heading]) -> tuple[StepRun, ...]:
    """The steps in the order of their beginnings.

    A release that is resumed begins again: what was under way then was broken off.
    """
    steps: list[StepRun] = []
    for heading in headings:
        text, outcome = _words(heading, 2)
        under_way = [n for n, step in enumerate(steps) if step.running]
        if heading.kind == "begun":
            for n in under_way:
                steps[n] = replace(steps[n], outcome="broken off")
        if heading.kind == "step begun":
            steps.append(StepRun(text=text, begun=heading.at, ended=None, outcome=""))
        if heading.kind == "step ended":
            for n in [n for n in under_way if _alike(steps[n].text, text)][-1:]:
                steps[n] = replace(steps[n], ended=heading.at, outcome=outcome)
    return tuple(steps)


def _alike(text: str, other: str) -> bool:
    """Whether two texts are one: in long names they are not cut at the same place."""
    return text[:WHOLE] == other[:WHOLE]


def _words(heading: Heading | None, count: int) -> tuple[str, ...]:
    """So many words of a heading, empty ones for those that it lacks."""
    return (*(heading.words if heading else ()), *[""] * count)[:count]


def _colour(word: str) -> Colour | None:
    return Colour(word) if word in list(Colour) else None
