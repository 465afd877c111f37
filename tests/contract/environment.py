"""A cloud under test, and how the tests build on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ao import templates
from ao.apply import stack_parameters, stack_wait
from ao.clock import Clock, Ready, Waiting
from ao.cloud import Cloud, FloatingIP, LoadBalancer, Member, Resource, Server, Stack
from ao.colour import Colour
from ao.http.handshake import Served
from ao.site import Site, colour_tag, version_tag
from ao.visit import Answer, NoAnswer, Visit
from ao.work import Work
from tests.contract.other_user import OtherUser

DEADLINE = 180.0
"""Seconds that any of the stacks may take."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A project of a cloud, those around it, and the site whose stacks are built in it."""

    cloud: Cloud
    reader: Cloud
    """The same project with the reader role."""
    colleague: Cloud
    """The same project with the member role, another user."""
    annex: Cloud
    """Another project."""
    admin: Cloud
    """Another project, with the admin role, which is one in all projects."""
    operator: Cloud
    """Whoever runs the cloud, and may do with the project's things what its members may not."""
    other_user: OtherUser
    clock: Clock
    visit: Visit
    served: Callable[..., Served]
    """Shakes hands as `ao.http.handshake.served` does."""
    site: Site

    def site_parameters(self) -> dict[str, object]:
        return stack_parameters.site_parameters(
            self.site, stack_parameters.resolve(self.cloud, self.site)
        )

    def system_parameters(self, colour: Colour, version: str, size: int = 1) -> dict[str, object]:
        router = self.cloud.stacks.output(self.stack(self.site.stack), "router")
        found = stack_parameters.resolve(self.cloud, self.site)
        return stack_parameters.system_parameters(
            self.site,
            found,
            colour,
            engine=stack_parameters.engine(self.cloud, self.site),
            version=version,
            router=router,
            pool="",
            size=size,
        )

    def tags(self, colour: Colour, version: str) -> frozenset[str]:
        return frozenset({self.site.tag, colour_tag(colour), version_tag(version)})

    def create_system(
        self, colour: Colour, changes: Mapping[str, object] | None = None, version: str = "1.0"
    ) -> Stack:
        """Create the stack of a system, with some parameters changed; the stack at rest."""
        name = self.site.system_stack(colour)
        parameters = self.system_parameters(colour, version) | dict(changes or {})
        tags = self.tags(colour, version)
        self.cloud.stacks.create(name, templates.system(), parameters, tags, DEADLINE)
        return self.at_rest(name)

    def update_system(self, colour: Colour, version: str, size: int = 1) -> Stack:
        """Update the stack of a system; the stack at rest."""
        stack = self.stack(self.site.system_stack(colour))
        parameters = self.system_parameters(colour, version, size)
        tags = self.tags(colour, version)
        self.cloud.stacks.update(stack, templates.system(), parameters, tags, DEADLINE)
        return self.at_rest(stack.name)

    def repair(self, stack: Stack, size: int = 1) -> Stack:
        self.cloud.stacks.repair(stack, {"size": size}, DEADLINE)
        return self.at_rest(stack.name)

    def stack(self, name: str) -> Stack:
        stack = self.cloud.stacks.get(name)
        assert stack is not None
        return stack

    def at_rest(self, name: str) -> Stack:
        """The stack when Heat works on it no more."""

        def look() -> Ready[Stack] | Waiting:
            stack = self.stack(name)
            return Waiting(f"{stack.action}_{stack.status}") if stack.busy else Ready(stack)

        return self.clock.until(look, what=f"Heat's work on {name}", deadline=DEADLINE)

    def delete(self, name: str) -> None:
        """Delete a stack if there is one, and see it gone."""
        stack = self.cloud.stacks.get(name)
        if stack is None:
            return
        self.cloud.stacks.delete(stack)
        work = Work(cloud=self.cloud, site=self.site, clock=self.clock)
        stack_wait.wait_until_deleted(work, [stack])

    def resources(self, stack: Stack, kind: str) -> list[Resource]:
        """Resources of a type, in a stack and below it."""
        return [r for r in self.cloud.stacks.resources(stack) if r.type == kind]

    def physical_id(self, stack: Stack, kind: str) -> str:
        """ID of what the only resource of a type has built."""
        (resource,) = self.resources(stack, kind)
        return resource.physical_id

    def address(self, role: str) -> FloatingIP:
        """The site's production or preview address as it is now."""
        stack = self.stack(self.site.stack)
        ids = {
            resource.physical_id
            for resource in self.cloud.stacks.resources(stack)
            if resource.name == f"{role}_address"
        }
        (address,) = (address for address in self.cloud.floating_ips.all() if address.id in ids)
        return address

    def balancer(self, stack: Stack) -> LoadBalancer:
        balancer_id = self.physical_id(stack, "OS::Octavia::LoadBalancer")
        (balancer,) = (b for b in self.cloud.load_balancers.all() if b.id == balancer_id)
        return balancer

    def members(self, stack: Stack) -> list[Member]:
        pools = self.balancer(stack).pool_ids
        return [member for pool in pools for member in self.cloud.load_balancers.members(pool)]

    def active(self, cloud: Cloud) -> tuple[Server, ...]:
        """The site's active servers, as a cloud's user sees them."""
        servers = cloud.servers.active()
        return tuple(s for s in servers if s.name.startswith(f"{self.site.name}-"))

    def await_online(self, stack: Stack, count: int = 1) -> None:
        """See so many members online and no others."""
        self.await_members(stack, *["ONLINE"] * count)

    def await_members(self, stack: Stack, *statuses: str) -> None:
        """See the members of a system's pools have these operating statuses."""

        def look() -> Ready[None] | Waiting:
            there = [member.operating_status for member in self.members(stack)]
            return Ready(None) if there == [*statuses] else Waiting(", ".join(there))

        self.clock.until(look, what=f"members {', '.join(statuses)}", deadline=60)

    def answer(self, address: FloatingIP, path: str = "/version") -> Answer | None:
        """An answer of a floating IP, or None."""
        try:
            return self.visit(self.site.url(address.address, path), 3.0)
        except NoAnswer:
            return None

    def await_version(self, address: FloatingIP, version: str | None) -> None:
        """See a floating IP answer with a version, or not at all."""

        def look() -> Ready[None] | Waiting:
            answer = self.answer(address)
            seen = answer.headers["x-ao-version"] if answer else None
            return Ready(None) if seen == version else Waiting(f"it answered with {seen}")

        what = f"{address.address} to answer with version {version}"
        self.clock.until(look, what=what, deadline=60)
