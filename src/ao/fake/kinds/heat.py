"""Resource types of Heat itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ao.fake.failure import Failure
from ao.fake.kinds.kind import Kind
from ao.fake.stack import Part, Stack
from ao.fake.template import Blueprint
from ao.fake.timeline import TICK, Job


class RandomString(Kind):
    """OS::Heat::RandomString, of lower-case letters."""

    required = frozenset({"length", "character_classes"})
    fixed = required

    def create(self, part: Part) -> Job:
        """Generate the string."""
        part.physical_id = part.services.deployment.identifiers.letters(part.properties["length"])
        yield TICK

    def attribute(self, part: Part, name: str) -> object:
        """Return the string for attribute `value`."""
        return part.physical_id if name == "value" else super().attribute(part, name)


class Delay(Kind):
    """OS::Heat::Delay, which waits when it is created or deleted."""

    optional = frozenset({"actions", "min_wait"})

    def create(self, part: Part) -> Job:
        """Wait, when CREATE is among its actions."""
        yield self._wait(part, "CREATE")

    def delete(self, part: Part) -> Job:
        """Wait, when DELETE is among its actions."""
        yield self._wait(part, "DELETE")

    def _wait(self, part: Part, action: str) -> float:
        actions = part.properties.get("actions", ["CREATE"])
        return float(part.properties.get("min_wait", 0)) if action in actions else TICK


class ScalingPolicy(Kind):
    """OS::Heat::ScalingPolicy."""

    required = frozenset({"auto_scaling_group_id", "adjustment_type", "scaling_adjustment"})
    optional = frozenset({"cooldown"})
    fixed = frozenset({"auto_scaling_group_id"})

    def create(self, part: Part) -> Job:
        """Give the policy an ID."""
        part.physical_id = part.services.deployment.identifiers.uuid()
        yield TICK

    def attribute(self, part: Part, name: str) -> object:
        """Return the URL for `signal_url`; it ends in the ID of the stack and the name."""
        if name != "signal_url":
            return super().attribute(part, name)
        return f"http://heat/{part.stack.id}/{part.name}"


class NestedStack(Kind):
    """A resource that is a stack of its own (heat/engine/resources/stack_resource.py)."""

    always_updated = True

    def lost(self, part: Part) -> bool:
        """Return whether its stack is gone; a stack that failed can be updated."""
        return part.physical_id not in part.stack.heat.stacks

    def delete(self, part: Part) -> Job:
        """Delete the stack."""
        heat = part.stack.heat
        stack = heat.stacks.get(part.physical_id)
        if stack is None:
            return
        heat.delete(stack.id)
        while stack.id in heat.stacks:
            if not stack.busy:
                raise _failure(stack)
            yield TICK

    def _create(self, part: Part, blueprint: Blueprint, arguments: dict[str, object]) -> Job:
        stack = part.stack.heat.nest(part, blueprint, arguments)
        part.physical_id = stack.id
        yield from _follow(stack)

    def _update(self, part: Part, blueprint: Blueprint, arguments: dict[str, object]) -> Job:
        stack = part.stack.heat.stacks[part.physical_id]
        part.stack.heat.converge(stack, blueprint, arguments)
        yield from _follow(stack)


class NestedTemplate(NestedStack):
    """A template that is used as a resource type."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        """Template that it is."""
        parameters = blueprint.parameters.items()
        self.required = frozenset(name for name, schema in parameters if "default" not in schema)
        self.optional = frozenset(name for name, schema in parameters if "default" in schema)

    def create(self, part: Part) -> Job:
        """Create the nested stack, with the properties as parameters."""
        yield from self._create(part, self.blueprint, self._arguments(part))

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Update the nested stack."""
        yield from self._update(part, self.blueprint, self._arguments(part))

    def _arguments(self, part: Part) -> dict[str, object]:
        return self.blueprint.arguments(part.properties, part.services.exists)

    def attribute(self, part: Part, name: str) -> object:
        """Return the output of that name of the nested stack."""
        if name not in self.blueprint.outputs:
            return super().attribute(part, name)
        return part.stack.heat.output(part.physical_id, name)


