"""Streams through a switch and through a renewal: WebSocket, server-sent events and gRPC."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openstack

from ao.colour import Colour
from ao.probe import target
from ao.probe.probe_load import ProbeLoad
from ao.work import Work
from benchmarks import command, sites
from benchmarks.https import stream_servers, under_load
from benchmarks.https.stream_clients import PASSED, REENCRYPTED, TERMINATED, Course, follow
from benchmarks.https.stream_servers import ADDRESS, Ports
from benchmarks.trial import Failed

PASSING, ENDING = 8443, 9443
"""Ports of the listeners of gRPC: one passes TLS on, the other ends it and speaks TLS anew."""
LEAD, LENGTH = 3.0, 30.0
"""Seconds from the beginning of the streams to the switch, and that each lasts."""
KINDS = (*TERMINATED, *PASSED, *REENCRYPTED)
PATIENCE, PAUSE = 60.0, 0.2
"""Seconds that a change of the load balancer may take, and between two looks."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One stream through one act; the fields are keys of the JSON file. Times in seconds."""

    kind: str
    act: str
    """`switch` or `renewal`."""
    whole: bool
    """Whether it came to its own end."""
    failure: str
    """How it ended else."""
    before: int
    """Messages that came before the act."""
    old: int
    """Messages that came after it from the system that was live before."""
    new: int
    """Messages of the other one."""
    lasted_s: float
    """From the act to its end."""
    told_s: float | None
    """From the act until its connection was told to end; None when it was not."""
    gap_s: float
    """Longest time between two messages."""
    connections: int


