"""Maintenance of a site: what leads its users elsewhere while it has a pause.

It is an L7 policy of Octavia's on each listener that users reach, so that the default pool, by
which a switch moves production, stays as it is. Requests with a header that nobody can guess pass
it. Which header that is, and since when, by whom and why, only the policies tell.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated

from annotated_types import Interval
from pydantic import Field, TypeAdapter, ValidationError

from ao.cloud import Cloud, L7Policy, L7Rule, Listener, LoadBalancer, Resource
from ao.colour import Colour
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.listeners import placed
from ao.plan.plan import Step
from ao.redaction import redact
from ao.site import Method
from ao.untrusted.bounds import LAST
from ao.untrusted.printable import printable
from ao.untrusted.texts import Line

NAME = "ao-maintenance"
"""Name of the L7 policies by which users are led elsewhere: others are not Ao's to take away."""
PREVIEWS = "ao-preview-"
"""How the names of those begin that lead to one system whoever knows a secret."""
HEADER = "X-Ao-Preview"
"""Header of the requests that pass."""
PASS = "ao-pass-"
"""How the secret begins that such a request has, by which `ao.redaction` knows it."""
REDIRECT = 302
"""HTTP status by which users are sent to a page: browsers keep none for good."""
LISTENER = "OS::Octavia::Listener"
"""Resource type of Heat that listeners are of."""
READ = frozenset({"HTTP", "TERMINATED_HTTPS"})
"""Protocols of listeners that read requests."""
FORMAT = 1
"""Format of the descriptions that are written."""
LIMIT = 255
"""Characters of a description (octavia/api/v2/types/l7policy.py)."""
BROADEST = 0xFFFF
"""The last character that a database of three bytes a character keeps."""


def new_pass() -> str:
    """Return a secret by which requests pass, of 128 bits."""
    return f"{PASS}{secrets.token_hex(16)}"


@dataclass(frozen=True, kw_only=True)
class Note:
    """What the policies tell of a maintenance. Anybody with a role in the project may write it."""

    since: Annotated[float, Interval(ge=0, le=LAST)]
    """When it began, in seconds since 1970."""
    until: Annotated[float, Interval(ge=0, le=LAST)] | None = None
    """When it is to end; None where nobody has said it. Nothing ends it then by itself."""
    who: Line = ""
    """Name of the OpenStack user who began it."""
    host: Line = ""
    """Name of the machine on which that was."""
    reason: Line = ""
    switch: Annotated[bool, Field(strict=True)] = False
    """Whether a switch began it, and ends it."""

    def text(self) -> str:
        """Return the description of a policy; secrets are masked, long texts cut."""
        told: dict[str, object] = {"format": FORMAT, "since": round(self.since)}
        if self.until is not None:
            told["until"] = round(self.until)
        if self.switch:
            told["switch"] = True
        texts = {
            key: "".join(it if ord(it) <= BROADEST else "?" for it in redact(value))
            for key, value in (("who", self.who), ("host", self.host), ("reason", self.reason))
        }
        for key in reversed(texts):
            surplus = len(_json(told | texts)) - LIMIT
            if surplus > 0:
                texts[key] = texts[key][: max(0, len(texts[key]) - surplus - 1)] + "…"
        return _json(told | texts)

    @classmethod
    def of(cls, description: str) -> Note | None:
        """Return what a description tells; None for one that cannot be read."""
        try:
            return _reader().validate_json(description[: 4 * LIMIT])
        except ValidationError:
            return None