class AutoScalingGroup(NestedStack):
    """OS::Heat::AutoScalingGroup, a stack with a resource for each member."""

    required = frozenset({"min_size", "max_size", "resource"})
    optional = frozenset({"desired_capacity", "cooldown", "rolling_updates"})

    def create(self, part: Part) -> Job:
        """Create the members."""
        size = part.properties.get("desired_capacity") or part.properties["min_size"]
        self._check_size(part)
        members = self._named(part, [], size)
        yield from self._create(part, self._blueprint(part, members), {})

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Give every member the new definition, then the group its size.

        Without a desired capacity the size stays, but for members that have failed: Heat
        does not count them (aws/autoscaling/autoscaling_group.py: handle_update,
        heat/common/grouputils.py: get_size).
        """
        self._check_size(part)
        if before["resource"] != part.properties["resource"]:
            everyone = [member.name for member in self._members(part)]
            yield from self._update(part, self._blueprint(part, everyone), {})
        desired = part.properties.get("desired_capacity") or self._size(part)
        yield from self._resize(part, desired)

    def adjust(self, part: Part, change: int, done: Callable[[], None]) -> None:
        """Begin to change the number of members, as a scaling policy does, if that changes it.

        `done` is called in the end.
        """
        size = self._size(part)
        wanted = self._within(part, size + change)
        if part.status == "COMPLETE" and wanted != size:
            deployment = part.services.deployment
            job = self._without_failure(self._resize(part, wanted), done)
            deployment.timeline.start(deployment.heat_engine.run(job))

    def _resize(self, part: Part, size: int) -> Job:
        """Add members, or remove those that failed and then the oldest."""
        names = [member.name for member in self._members(part)]
        members = self._named(part, names, self._within(part, size))
        yield from self._update(part, self._blueprint(part, members), {})

    def _within(self, part: Part, size: int) -> int:
        """Return the size that is nearest to the given one within the bounds of the group."""
        low, high = int(part.properties["min_size"]), int(part.properties["max_size"])
        return max(low, min(high, size))

    def _without_failure(self, job: Job, done: Callable[[], None]) -> Job:
        """Run a job; its failure is seen in the states of the members alone."""
        with suppress(Failure):
            yield from job
        done()

    def _check_size(self, part: Part) -> None:
        low, high = part.properties["min_size"], part.properties["max_size"]
        if not low <= (part.properties.get("desired_capacity") or low) <= high:
            raise Failure(
                "StackValidationFailed", "DesiredCapacity must be between MinSize and MaxSize"
            )

    def _members(self, part: Part) -> list[Part]:
        """Return the members in the order of removal: failed ones, then the oldest."""
        stack = part.stack.heat.stacks[part.physical_id]
        return sorted(
            stack.parts.values(), key=lambda m: (m.status != "FAILED", m.created_at, m.name)
        )

    def _size(self, part: Part) -> int:
        return sum(member.status != "FAILED" for member in self._members(part))

    def _named(self, part: Part, names: list[str], size: int) -> list[str]:
        new = [part.services.deployment.identifiers.letters(12) for _ in range(size - len(names))]
        return [*names, *new][-size:] if size else []

    def _blueprint(self, part: Part, members: list[str]) -> Blueprint:
        resources = dict.fromkeys(members, part.properties["resource"])
        return Blueprint({"resources": resources}, part.stack.blueprint.files)


def _follow(stack: Stack) -> Job:
    """Wait for a nested stack. Raises the Failure of the stack."""
    while stack.busy:
        yield TICK
    if stack.status == "FAILED":
        raise _failure(stack)


def _failure(stack: Stack) -> Failure:
    return stack.failure or Failure("", stack.reason)