def stream(kind: str, act: str, course: Course, at: float, old: str) -> Stream:
    """What a course tells of an act at a moment. Pure."""
    moments = [moment for moment, _ in course.notes]
    later = [colour for moment, colour in course.notes if moment >= at]
    return Stream(
        kind=kind,
        act=act,
        whole=not course.failure,
        failure=course.failure,
        before=len(moments) - len(later),
        old=later.count(old),
        new=len(later) - later.count(old),
        lasted_s=round((course.ended or at) - at, 2),
        told_s=None if course.told is None else round(course.told - at, 2),
        gap_s=round(max((b - a for a, b in pairwise(moments)), default=0.0), 2),
        connections=course.connections,
    )


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A site whose pools lead to servers of streams, with listeners of gRPC."""

    work: Work
    load: ProbeLoad
    lead: Callable[[Colour], None]
    """Leads those listeners to a colour."""

    def act(self, name: str) -> list[Stream]:
        """Have all streams run, switch or renew meanwhile, and tell what became of them."""
        facts = self.work.observe()
        old, new = facts.live, facts.standby
        if old is None or new is None:
            raise Failed("the site has no system that is live, or no standby")
        self.lead(old)
        courses = {kind: Course() for kind in KINDS}
        thread = threading.Thread(target=lambda: asyncio.run(self._run(courses)), name="clients")
        thread.start()
        time.sleep(LEAD)
        moments = self._switch(new) if name == "switch" else self._renew()
        thread.join()
        return [
            stream(kind, name, course, moments[kind not in TERMINATED], str(old))
            for kind, course in courses.items()
        ]

    def _switch(self, to: Colour) -> tuple[float, float]:
        """Switch the site, then the listeners of gRPC; the moments of the requests."""
        cutover = command.switch(self.work, to, *under_load.QUIETLY)
        asked = command.requested(cutover)
        if asked is None:
            raise Failed(cutover.failure or "it moved nothing")
        again = time.time()
        self.lead(to)
        return asked, again

    def _renew(self) -> tuple[float, float]:
        begin = time.time()
        under_load.renewed(self.work)
        return begin, begin

    async def _run(self, courses: Mapping[str, Course]) -> None:
        ended, *_ = await target.find(self.load)
        await asyncio.gather(
            *(
                follow(client, where, LENGTH, courses[kind])
                for where, clients in (
                    (ended, TERMINATED),
                    (replace(ended, port=PASSING), PASSED),
                    (replace(ended, port=ENDING), REENCRYPTED),
                )
                for kind, client in clients.items()
            )
        )


@contextmanager
def staged(cloud: str, work: Work) -> Iterator[Stage]:
    """Put servers of streams into the pools of a site, before its own, and take them out again."""
    api = openstack.connect(cloud=cloud).load_balancer
    load = under_load.loads(work, kept=0, slow=0, interval=1.0, slow_request=0.0)(0.0)
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="ao-bench-")))
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*sites.issue(folder))
        ports = undo.enter_context(stream_servers.serving(tls))
        balancer = _Balancer(api, work.site.name, undo)
        balancer.lead_pools(ports)
        yield Stage(work=work, load=load, lead=balancer.grpc(ports))


class _Balancer:
    """The load balancer of a site, and what is put into it until all is undone."""

    def __init__(self, api: Any, site: str, undo: ExitStack) -> None:
        self._api = api
        self._undo = undo
        [self._id] = [it.id for it in api.load_balancers() if it.name.startswith(f"ao-{site}")]

    def lead_pools(self, ports: Ports) -> None:
        """Let each colour's pool lead to its server of streams; its guests only stand in."""
        for colour in Colour:
            pool = self._pool(str(colour))
            for member in list(self._api.members(pool)):
                self._done(partial(self._api.update_member, member, pool, backup=True))
            self._member(pool, ports[colour][0])

    def grpc(self, ports: Ports) -> Callable[[Colour], None]:
        """Make the listeners of gRPC; what leads them to a colour."""
        [certificate] = {
            it.default_tls_container_ref
            for it in self._api.listeners(load_balancer_id=self._id)
            if it.protocol == "TERMINATED_HTTPS"
        }
        leads = (
            self._leading(ports, PASSING, "HTTPS", "HTTPS"),
            self._leading(
                ports,
                ENDING,
                "TERMINATED_HTTPS",
                "HTTP",
                {"default_tls_container_ref": certificate},
                {"tls_enabled": True},
            ),
        )

        def lead(colour: Colour) -> None:
            for it in leads:
                it(colour)

        return lead

    def _leading(
        self,
        ports: Ports,
        port: int,
        protocol: str,
        servers: str,
        listener_more: Mapping[str, object] = MappingProxyType({}),
        pool_more: Mapping[str, object] = MappingProxyType({}),
    ) -> Callable[[Colour], None]:
        """Make a listener of a port before servers of gRPC; what leads it to a colour."""
        pools = {}
        for colour in Colour:
            make = partial(
                self._api.create_pool,
                loadbalancer_id=self._id,
                name=f"grpc-{port}-{colour}",
                protocol=servers,
                lb_algorithm="ROUND_ROBIN",
                **pool_more,
            )
            pools[colour] = self._made(make, self._api.delete_pool)
            self._member(pools[colour], ports[colour][1])
        make = partial(
            self._api.create_listener,
            loadbalancer_id=self._id,
            name=f"grpc-{port}",
            protocol=protocol,
            protocol_port=port,
            default_pool_id=pools[Colour.BLUE].id,
            **listener_more,
        )
        listener = self._made(make, self._api.delete_listener)

        def lead(colour: Colour) -> None:
            pool = pools[colour].id
            self._done(partial(self._api.update_listener, listener.id, default_pool_id=pool))

        return lead

    def _pool(self, colour: str) -> Any:
        found = [
            it
            for it in self._api.pools(loadbalancer_id=self._id)
            if it.name.endswith(f"-{colour}") and not it.name.startswith("grpc")
        ]
        [pool] = found
        return pool

    def _member(self, pool: Any, port: int) -> None:
        make = partial(
            self._api.create_member, pool, name="streams", address=ADDRESS, protocol_port=port
        )
        self._made(make, lambda member: self._api.delete_member(member, pool))

    def _made(self, make: Callable[[], Any], remove: Callable[[Any], Any]) -> Any:
        made = self._done(make)
        self._undo.callback(self._done, partial(remove, made))
        return made

    def _done(self, change: Callable[[], Any]) -> Any:
        """Change something, and wait until the load balancer has it."""
        result = change()
        deadline = time.monotonic() + PATIENCE
        while self._api.get_load_balancer(self._id).provisioning_status != "ACTIVE":
            if time.monotonic() > deadline:
                raise Failed(f"load balancer {self._id} is not ACTIVE after {PATIENCE:g} s")
            time.sleep(PAUSE)
        return result