def _json(told: Mapping[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@cache
def _reader() -> TypeAdapter[Note]:
    return TypeAdapter(Note)


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """The maintenance of a site, as its listeners have it."""

    policies: tuple[L7Policy, ...] = ()
    """The L7 policies of that name on listeners that users reach, or would."""
    live: frozenset[str] = frozenset()
    """IDs of the listeners that users reach now."""
    listeners: frozenset[str] = frozenset()
    """IDs of all that are to have such a policy, those of the other system among them."""

    @property
    def leading(self) -> frozenset[str]:
        """IDs of the listeners that lead users elsewhere."""
        return frozenset(it.listener_id for it in self.policies if it.acts)

    @property
    def is_on(self) -> bool:
        """Whether a listener that users reach now leads them elsewhere."""
        return bool(self.leading & (self.live or self.listeners))

    @property
    def is_whole(self) -> bool:
        """Whether all listeners do that are to."""
        return self.listeners <= self.leading

    @property
    def policy(self) -> L7Policy | None:
        """The policy that users meet; None where none leads them elsewhere."""
        acting = [it for it in self.policies if it.acts]
        return next((it for it in acting if it.listener_id in self.live), next(iter(acting), None))

    @property
    def note(self) -> Note | None:
        """What it tells of itself; None where that cannot be read."""
        return Note.of(self.policy.description) if self.policy else None

    @property
    def passing(self) -> str | None:
        """The secret by which requests pass; None where there is none, or not one for all."""
        found = [
            {rule.value for rule in it.rules if _passes(rule)} for it in self.policies if it.acts
        ]
        both = set.intersection(*found) if found else set()
        return next(iter(sorted(both)), None)

    @property
    def target(self) -> str:
        """Where users are led, safe to print: a URL, or the ID of a pool."""
        found = self.policy
        return printable((found and (found.redirect_url or found.redirect_pool_id)) or "", LIMIT)


def _passes(rule: L7Rule) -> bool:
    """Return whether a rule lets requests pass that have Ao's secret."""
    return (
        (rule.type, rule.compare, rule.invert) == ("HEADER", "EQUAL_TO", True)
        and (rule.key or "").lower() == HEADER.lower()
        and rule.value.startswith(PASS)
        and rule.value.isascii()
        and rule.value.replace("-", "").isalnum()
    )


def policy(
    *, passing: str, page: str | None, pool_id: str | None, previews: Iterable[L7Policy], note: Note
) -> L7Policy:
    """Return the policy that leads users to a page or a pool, and is off until it has its rules.

    Requests pass that have the secret, and those that the policies of previews lead: a redirect
    comes before a choice of the pool, wherever the policies stand (Octavia's l7.rst).
    """
    keys = [
        rule
        for it in previews
        if it.name.startswith(PREVIEWS)
        for rule in it.rules
        if rule.type in {"HEADER", "COOKIE"} and not rule.invert
    ]
    own = L7Rule(type="HEADER", compare="EQUAL_TO", key=HEADER, value=passing, invert=True)
    return L7Policy(
        name=NAME,
        action="REDIRECT_TO_URL" if page is not None else "REDIRECT_TO_POOL",
        redirect_url=page,
        redirect_code=REDIRECT if page is not None else None,
        redirect_pool_id=pool_id,
        rules=(
            own,
            *dict.fromkeys(replace(it, invert=True) for it in keys),
            L7Rule(type="PATH", compare="STARTS_WITH", value="/"),
        ),
        enabled=False,
        description=note.text(),
    )


def leads(found: L7Policy, wanted: L7Policy) -> bool:
    """Return whether a policy does what one that is wanted does, once it is on.

    Octavia tells rules in an order of its own, and one twice whose answer was lost.
    """
    like = replace(wanted, id=found.id, position=found.position, rules=found.rules)
    return (
        found.acts
        and frozenset(found.rules) == frozenset(wanted.rules)
        and replace(found, enabled=False) == replace(like, enabled=False)
    )


def of_users(resources: Iterable[Resource]) -> Iterator[str]:
    """Yield the IDs of the listeners of a stack that users reach, but those that lead to HTTPS.

    Beside one whose name begins with `secure_` that without it is of plain HTTP.
    """
    built = [it for it in resources if it.type == LISTENER and it.physical_id]
    plain = {it.name.removeprefix("secure_") for it in built if it.name.startswith("secure_")}
    yield from (it.physical_id for it in built if "preview" not in it.name and it.name not in plain)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A listener that can lead users elsewhere."""

    listener: Listener
    balancer: LoadBalancer
    is_live: bool
    """Whether users reach it now."""


def places(cloud: Cloud, facts: Facts) -> tuple[Place, ...]:
    """Return the listeners of a site that can lead users elsewhere, those that they reach first."""
    found: list[Place] = []
    own = _own(facts)
    for balancer in _balancers(facts):
        for listener in cloud.load_balancers.listeners(balancer.id):
            if listener.id in own and listener.protocol in READ:
                is_live = listener.id in _live(facts)
                found.append(Place(listener=listener, balancer=balancer, is_live=is_live))
    return tuple(sorted(found, key=lambda it: not it.is_live))


def read(cloud: Cloud, facts: Facts) -> Maintenance:
    """Return the maintenance of a site.

    Octavia is not asked where the facts have all of its listeners, and none has an L7 policy.
    """
    own = _own(facts)
    known = {it.listener.id: it.listener for it in placed(facts)}
    if own <= known.keys() and not any(known[it].policy_ids for it in own):
        return Maintenance()
    return among(cloud.load_balancers.l7_policies_named(NAME), facts)


def among(policies: Iterable[L7Policy], facts: Facts) -> Maintenance:
    """Return the maintenance of a site, by policies of that name of its project. Pure."""
    own = _own(facts)
    deaf = {it.listener.id for it in placed(facts) if not it.reads_requests}
    return Maintenance(
        policies=tuple(it for it in policies if it.listener_id in own),
        live=_live(facts) - deaf,
        listeners=own - deaf,
    )


def balancer_of(facts: Facts, listener_id: str) -> LoadBalancer | None:
    """Return the load balancer that a listener of a site's users is of; None without one."""
    if facts.method is Method.POOL:
        return facts.shared
    systems = facts.systems.values()
    return next((it.load_balancer for it in systems if listener_id in of_users(it.resources)), None)


def _balancers(facts: Facts) -> Iterator[LoadBalancer]:
    if facts.method is Method.POOL:
        if facts.shared is not None:
            yield facts.shared
        return
    yield from (it.load_balancer for it in facts.systems.values() if it.load_balancer is not None)


def _own(facts: Facts) -> frozenset[str]:
    """IDs of the listeners that users reach, or would after a switch."""
    if facts.method is Method.POOL:
        return frozenset(of_users(facts.resources))
    systems = facts.systems.values()
    return frozenset(id_ for it in systems for id_ in of_users(it.resources))


def _live(facts: Facts) -> frozenset[str]:
    """IDs of those that they reach now."""
    if facts.method is Method.POOL:
        return frozenset(of_users(facts.resources))
    return frozenset(of_users(facts.systems[facts.live].resources)) if facts.live else frozenset()


@dataclass(frozen=True)
class BeginMaintenance(Step):
    """Lead users elsewhere while production moves."""

    to: Colour

    def __str__(self) -> str:
        return message("lead users to the maintenance page while production moves")


@dataclass(frozen=True)
class EndMaintenance(Step):
    """Let users reach the site again."""

    to: Colour

    def __str__(self) -> str:
        return message("let users reach the site again")
