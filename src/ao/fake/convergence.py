"""Heat's work on a stack: one traversal of its resources.

Heat brings every resource to what the template says as soon as those that it requires
are there, then removes what is replaced or no longer wanted, in the other direction
(heat/engine/stack.py: converge_stack; heat/engine/check_resource.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ao.errors import CloudError
from ao.fake import hot
from ao.fake.failure import Failure
from ao.fake.kinds import kind_of
from ao.fake.kinds.heat import NestedStack
from ao.fake.kinds.kind import Kind
from ao.fake.stack import Part, Stack
from ao.fake.template import Blueprint, Definition
from ao.fake.timeline import TICK, Job

_PAUSES = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds before Heat repeats a deletion (action_retry_limit, retry_backoff_delay)."""


class Scope:
    """The parameters, conditions and resources that the template of a stack refers to by name."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def parameter(self, name: str) -> object:
        """Return the value of a parameter."""
        return self._stack.id if name == "OS::stack_id" else self._stack.arguments[name]

    def condition(self, name: str) -> bool:
        """Return whether a condition of the template holds."""
        return hot.holds(self._stack.blueprint.conditions[name], self)

    def reference(self, name: str) -> object:
        """Return the physical ID of a resource."""
        return self._stack.parts[name].physical_id

    def attribute(self, name: str, attribute: str) -> object:
        """Return an attribute of a resource."""
        part = self._stack.parts[name]
        return self.kind(part.type).attribute(part, attribute)

    def file(self, name: str) -> str:
        """Return the text of a file that the stack was given. Raises CloudError."""
        return _file(self._stack.blueprint, name)

    def kind(self, name: str) -> Kind:
        """Return the resource type of that name. Raises CloudError if there is none."""
        return kind_of(name, self._stack.blueprint)


class PreviewScope:
    """The same for what a stack would be by another template, where no resource has an ID yet."""

    def __init__(
        self, stack: Stack | None, blueprint: Blueprint, arguments: Mapping[str, object]
    ) -> None:
        self._stack_id = stack.id if stack else ""
        self._blueprint = blueprint
        self._arguments = arguments

    def parameter(self, name: str) -> object:
        """Return the value of a parameter."""
        return self._stack_id if name == "OS::stack_id" else self._arguments[name]

    def condition(self, name: str) -> bool:
        """Return whether a condition of the template holds."""
        return hot.holds(self._blueprint.conditions[name], self)

    def reference(self, name: str) -> object:
        """Return the name of a resource."""
        return name

    def attribute(self, name: str, attribute: str) -> object:
        """Return nothing, as of a resource that is not built."""
        return None

    def file(self, name: str) -> str:
        """Return the text of a file that comes with the template. Raises CloudError."""
        return _file(self._blueprint, name)


def _file(blueprint: Blueprint, name: str) -> str:
    if name not in blueprint.files:
        raise CloudError(f'No content found in the "files" section for get_file path: {name}')
    return blueprint.files[name]


class _Over(Exception):
    """The traversal is over: another one has begun, or this one has failed."""


class Convergence:
    """One traversal of the resources of a stack."""

    def __init__(self, stack: Stack, action: str) -> None:
        self._stack = stack
        self._action = action
        self._scope = Scope(stack)
        self._timeline = stack.services.deployment.timeline
        self._engine = stack.services.deployment.heat_engine
        self._definitions: Mapping[str, Definition] = (
            {} if action == "DELETE" else stack.blueprint.definitions(self._scope)
        )
        self._done: set[str] = set()

    def begin(self) -> None:
        """Begin the traversal; it goes on as virtual time passes."""
        stack = self._stack
        stack.traversal = self
        stack.failure = None
        stack.set_state(self._action, "IN_PROGRESS", f"Stack {self._action} started")
        stack.updated_at = self._timeline.date()
        for name in [name for name in stack.parts if name not in self._definitions]:
            stack.outgoing.append(stack.parts.pop(name))
        for name, definition in self._definitions.items():
            if name not in stack.parts:
                stack.parts[name] = self._part(name, definition)
            self._start(self._bring(name, definition))
        self._start(self._conclude())
        self._timeline.start(self._engine.run(self._time_out()))

    def _start(self, work: Job) -> None:
        self._timeline.start(self._engine.run(self._job(work)))

    def _job(self, work: Job) -> Job:
        """Run work until the traversal is over; a Failure of the work fails the traversal."""
        try:
            yield from work
        except _Over:
            return
        except Failure as failure:
            self._fail(failure)

    def _fail(self, failure: Failure) -> None:
        if self._under_way():
            self._stack.failure = failure
            reason = f"Resource {self._action} failed: {failure}"
            self._stack.set_state(self._action, "FAILED", reason)

    def _time_out(self) -> Job:
        yield self._stack.deadline
        if self._under_way():
            self._stack.failure = Failure("", "Timed out")
            self._stack.set_state(self._action, "FAILED", "Timed out")

    def _conclude(self) -> Job:
        yield from self._until(lambda: self._done >= set(self._definitions))
        for part in self._stack.outgoing:
            self._start(self._remove(part))
        yield from self._until(lambda: not self._stack.outgoing)
        reason = f"Stack {self._action} completed successfully"
        self._stack.set_state(self._action, "COMPLETE", reason)
        if self._action == "DELETE":
            del self._stack.heat.stacks[self._stack.id]

    def _bring(self, name: str, definition: Definition) -> Job:
        """Create, update or replace a resource so that it is as the template says."""
        yield from self._until(lambda: definition.requires <= self._done)
        yield from self._until(lambda: not self._stack.parts[name].working)
        part = self._stack.parts[name]
        if part.status == "IN_PROGRESS":
            # heat/engine/check_resource.py: _stale_resource_needs_retry
            part.set_state(part.action, "FAILED", f"Worker went down during resource {part.action}")
        kind = self._scope.kind(definition.type)
        properties = hot.resolve(definition.properties, self._scope)
        requires = frozenset(self._stack.parts[other] for other in definition.requires)
        if part.type != definition.type or self._must_replace(part, kind, properties):
            self._stack.outgoing.append(part)
            part = self._stack.parts[name] = self._part(name, definition)
        if part.action == "INIT":
            part.properties, part.requires = properties, requires
            yield from self._act(part, "CREATE", kind.create(part))
        elif kind.always_updated or part.status == "FAILED" or part.properties != properties:
            before, part.properties, part.requires = part.properties, properties, requires
            yield from self._act(part, "UPDATE", kind.update(part, before))
        self._done.add(name)

    def _must_replace(self, part: Part, kind: Kind, properties: Mapping[str, object]) -> bool:
        """Return whether an update cannot mend a resource (resource.py: _needs_update)."""
        if part.action == "INIT":
            return False
        if part.status == "FAILED" and (part.action == "CHECK" or kind.lost(part)):
            return True
        return kind.replaced(part.properties, properties)

    def _remove(self, part: Part) -> Job:
        """Delete a resource once no other outgoing resource requires it."""
        outgoing = self._stack.outgoing
        yield from self._until(lambda: not any(part in other.requires for other in outgoing))
        yield from self._until(lambda: not part.working)
        if part not in outgoing:
            return  # an earlier traversal was at it, and has removed it
        if part.action != "INIT":
            # A nested stack's template may be among the files no more.
            is_stack = part.physical_id in self._stack.heat.stacks
            kind = NestedStack() if is_stack else self._scope.kind(part.type)
            yield from self._act(part, "DELETE", _retried(lambda: kind.delete(part)))
        outgoing.remove(part)

    def _act(self, part: Part, action: str, work: Job) -> Job:
        """Carry out an action on a resource, to its end even if the traversal is over meanwhile."""
        part.working = True
        part.set_state(action, "IN_PROGRESS")
        try:
            part.services.build_faults.raise_due(part.type, action)
            yield from work
        except Failure as failure:
            told = failure.inside(part.name)
            part.set_state(action, "FAILED", str(told))
            raise told from failure
        finally:
            part.working = False
        part.set_state(action, "COMPLETE")

    def _until(self, condition: Callable[[], bool]) -> Job:
        while True:
            if not self._under_way():
                raise _Over
            if condition():
                return
            yield TICK

    def _under_way(self) -> bool:
        return self._stack.traversal is self and self._stack.busy

    def _part(self, name: str, definition: Definition) -> Part:
        return Part(
            stack=self._stack,
            name=name,
            type=definition.type,
            created_at=self._timeline.now(),
            updated_at=self._timeline.date(),
        )


def _retried(deletion: Callable[[], Job]) -> Job:
    """Repeat a deletion that a service answers with a conflict (resource.py: delete)."""
    for pause in _PAUSES:
        try:
            yield from deletion()
            return
        except Failure as failure:
            if failure.error != "Conflict" or failure.path:
                raise
        yield pause
    yield from deletion()
