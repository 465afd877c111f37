"""The address method: two load balancers, and the production address moves.

The move is one PUT of the floating IP, from VIP to VIP, never a detach and an attach:
a detach takes the address off the router and ends every connection
(neutron/agent/l3/router_info.py: remove_external_gateway_ip against move_floating_ip).
"""

from __future__ import annotations

from ao.colour import Colour
from ao.errors import Refused
from ao.facts import Facts
from ao.plan import Confirm, Done, Plan, PointPreview, PointProduction


def target(facts: Facts, wanted: Colour | None) -> Colour:
    """System to make live: the wanted one, an unfinished switch's, or the standby.

    Raises Refused when there is nothing to choose from.
    """
    chosen = wanted or facts.switching_to or facts.standby
    if chosen is None:
        raise Refused(
            "no system is live, so it is not clear which one to switch to",
            cure="`ao up` makes a first system live; `ao switch blue` names one.",
        )
    return chosen


def plan(facts: Facts, to: Colour, done: Done) -> Plan:
    """Next step of making a system live.

    A VIP takes one floating IP of an external network (Neutron answers 409 to a
    second: neutron/db/l3_db.py, FloatingIPPortAlreadyAssociated), so the preview
    address leaves the target before production comes, and then goes to the old
    system. The request that takes it off also notes the target in its description,
    so that a killed switch goes on to the same system.
    """
    if facts.live is not to:
        seen = Confirm("preview", to)
        if facts.previewed is to and seen not in done:
            return (seen,)
        if facts.previewed is to or facts.switching_to is not to:
            return (PointPreview(None, switching_to=to),)
        return (PointProduction(to),)
    if facts.previewed is to.other and not facts.switching_to:
        return ()
    seen = Confirm("production", to)
    return (seen,) if seen not in done else (PointPreview(to.other),)
