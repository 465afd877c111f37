"""Holding of scale-in: no load takes a server from the live system while a command works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ao.apply.steps import perform
from ao.errors import AoError
from ao.message import message
from ao.plan import plan
from ao.plan.facts import Facts
from ao.site.autoscale import Effect
from ao.work import Work


@contextmanager
def hold_scale_in(work: Work, facts: Facts | None = None) -> Iterator[Work]:
    """Let no load take servers from the live system while the body runs; give the work to do so.

    `facts` are those that were observed right before. However that ends, load may then do both
    again to the system that is live by that time; a process that was killed leaves that to the
    next command. Within another one nothing is done.
    """
    if work.holds_scale_in:
        yield work
        return
    facts = facts or work.observe()
    if work.site.autoscale is None and not facts.alarmed:
        yield work
        return
    _set(work, facts, Effect.GROWTH)
    try:
        yield replace(work, holds_scale_in=True)
    finally:
        _let_go(work)


def _let_go(work: Work) -> None:
    """Let load take servers again; a cloud that fails is told."""
    try:
        if work.lock is not None:
            work.lock.check()
        _set(work, work.observe(), Effect.BOTH)
    except AoError as error:
        work.note(
            message(
                "%(message)s. Load takes no server from the live system until `ao up`.",
                message=error.message,
            )
        )


def _set(work: Work, facts: Facts, effect: Effect) -> None:
    steps = plan.alarms(facts, facts.live, effect)
    if steps:
        perform(work, facts, steps)
