"""What every resource type of Heat has in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ao.errors import CloudError
from ao.fake.stack import Part
from ao.fake.timeline import TICK, Job


class Kind:
    """A resource type: how Heat creates, changes and deletes such a resource."""

    required: frozenset[str] = frozenset()
    """Properties that must be given."""
    optional: frozenset[str] = frozenset()
    """Properties that may be given."""
    fixed: frozenset[str] = frozenset()
    """Properties whose change takes a new resource in place of the old one."""
    always_updated: bool = False
    """Whether an update of the stack reaches it even when its properties stay."""

    def check(self, name: str, properties: Collection[str]) -> None:
        """Refuse properties that are unknown or missing, as Heat's validation does."""
        for key in sorted(set(properties) - self.required - self.optional):
            raise CloudError(f"Property error: resources.{name}.properties: Unknown Property {key}")
        for key in sorted(self.required - set(properties)):
            raise CloudError(
                f"Property error: resources.{name}.properties: Property {key} not assigned"
            )

    def replaced(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether a change of properties takes a new resource."""
        return any(before.get(key) != after.get(key) for key in self.fixed)

    def lost(self, part: Part) -> bool:
        """Whether a failed resource must be replaced rather than changed."""
        return True

    def create(self, part: Part) -> Job:
        """Create it from the properties of the part; sets the part's physical ID."""
        raise NotImplementedError

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Change it from the properties before to those of the part.

        Unless a resource type says more, only what Heat knows of it changes.
        """
        yield TICK

    def delete(self, part: Part) -> Job:
        """Delete it; nothing happens when it is gone.

        Unless a resource type says more, there is nothing outside Heat to delete.
        """
        yield TICK

    def attribute(self, part: Part, name: str) -> object:
        """What `get_attr` gives."""
        raise CloudError(f"The Referenced Attribute ({part.name} {name}) is incorrect.")
