"""Maintenance of a site as an operator orders it: under the site's lock, and in its journal."""

from __future__ import annotations

import time
from dataclasses import replace

from ao.apply import maintenance as apply
from ao.errors import ConfigError
from ao.journal import Act, Begun
from ao.message import message
from ao.operations.locked_site import journalled
from ao.plan import guard, maintenance
from ao.plan.facts import Facts
from ao.plan.maintenance import Maintenance
from ao.plan.maintenance_policy import HEADER, NAME
from ao.untrusted.bounds import YEAR
from ao.work import Work


def on(work: Work, reason: str = "", seconds: float | None = None) -> Facts:
    """Lead the site's users elsewhere until somebody ends it.

    `seconds` is how long it is to last, which is told and ends nothing. One that is on already goes
    on: what is missing of it is made, and with a reason or a time it tells that. Raises ConfigError
    where the site file does not say what users get, Locked, and as `ao.apply.maintenance.begin`.
    """
    apply.wish(work.site)
    if seconds is not None and not 0 < seconds <= YEAR:
        raise ConfigError(message("a maintenance lasts a year at most"))
    with journalled(
        work, Begun(act=Act.MAINTENANCE_ON, reason=reason), "maintenance on"
    ) as operation:
        held, now = operation.work, time.time()
        facts = held.observe()
        guard.may_write(facts)
        until = None if seconds is None else now + seconds
        note = apply.noted(held, reason, until, now)
        before = maintenance.read(held.cloud, facts)
        if before.passing is not None:
            held.passes[HEADER] = before.passing
        if before.is_on and before.note is not None:
            note = replace(
                before.note,
                reason=reason or before.note.reason,
                until=before.note.until if until is None else until,
                switch=False,
            )
        apply.begin(held, facts, note)
        if before.is_on and note != before.note:
            apply.describe(held, facts, state(held, facts), note)
    return facts


def off(work: Work, reason: str = "") -> Facts:
    """Let the site's users reach it again, whoever led them elsewhere. Raises Locked."""
    with journalled(
        work, Begun(act=Act.MAINTENANCE_OFF, reason=reason), "maintenance off"
    ) as operation:
        held = operation.work
        facts = held.observe()
        if not apply.end_all(held, facts):
            held.note(message("%(site)s is in no maintenance.", site=work.site.name))
    return facts


def is_seen(work: Work, facts: Facts) -> bool:
    """Return whether anything leads a site's users elsewhere, or was to."""
    return bool(maintenance.read(work.cloud, facts).policies)


def end_of_switch(work: Work, facts: Facts) -> None:
    """Let users reach a site again that a switch led elsewhere, and did not come to its end."""
    if work.site.maintenance is None:
        return
    now = maintenance.read(work.cloud, facts)
    if now.note is not None and now.note.switch and apply.end_all(work, facts):
        work.note(message("Users reach %(site)s again.", site=work.site.name))


def lift(work: Work, facts: Facts) -> None:
    """Let users reach a site again, under a lock that is held; it is told if anything led them."""
    if work.site.maintenance is None:
        # By what was observed, which asks nothing of a site without L7 policies.
        now = maintenance.read(work.cloud, facts)
        if not now.policies:
            return
    if apply.end_all(work, facts):
        work.note(message("Users reach %(site)s again.", site=work.site.name))


def state(work: Work, facts: Facts) -> Maintenance:
    """Return the maintenance of a site after this command has changed it."""
    return maintenance.among(work.cloud.load_balancers.l7_policies_named(NAME), facts)
