"""Changes of a load balancer, which takes one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ao.clock import Ready, Waiting
from ao.cloud import LoadBalancer
from ao.errors import CloudError, Conflict, NotFound
from ao.message import message
from ao.plan import guard
from ao.work import Work

T = TypeVar("T")

SOONEST = 1.0
"""Seconds until a load balancer whose change is waited for is looked at: its proxies are told by
Octavia's worker, and hardly sooner."""
INTERVAL = 0.5
"""Seconds between two looks at it then."""
TURN = 0.3
"""Seconds between two looks at one that does not take a change yet."""


def reload(work: Work, balancer: LoadBalancer | None) -> None:
    """Reload a load balancer's proxy and wait until it is ACTIVE; do nothing when it is gone."""
    if balancer is None:
        return
    change(work, balancer, lambda: work.cloud.load_balancers.reload(balancer))
    until_active(work, balancer)


def change(work: Work, balancer: LoadBalancer, put: Callable[[], T]) -> T:
    """Ask for a change with `put` as soon as the load balancer takes one; return what it does.

    Octavia answers 409 while another change is under way (octavia/db/repositories.py:
    test_and_set_provisioning_status). Its status is looked at until it is ACTIVE then. Raises
    DeadlinePassed when it stays so, and what `put` raises else.
    """
    refusal = ""

    def ask() -> Ready[T] | Waiting:
        nonlocal refusal
        if refusal and _check(work, balancer) != "ACTIVE":
            return Waiting(refusal)
        try:
            return Ready(put())
        except Conflict as error:
            refusal = error.message
            return Waiting(refusal)

    return work.clock.until(
        ask,
        what=message("load balancer %(name)s to take a change", name=balancer.name),
        deadline=work.site.deadlines.switch,
        interval=TURN,
        cure=_CURE,
    )


def until_active(work: Work, balancer: LoadBalancer, deadline: float | None = None) -> None:
    """Wait until a load balancer is ACTIVE: Octavia has carried out the change.

    The deadline is in seconds, that of a switch unless it is given.

    Raises CloudError when it could not, DeadlinePassed when it takes too long.
    """

    def look() -> Ready[None] | Waiting:
        status = _check(work, balancer)
        if status == "ACTIVE":
            return Ready(None)
        return Waiting(message("it is %(status)s", status=status))

    work.clock.sleep(SOONEST)
    work.clock.until(
        look,
        what=message("load balancer %(name)s to be ACTIVE", name=balancer.name),
        deadline=work.site.deadlines.switch if deadline is None else deadline,
        interval=INTERVAL,
        cure=_CURE,
    )


_CURE = message(
    "`ao status` tells its state; the same command goes on once it is ACTIVE. While it is PENDING "
    "nobody can change it: for long, Octavia's worker is stuck, and those who run the cloud must "
    "mend that."
)


def _check(work: Work, balancer: LoadBalancer) -> str:
    """Return a load balancer's provisioning status. Raises NotFound, and CloudError in ERROR."""
    now = work.cloud.load_balancers.get(balancer.id)
    if now is None:
        raise NotFound(
            message("load balancer %(name)s is gone", name=balancer.name),
            cure=message("`ao up` repairs it."),
        )
    if now.failed:
        raise CloudError(
            message("load balancer %(name)s is in provisioning status ERROR", name=balancer.name),
            cure=guard.failover_cure(now, standby=None),
        )
    return now.provisioning_status
