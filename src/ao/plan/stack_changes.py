"""What Heat would do to the resources of a stack. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from ao.cloud import Resource, ResourceChanges, Stack, Template
from ao.errors import Refused
from ao.message import Message, message
from ao.plan.facts import Facts, System

GROUP = "group"
"""Name in the system's template of the group of servers, which Heat updates each time."""
LASTING = frozenset(
    {
        "router",
        "production_address",
        "lock_network",
        "lock_subnet",
        "network",
        "subnet",
        "router_interface",
        "load_balancer",
        "blue_pool",
        "green_pool",
        "secure_production_listener",
    }
)
"""Resources of the site's template that the live system needs as they are."""


class Change(StrEnum):
    """What becomes of a resource."""

    MADE = "made"
    CHANGED = "changed"
    REPLACED = "replaced"
    DELETED = "deleted"


class When(StrEnum):
    """What brings a change."""

    NOW = "now"
    """`ao up`."""
    DEPLOY = "next deploy"
    """The next deploy to the system, as it is the standby."""
    RELEASE = "next release"
    """The system is live: the standby gets it by the next release."""
    ANEW = "built anew"
    """Nothing but `ao down` and `ao up`."""


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """A change of a resource, and what brings it."""

    stack: str
    resource: str
    """Its name in the template."""
    type: str
    change: Change
    when: When
    because: tuple[str, ...] = ()
    """Parameters that differ, where Ao has compared them."""


def pinned(template: Template, resources: Iterable[Resource], stack: Stack) -> Template:
    """Return a template in which what a stack has built stands by its ID, to be previewed.

    Heat's preview compares what refers to another resource with that one's name, for it has none of
    the new stack's IDs, and would call all of these replaced (heat/engine/update.py: preview;
    service.py: preview_update_stack).
    """
    ids = {
        it.name: it.physical_id for it in resources if it.stack_id == stack.id and it.physical_id
    }

    def walk(value: Any) -> Any:
        if isinstance(value, Mapping):
            name = value.get("get_resource") if len(value) == 1 else None
            if isinstance(name, str) and name in ids:
                return ids[name]
            return {key: walk(inner) for key, inner in value.items()}
        return [walk(it) for it in value] if isinstance(value, list) else value

    body = json.dumps(walk(yaml.safe_load(template.body)), default=str)
    return Template(body=body, files=template.files)


def read(
    stack: str, changes: ResourceChanges, when: When, *, without: frozenset[str] = frozenset()
) -> tuple[PlannedChange, ...]:
    """Return what Heat tells of a stack, in its order, but for some resources."""
    told = (
        (Change.MADE, changes.made),
        (Change.CHANGED, changes.changed),
        (Change.REPLACED, changes.replaced),
        (Change.DELETED, changes.deleted),
    )
    return tuple(
        PlannedChange(stack=stack, resource=name, type=kind, change=change, when=when)
        for change, those in told
        for name, kind in those
        if name not in without
    )


def server_parameters(template: Template) -> frozenset[str]:
    """Return the parameters of the system's template that its servers depend on."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, Mapping):
            if isinstance(name := value.get("get_param"), str):
                found.add(name)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(yaml.safe_load(template.body)["resources"][GROUP]["properties"]["resource"])
    return frozenset(found)


def differing(
    names: Iterable[str], before: Mapping[str, str], after: Mapping[str, object]
) -> tuple[str, ...]:
    """Return the parameters whose values differ, as Heat tells them before and Ao gives them."""
    return tuple(
        sorted(
            it
            for it in names
            if it in before and it in after and _plain(before[it]) != _plain(after[it])
        )
    )


def _plain(value: object) -> object:
    """Return a parameter's value as it compares: Heat tells all as texts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{float(value):g}"
    if isinstance(value, str):
        try:
            return _plain(json.loads(value)) if value else ""
        except (ValueError, RecursionError):
            return value.lower() if value.lower() in {"true", "false"} else value
    return value


def refuse_replacement(stack: Stack, changes: ResourceChanges, broken: Iterable[Resource]) -> None:
    """Refuse what would replace or delete something that the live system needs, and is whole."""
    lost = {it.name for it in broken}
    held = [
        name
        for name, _ in (*changes.replaced, *changes.deleted)
        if name in LASTING and name not in lost
    ]
    if held:
        raise Refused(
            message(
                "`ao up` would replace %(names)s of stack %(stack)s, which users are on",
                names=", ".join(sorted(held)),
                stack=stack.name,
            ),
            cure=message(
                "Nothing was changed. `ao plan up` shows what the site file changes; take that "
                "back."
            ),
        )


def when_of(facts: Facts, system: System) -> When:
    """Return what brings the site file's changes to a system that is whole."""
    return When.RELEASE if facts.live is system.colour else When.DEPLOY


def notice(changes: Iterable[PlannedChange]) -> Message | None:
    """Return what is told of changes that `ao up` does not make, or None."""
    whens = {it.when for it in changes}
    if When.RELEASE in whens:
        return message(
            "What the site file changes of the live system comes to the standby at the next "
            "release; `ao up` leaves both as they are."
        )
    if When.DEPLOY in whens:
        return message("What the site file changes of the standby comes with its next deploy.")
    return None
