"""The health monitor of a system, which names the site's host."""

from __future__ import annotations

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
    """Have the monitor of a system name what the site file says, and wait until it does.

    Raises ConfigError as `check_api`, NotFound, DeadlinePassed and CloudError.
    """
    system = facts.systems[colour]
    balancer, monitor = system.load_balancer, system.monitor
    if balancer is None or monitor is None:
        raise NotFound(
            message("%(colour)s has no load balancer", colour=colour),
            cure=message("`ao up` repairs it."),
        )
    check_api(work)
    now = monitors.wanted(work.site, monitor)
    load_balancer.change(work, balancer, lambda: work.cloud.load_balancers.write_monitor(now))
    load_balancer.until_active(work, balancer)
