"""The pool of a system: what Heat cannot say of it."""

from __future__ import annotations

from ao.apply.switch import load_balancer
from ao.colour import Colour
from ao.errors import NotFound
from ao.message import message
from ao.plan import pools
from ao.plan.facts import Facts
from ao.work import Work


def define(work: Work, facts: Facts, colour: Colour) -> None:
    """Give the pool of a system the settings that the site file tells, and wait until it has them.

    Raises NotFound, DeadlinePassed and CloudError.
    """
    system = facts.systems[colour]
    balancer, pool = system.load_balancer, system.pool
    if balancer is None or pool is None:
        raise NotFound(
            message("%(colour)s has no load balancer", colour=colour),
            cure=message("`ao up` repairs it."),
        )
    settings = pools.wanted(work.site, pool)
    load_balancer.change(
        work, balancer, lambda: work.cloud.load_balancers.configure_pool(pool, settings)
    )
    load_balancer.until_active(work, balancer)
