"""Heat: the stacks of a project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ao.cloud.models import ResourceChanges, Signal, SoftwareConfig, Template
from ao.errors import CloudError, Conflict, NotFound, QuotaExceeded
from ao.fake import cinder, hot
from ao.fake.convergence import Convergence, PreviewScope, Scope
from ao.fake.kinds import kind_of
from ao.fake.kinds.heat import AutoScalingGroup, NestedStack, NestedTemplate
from ao.fake.services import Services
from ao.fake.stack import Part, Stack
from ao.fake.template import Blueprint

BODY = 1_048_576
"""Bytes of a request that Heat takes (heat.conf: max_json_body_size)."""


class Heat:
    """The stacks of a project, nested ones too, by ID."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.stacks: dict[str, Stack] = {}
        self.software_configs: dict[SoftwareConfig, str] = {}
        """Text of each software config."""

    def tops(self) -> list[Stack]:
        """Return the stacks that are not nested."""
        return [stack for stack in self.stacks.values() if stack.parent is None]

    def create(
        self,
        name: str,
        template: Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to create a stack."""
        if any(stack.name == name for stack in self.tops()):
            raise Conflict(f"cannot create stack {name}: The Stack ({name}) already exists.")
        blueprint = Blueprint.parse(template)
        stack = self._stack(name, None, blueprint, self._arguments(blueprint, parameters), deadline)
        stack.tags = tags
        Convergence(stack, "CREATE").begin()

    def validate(self, template: Template, parameters: Mapping[str, object]) -> None:
        """Look at a template with its parameters. Raises CloudError.

        Neither are the parameters held to their constraints, nor are templates looked at that it
        uses (heat/engine/service.py: validate_template; heat/engine/resource.py:
        validate_template, which a nested stack does not hand on).
        """
        blueprint = Blueprint.parse(template)
        arguments = blueprint.arguments(parameters, None)
        stack = self._new("dummy", None, blueprint, arguments, 0.0)
        self._check(blueprint, stack, deep=False)

    def update(
        self,
        stack_id: str,
        template: Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to update a stack."""
        stack = self.find(stack_id)
        blueprint = Blueprint.parse(template)
        arguments = self._arguments(blueprint, parameters)
        stack.tags = tags
        stack.deadline = deadline
        self.converge(stack, blueprint, arguments)

    def repair(
        self,
        stack_id: str,
        parameters: Mapping[str, object],
        deadline: float,
        template: Template | None = None,
        tags: frozenset[str] | None = None,
    ) -> None:
        """Begin to update a stack with the given parameters changed, template and tags if given."""
        stack = self.find(stack_id)
        blueprint = stack.blueprint if template is None else Blueprint.parse(template)
        arguments = self._arguments(blueprint, {**stack.arguments, **parameters})
        stack.deadline = deadline
        stack.tags = stack.tags if tags is None else tags
        self.converge(stack, blueprint, arguments)

    def preview(
        self, stack_id: str, template: Template, parameters: Mapping[str, object], *, keeps: bool
    ) -> ResourceChanges:
        """Return what an update would do to the resources of a stack.

        What refers to another resource has that one's name in place of its ID, which replaces what
        cannot change (heat/engine/update.py: preview).
        """
        stack, blueprint = self.find(stack_id), Blueprint.parse(template)
        given = {**(stack.arguments if keeps else {}), **parameters}
        known = {
            name: it for name, it in given.items() if name in blueprint.parameters or not keeps
        }
        scope = PreviewScope(stack, blueprint, self._arguments(blueprint, known))
        definitions = blueprint.definitions(scope)
        changed, replaced = [], []
        for name, definition in definitions.items():
            part = stack.parts.get(name)
            if part is None:
                continue
            kind = kind_of(definition.type, blueprint)
            properties = hot.resolve(definition.properties, scope)
            if part.type != definition.type or kind.replaced(part.properties, properties):
                replaced.append(name)
            elif kind.always_updated or part.properties != properties:
                changed.append(name)
        types = {name: it.type for name, it in stack.parts.items()}
        types |= {name: it.type for name, it in definitions.items()}

        def told(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
            return tuple(sorted((name, types[name]) for name in names))

        return ResourceChanges(
            made=told(definitions.keys() - stack.parts.keys()),
            changed=told(changed),
            replaced=told(replaced),
            deleted=told(stack.parts.keys() - definitions.keys()),
        )

    def preview_new(
        self, name: str, template: Template, parameters: Mapping[str, object]
    ) -> ResourceChanges:
        """Return what a new stack would make; nested stacks are left out."""
        if any(stack.name == name for stack in self.tops()):
            raise Conflict(f"cannot preview stack {name}: The Stack ({name}) already exists.")
        blueprint = Blueprint.parse(template)
        scope = PreviewScope(None, blueprint, self._arguments(blueprint, parameters))
        definitions = blueprint.definitions(scope).items()
        made = [
            (name, it.type)
            for name, it in definitions
            if not isinstance(kind_of(it.type, blueprint), NestedStack)
        ]
        return ResourceChanges(made=tuple(sorted(made)))

    def parameters(self, stack_id: str) -> dict[str, str]:
        """Return the parameters of a stack as texts (heat/engine/parameters.py: __str__)."""
        return {name: _told(value) for name, value in self.find(stack_id).arguments.items()}

    def delete(self, stack_id: str) -> None:
        """Begin to delete a stack, whichever action is in progress."""
        stack = self.stacks.get(stack_id)
        if stack is not None:
            self._stop(stack)
            Convergence(stack, "DELETE").begin()

    def cancel(self, stack_id: str) -> None:
        """Stop the traversal of a stack that is created or updated.

        heat/engine/service.py: stack_cancel_update; heat/engine/worker.py: stop_traversal.
        """
        stack = self.find(stack_id)
        if not stack.busy or stack.action == "DELETE":
            state = f"{stack.action}_{stack.status}"
            raise CloudError(f"Cancelling update when stack is {state} is not supported.")
        self._stop(stack)
        stack.set_state(stack.action, "FAILED", f"Stack {stack.action} cancelled")

    def find(self, stack_id: str) -> Stack:
        """Return the stack of that ID. Raises NotFound."""
        if stack_id not in self.stacks:
            raise NotFound(f"The Stack ({stack_id}) could not be found.")
        return self.stacks[stack_id]

    def inside(self, stack: Stack) -> list[Part]:
        """Return the resources of a stack, then those of the stacks nested in it."""
        parts = stack.listed()
        nested = [
            self.stacks[part.physical_id] for part in parts if part.physical_id in self.stacks
        ]
        return parts + [part for child in nested for part in self.inside(child)]

    def mark_unhealthy(self, stack_id: str, name: str, reason: str) -> None:
        """Mark a resource, so that the next update of its stack replaces it."""
        part = self.find(stack_id).parts.get(name)
        if part is None:
            raise NotFound(f"The Resource ({name}) could not be found in Stack {stack_id}.")
        if part.working:
            raise Conflict(f"Stack {part.stack.name} already has an action in progress.")
        part.set_state("CHECK", "FAILED", reason)

    def output(self, stack_id: str, key: str) -> object:
        """Return the value of an output; None while there is none. Raises NotFound if unknown."""
        stack = self.find(stack_id)
        if key not in stack.blueprint.outputs:
            raise NotFound(f"Output with key {key} not found.")
        value = stack.blueprint.outputs[key]["value"]
        if any(not stack.parts[name].physical_id for name in hot.references(value, Scope(stack))):
            return None
        return hot.resolve(value, Scope(stack))

    def signal(self, stack_id: str, policy: str) -> None:
        """Signal a scaling policy, which changes the size of its group."""
        signalled = self.find(stack_id)
        properties = signalled.parts[policy].properties
        group = next(
            part
            for stack in self.stacks.values()
            for part in stack.parts.values()
            if part.physical_id == properties["auto_scaling_group_id"]
        )

        def done() -> None:
            signalled.signal = Signal(resource=policy, at=self._services.deployment.timeline.date())

        AutoScalingGroup().adjust(group, properties["scaling_adjustment"], done)

    def add_software_config(self, name: str, text: str) -> None:
        """Create a software config of that name with a text.

        heat/engine/service.py: create_software_config refuses more than the limit;
        heat/common/wsgi.py: from_json refuses a request of more than max_json_body_size.
        """
        body = len(json.dumps({"name": name, "group": "ao", "config": text}))
        if body > BODY:
            raise CloudError(
                f"cannot keep record {name}: Request limit exceeded: JSON body size ({body} bytes) "
                f"exceeds maximum allowed size ({BODY} bytes)."
            )
        limit = self._services.quotas.software_configs
        if 0 <= limit <= len(self.software_configs):
            raise QuotaExceeded(
                f"cannot keep record {name}: Request limit exceeded: You have reached the maximum "
                f"software configs per tenant, {limit}. Please delete some configs."
            )
        record = SoftwareConfig(
            id=self._services.deployment.identifiers.uuid(),
            name=name,
            created_at=self._services.deployment.timeline.date(),
        )
        self.software_configs[record] = text

    def nest(self, part: Part, blueprint: Blueprint, arguments: dict[str, object]) -> Stack:
        """Begin to create the stack that is nested in a resource."""
        name = f"{part.stack.name}-{part.name}-{self._services.deployment.identifiers.letters(12)}"
        stack = self._stack(name, part, blueprint, arguments, part.stack.deadline)
        Convergence(stack, "CREATE").begin()
        return stack

    def converge(self, stack: Stack, blueprint: Blueprint, arguments: dict[str, object]) -> None:
        """Begin a new traversal, which supersedes one that is under way.

        heat/engine/service.py: update_stack refuses stacks that were suspended or deleted,
        and no others.
        """
        if stack.action == "DELETE":
            raise CloudError("Updating a stack when it is deleting is not supported.")
        stack.blueprint, stack.arguments = blueprint, arguments
        Convergence(stack, "UPDATE").begin()

    def _stack(
        self,
        name: str,
        parent: Part | None,
        blueprint: Blueprint,
        arguments: dict[str, object],
        deadline: float,
    ) -> Stack:
        stack = self._new(name, parent, blueprint, arguments, deadline)
        self._check(blueprint, stack)
        self.stacks[stack.id] = stack
        return stack

    def _new(
        self,
        name: str,
        parent: Part | None,
        blueprint: Blueprint,
        arguments: dict[str, object],
        deadline: float,
    ) -> Stack:
        return Stack(
            id=self._services.deployment.identifiers.uuid(),
            name=name,
            services=self._services,
            heat=self,
            parent=parent,
            blueprint=blueprint,
            arguments=arguments,
            deadline=deadline,
        )

    def _arguments(
        self, blueprint: Blueprint, parameters: Mapping[str, object]
    ) -> dict[str, object]:
        return blueprint.arguments(parameters, self._services.exists)

    def _check(self, blueprint: Blueprint, stack: Stack, *, deep: bool = True) -> None:
        """Raise CloudError for resource types, properties and references that are not known."""
        blueprint.check_references()
        for name, definition in blueprint.definitions(Scope(stack)).items():
            self._check_kind(name, definition.type, definition.properties, blueprint, deep=deep)

    def _check_kind(
        self,
        name: str,
        kind_name: str,
        properties: Mapping[str, Any],
        blueprint: Blueprint,
        *,
        deep: bool,
    ) -> None:
        """Check a resource, and if `deep` those of a template that is its type.

        Of these not the conditional ones (heat/engine/resource.py: validate_template;
        stack_resource.py: validate_nested_stack).
        """
        self._check_service(kind_name)
        kind = kind_of(kind_name, blueprint)
        kind.check(name, properties)
        if isinstance(kind, AutoScalingGroup):
            resource = properties["resource"]
            found = resource.get("properties", {})
            self._check_kind(name, resource["type"], found, blueprint, deep=deep)
        if isinstance(kind, NestedTemplate) and deep:
            kind.blueprint.check_references()
            for inner, resource in kind.blueprint.resources.items():
                if "condition" not in resource:
                    found = resource.get("properties", {})
                    self._check_kind(inner, resource["type"], found, kind.blueprint, deep=deep)

    def _check_service(self, kind_name: str) -> None:
        if kind_name.startswith("OS::Cinder::") and not (
            cinder.NAMES & self._services.deployment.services
        ):
            raise CloudError(
                f"HEAT-E99001 Service cinder is not available for resource type {kind_name}, "
                "reason: cinder volumev3 endpoint is not in service catalog."
            )

    def _stop(self, stack: Stack) -> None:
        """Stop the traversals of the stacks nested in a stack; actions that are begun go on.

        heat/engine/worker.py: stop_traversal.
        """
        for part in stack.parts.values():
            nested = self.stacks.get(part.physical_id)
            if nested is not None and nested.busy:
                self._stop(nested)
                nested.set_state(nested.action, "FAILED", f"Stack {nested.action} cancelled")


def _told(value: object) -> str:
    """Return the value of a parameter as Heat tells it."""
    if isinstance(value, list) and all(isinstance(it, str) for it in value):
        return ",".join(value)
    return json.dumps(value) if isinstance(value, list | dict) else str(value)
