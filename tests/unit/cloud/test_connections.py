"""What a login opens and asks besides what it is for: connections, and questions for versions."""

from collections.abc import Iterator

import pytest

from ao import cloud as face
from ao.cloud import Cloud
from tests.unit.cloud import openstack
from tests.unit.cloud.openstack import Handler, Server, connect, serving
from tests.unit.cloud.test_answers import CASES

LOOKS = (
    "stacks.tagged",
    "stacks.resources",
    "software_configs.listing",
    "software_configs.since",
    "floating_ips.find",
    "locks.get",
    "load_balancers.status",
    "load_balancers.listeners",
    "servers.named",
)
"""What is asked to look at a site."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    # Heat's address in Keystone's catalogue ends with the project's ID.
    monkeypatch.setattr(openstack, "PROJECT", "p")
    with serving() as server:
        yield server


@pytest.fixture
def cloud(server: Server) -> Cloud:
    return face.of(connect(server))


def test_to_look_at_a_site_no_service_is_asked_for_its_versions(
    server: Server, cloud: Cloud
) -> None:
    for name in LOOKS:
        CASES[name](cloud)
    login = 1
    assert len(cloud.requests(0.0)) == login + len(server.asked)


def test_a_service_is_asked_for_its_versions_once(server: Server, cloud: Cloud) -> None:
    for _ in range(3):
        for name in ("lookup.image", "alarms.get"):
            CASES[name](cloud)
    login, versions = 1, 2
    assert len(cloud.requests(0.0)) == login + versions + len(server.asked)


def test_what_is_asked_one_after_the_other_takes_one_connection(
    server: Server, cloud: Cloud
) -> None:
    peers = set()

    def answer(handler: Handler) -> None:
        peers.add(handler.client_address)
        handler.answer()

    server.answer = answer
    for name in LOOKS * 3:
        CASES[name](cloud)
    assert len(server.asked) == 3 * len(LOOKS)
    assert len(peers) == 1
