"""The site file that describes a system which exists: a pure function of what was read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count

from ao.adopt.adopt_section import adopt_section
from ao.adopt.check_section import health_check_section
from ao.adopt.commented_yaml import Entry, Speak, written
from ao.adopt.inventory import Inventory
from ao.adopt.listener_sections import (
    TERMINATED,
    listeners_section,
    load_balancer_section,
    switch_section,
    tls_section,
)
from ao.adopt.network_section import network_section
from ao.adopt.question import MOST_NAMED, asked, labelled, question
from ao.adopt.refusals import named
from ao.adopt.server_sections import (
    group_section,
    made_of_sections,
    servers_section,
    user_data_section,
)
from ao.adopt.user_data import UserData
from ao.message import listed, message
from ao.site.names import HOST_NAME, NAME, ending

LONGEST = 26
"""Characters of a name that a number is added to; that of a site has 30."""
_BALANCER_WORDS = re.compile(r"-(?:lb|load-?balancer|vip|listener|https?|pool)$")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A site file, and the file of user data that it names."""

    name: str
    """Name of the site."""
    head: tuple[str, ...]
    """Messages at the beginning of the file."""
    entries: tuple[Entry, ...]
    user_data: UserData | None
    user_data_file: str
    """Name of the file of user data, beside the site file."""

    @property
    def questions(self) -> tuple[str, ...]:
        """What only the operator can answer, each as a message."""
        return tuple(asked(self.entries))

    def text(self, speak: Speak = str) -> str:
        """Return the file, with its comments in a reader's language."""
        return written(self.entries, self.head, speak)


def draft(inventory: Inventory) -> Draft:
    """Return the site file that describes what was read."""
    names = (inventory.balancer.name, inventory.main.name, inventory.pool.name)
    name = site_name(*names, taken=inventory.sites)
    file_name = f"{name}-user-data"
    data, data_entry = user_data_section(inventory, file_name)
    return Draft(
        name=name,
        head=_head(inventory),
        entries=(
            *_where(inventory, name),
            adopt_section(inventory),
            *made_of_sections(inventory),
            *data_entry,
            *servers_section(inventory),
            group_section(inventory),
            load_balancer_section(inventory),
            *tls_section(inventory),
            *listeners_section(inventory),
            switch_section(inventory),
            health_check_section(inventory),
            _identify(),
            *network_section(inventory),
        ),
        user_data=data,
        user_data_file=file_name,
    )


def site_name(*names: str, taken: Collection[str] = ()) -> str:
    """Return a name that a new site may have, made of the first name that gives one.

    Where sites have all of them already, it gets a number.
    """
    found = [*dict.fromkeys(filter(None, map(_site_name, names))), "site"]
    free = (it for it in found if it not in taken)
    numbered = (f"{found[0][:LONGEST]}-{number}" for number in count(2))
    return next(free, "") or next(it for it in numbered if it not in taken)


def _site_name(name: str) -> str:
    """Return the name of a site that another name gives; empty for one that gives none."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    plain = re.sub(r"^[^a-z]+", "", plain)
    shorter = _BALANCER_WORDS.sub("", plain)
    found = (shorter or plain)[:30].strip("-")
    while (word := ending(found)) is not None:
        found = found.removesuffix(f"-{word}").strip("-")
    return found if re.fullmatch(NAME, found) else ""


def _head(inventory: Inventory) -> tuple[str, ...]:
    return (
        message(
            "What `ao adopt` read of load balancer %(balancer)s. Nothing was changed in the "
            "cloud. Look at it, answer each QUESTION and strike it out; `ao plan up` then "
            "tells what the first `ao up` would make.",
            balancer=named(inventory.balancer.name, inventory.balancer.id),
        ),
        message(
            "New servers are made as this file says. Ao gives the load balancer pools and L7 "
            "policies of its own, and changes where the listeners of `adopt` lead; nothing "
            "else of what there is does it change or delete."
        ),
    )


def _where(inventory: Inventory, name: str) -> Iterator[Entry]:
    yield Entry(
        "site",
        name,
        (message("Name of the site in Ao, unique in the project; taken from names there."),),
    )
    if inventory.cloud:
        yield Entry("cloud", inventory.cloud)
    external = inventory.external_network
    if external is None:
        yield Entry(
            "external_network",
            "none",
            (message("No floating IP leads to the load balancer: users reach its address."),),
        )
    else:
        yield labelled("external_network", external)
    yield from _host(inventory)
    if inventory.addresses:
        first, *others = inventory.addresses
        yield Entry(
            "production_address",
            first.address,
            (
                question(
                    message(
                        "which is the address that users reach? These lead here too: %(addresses)s",
                        addresses=listed(it.address for it in others),
                    )
                ),
            )
            if others
            else (),
        )


def _host(inventory: Inventory) -> Iterator[Entry]:
    """Yield the host name that the certificate, or the health check, tells."""
    certificate = inventory.served.certificate if inventory.served else None
    monitor = inventory.monitor
    names = [*(certificate.names if certificate else ())]
    names += [monitor.domain_name] if monitor and monitor.domain_name else []
    hosts = [*dict.fromkeys(it for it in names if re.fullmatch(HOST_NAME, it))]
    secure = inventory.main.protocol in {TERMINATED, "HTTPS"}
    if not hosts:
        wild = listed(names[:MOST_NAMED]) if names else None
        why = (
            message(
                "by which host name do users reach the site? The certificate tells %(names)s",
                names=wild,
            )
            if wild
            else message("by which host name do users reach the site?")
        )
        if secure or wild:
            yield Entry("host", "shop.example", (question(why),), is_idle=True)
        return
    comments: tuple[str, ...] = (
        (message("As the certificate tells."),)
        if certificate and hosts[0] in certificate.names
        else (message("As the health check asks for."),)
    )
    if len(hosts) > 1:
        comments = (
            question(
                message(
                    "by which host name do users reach the site, and Ao asks it? There are "
                    "also %(names)s",
                    names=listed(hosts[1:MOST_NAMED]),
                )
            ),
        )
    yield Entry("host", hosts[0], comments)


def _identify() -> Entry:
    return Entry(
        "identify",
        (Entry("path", "/"), Entry("header", "X-Ao-Colour")),
        (
            question(
                message(
                    "in which header of which page do new servers tell their colour? Ao "
                    "confirms each switch by it; $AO_COLOUR in user data is `blue` or `green`"
                )
            ),
        ),
    )
