"""What is looked at before a site is built around a load balancer of somebody else's."""

from __future__ import annotations

from ao.adopt import reader
from ao.apply import adopted_site
from ao.errors import Refused
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.plan import BuildSite, Plan
from ao.work import Work


def check(work: Work, facts: Facts, steps: Plan) -> None:
    """Refuse to begin around what cannot be adopted, whoever has written the site file.

    Raises NotFound, and Refused with the place in the site file where it is to be mended there.
    """
    adopted_site.check(work, facts, steps)
    adopt = work.site.adopt
    if adopt is None or not any(isinstance(it, BuildSite) for it in steps):
        return
    try:
        reader.check(work.cloud, adopt.listeners[0], work.site.name)
    except Refused as error:
        where = work.site.place("adopt.load_balancer")
        told = message("%(where)s: %(why)s", where=where, why=error.message)
        raise Refused(told, cure=error.cure) from error
