"""Adoption: a site around a load balancer that is somebody else's. Pure.

Of his, Ao changes where the listeners lead, and gives them L7 policies of its own. What the site
file says of the listeners besides is compared with them, and written nowhere: each write is a
reload of his load balancer, and his to decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from ao.cloud import Listener
from ao.colour import Colour
from ao.errors import NotFound, Refused
from ao.message import Message, message
from ao.plan.facts import Facts
from ao.plan.preview_key import NAMES
from ao.site import FurtherListener, LoadBalancer, Site
from ao.site.adopt import GIVE_UP
from ao.site.timeouts import Timeouts
from ao.site.tls import Tls

MAIN = "adopt.listeners.0"
"""Key of the main listener, which the tags of the site's stack name: another is another site."""


def may_adopt(site: Site, facts: Facts) -> None:
    """Refuse to go on where the owner's load balancer is not what the site file says of it.

    Raises Refused, with the place of the key.
    """
    adopt = site.adopt
    if adopt is None:
        return
    balancer = facts.shared
    if balancer is None:
        raise Refused(
            message(
                "%(where)s: the project has no load balancer %(name)s",
                where=site.place("adopt.load_balancer"),
                name=adopt.load_balancer,
            ),
            cure=message(
                "`openstack loadbalancer list` shows what it has. If its owner has built it anew, "
                "write the new IDs; if it is gone, `ao disown --to live` leaves the site."
            ),
        )
    if balancer.provider not in {"", site.load_balancer.provider}:
        raise Refused(
            message(
                "%(where)s: load balancer %(name)s is of provider %(there)s, not %(wanted)s",
                where=site.place("load_balancer.provider"),
                name=balancer.name,
                there=balancer.provider,
                wanted=site.load_balancer.provider,
            ),
            cure=message("Write `provider: %(there)s`.", there=balancer.provider),
        )
    if facts.stack is None and balancer.failed:
        raise Refused(
            message(
                "%(where)s: load balancer %(name)s is in provisioning status ERROR, and takes no "
                "change",
                where=site.place("adopt.load_balancer"),
                name=balancer.name,
            ),
            cure=failover(balancer.id),
        )
    _check_listeners(site, facts)
    _check_lead(site, facts)
    for key, what in differing(site, facts):
        raise Refused(
            message("%(where)s: %(what)s", where=site.place(key), what=what),
            cure=message(
                "The listener is its owner's: change it there, or write here what it has, or leave "
                "the key out."
            ),
        )


def failover(balancer_id: str) -> Message:
    """Return what helps an adopted load balancer that is in ERROR."""
    return message(
        "It is its owner's, and Ao does not touch it: he, or those who run the cloud, may have it "
        "built anew by `openstack loadbalancer failover %(id)s`.",
        id=balancer_id,
    )


def _listeners(site: Site, facts: Facts) -> Iterator[tuple[str, str, Listener | None]]:
    """Yield the adopted listeners, each with its key of `adopt`, and that which describes it."""
    yield MAIN, "load_balancer", facts.production_listener
    for index, place in enumerate(facts.further):
        yield f"adopt.listeners.{index + 1}", f"listeners.{index}", place.listener


def _check_listeners(site: Site, facts: Facts) -> None:
    """Refuse listeners that are not there, or of another port or protocol than the file says."""
    balancer = site.load_balancer
    wanted = [(balancer.octavia_protocol(balancer.protocol), balancer.port)]
    wanted += [(balancer.octavia_protocol(it.protocol), it.port) for it in site.listeners]
    for (key, described, listener), (protocol, port) in zip(
        _listeners(site, facts), wanted, strict=False
    ):
        if listener is None:
            raise Refused(
                message(
                    "%(where)s: load balancer %(name)s has no listener of that ID",
                    where=site.place(key),
                    name=facts.shared.name if facts.shared else "",
                ),
                cure=message(
                    "`openstack loadbalancer listener list` shows what it has. If its owner has "
                    "built it anew, write the new ID."
                )
                if facts.stack is None
                else _adopt_anew()
                if key == MAIN
                else message(
                    "`openstack loadbalancer listener list` shows what it has. If its owner has "
                    "built it anew, write the new ID; else take it out, and its part of "
                    "`listeners`."
                ),
            )
        if listener.protocol != protocol:
            raise Refused(
                message(
                    "%(where)s: listener %(name)s speaks %(there)s, and the site file says "
                    "%(wanted)s",
                    where=site.place(f"{described}.protocol"),
                    name=listener.name or listener.id,
                    there=listener.protocol,
                    wanted=protocol,
                ),
                cure=message(
                    "Write what it speaks: HTTP, TCP, HTTPS or TERMINATED_HTTPS; others "
                    "are not adopted."
                ),
            )
        if listener.port != port:
            raise Refused(
                message(
                    "%(where)s: listener %(name)s has port %(there)s, and the site file says "
                    "%(wanted)s",
                    where=site.place(f"{described}.port"),
                    name=listener.name or listener.id,
                    there=listener.port,
                    wanted=port,
                ),
                cure=message("Write `port: %(there)s`.", there=listener.port),
            )


