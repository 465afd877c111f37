"""What is logged of requests to OpenStack, whatever program logs it: `ao` or `openstack`."""

import logging
from collections.abc import Iterator

import pytest

from ao import cloud, templates
from ao.cloud import Cloud
from tests.unit.cloud.openstack import Handler, Server, connect, serving

LOGGER = "ao.cloud.requests"


@pytest.fixture
def server(caplog: pytest.LogCaptureFixture) -> Iterator[Server]:
    caplog.set_level(logging.DEBUG, LOGGER)
    with serving() as server:
        yield server


@pytest.fixture
def connected(server: Server) -> Cloud:
    return cloud.of(connect(server))


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [it.getMessage() for it in caplog.records if it.name == LOGGER]


def test_neither_parameters_of_a_stack_nor_tokens_are_logged(
    connected: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    parameters = {"user_data": "#!/bin/sh\nPASSWORD=hush-user-data\n"}
    connected.stacks.create("ao-shop", templates.system(), parameters, frozenset(), 60.0)
    told = "\n".join(logged(caplog))
    assert "POST" in told
    assert "/heat/v1/p/stacks 201 in " in told
    assert "hush" not in told


def test_secrets_in_a_url_are_masked(
    server: Server, connected: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connect(server)
    cloud.of(connection)
    connection.session.get(f"{server.url}/heat/v1/p/stacks?token=hush&name=shop")
    assert logged(caplog)[-1].startswith(f"GET {server.url}/heat/v1/p/stacks?token=***&name=shop ")


def test_a_request_is_logged_once_however_many_ask_for_a_sessions_requests(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connect(server)
    cloud.of(connection)
    cloud.of(connection).stacks.all()
    stacks = [it for it in logged(caplog) if "/heat/v1/p/stacks" in it]
    assert len(stacks) == server.asked.count("GET /heat/v1/p/stacks") == 1


@pytest.mark.parametrize("header", ["X_Openstack_Request_Id", "X_Compute_Request_Id"])
def test_the_id_of_a_request_is_logged_as_its_service_tells_it(
    server: Server, connected: Cloud, caplog: pytest.LogCaptureFixture, header: str
) -> None:
    def answer(handler: Handler) -> None:
        handler.json(200, {"stacks": []}, **{header: "req-\x1b[2J7"})

    server.answer = answer
    connected.stacks.all()
    assert logged(caplog)[-1].endswith(r" s (req-\x1b[2J7)")
