"""Draining: clients that are still on the old system are got over to the new one.

A proxy that is reloaded answers every busy connection once more, with
`Connection: close`, and closes idle ones (HAProxy's soft stop; the amphora agent reloads
at every update). OVN's load balancer has no such thing: only the old servers can close.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from ao.apply.switch import load_balancer
from ao.clock import Ready, Waiting
from ao.cloud import LoadBalancer, Statistics
from ao.colour import Colour
from ao.errors import CloudError, DeadlinePassed
from ao.hooks import shell_command
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.plan import Drain
from ao.progress import Drained
from ao.site import DrainWay, Site
from ao.work import Work

INTERVAL = 0.5
"""Seconds between two looks at the old system."""
COUNTED = 1.0
"""Seconds for which what a load balancer has counted is good: an amphora tells it every 10 seconds
(octavia/common/config.py: heartbeat_interval)."""

Sign = Callable[[], int]
"""Clients that are seen on the old system."""


def way(site: Site, *, hangs: bool) -> DrainWay:
    """Return the way in which a site's clients are drained by the address method.

    `hangs` says that connections hang when the address moves, as the doctor has seen.
    """
    chosen = site.drain.way
    if chosen is None and site.load_balancer.provider == "ovn":
        chosen = DrainWay.HOOK if site.drain.hook else DrainWay.NONE
    if chosen is DrainWay.HOOK and site.folder is None:
        return DrainWay.NONE
    return chosen or (DrainWay.AROUND if hangs else DrainWay.AFTER)


def drain(work: Work, facts: Facts, step: Drain) -> None:
    """Get the clients over and wait, with a deadline, until the old system serves nobody.

    Nothing is raised when some are left or a hook fails: production has moved. It is told.
    Raises OnlyErrors when the new system answers nothing else.
    """
    begin, old = work.clock.now(), step.colour
    probe = work.probe
    signs: list[Sign] = [lambda: probe.on(old)] if probe else []
    match step.way:
        case DrainWay.AFTER | DrainWay.AROUND:
            signs += _reload(work, facts.systems[old].load_balancer)
        case DrainWay.HOOK:
            _run_hook(work, facts, old)
        case DrainWay.NONE:
            left = signs[0]() if signs else None
            _tell(
                work,
                begin,
                left,
                message("clients stay on %(old)s until they close by themselves", old=old),
            )
            return
    left = _await_quiet(work, signs, step.quiet)
    _tell(work, begin, left, _sentence(old, left))


def _sentence(old: Colour, left: int | None) -> str:
    if left is None:
        return message("whether anybody is left on %(old)s cannot be told from here", old=old)
    if left:
        return message(
            "%(count)s clients were still on %(old)s at the deadline; they stay until they close",
            count=left,
            old=old,
        )
    return message("%(old)s serves nobody any more", old=old)


def _tell(work: Work, begin: float, left: int | None, text: str) -> None:
    seconds = work.clock.now() - begin
    work.progress.emit(Drained(seconds=seconds, left=left, text=text))


def _reload(work: Work, own: LoadBalancer | None) -> list[Sign]:
    """Reload the old load balancer; the sign that it serves somebody, if it can be had."""
    if own is None:
        return []
    try:
        load_balancer.reload(work, own)
        begun = work.cloud.load_balancers.statistics(own)
    except (CloudError, DeadlinePassed) as error:
        work.note(
            message(
                "The drain is not whole: %(message)s. Production has moved.", message=error.message
            )
        )
        return []
    return [_Served(work, own, begun).look]


class _Served:
    """The connections that a load balancer serves, by its statistics."""

    def __init__(self, work: Work, balancer: LoadBalancer, begun: Statistics) -> None:
        """Count from what the load balancer has counted until now."""
        self._work = work
        self._balancer = balancer
        self._last = begun
        self._served = begun.active_connections
        self._asked = work.clock.now()

    def look(self) -> int:
        """Return the connections that it has or, if more, that it took since it was asked last."""
        asked = self._work.clock.now()
        if asked - self._asked >= COUNTED:
            now = self._work.cloud.load_balancers.statistics(self._balancer)
            grown = now.total_connections - self._last.total_connections
            self._last, self._asked = now, asked
            self._served = max(grown, now.active_connections)
        return self._served


class _Quiet:
    """The time in which no sign of a client was seen."""

    def __init__(self, work: Work, signs: list[Sign], seconds: float) -> None:
        self.left = 0
        """Clients that the last look has seen."""
        self._seconds = seconds
        self._work = work
        self._signs = signs
        self._since = work.clock.now()

    def look(self) -> Ready[None] | Waiting:
        """Look for clients; ready when there was none for the quiet time. Raises OnlyErrors."""
        self._work.check_live()
        self.left = max((sign() for sign in self._signs), default=0)
        now = self._work.clock.now()
        if self.left:
            self._since = now
        if now - self._since >= self._seconds:
            return Ready(None)
        return Waiting()


def _await_quiet(work: Work, signs: list[Sign], seconds: float) -> int | None:
    """Wait until there was no sign of a client for so many seconds; return the clients left.

    None without a sign. Raises OnlyErrors.
    """
    quiet = _Quiet(work, signs, seconds)
    try:
        work.clock.until(
            quiet.look,
            what=message("the old system to serve nobody"),
            deadline=work.site.drain.deadline,
            interval=INTERVAL,
        )
    except (CloudError, DeadlinePassed):
        return quiet.left
    return quiet.left if signs else None


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return "%" not in address


def _run_hook(work: Work, facts: Facts, old: Colour) -> None:
    """Run the operator's command, in the site file's folder, with what it needs to know."""
    site, system = work.site, facts.systems[old]
    variables = {
        "AO_SITE": site.name,
        "AO_COLOUR": str(old),
        "AO_VERSION": system.version or "",
        "AO_SERVERS": " ".join(it.address for it in system.members if _is_ip(it.address)),
        **({"AO_HOST": site.host} if site.host else {}),
    }
    line = site.drain.hook or ":"
    result = shell_command.run(site, line, variables, site.drain.deadline)
    if result.exit_code != 0:
        how = shell_command.ended(line, site.drain.deadline, result)
        work.note(
            message(
                "The drain hook %(how)s: clients may still be on %(old)s. "
                "Production has moved all the same.",
                how=how,
                old=old,
            )
        )