def _check_lead(site: Site, facts: Facts) -> None:
    """Refuse to begin where users are not led to the adopted system, and to one alone."""
    adopt = site.adopt
    if adopt is None:
        return
    if facts.stack is not None:
        _check_further(site, facts)
        return
    if facts.shared is not None and adopt.pool not in facts.shared.pool_ids:
        raise Refused(
            message(
                "%(where)s: load balancer %(name)s has no pool of that ID",
                where=site.place("adopt.pool"),
                name=facts.shared.name,
            ),
            cure=message("`openstack loadbalancer pool list` shows what it has."),
        )
    for key, _, listener in _listeners(site, facts):
        if listener is not None and listener.default_pool_id != adopt.pool:
            raise Refused(
                message(
                    "%(where)s: listener %(name)s leads to pool %(there)s, not to the adopted one",
                    where=site.place(key),
                    name=listener.name or listener.id,
                    there=listener.default_pool_id or "-",
                ),
                cure=message(
                    "Write in `adopt.pool` what the listeners lead to, and in `adopt.listeners` "
                    "those that lead there."
                ),
            )
    if not facts.connected:
        raise Refused(
            message(
                "%(where)s: the floating IP does not lead to load balancer %(name)s",
                where=site.place("adopt.floating_ip"),
                name=facts.shared.name if facts.shared else "",
            ),
            cure=message(
                "`openstack floating ip list` shows which does; left out, users reach the load "
                "balancer's own address."
            ),
        )


def _check_further(site: Site, facts: Facts) -> None:
    """Refuse a further listener that is new in the site file and leads to no system of the site."""
    for number, place in enumerate(facts.further, start=1):
        listener = place.listener
        if listener is None or not facts.connected or facts.led(place) is not None:
            continue
        policies = facts.policies.get(listener.id)
        if policies is None or any(it.name in NAMES.values() for it in policies):
            continue
        raise Refused(
            message(
                "%(where)s: %(what)s",
                where=site.place(f"adopt.listeners.{number}"),
                what=_led_away(listener),
            ),
            cure=message("Take that listener out of the site file; it has another system's users."),
        )


def differing(site: Site, facts: Facts) -> Iterator[tuple[str, Message]]:
    """Yield the keys of the file that say otherwise than the owner's listeners, and how."""
    said: list[LoadBalancer | FurtherListener] = [site.load_balancer, *site.listeners]
    for (_, key, listener), it in zip(_listeners(site, facts), said, strict=False):
        if listener is None:
            continue
        settings, name = listener.settings, listener.name or listener.id
        found: list[tuple[str, object, object]] = []
        if it.timeouts is not None:
            found += _timeouts(it.timeouts, listener)
        if it.insert_headers is not None:
            found.append(("insert_headers", frozenset(it.insert_headers), settings.headers))
        if it.allowed_from is not None:
            found.append(("allowed_from", frozenset(it.allowed_from), settings.allowed_cidrs))
        for part, wanted, there in found:
            if wanted != there:
                yield f"{key}.{part}", _differs(name, there)
        if site.tls is not None and it.terminates:
            for part, wanted, there in _speaking(site.tls, listener):
                if wanted != there:
                    yield f"tls.{part}", _differs(name, there)


def _differs(name: str, there: object) -> Message:
    words = ", ".join(sorted(map(str, there))) if isinstance(there, frozenset | tuple) else there
    told = message("nothing") if words in ("", None) else words
    return message(
        "the site file asks otherwise than listener %(name)s has it: %(there)s",
        name=name,
        there=told,
    )


