"""Stacks and the resources in them, as Heat's database keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ao.cloud.models import Signal
from ao.fake.failure import Failure
from ao.fake.template import Blueprint

if TYPE_CHECKING:
    from ao.fake.project import Project


@dataclass(eq=False, kw_only=True)
class Part:
    """A resource of a stack."""

    stack: Stack
    name: str
    type: str
    born: float
    """When Heat first knew it, in virtual seconds."""
    action: str = "INIT"
    status: str = "COMPLETE"
    reason: str = ""
    physical_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    """Properties that it was last built with, worked out."""
    requires: frozenset[Part] = frozenset()
    """Resources that must not go before it does."""
    working: bool = False
    """Whether a job of Heat is at it."""

    @property
    def project(self) -> Project:
        """Project that it is built in."""
        return self.stack.project

    def turn(self, action: str, status: str, reason: str = "state changed") -> None:
        """Give it a state."""
        self.action, self.status, self.reason = action, status, reason


@dataclass(eq=False, kw_only=True)
class Stack:
    """A stack, perhaps nested in another's resource."""

    id: str
    name: str
    project: Project
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
    """What its last traversal failed at."""
    parts: dict[str, Part] = field(default_factory=dict)
    """Resources of its template, by name."""
    outgoing: list[Part] = field(default_factory=list)
    """Resources that are replaced or no longer wanted, and still there."""
    traversal: object = None
    """Heat's latest work on it; earlier work stops when it sees another one here."""

    @property
    def busy(self) -> bool:
        """Whether Heat is at work on it."""
        return self.status == "IN_PROGRESS"

    def turn(self, action: str, status: str, reason: str) -> None:
        """Give it a state."""
        self.action, self.status, self.reason = action, status, reason

    def listed(self) -> list[Part]:
        """Its resources as Heat lists them: one for each name, the newest."""
        return list({part.name: part for part in (*self.outgoing, *self.parts.values())}.values())
