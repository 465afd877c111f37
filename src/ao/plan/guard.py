"""The guard: refuses what would leave production without a live system."""

from __future__ import annotations

from collections.abc import Iterable

from ao.cloud import FloatingIP, Listener, LoadBalancer, Stack
from ao.colour import Colour
from ao.errors import Refused
from ao.message import Message, joined, message
from ao.plan import adoption
from ao.plan.facts import Facts, System
from ao.site import Group, Method, Site, proxy_tags, tag_value
from ao.site.adopt import GIVE_UP
from ao.text_format import UPGRADE


def may_key_preview(site: Site, facts: Facts) -> None:
    """Refuse new values for a preview that is not asked by one, or whose load balancer fails."""
    if not facts.previews_by_request:
        raise Refused(
            message(
                "the preview of %(site)s is asked on a port or an address of its own, and not by "
                "a value",
                site=site.name,
            ),
            cure=message("Write `preview: header` under `switch`, and run `ao up`."),
        )
    if facts.shared is not None and facts.shared.failed:
        raise Refused(
            message(
                "load balancer %(name)s is in provisioning status ERROR", name=facts.shared.name
            ),
            cure=_failover(facts, facts.shared, standby=None),
        )


def may_tell_preview(site: Site, facts: Facts) -> None:
    """Refuse to tell by which values the systems are reached, where that is for Ao alone."""
    if facts.previews_by_request and site.switch.preview_sources:
        raise Refused(
            message(
                "%(where)s: only these networks may reach the standby, and a value would let in "
                "whoever has it: it is told to nobody",
                where=site.place("switch.preview_from"),
            ),
            cure=message("Take the key out to be told it; Ao asks the standby without."),
        )
    if facts.stack is None or facts.previewed is None:
        raise Refused(
            message("no standby of %(site)s can be asked", site=site.name),
            cure=message("`ao status` shows what there is, `ao up` repairs it."),
        )


def may_write(facts: Facts) -> None:
    """Refuse to write over what a newer version of Ao has written on the site."""
    if facts.newer:
        raise Refused(facts.newer[0], cure=UPGRADE)


def may_change(facts: Facts, colour: Colour, act: str) -> None:
    """Refuse to delete or redeploy the live system; `act` is what was asked for."""
    adoption.may_change(facts, colour)
    # A listener that its owner has led elsewhere has nothing to lose by what is deleted.
    if act != "delete" or not adoption.are_led_away(facts):
        may_touch(facts)
    if facts.live is colour:
        raise Refused(
            message(
                "%(colour)s is live, and Ao does not %(act)s the live system",
                colour=colour,
                act=act,
            ),
            cure=message(
                "`ao switch %(name)s` makes %(colour)s live first.",
                name=colour.other.value,
                colour=colour.other,
            ),
        )


def may_touch(facts: Facts) -> None:
    """Refuse to change a system while users are led to both."""
    if facts.is_mixed:
        raise Refused(
            adoption.led_away(facts) or mixed(facts),
            cure=message(
                "Take that listener out of the site file, if it is to stay there; `ao switch "
                "%(name)s --take-over` leads it here.",
                name=facts.live.value if facts.live else "COLOUR",
            )
            if adoption.led_away(facts)
            else message("`ao switch` leads all of them to one system."),
        )


def mixed(facts: Facts) -> Message:
    """Return which listeners lead users where, of a site where that is not one system."""
    return message("users are led to different systems: %(listeners)s", listeners=whither(facts))


def whither(facts: Facts) -> str:
    """Return where each listener leads users, the main one first."""
    led = [("main", facts.live), *((it.name, facts.led(it)) for it in facts.further)]
    return ", ".join(f"{name} → {colour or '-'}" for name, colour in led)