def _timeouts(said: Timeouts, listener: Listener) -> Iterator[tuple[str, object, object]]:
    settings = listener.settings
    for name, wanted, there in (
        ("client", said.client, settings.client_timeout),
        ("server", said.server, settings.member_timeout),
        ("connect", said.connect, settings.connect_timeout),
    ):
        if wanted is not None:
            yield f"timeouts.{name}", wanted, None if there is None else there / 1000


def _speaking(tls: Tls, listener: Listener) -> Iterator[tuple[str, object, object]]:
    settings = listener.settings
    if tls.versions:
        yield "versions", frozenset(tls.versions), settings.versions
    if tls.ciphers:
        yield "ciphers", tls.ciphers, settings.ciphers
    if tls.alpn:
        yield "alpn", tuple(tls.alpn), settings.alpn
    if tls.hsts is not None:
        yield "hsts", tls.hsts.max_age, settings.hsts_max_age
    if tls.clients is not None:
        wanted = "MANDATORY" if tls.clients.required else "OPTIONAL"
        yield "clients.required", wanted, settings.client_authentication


def may_change(facts: Facts, colour: Colour) -> None:
    """Refuse to scale, repair or delete the adopted system, whose servers are somebody else's."""
    if facts.systems[colour].is_adopted:
        raise Refused(
            message(
                "%(colour)s is the adopted system: its servers are their owner's, and Ao changes "
                "none of them",
                colour=colour,
            ),
            cure=message(
                "Change them where they were made. `ao release VERSION %(option)s` builds "
                "%(colour)s by Ao, once users are on the other system.",
                option=GIVE_UP,
                colour=colour,
            ),
        )


def may_deploy(facts: Facts, colour: Colour) -> None:
    """Refuse to deploy to the adopted system before it is given up."""
    if facts.systems[colour].is_adopted:
        raise Refused(
            message(
                "the next version would go to %(colour)s, the adopted system, which is the way "
                "back: with it that is given up",
                colour=colour,
            ),
            cure=message(
                "%(option)s gives it up: Ao builds %(colour)s with servers of its own, and the "
                "adopted ones are left to their owner.",
                option=GIVE_UP,
                colour=colour,
            ),
        )


def may_give_up(facts: Facts) -> None:
    """Refuse to give the adopted system up while users are led to it, or it is not known where."""
    adopted = facts.adopted
    if adopted is None:
        return
    if facts.live is not adopted.colour.other or facts.is_mixed:
        raise Refused(
            message(
                "users are led to %(colour)s, the adopted system, which cannot be given up then",
                colour=adopted.colour,
            )
            if facts.live is not None
            else elsewhere(facts),
            cure=message(
                "`ao release VERSION` moves them to %(colour)s first.", colour=adopted.colour.other
            ),
        )


def gone(facts: Facts) -> NotFound:
    """Return the error that the owner has deleted what users are led by, as only he builds it."""
    return NotFound(
        _what_is_gone(facts),
        cure=_adopt_anew(),
    )


def _what_is_gone(facts: Facts) -> Message:
    if facts.shared is None:
        return message("the adopted load balancer is gone")
    return message("the main listener of the adopted load balancer is gone")


def _adopt_anew() -> Message:
    return message(
        "Its owner alone builds it anew. `ao disown --to live` deletes what Ao has made; then "
        "write the new IDs in `adopt`, and `ao up` begins anew."
    )


def elsewhere(facts: Facts) -> Message:
    """Return where the main listener of an adopted load balancer leads, to no system of the site.

    Who has led it there Octavia does not tell.
    """
    listener = facts.production_listener
    if facts.shared is None or listener is None:
        return _what_is_gone(facts)
    if listener.default_pool_id is not None and not facts.connected:
        return message("the production address does not lead to the adopted load balancer")
    return _led_away(listener)


def _led_away(listener: Listener) -> Message:
    if listener.default_pool_id is None:
        return message("listener %(name)s leads to no pool", name=listener.name or listener.id)
    return message(
        "listener %(name)s leads to pool %(pool)s, which is no system of this site: somebody else "
        "has led it there",
        name=listener.name or listener.id,
        pool=listener.default_pool_id,
    )


