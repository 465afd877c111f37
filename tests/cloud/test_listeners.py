"""Three listeners of one site, 443, 8443 and a TCP port: one switch moves all, and none loses."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from openstack.connection import Connection

from ao import config
from ao.cloud import Cloud
from ao.colour import Colour
from ao.operations import reconcile
from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.probe.recording import Recording
from ao.work import Work
from box.authority import Authority
from tests.cloud.kill import Killed, killed_after
from tests.cloud.operator import Operator
from tests.cloud.sites import Delete

HOST = "shop.example"
LISTENERS = (
    {"name": "partners", "port": 8443, "protocol": "TERMINATED_HTTPS"},
    {"name": "queue", "port": 5671, "protocol": "TCP", "server_port": 80, "preview_port": 5672},
)
"""One that shares the main pools, and one that has its own."""
START = 60.0


@pytest.fixture(scope="module")
def several(
    cloud: Cloud, cloud_name: str, other_user: Connection, site_file: Path, delete: Delete,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Work, Operator]]:  # fmt: skip
    folder = tmp_path_factory.mktemp("listeners")
    authority = Authority.make()
    issued = authority.issue([HOST])
    (folder / "certificate.pem").write_text(issued.certificate)
    (folder / "key.pem").write_text(issued.key)
    (folder / "authority.pem").write_bytes(
        authority.certificate.public_bytes(serialization.Encoding.PEM)
    )
    operator = Operator(site_file, cloud_name).changed(
        folder,
        site=f"test-{secrets.token_hex(3)}",
        host=HOST,
        load_balancer={"provider": "haproxy", "protocol": "TERMINATED_HTTPS"},
        tls={
            "certificate": {"certificate": "certificate.pem", "key": "key.pem"},
            "ca": "authority.pem",
        },
        listeners=list(LISTENERS),
    )
    work = Work(cloud=cloud, site=config.load(operator.file))
    try:
        operator.run("up")
        yield work, operator
    finally:
        delete(work, other_user)


def loads(work: Work) -> Mapping[str, ProbeLoad]:
    """What users of each listener send."""
    production = work.observe().production
    assert production is not None
    main = ProbeLoad.of(work.site, production.address, new_per_second=10, kept=2)
    found = {"main": main}
    for it in work.site.listeners:
        scheme = "https" if it.terminates else "http"
        url = f"{scheme}://{production.address}:{it.port}"
        found[it.name] = replace(main, url=url, mixed=it.terminates)
    return found


def switched(work: Work, operator: Operator) -> Mapping[str, Recording]:
    """What users of each listener see of a switch."""
    with ExitStack() as stack:
        probes = {name: stack.enter_context(ProbeProcess()) for name in loads(work)}
        for name, load in loads(work).items():
            probes[name].begin(load)
        for probe in probes.values():
            probe.wait_until_running(START)
        work.clock.sleep(1)
        operator.run("switch", "--probe-new", "0", "--probe-kept", "0")
        work.clock.sleep(3)
        return {name: probe.stop() for name, probe in probes.items()}


def test_all_pools_are_checked_and_all_listeners_lead_to_one_system(
    several: tuple[Work, Operator],
) -> None:
    work, _ = several
    facts = work.observe()
    assert facts.live is Colour.BLUE
    assert not facts.is_mixed
    for system in facts.systems.values():
        assert [it.key for it in system.further_pools] == ["tcp_80"]
        assert system.online == system.size == 1


def test_a_switch_and_a_switch_back_under_load_lose_nothing_on_any_listener(
    several: tuple[Work, Operator],
) -> None:
    work, operator = several
    for to in (Colour.GREEN, Colour.BLUE):
        for name, seen in switched(work, operator).items():
            assert seen.lost == 0, (name, seen.losses)
            assert {it.colour for it in seen.sightings} == {"blue", "green"}, name
        assert work.observe().live is to


def test_a_switch_that_was_killed_in_between_goes_on(several: tuple[Work, Operator]) -> None:
    work, operator = several
    facts = work.observe()
    assert facts.live is not None
    to = facts.live.other
    with pytest.raises(Killed):
        reconcile.switch(replace(work, cloud=killed_after(work.cloud, 1)))
    assert "mixed" in operator.run("status")
    assert "users are led to different systems" in operator.run("deploy", "2.0", exits=4)
    operator.run("switch")
    after = work.observe()
    assert (after.live, after.previewed, after.is_mixed) == (to, to.other, False)


def test_one_more_listener_touches_no_other(several: tuple[Work, Operator], tmp_path: Path) -> None:
    work, operator = several
    before = {it.id for it in work.cloud.load_balancers.listeners(balancer(work))}
    more = {"name": "more", "port": 6000, "protocol": "TCP", "server_port": 80}
    for name in ("certificate.pem", "key.pem", "authority.pem"):
        (tmp_path / name).write_bytes((operator.file.parent / name).read_bytes())
    later = operator.changed(tmp_path, listeners=[*LISTENERS, more])
    later.run("up")
    assert before < {it.id for it in work.cloud.load_balancers.listeners(balancer(work))}
    operator.run("up")
    assert before == {it.id for it in work.cloud.load_balancers.listeners(balancer(work))}
    assert not reconcile.up(work).is_mixed


def balancer(work: Work) -> str:
    shared = work.observe().shared
    assert shared is not None
    return shared.id