def may_listen(site: Site, facts: Facts, colour: Colour | None = None) -> None:
    """Refuse what would take users a listener: Octavia changes neither port nor protocol of one.

    By the pool method those of the site's load balancer are meant, by the address method those of a
    system. Heat creates a listener before it deletes the one that it replaces, and a port has one.
    """
    pool = facts.method is Method.POOL
    places = facts.further if pool else facts.systems[colour].further if colour else ()
    there = {it.name: it for it in places}
    for index, wanted in enumerate(site.listeners):
        known = there.get(wanted.name)
        backend = site.backend(wanted)
        same = known is None or (
            known.terminates is wanted.terminates
            and (
                known.listener is None
                or (known.listener.port, known.listener.protocol)
                == (wanted.port, site.load_balancer.octavia_protocol(wanted.protocol))
            )
            and (not pool or known.key == (backend.key if backend else ""))
        )
        others = {
            it.listener.port: it.listener.name
            for it in places
            if it.listener is not None and it.name != wanted.name
        }
        if same and wanted.port not in others:
            continue
        raise Refused(
            message(
                "%(where)s: listener %(name)s was built with another port, protocol or server "
                "port, which Octavia does not change of one that users have",
                where=site.place(f"listeners.{index}"),
                name=wanted.name,
            )
            if not same
            else message(
                "%(where)s: port %(port)s is that of listener %(name)s",
                where=site.place(f"listeners.{index}.port"),
                port=wanted.port,
                name=others[wanted.port],
            ),
            cure=message(
                "Write the new one under another `name` and another port, beside it; what no user "
                "has any more is taken out of the file, and `ao up` deletes it."
            )
            if pool
            else message(
                "`ao down %(name)s`, then `ao deploy VERSION`, builds %(colour)s anew.",
                name=colour.value if colour else "",
                colour=colour,
            ),
        )


def may_check(site: Site, facts: Facts) -> None:
    """Refuse another type of health check for a pool that there is, which Octavia does not change.

    Heat would create the new one before it deletes the old, and a pool has one.
    """
    pools = [it for system in facts.systems.values() for it in system.further_pools]
    checked = {it.key: it.monitor.type for it in pools if it.monitor is not None}
    for backend, listener in site.backends.items():
        there = checked.get(backend.key, listener.health_check.type)
        if there != listener.health_check.type:
            raise Refused(
                message(
                    "%(where)s: the health check of listener %(name)s is of type %(there)s, which "
                    "Octavia does not change",
                    where=site.place(f"listeners.{site.listeners.index(listener)}.health_check"),
                    name=listener.name,
                    there=there,
                ),
                cure=message("Write `type: %(type)s` in its `health_check`.", type=there),
            )


def may_deploy_listeners(site: Site, facts: Facts) -> None:
    """Refuse to build a system for other listeners than the shared load balancer has."""
    if facts.method is not Method.POOL:
        return
    may_listen(site, facts)
    wanted, there = {it.name for it in site.listeners}, {it.name for it in facts.further}
    if wanted == there:
        return
    raise Refused(
        message(
            "%(where)s: the site file names the listeners %(wanted)s, and the load balancer has "
            "%(there)s",
            where=site.place("listeners"),
            wanted=", ".join(sorted(wanted)) or "-",
            there=", ".join(sorted(there)) or "-",
        ),
        cure=message("`ao up` brings the load balancer to the file."),
    )


def may_secure(site: Site, facts: Facts) -> None:
    """Refuse a change of the protocol by which users would lose their listener.

    Octavia changes the protocol of no listener (heat/engine/resources/openstack/octavia/listener.py
    replaces it), and has one a port.
    """
    listener = facts.production_listener
    if facts.is_secure and not site.load_balancer.terminates:
        raise Refused(
            message(
                "%(where)s: users of %(site)s speak HTTPS, and the site file says %(protocol)s",
                where=site.place("load_balancer.protocol"),
                site=site.name,
                protocol=site.load_balancer.protocol,
            ),
            cure=message(
                "Write `protocol: TERMINATED_HTTPS`. Whoever asks by HTTPS would be cut off; to do "
                "that all the same, `ao down` and `ao up`."
            ),
        )
    if listener is None:
        return
    if facts.is_secure is site.load_balancer.terminates:
        _keep_port(site, listener)
        return
    if listener.port == site.load_balancer.port:
        raise Refused(
            message(
                "%(where)s: listener %(name)s has port %(port)s and speaks %(protocol)s, which "
                "Octavia does not change",
                where=site.place("load_balancer.port"),
                name=listener.name,
                port=listener.port,
                protocol=listener.protocol,
            ),
            cure=message(
                "Write another `port`, such as 443; with `redirect: {http: %(port)s}` users of "
                "port %(port)s are led there, and no request is lost.",
                port=listener.port,
            ),
        )


def _keep_port(site: Site, listener: Listener) -> None:
    """Refuse to have users look for a listener at a port where Octavia has none of the site.

    It changes the port of none (octavia/api/v2/types/listener.py: ListenerPUT).
    """
    if listener.port in {0, site.load_balancer.port}:
        return
    raise Refused(
        message(
            "%(where)s: users of %(site)s have port %(port)s, that of listener %(name)s, which "
            "Octavia does not change",
            where=site.place("load_balancer.port"),
            site=site.name,
            port=listener.port,
            name=listener.name,
        ),
        cure=message(
            "Write `port: %(port)s`; to have another one, `ao down` and `ao up`.",
            port=listener.port,
        ),
    )


