"""The forced logout: users are told, given time, and logged out before production moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ao.hooks import hooks
from ao.hooks.hooks import Context
from ao.work import Work

STEP = 1.0
"""Seconds between two tellings of the time that is left."""


def run(work: Work, context: Context, countdown: Callable[[float], None]) -> None:
    """Announce the logout, wait for the notice to pass, and log users out.

    The notice runs from before the announcement, so that the logout comes when users were
    told. `countdown` is told the seconds that are left, once a second. Nothing happens at a
    site without forced logout. Raises HookFailed.
    """
    logout = work.site.logout
    if logout is None:
        return
    end = work.clock.now() + logout.notice
    at = datetime.now(UTC) + timedelta(seconds=logout.notice)
    more = {
        "logout_at": at.isoformat(timespec="seconds"),
        "notice": str(round(logout.notice)),
    }
    if logout.announce is not None:
        hooks.call(work, logout.announce, replace(context, point="announce"), **more)
    while (left := end - work.clock.now()) > 0:
        countdown(left)
        work.clock.sleep(min(STEP, left))
    hooks.call(work, logout.hook, replace(context, point="logout"), **more)
