"""The health monitors of a system, which name the site's host."""

from __future__ import annotations

from functools import partial

from ao.apply.switch import load_balancer
from ao.colour import Colour
from ao.errors import ConfigError, NotFound
from ao.message import message
from ao.plan import monitors
from ao.plan.facts import Facts
from ao.work import Work


def check_api(work: Work) -> None:
    """Refuse `host` where Octavia's API is too old for monitors that name one.

    Raises ConfigError, with the place in the site file.
    """
    site = work.site
    if not monitors.is_named(site):
        return
    version = work.cloud.load_balancers.api_version()
    if version is not None and version < monitors.API:
        raise ConfigError(
            message(
                "%(where)s: health checks that name a host need version %(least)s of Octavia's "
                "API, and this cloud has %(version)s",
                where=site.place("host"),
                least=".".join(map(str, monitors.API)),
                version=".".join(map(str, version)),
            ),
            cure=message(
                "Leave `host` out, or check servers by `type: TCP` in `health_check`. Nothing was "
                "changed."
            ),
        )


def define(work: Work, facts: Facts, colour: Colour) -> None:
    """Have the monitors of a system name what the site file says, and wait until they do.

    Raises ConfigError as `check_api`, NotFound, DeadlinePassed and CloudError.
    """
    system = facts.systems[colour]
    balancer, own = system.load_balancer, system.monitors
    if balancer is None or not own:
        raise NotFound(
            message("%(colour)s has no load balancer", colour=colour),
            cure=message("`ao up` repairs it."),
        )
    check_api(work)
    for monitor in own:
        now = monitors.wanted(work.site, monitor)
        if now != monitor:
            write = partial(work.cloud.load_balancers.write_monitor, now)
            load_balancer.change(work, balancer, write)
            load_balancer.until_active(work, balancer)
