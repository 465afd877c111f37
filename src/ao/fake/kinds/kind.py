"""The interface that every resource type of Heat implements."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ao.errors import CloudError
from ao.fake.stack import Part
from ao.fake.timeline import TICK, Job


class Kind:
    """A resource type, which creates, updates and deletes resources of its kind."""

    required: frozenset[str] = frozenset()
    """Properties that must be given."""
    optional: frozenset[str] = frozenset()
    """Properties that may be given."""
    fixed: frozenset[str] = frozenset()
    """Properties whose change replaces the resource by a new one."""
    always_updated: bool = False
    """Whether an update of the stack updates the resource even if its properties stay the same."""

    def check(self, name: str, properties: Collection[str]) -> None:
        """Raise CloudError for unknown and missing properties, as Heat's validation does."""
        for key in sorted(set(properties) - self.required - self.optional):
            raise CloudError(f"Property error: resources.{name}.properties: Unknown Property {key}")
        for key in sorted(self.required - set(properties)):
            raise CloudError(
                f"Property error: resources.{name}.properties: Property {key} not assigned"
            )

    def replaced(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Return whether a change of properties replaces the resource by a new one."""
        return any(before.get(key) != after.get(key) for key in self.fixed)

    def lost(self, part: Part) -> bool:
        """Return whether a failed resource must be replaced rather than updated."""
        return True

    def create(self, part: Part) -> Job:
        """Create the resource from the properties of the part, and set the part's physical ID."""
        raise NotImplementedError

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Update the resource from the properties `before` to those of the part.

        Unless a resource type says more, only what Heat knows of it changes.
        """
        yield TICK

    def delete(self, part: Part) -> Job:
        """Delete the resource; nothing happens if it does not exist.

        Unless a resource type says more, there is nothing outside Heat to delete.
        """
        yield TICK

    def attribute(self, part: Part, name: str) -> object:
        """Return the attribute of that name for `get_attr`. Raises CloudError if unknown."""
        raise CloudError(f"The Referenced Attribute ({part.name} {name}) is incorrect.")
