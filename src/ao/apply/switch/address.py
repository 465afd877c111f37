"""The address method: two load balancers, and the production address moves.

The move is one PUT of the floating IP, from VIP to VIP, never a detach and an attach:
a detach takes the address off the router and ends every connection
(neutron/agent/l3/router_info.py: remove_external_gateway_ip against move_floating_ip).
"""

from __future__ import annotations

from ao.apply.switch import load_balancer
from ao.apply.switch.move import Move
from ao.cloud import FloatingIP, Vip
from ao.colour import Colour
from ao.errors import Changed, NotFound, Unavailable
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.plan import Confirm, Done, Drain, Plan, PointPreview, PointProduction
from ao.site import DrainWay
from ao.work import Work


def plan(facts: Facts, to: Colour, done: Done, move: Move) -> Plan:
    """Next step of making a system live.

    A VIP takes one floating IP of an external network (Neutron answers 409 to a
    second: neutron/db/l3_db.py, FloatingIPPortAlreadyAssociated), so the preview
    address leaves the target before production comes, and then goes to the old
    system. The request that takes it off also notes the target in its description,
    so that a killed switch goes on to the same system.
    """
    if facts.live is not to:
        seen, preview = Confirm("preview", to), PointPreview(None, switching_to=to)
        if facts.previewed is to and seen not in done and not move.unseen:
            # The cloud is observed once more before production moves, not before the preview does.
            return (seen, preview)
        around = facts.live if move.way is DrainWay.AROUND and not move.unseen else None
        production = PointProduction(to, around=around, cut=move.force)
        if facts.previewed is not to and facts.switching_to is to:
            return (production,)
        # In one plan, the cloud is not observed in between.
        return (preview, production) if move.urgent else (preview,)
    if facts.previewed is to.other and not facts.switching_to:
        return ()
    seen = Confirm("production", to)
    if seen not in done:
        return (seen,)
    drained, parked = Drain(to.other, move.way, move.quiet), PointPreview(to.other)
    gone = facts.systems[to.other].load_balancer is None
    if move.force or gone or drained in done:
        return (parked,)
    # In one plan: what a drain changes is nothing that the preview goes by.
    return (drained, parked)


def production(work: Work, facts: Facts, step: PointProduction) -> None:
    """Move the production address.

    Around the move, the old load balancer is reloaded and gets the preview address: on OVN
    networks the answers of connections that are still there find their way back only
    while an address translates them (ovn: northd.c, build_lrouter_out_undnat_flow).
    """
    address = present(facts.production)
    if step.cut:
        point(work, address, None)
        address = reread(work, address)
    if step.around is None:
        point(work, address, _vip(facts, step.colour))
        return
    old = facts.systems[step.around].load_balancer
    load_balancer.reload(work, old)
    point(work, address, _vip(facts, step.colour))
    point(work, present(facts.preview), _vip(facts, step.around))
    load_balancer.reload(work, old)


def preview(work: Work, facts: Facts, step: PointPreview) -> None:
    """Move the preview address, and note the switch under way with it."""
    description = f"{work.site.tag} ao:address=preview"
    if step.switching_to:
        description += f" ao:switching-to={step.switching_to}"
    point(work, present(facts.preview), _vip(facts, step.colour), description)


def point(
    work: Work, address: FloatingIP, port_id: str | None, description: str | None = None
) -> None:
    """Point a floating IP in one request, then look whether it points there.

    A revision that moved on and an answer that was lost are looked into and tried
    once more; an address that somebody else has pointed elsewhere is left to them.
    """
    now, trouble = address, None
    for _ in range(2):
        if now.port_id == port_id and description in (None, now.description):
            return
        try:
            work.cloud.floating_ips.point(now, port_id, description)
        except (Changed, Unavailable) as error:
            trouble = error
        now = reread(work, address)
        if now.port_id not in (address.port_id, port_id):
            raise Changed(
                message(
                    "somebody pointed %(address)s to port %(port)s meanwhile",
                    address=address.address,
                    port=now.port_id,
                ),
                cure=message("Look at `ao status`, then run the command again."),
            ) from trouble
    if now.port_id != port_id:
        raise trouble or Unavailable(
            message(
                "%(address)s was pointed to port %(port)s and still points to %(now)s",
                address=address.address,
                port=port_id,
                now=now.port_id,
            ),
            cure=message("Run the command again; it goes on where it stopped."),
        )


def reached(address: FloatingIP | Vip | None) -> str:
    """Return the address that users ask; raises NotFound when there is none."""
    return address.address if isinstance(address, Vip) else present(address).address


def reread(work: Work, address: FloatingIP) -> FloatingIP:
    """Return a floating IP as it is now; raises NotFound when it is gone."""
    now = present(next(iter(work.cloud.floating_ips.find("id", {address.id})), None))
    work.note_address(now)
    return now


def present(address: FloatingIP | Vip | None) -> FloatingIP:
    """Return a floating IP that must be there; raises NotFound when it is not."""
    if not isinstance(address, FloatingIP):
        raise NotFound(
            message("an address of the site is gone"),
            cure=message("`ao status` shows which; `ao up` repairs it."),
        )
    return address


def _vip(facts: Facts, colour: Colour | None) -> str | None:
    if colour is None:
        return None
    port_id = facts.systems[colour].vip_port_id
    if port_id is None:
        raise NotFound(
            message("%(colour)s has no load balancer", colour=colour),
            cure=message("`ao up` repairs it."),
        )
    return port_id
