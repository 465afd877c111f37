"""Ways of switching production: Ao's, and those that people use without it."""

from __future__ import annotations

import functools
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml
from openstack import exceptions
from openstack.connection import Connection

from ao.cloud import FloatingIP, Vip
from ao.colour import Colour
from ao.plan.facts import Facts
from ao.site import Method
from ao.work import Work
from benchmarks import command
from benchmarks.trial import Failed

HEAT_PATIENCE = 120
"""Seconds that Heat may take for the association's stack."""

ASSOCIATION = yaml.safe_dump(
    {
        "heat_template_version": "2021-04-16",
        "parameters": {"address": {"type": "string"}, "port": {"type": "string"}},
        "resources": {
            "association": {
                "type": "OS::Neutron::FloatingIPAssociation",
                # Else deleting the stack would take production down.
                "deletion_policy": "Retain",
                "properties": {
                    "floatingip_id": {"get_param": "address"},
                    "port_id": {"get_param": "port"},
                },
            }
        },
    }
)

_CHANGE = re.compile(r"^(\S+ \S+) .*REQ: curl .*-X (?:PUT|PATCH|POST) (?!\S*/auth/tokens)", re.M)


def first_change(log: str) -> float:
    """When OpenStack's client asked for its first change, by its log (seconds since 1970).

    Raises Failed when it asked for none.
    """
    line = _CHANGE.search(log)
    if line is None:
        raise Failed("the client asked for no change")
    return datetime.fromisoformat(line[1]).timestamp()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A site, and what is there to switch it with."""

    work: Work
    sdk: Connection
    """The project by openstacksdk, logged in."""
    openstack: Path
    """OpenStack's own client."""

    @property
    def association(self) -> str:
        """Name of the stack that Heat moves the address with."""
        return f"{self.work.site.name}-association"

    def client(self, *words: str) -> float:
        """Run OpenStack's client; when it sent its first request for a change. Raises Failed."""
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            cloud = ("--os-cloud", self.work.cloud.name)
            command.run(self.openstack, *cloud, "--debug", "--log-file", log, *words)
            return first_change(log.read_text())

    def tidy(self) -> None:
        """Delete what the ways have made, if they have."""
        heat = self.sdk.orchestration
        stack = heat.find_stack(self.association)
        if stack is not None:
            heat.delete_stack(stack)
            heat.wait_for_delete(stack, wait=HEAT_PATIENCE)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A switch that is ready to be made."""

    to: Colour
    make: Callable[[], float | None]
    """Makes it; when its first request for a change was sent, in seconds since 1970, if there
    was one. Raises Failed."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way of switching a site of one method."""

    name: str
    """What tables call it."""
    method: Method
    prepare: Callable[[Stage], Move]
    """Bring the site to where the way begins, which is not measured."""


def _ao(*options: str) -> Callable[[Stage], Move]:
    def prepare(stage: Stage) -> Move:
        facts = stage.work.observe()
        to = _standby(facts)
        if facts.method is Method.ADDRESS and facts.previewed is not to:
            _point(stage, _present(facts.preview), _vip(facts, to))
        return Move(to=to, make=lambda: _switch(stage, to, *options))

    return prepare


def _switch(stage: Stage, to: Colour, *options: str) -> float | None:
    cutover = command.switch(stage.work, to, *options)
    if cutover.failure:
        raise Failed(cutover.failure)
    return command.requested(cutover)


def _moving(
    make: Callable[[Stage, FloatingIP, str], float],
) -> Callable[[Stage], Move]:
    """A way that points the production address to the standby's port, unaware of Ao."""

    def prepare(stage: Stage) -> Move:
        facts = stage.work.observe()
        preview, to = _present(facts.preview), _standby(facts)
        # A VIP takes one floating IP of a network.
        if preview.port_id:
            _point(stage, preview, None)
        address, port = _present(facts.production), _vip(facts, to)
        return Move(to=to, make=functools.partial(make, stage, address, port))

    return prepare


def _put(stage: Stage, address: FloatingIP, port: str) -> float:
    sent = time.time()
    try:
        _point(stage, address, port)
    except exceptions.SDKException as error:
        raise Failed(str(error)) from error
    return sent


def _set(stage: Stage, address: FloatingIP, port: str) -> float:
    return stage.client("floating", "ip", "set", "--port", port, address.address)


def _detach_attach(stage: Stage, address: FloatingIP, port: str) -> float:
    begun = stage.client("floating", "ip", "unset", "--port", address.address)
    stage.client("floating", "ip", "set", "--port", port, address.address)
    return begun


def _heat(stage: Stage) -> Move:
    """Have Heat hold the association as it is, so that an update of its stack moves it."""
    stage.tidy()
    move = _moving(_update)(stage)
    address = _present(stage.work.observe().production)
    heat = stage.sdk.orchestration
    stack = heat.create_stack(
        name=stage.association,
        template=ASSOCIATION,
        parameters={"address": address.id, "port": address.port_id},
    )
    heat.wait_for_status(
        stack, "CREATE_COMPLETE", failures=["CREATE_FAILED"], interval=0.5, wait=HEAT_PATIENCE
    )
    return move


def _update(stage: Stage, address: FloatingIP, port: str) -> float:
    return stage.client(
        "stack", "update", "--existing", "--parameter", f"port={port}", "--wait", stage.association
    )


def _point(stage: Stage, address: FloatingIP, port: str | None) -> None:
    stage.sdk.network.update_ip(address.id, port_id=port)


def _standby(facts: Facts) -> Colour:
    if facts.standby is None:
        raise Failed("no system is live")
    return facts.standby


def _present(address: FloatingIP | Vip | None) -> FloatingIP:
    if not isinstance(address, FloatingIP):
        raise Failed("the site has lost an address")
    return address


def _vip(facts: Facts, colour: Colour) -> str:
    port = facts.systems[colour].vip_port_id
    if port is None:
        raise Failed(f"{colour} has lost its load balancer")
    return port


def _address_way(name: str, prepare: Callable[[Stage], Move]) -> Way:
    return Way(name=name, method=Method.ADDRESS, prepare=prepare)


WAYS = {
    "ao": Way(name="ao switch", method=Method.POOL, prepare=_ao()),
    "ao-quiet": Way(
        name="ao switch, its own probe off",
        method=Method.POOL,
        prepare=_ao("--probe-new", "0", "--probe-kept", "0"),
    ),
    "ao-address": _address_way("ao switch, by address", _ao()),
    "put": _address_way("Neutron PUT (floor)", _moving(_put)),
    "client": _address_way("openstack floating ip set", _moving(_set)),
    "heat": _address_way("Heat stack update", _heat),
    "detach": _address_way("detach, then attach", _moving(_detach_attach)),
}
"""The ways by the words that name them to the command line, in the order of their turns."""
