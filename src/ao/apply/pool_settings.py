"""The pools of a system: what Heat cannot say of them."""

from __future__ import annotations

from functools import partial

from ao.apply.place import told_at
from ao.apply.switch import load_balancer
from ao.errors import NotFound
from ao.message import message
from ao.plan import pools
from ao.plan.facts import Facts
from ao.plan.plan import DefinePool
from ao.work import Work


def check_names(work: Work) -> None:
    """Refuse what TLS to the servers names and Barbican has not.

    Raises NotFound and Conflict with the place in the site file.
    """
    tls = work.site.load_balancer.server_tls
    for key, name in tls.named if tls is not None else ():
        with told_at(work.site, f"load_balancer.server_tls.{key}"):
            work.cloud.certificates.find(name)


def define(work: Work, facts: Facts, step: DefinePool) -> None:
    """Give the pools of a system the settings that the site file tells, and wait until they have.

    Raises NotFound, Conflict, DeadlinePassed and CloudError.
    """
    balancer = facts.systems[step.colour].load_balancer
    if balancer is None:
        raise NotFound(
            message("%(colour)s has no load balancer", colour=step.colour),
            cure=message("`ao up` repairs it."),
        )
    if facts.servers is None:
        check_names(work)
    for pool, settings in pools.amiss(work.site, facts, step.colour, deployed=step.deployed):
        configure = partial(work.cloud.load_balancers.configure_pool, pool, settings)
        load_balancer.change(work, balancer, configure)
        load_balancer.until_active(work, balancer)
    work.note_pools(work.cloud.load_balancers.pools(balancer.id))