def may_speak(site: Site, facts: Facts) -> None:
    """Refuse to go on with a site that serves another protocol than the site file says.

    By the address method each system has the protocol that it was deployed with.
    """
    if facts.method is not Method.POOL or facts.stack is None:
        return
    if facts.is_secure == site.load_balancer.terminates:
        return
    raise Refused(
        message(
            "%(where)s: the site file says %(wanted)s, and users of %(site)s speak another "
            "protocol",
            where=site.place("load_balancer.protocol"),
            wanted=site.load_balancer.protocol,
            site=site.name,
        ),
        cure=message("`ao up` brings the load balancer to it."),
    )


def may_proxy(site: Site, facts: Facts, colour: Colour | None = None) -> None:
    """Refuse to have pools that there are speak the PROXY protocol, or no longer.

    Octavia changes the protocol of no pool, and a listener has one default pool, so that Heat would
    ask for another one again and again. By the pool method those of the site's stack are meant, by
    the address method that of a system.
    """
    stack = facts.stack if facts.method is Method.POOL else None
    if facts.method is Method.ADDRESS and colour is not None:
        stack = facts.systems[colour].stack
    wanted = proxy_tags(site.load_balancer.proxy_protocol)
    if stack is None or proxy_tags(_spoken(stack)) == wanted:
        return
    raise Refused(
        message(
            "%(where)s: the pools of %(stack)s were built to speak another protocol to the "
            "servers, which Octavia does not change",
            where=site.place("load_balancer.proxy_protocol"),
            stack=stack.name,
        ),
        cure=message("`ao down` and `ao up` build the site anew.")
        if colour is None or facts.method is Method.POOL
        else message(
            "`ao down %(name)s`, then `ao deploy VERSION`, builds %(colour)s anew.",
            name=colour.value,
            colour=colour,
        ),
    )


def _spoken(stack: Stack) -> int | None:
    """Return the version of the PROXY protocol that a stack's tags tell; None for none."""
    word = tag_value(stack.tags, "proxy-protocol")
    return int(word) if word in {"1", "2"} else None


def may_delete(balancers: Iterable[LoadBalancer], strangers: Iterable[FloatingIP]) -> None:
    """Refuse to delete load balancers that somebody is led to by an address of another's.

    `strangers` are the floating IPs of the project that do not go with them.
    """
    names = {balancer.vip_port_id: balancer.name for balancer in balancers}
    for address in strangers:
        if address.port_id in names:
            raise Refused(
                message(
                    "floating IP %(address)s leads to load balancer %(balancer)s, "
                    "which would be deleted; the address is not of this site",
                    address=address.address,
                    balancer=names[address.port_id],
                ),
                cure=message(
                    "Whoever uses it is cut off then. `openstack floating ip unset "
                    "--port %(address)s` takes it off; run the command again after "
                    "that.",
                    address=address.address,
                ),
            )


def may_have(group: Group, size: int) -> None:
    """Refuse to give a group by hand what is not between its bounds."""
    if not group.minimum <= size <= group.maximum:
        raise Refused(
            message(
                "%(size)s servers are not between the bounds %(least)s and %(most)s",
                size=size,
                least=group.minimum,
                most=group.maximum,
            ),
            cure=message("Write other bounds in the site file, under `autoscale` or `group`."),
        )


def may_scale(facts: Facts, group: Group, colour: Colour, size: int) -> None:
    """Refuse to take the live system beyond the bounds, or a server from it while one is ill.

    Heat takes the oldest servers away and does not know which are healthy
    (heat/common/grouputils.py: get_members).
    """
    adoption.may_change(facts, colour)
    may_touch(facts)
    if facts.live is not colour:
        return
    may_have(group, size)
    system = facts.systems[colour]
    if size < system.size and system.online < system.size:
        raise Refused(
            message(
                "%(colour)s is live and %(online)s of %(size)s servers pass "
                "the health check: those that go may be healthy ones",
                colour=colour,
                online=system.online,
                size=system.size,
            ),
            cure=message(
                "Bring it to full health first: `ao up` replaces what is missing or broken."
            ),
        )


