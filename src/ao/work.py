"""The work of a running command: its site, its cloud and what it tells and measures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Protocol

from ao.clock import Clock
from ao.cloud import (
    Cloud,
    FloatingIP,
    L7Policy,
    Listener,
    Pool,
    Resource,
    SoftwareConfigList,
    Stack,
)
from ao.colour import Colour
from ao.handshake import Handshake, handshake
from ao.http.request_options import RequestOptions
from ao.plan import maintenance, maintenance_policy
from ao.plan.facts import Facts
from ao.plan.listeners import are_asked
from ao.plan.observation import Observation, assemble, of_stack, own_stack, read, unchanged
from ao.plan.preview_policies import lead_to_systems
from ao.probe.running_totals import RunningTotals
from ao.progress import Note, Progress, Silent
from ao.site import Site
from ao.visit import Visit, visit


class HeldLock(Protocol):
    """A lock that is held."""

    def check(self) -> None:
        """Check that the lock is still ours. Raises LockLost."""

    def hurried(self) -> AbstractContextManager[None]:
        """Have a write that moves production wait for the lock a few seconds at most."""

    @property
    def age(self) -> float:
        """Seconds since the lock was read, to look at it or to renew it."""

    def marks(self, within: float) -> frozenset[str]:
        """Return what others have marked the lock with, as read within the last `within` seconds.

        Raises LockLost when it is not ours any more, and AoError.
        """

    def release(self) -> None:
        """Release the lock before its `with` block ends."""


class RunningProbe(Protocol):
    """A probe that asks production again and again."""

    def sample(self) -> RunningTotals | None:
        """Return the probe's totals since it began; None when it does not send."""

    def on(self, colour: Colour) -> int:
        """Return how many of its clients a colour answered within the last second."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A command's site, cloud and surroundings."""

    cloud: Cloud
    site: Site
    clock: Clock = field(default_factory=Clock)
    visit: Visit = visit
    """Function that visits an address."""
    handshake: Handshake = handshake
    """Function that sees which certificate an address serves."""
    sees: bool = True
    """Whether a switch is confirmed by visits; if not, what the cloud says of it is enough."""
    cancel_stuck: bool = False
    """Whether the operator has asked to cancel an update of Heat's that stands still."""
    progress: Progress = field(default_factory=Silent)
    """Listener that is told of the progress."""
    lock: HeldLock | None = None
    """The site's lock, when it is held."""
    texts: SoftwareConfigList | None = None
    """The project's texts as they were listed when the command began; None where they were not.
    Nobody keeps a site file without its lock, and what the doctor finds later is for the next one.
    """
    draining: Callable[[], AbstractContextManager[None]] = nullcontext
    """Context that a drain runs in, for example the hooks before and after it."""
    monitored: bool = False
    """Whether health monitors are read even where the site names no host for them."""
    holds_scale_in: bool = False
    """Whether scale-in of the live system is held: load takes no server from it."""
    probe: RunningProbe | None = None
    """The probe that runs through the switch under way, if any."""
    check_live: Callable[[], None] = lambda: None
    """Raises OnlyErrors when the system that has become live answers nothing but errors; called
    again and again while the switch to it ends."""
    looks: dict[str, Observation] = field(default_factory=dict, compare=False, repr=False)
    """The last observation of each site, by the site's stack and method; shared by all works that
    are made from this one."""
    found: dict[object, object] = field(default_factory=dict, compare=False, repr=False)
    """What the cloud offers of what was named to it, by the names; shared likewise."""
    told: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """Texts that the command has told; shared by all works that are made from this one."""
    passes: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Header fields, by their names, by which the command's requests pass the site's maintenance;
    their values are secrets. Shared likewise."""

    @property
    def request_options(self) -> RequestOptions:
        """How pages of production and of the preview are asked for by this command."""
        return replace(self.site.request_options, passes=tuple(self.passes.items()))

    @property
    def health_request_options(self) -> RequestOptions:
        """How it asks for the path of the health check there."""
        return replace(self.request_options, method=self.site.health_check.method)

    def observe(self) -> Facts:
        """Read the facts of the site at this moment."""
        seen = read(self.cloud, self.site, self.looks.get(self._which), monitored=self.monitored)
        self.looks[self._which] = seen
        return assemble(self.site, seen, cancel=self.cancel_stuck)

    def hurried(self) -> AbstractContextManager[None]:
        """Have a write that moves production wait for the lock, if held, a few seconds at most."""
        return nullcontext() if self.lock is None else self.lock.hurried()

    def learn_pass(self, facts: Facts) -> bool:
        """Learn by which header requests pass the site's maintenance, if it is on and not known.

        Returns whether something was learnt. Raises CloudError.
        """
        if maintenance_policy.HEADER in self.passes:
            return False
        passing = maintenance.read(self.cloud, facts).passing
        if passing is None:
            return False
        self.passes[maintenance_policy.HEADER] = passing
        return True

    def forget_settings(self) -> None:
        """Have the next observation ask anew for what Heat cannot say of the load balancers.

        That is health monitors, pools, policies that lead requests to the systems and, where the
        site file says something of them, listeners.
        """
        last = self.looks.get(self._which)
        if last is not None:
            listeners = () if are_asked(self.site) else last.listeners
            policies = {
                key: there for key, there in last.policies.items() if not lead_to_systems(there)
            }
            self.looks[self._which] = replace(
                last, monitors={}, pools={}, listeners=listeners, policies=policies
            )

    @property
    def _which(self) -> str:
        """Key of the site's last observation: another method asks for other things."""
        return f"{self.site.stack} {self.site.switch.method}"

    def note_listeners(self, listeners: tuple[Listener, ...]) -> None:
        """Note the listeners of a load balancer, read since the last observation."""
        last = self.looks.get(self._which)
        if last is not None:
            read = {listener.id for listener in listeners}
            others = (it for it in last.listeners if it.id not in read)
            self.looks[self._which] = replace(last, listeners=(*others, *listeners))

    def note_policies(self, listener_id: str, policies: tuple[L7Policy, ...]) -> None:
        """Note the L7 policies of a listener, read since the last observation."""
        last = self.looks.get(self._which)
        if last is not None:
            known = {**last.policies, listener_id: policies}
            self.looks[self._which] = replace(last, policies=known)

    def note_address(self, address: FloatingIP) -> None:
        """Note a floating IP of the site's, read since the last observation."""
        last = self.looks.get(self._which)
        if last is not None:
            others = (it for it in last.floating_ips if it.id != address.id)
            self.looks[self._which] = replace(last, floating_ips=(*others, address))

    def noted(self) -> Facts | None:
        """Facts of the last observation with what was noted since; None without one."""
        last = self.looks.get(self._which)
        if last is None:
            return None
        return assemble(self.site, last, cancel=self.cancel_stuck)

    def note_pools(self, pools: tuple[Pool, ...]) -> None:
        """Note the pools of a load balancer, read since the last observation."""
        last = self.looks.get(self._which)
        if last is not None:
            read = {pool.id: pool for pool in pools if pool.id in last.pools}
            self.looks[self._which] = replace(last, pools={**last.pools, **read})

    def own_stack(self) -> tuple[Stack | None, tuple[Resource, ...]]:
        """Return the site's own stack and its resources; None and none before it is built.

        Those that the command has read are taken where Heat has done nothing with it since.
        """
        stack = own_stack(self.cloud, self.site)
        if stack is None:
            return None, ()
        last = self.looks.get(self._which)
        known = unchanged({stack.name: stack}, last).get(stack.name)
        if known is not None:
            return stack, known
        resources = self.cloud.stacks.resources(stack)
        if last is None:
            self.looks[self._which] = of_stack(stack, resources)
        return stack, resources

    def note(self, text: str) -> None:
        """Tell the user something."""
        self.progress.emit(Note(text))

    def tell_once(self, text: str) -> None:
        """Tell the user something, unless the command has told it already."""
        mark = object()
        # In one step, as several threads may look at the cloud side by side.
        if self.told.setdefault(text, mark) is mark:
            self.note(text)
