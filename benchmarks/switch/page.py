"""The comparison as a page of the documentation."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.switch import table
from benchmarks.switch.rows import Row
from benchmarks.switch.run import TIMEOUT, Visitors
from benchmarks.trial import BASELINE, TAIL


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where and how a comparison was measured."""

    visitors: Visitors
    pool_provider: str
    address_provider: str
    day: datetime.date
    cores: int
    machine: str

    @classmethod
    def here(cls, visitors: Visitors, pool_provider: str, address_provider: str) -> Setting:
        """Today's, on this machine."""
        return cls(
            visitors=visitors,
            pool_provider=pool_provider,
            address_provider=address_provider,
            day=datetime.datetime.now(datetime.UTC).date(),
            cores=os.cpu_count() or 1,
            machine=f"{platform.system()} {platform.machine()}",
        )


def page(rows: Sequence[Row], setting: Setting) -> str:
    """The page in Markdown; the chart lies beside it as switch.svg."""
    return f"""# Ways of switching

![How soon each way's new colour answers, and what it loses](switch.svg)

{table.markdown(rows)}
Measured on {setting.day.isoformat()} on the box ({setting.machine}, {setting.cores} cores that
all of OpenStack shares), by `scripts/bench switch --switches {rows[0].switches} --docs`.
[What each figure means](README.md).

The ways took turns in one run. Each switch had a probe of its own, which
came from outside with {setting.visitors.new:g} requests a second on new connections and
{setting.visitors.kept} Keep-Alive clients, from {BASELINE:g} s before the switch until {TAIL:g} s
after it; a request without an answer after {TIMEOUT:g} s is lost. `ao switch` changed the pool
of a load balancer of provider {setting.pool_provider}; the ways that move the production address
moved it between two load balancers of provider {setting.address_provider}. Each system had one
server.

Every way counts from its first request for a change: the one PUT of the floor, what the
command sends first, Heat's update of the stack. That is what the cloud and the way take. A
command also takes its start, its log-in and, with `ao switch`, a look at all of the site and
at the standby's answers before anything is changed: "from the command's start" has that in
it. The floor is a program that has its token and connection already.
"""