def may_go_live(facts: Facts, colour: Colour, *, degraded: bool, take_over: bool) -> None:
    """Refuse to switch production to a system that is not whole, or away from a stranger.

    With `degraded` one healthy server is enough; with `take_over` production may be
    taken from a port that is not of this site.
    """
    if facts.production is None:
        raise Refused(
            message("the site has no production address yet"),
            cure=message("`ao up` builds the site."),
        )
    if facts.adoption is not None and (facts.shared is None or facts.production_listener is None):
        raise adoption.gone(facts)
    if facts.foreign and facts.adoption is not None and not facts.connected:
        raise Refused(
            adoption.elsewhere(facts),
            cure=message(
                "It is its owner's to lead: `openstack floating ip set --port %(port)s "
                "%(address)s` leads it there.",
                port=facts.shared.vip_port_id if facts.shared else "PORT",
                address=facts.production.address,
            ),
        )
    away = adoption.elsewhere(facts) if facts.foreign else adoption.led_away(facts)
    if away is not None and facts.adoption is not None and not take_over:
        raise Refused(
            away,
            cure=message(
                "Whoever has done it may have had a reason. --take-over leads users to "
                "%(colour)s all the same.",
                colour=colour,
            ),
        )
    if facts.foreign and not take_over:
        raise Refused(
            message(
                "the production address %(address)s points to port %(port)s, "
                "which is not of this site",
                address=facts.production.address,
                port=facts.production.port_id,
            ),
            cure=message("--take-over moves it here; what it reaches now is then reached no more."),
        )
    if facts.live is colour:
        return
    system = facts.systems[colour]
    obstacle = system.obstacle(degraded=degraded)
    if obstacle:
        raise Refused(
            message("%(colour)s cannot go live: %(obstacle)s", colour=colour, obstacle=obstacle),
            cure=_cure(facts, system, degraded=degraded),
        )


def _cure(facts: Facts, system: System, *, degraded: bool) -> Message:
    """Return what helps against what keeps a system from going live."""
    balancer = system.load_balancer
    if system.standstill is not None:
        return message("`ao up --cancel-stuck-update` cancels it and goes on.")
    if system.stack is not None and system.stack.busy:
        return message("Wait for it (`ao status`), then run the command again.")
    if balancer is not None and balancer.failed:
        shared = balancer == facts.shared
        return _failover(
            facts,
            balancer,
            standby=None if shared or facts.live is system.colour else system.colour,
        )
    if system.is_adopted and not system.members:
        return message(
            "Its pool is its owner's: who looks after it puts servers in. `ao disown --to live` "
            "leaves users where they are, `ao release VERSION %(option)s` builds %(colour)s by Ao.",
            option=GIVE_UP,
            colour=system.colour,
        )
    if degraded:
        return message(
            "`ao up` replaces what is gone or broken, `ao deploy VERSION` builds all servers anew."
        )
    return message(
        "`ao up` replaces what is gone or broken, `ao deploy VERSION` builds all servers anew; "
        "--degraded switches to the servers that are healthy."
    )


def may_build(facts: Facts, colour: Colour) -> None:
    """Refuse to build or change a system whose load balancer takes no change.

    Heat would ask for the change again and again until its time is up.
    """
    balancer = facts.shared or facts.systems[colour].load_balancer
    if balancer is not None and balancer.failed:
        standby = colour if facts.standby is colour and balancer != facts.shared else None
        raise Refused(
            message(
                "%(colour)s cannot be changed: load balancer %(name)s is in provisioning status "
                "ERROR",
                colour=colour,
                name=balancer.name,
            ),
            cure=_failover(facts, balancer, standby=standby),
        )


def _failover(facts: Facts, balancer: LoadBalancer, *, standby: Colour | None) -> Message:
    """Return what helps a load balancer of a site that is in ERROR; an adopted one is not Ao's."""
    if facts.adoption is not None:
        return adoption.failover(balancer.id)
    return failover_cure(balancer, standby=standby)


def failover_cure(balancer: LoadBalancer, *, standby: Colour | None) -> Message:
    """Return what helps a load balancer that is in ERROR, which takes no change.

    `standby` is the system whose own it is; None for one that production may need.
    """
    if balancer.provider == "ovn":
        return without_failover(balancer, standby=standby)
    failover = message(
        "`ao up --failover` has Octavia build it anew, where its policy lets you: administrators."
    )
    return joined(" ", [failover, without_failover(balancer, standby=standby)])


def without_failover(balancer: LoadBalancer, *, standby: Colour | None) -> Message:
    """Return what helps where Octavia does no failover for the user, or with the provider."""
    if standby is not None:
        return message(
            "`openstack loadbalancer delete --cascade %(id)s`, then `ao up`, builds it anew: it "
            "is that of %(colour)s alone, the standby.",
            id=balancer.id,
            colour=standby,
        )
    if balancer.provider == "ovn":
        return message(
            "Provider ovn has no failover: ask those who run the cloud to mend load balancer "
            "%(id)s.",
            id=balancer.id,
        )
    return message(
        "Those who run the cloud may: `openstack loadbalancer failover %(id)s`.", id=balancer.id
    )
