"""Listeners: what Heat cannot say of them, and where those of plain HTTP lead."""

from __future__ import annotations

from functools import partial

from ao.apply.place import told_at
from ao.apply.switch import load_balancer
from ao.cloud import Listener, LoadBalancer
from ao.errors import CloudError, ConfigError, NotFound
from ao.message import message
from ao.plan import listeners, pools
from ao.plan.facts import Facts
from ao.plan.listeners import Placed
from ao.work import Work


def check_api(work: Work) -> None:
    """Refuse what Octavia's API is too old for. Raises ConfigError, with the place in the file."""
    needed = (*listeners.needed_api(work.site), *pools.needed_api(work.site))
    if not needed:
        return
    version = work.cloud.load_balancers.api_version()
    for key, least in needed:
        if version is not None and version < least:
            raise ConfigError(
                message(
                    "%(where)s: it needs version %(least)s of Octavia's API, and this cloud has "
                    "%(version)s",
                    where=work.site.place(key),
                    least=".".join(map(str, least)),
                    version=".".join(map(str, version)),
                ),
                cure=message("Leave the key out. Nothing was changed."),
            )


def check_clients(work: Work, facts: Facts) -> None:
    """Refuse authorities of clients' certificates that Barbican has not.

    Raises NotFound and Conflict with the place in the site file.
    """
    tls = work.site.tls
    if tls is None or tls.clients is None or facts.clients is not None:
        return
    for key, name in (("ca", tls.clients.ca), ("crl", tls.clients.crl)):
        if name is not None:
            with told_at(work.site, f"tls.clients.{key}"):
                work.cloud.certificates.find(name)


def define(work: Work, facts: Facts, listener_id: str) -> None:
    """Give a listener the settings that the site file tells, and wait until it has them.

    Raises ConfigError as `check_api`, NotFound, DeadlinePassed and CloudError.
    """
    place = find(facts, listener_id)
    check_api(work)
    check_clients(work, facts)
    settings = listeners.wanted(work.site, facts, place)
    load_balancer.change(
        work,
        place.balancer,
        lambda: work.cloud.load_balancers.configure(place.listener, settings),
    )
    load_balancer.until_active(work, place.balancer)
    now = work.cloud.load_balancers.listeners(place.balancer.id)
    work.note_listeners(now)
    if any(it.id == listener_id and it.provisioning_status == "ERROR" for it in now):
        raise CloudError(
            message(
                "listener %(name)s is in provisioning status ERROR since it was changed, and "
                "serves nobody",
                name=place.listener.name,
            ),
            cure=message(
                "Either its load balancer cannot read a certificate that it names, which `ao "
                "certificate show` tells and `ao certificate renew` cures; or it does not take a "
                "value that was changed in `tls` or `load_balancer`: correct that, and run `ao "
                "up` again."
            ),
        )


def lead_to_https(work: Work, facts: Facts, listener_id: str) -> None:
    """Have a listener of plain HTTP lead users to HTTPS, and wait until it does.

    The new policy comes before an old one goes: nobody is let through in between. One whose rules
    did not come any more leads nobody, and is an old one next time. Raises NotFound, DeadlinePassed
    and CloudError.
    """
    place, wanted = find(facts, listener_id), listeners.redirect(work.site)
    if wanted is None:
        return
    balancers, balancer = work.cloud.load_balancers, place.balancer
    stale = listeners.stale_policies(work.site, facts, place.listener)
    if listeners.lacks_redirect(work.site, facts, place.listener):
        made = load_balancer.change(
            work, balancer, lambda: balancers.create_l7_policy(place.listener, wanted)
        )
        for rule in wanted.rules:
            load_balancer.change(work, balancer, partial(balancers.create_l7_rule, made, rule))
        load_balancer.until_active(work, balancer)
    for policy in stale:
        load_balancer.change(work, balancer, partial(balancers.remove_l7_policy, policy))
        load_balancer.until_active(work, balancer)


def remove(work: Work, balancer: LoadBalancer | None, listener: Listener) -> None:
    """Delete a listener, and wait until the load balancer takes another change."""
    if balancer is None:
        return
    load_balancer.change(
        work, balancer, lambda: work.cloud.load_balancers.remove_listener(listener)
    )
    load_balancer.until_active(work, balancer)


def find(facts: Facts, listener_id: str) -> Placed:
    """Return a listener of the site with what it hangs on. Raises NotFound."""
    found = next((it for it in listeners.placed(facts) if it.listener.id == listener_id), None)
    if found is None:
        raise NotFound(
            message("a listener of the site is gone"), cure=message("`ao up` repairs it.")
        )
    return found
