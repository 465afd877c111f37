"""Maintenance of a site: what leads its users elsewhere while it has a pause.

It is an L7 policy of Octavia's on each listener that users reach, so that the default pool, by
which a switch moves production, stays as it is. Requests with a header that nobody can guess pass
it. Which header that is, and since when, by whom and why, only the policies tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from annotated_types import Interval
from pydantic import Field, TypeAdapter, ValidationError

from ao.cloud import Cloud, L7Policy, Listener, LoadBalancer, Resource
from ao.colour import Colour
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.listeners import placed
from ao.plan.maintenance_policy import NAME, is_pass, rules
from ao.plan.plan import Step
from ao.redaction import redact
from ao.site import Method
from ao.templates import SECURE
from ao.untrusted.bounds import LAST
from ao.untrusted.printable import printable
from ao.untrusted.texts import Line

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
    besides: tuple[str, ...] = ()
    """Names in the site file of those that read no requests: their users stay on the site."""

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
            {rule.value for rule in it.rules if is_pass(rule)} for it in self.policies if it.acts
        ]
        both = set.intersection(*found) if found else set()
        return next(iter(sorted(both)), None)

    @property
    def target(self) -> str:
        """Where users are led, safe to print: a URL, or the ID of a pool."""
        found = self.policy
        return printable((found and (found.redirect_url or found.redirect_pool_id)) or "", LIMIT)


def policy(
    *, passing: str, page: str | None, pool_id: str | None, previews: Iterable[L7Policy], note: Note
) -> L7Policy:
    """Return the policy that leads users to a page or a pool, and is off until it has its rules."""
    return L7Policy(
        name=NAME,
        action="REDIRECT_TO_URL" if page is not None else "REDIRECT_TO_POOL",
        redirect_url=page,
        redirect_code=REDIRECT if page is not None else None,
        redirect_pool_id=pool_id,
        rules=rules(passing, previews),
        enabled=False,
        description=note.text(),
    )


def of_users(resources: Iterable[Resource]) -> Iterator[str]:
    """Yield the IDs of the listeners of a stack that users reach, but those that lead to HTTPS.

    Beside one whose name begins with `secure_` that without it is of plain HTTP.
    """
    built = [it for it in resources if it.type == LISTENER and it.physical_id]
    named = [(it, it.name.removeprefix(SECURE)) for it in built]
    plain = {name for it, name in named if it.name != name}
    yield from (
        it.physical_id
        for it, name in named
        if not name.startswith("preview_") and it.name not in plain
    )


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
    others = [it for it in placed(facts) if it.listener.id in own and not it.reads_requests]
    deaf = {it.listener.id for it in others}
    return Maintenance(
        besides=tuple(sorted({it.name for it in others if it.name})),
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
