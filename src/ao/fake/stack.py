"""Stacks and the resources in them, as Heat's database keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from ao.cloud.models import Signal
from ao.fake.failure import Failure
from ao.fake.services import Services
from ao.fake.template import Blueprint


@dataclass(eq=False, kw_only=True)
class Part:
    """A resource of a stack."""

    stack: Stack
    name: str
    type: str
    created_at: float
    """When Heat added it to the stack, in virtual seconds."""
    action: str = "INIT"
    status: str = "COMPLETE"
    reason: str = ""
    updated_at: str = ""
    """When its state was set last: ISO 8601, UTC."""
    physical_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    """Properties that it was last built with, with functions evaluated."""
    requires: frozenset[Part] = frozenset()
    """Resources that must not be deleted before it."""
    working: bool = False
    """Whether an action on it is in progress."""

    @property
    def services(self) -> Services:
        """Return the services of the project that it is built in."""
        return self.stack.services

    def set_state(self, action: str, status: str, reason: str = "state changed") -> None:
        """Set action, status and status reason."""
        self.action, self.status, self.reason = action, status, reason
        self.updated_at = self.services.deployment.timeline.date()


@dataclass(eq=False, kw_only=True)
class Stack:
    """A stack, which may be nested in a resource of another one."""

    id: str
    name: str
    services: Services
    """Services of its project."""
    heat: StackEngine
    """Heat, which resources that are stacks themselves need."""
    parent: Part | None
    """Resource that it is nested in."""
    blueprint: Blueprint
    arguments: dict[str, object]
    """Value of every parameter of its template."""
    deadline: float
    """Seconds after which Heat gives up a traversal."""
    tags: frozenset[str] = frozenset()
    action: str = "CREATE"
    status: str = "IN_PROGRESS"
    reason: str = ""
    updated_at: str = ""
    signal: Signal | None = None
    """The last signal on which one of its resources acted."""
    failure: Failure | None = None
    """Failure that ended its last traversal."""
    parts: dict[str, Part] = field(default_factory=dict)
    """Resources of its template, by name."""
    outgoing: list[Part] = field(default_factory=list)
    """Resources that are replaced or no longer in the template, and not deleted yet."""
    traversal: object = None
    """The latest traversal; an earlier one stops when it finds another here."""

    @property
    def busy(self) -> bool:
        """Return whether an action on the stack is in progress."""
        return self.status == "IN_PROGRESS"

    def set_state(self, action: str, status: str, reason: str) -> None:
        """Set action, status and status reason."""
        self.action, self.status, self.reason = action, status, reason

    def listed(self) -> list[Part]:
        """Return its resources as Heat lists them: the newest of each name."""
        return list({part.name: part for part in (*self.outgoing, *self.parts.values())}.values())


class StackEngine(Protocol):
    """The methods of Heat that a resource needs which is a stack itself.

    Heat is built on the resource types, so that they know it by this alone.
    """

    stacks: dict[str, Stack]
    """Stacks of the project, nested ones too, by ID."""

    def nest(self, part: Part, blueprint: Blueprint, arguments: dict[str, object]) -> Stack:
        """Begin to create the stack of a resource."""

    def converge(self, stack: Stack, blueprint: Blueprint, arguments: dict[str, object]) -> None:
        """Begin to bring a stack to a template and its parameters."""

    def output(self, stack_id: str, key: str) -> object:
        """Return the value of an output; None while there is none."""

    def delete(self, stack_id: str) -> None:
        """Begin to delete a stack."""