def led_away(facts: Facts) -> Message | None:
    """Return what is told of a further listener that its owner has led to no system of the site."""
    if facts.adoption is None:
        return None
    away = (it.listener for it in facts.astray if it.listener and facts.led(it) is None)
    return next(map(_led_away, away), None)


def are_led_away(facts: Facts) -> bool:
    """Return whether no listener of an adopted load balancer leads to a system that is not live."""
    return facts.adoption is not None and all(facts.led(it) is None for it in facts.astray)


def may_disown(facts: Facts, *, to_live: bool) -> None:
    """Refuse to disown what is not adopted, or to lead users to what is not there.

    Raises Refused.
    """
    if facts.adoption is None:
        raise Refused(
            message("this site is around no load balancer of somebody else's"),
            cure=message("`ao down` deletes it."),
        )
    if facts.stack is None:
        return
    if to_live and not are_led_away(facts):
        raise Refused(
            message("users are led to different systems"),
            cure=message("`ao switch` leads all of them to one system."),
        )
    if facts.shared is not None and facts.shared.failed:
        raise Refused(
            message(
                "load balancer %(name)s is in provisioning status ERROR", name=facts.shared.name
            ),
            cure=failover(facts.shared.id),
        )
    if not to_live and facts.adopted is None:
        raise Refused(
            message("the adopted system is given up, and Ao knows nothing of it any more"),
            cure=message(
                "`ao disown --to live` leaves users where they are; where they go then is the "
                "owner's to say: `openstack loadbalancer listener set --default-pool POOL "
                "LISTENER`."
            ),
        )


def stays_disowned(facts: Facts, *, to_live: bool) -> None:
    """Refuse to go on where users are led elsewhere than they were when it was begun.

    Raises Refused.
    """
    adopted = facts.adopted
    if facts.stack is None or facts.shared is None:
        return
    may_disown(facts, to_live=to_live)
    if to_live or adopted is None:
        return
    there = [facts.live, *(facts.led(it) for it in facts.astray)]
    if facts.live is None or adopted.colour.other in there:
        raise Refused(
            elsewhere(facts)
            if facts.live is None
            else message("somebody else has led users to %(colour)s", colour=adopted.colour.other),
            cure=message("Look at `ao status`, then run the command again."),
        )


def owners(facts: Facts) -> Message | None:
    """Return what is told of an adopted system; None where there is none."""
    adopted, balancer = facts.adopted, facts.shared
    if adopted is None or balancer is None:
        return None
    return message(
        "%(colour)s is adopted: its pool %(pool)s on load balancer %(balancer)s is its owner's, "
        "and Ao changes nothing of it. `ao disown` gives the listeners back.",
        colour=adopted.colour,
        pool=adopted.pool_id or "-",
        balancer=balancer.name or balancer.id,
    )


def announcement(site: Site, facts: Facts) -> tuple[Message, ...]:
    """Return what the first `ao up` does to an adopted load balancer, a sentence for each thing.

    Octavia reloads the proxy at each change of what hangs on the load balancer
    (octavia/controller/worker/v2/tasks/amphora_driver_tasks.py: ListenersUpdate).
    """
    adopt, balancer = facts.adoption, facts.shared
    if adopt is None or balancer is None:
        return ()
    name = balancer.name or balancer.id
    told = [
        message(
            "Of load balancer %(name)s, its pools, members and servers nothing is changed or "
            "deleted. It gets what follows, each change a reload of its proxy; `ao disown` takes "
            "all of it away.",
            name=name,
        ),
        message(
            "Pool ao-%(site)s-%(colour)s with a health monitor: 2 reloads, and one for each of its "
            "%(size)s servers.",
            site=site.name,
            colour=str(adopt.colour.other),
            size=site.group.size,
        ),
    ]
    if not site.switch.previews_by_request:
        told.append(
            message(
                "Listener ao-%(site)s-preview on port %(port)s: 1 reload.",
                site=site.name,
                port=site.switch.preview_port,
            )
        )
        return tuple(told)
    for listener, _ in facts.reading:
        told.append(
            message(
                "Listener %(name)s, port %(port)s: L7 policies ao-preview-blue and "
                "ao-preview-green, by which requests reach either system by what they say: 4 "
                "reloads. A release then changes its default pool: 1 reload.",
                name=listener.name or listener.id,
                port=listener.port,
            )
        )
    return tuple(told)
