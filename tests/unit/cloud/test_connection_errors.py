"""A service that gives no answer is told in a line: where, and why, in nobody's class names."""

import socket
from collections.abc import Callable

import openstack
import pytest

from ao import cloud
from ao.cloud import Cloud, requests
from ao.errors import Unavailable
from tests.unit.cloud.openstack import Handler, connect, serving
from tests.unit.probe import certificate

LIBRARIES = ("HTTPConnection", "Max retries", "object at 0x", "Errno", "urllib3", "Caused by")


def login(url: str, **more: object) -> Cloud:
    return cloud.of(
        openstack.connect(
            load_yaml_config=False,
            load_envvars=False,
            region_name="R",
            auth={
                "auth_url": url,
                "username": "kim",
                "password": "hush",
                "project_name": "shop",
                "user_domain_name": "D",
                "project_domain_name": "D",
            },
            **more,
        )
    )


def told(asked: Cloud) -> str:
    with pytest.raises(Unavailable) as told:
        asked.stacks.all()
    assert not any(word in str(told.value) for word in LIBRARIES)
    assert "\n" not in told.value.message
    return told.value.message


def test_a_port_that_nobody_listens_on() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v3"
    assert told(login(url)).endswith(f"no answer from {url}/auth/tokens: connection refused")


def test_a_name_that_is_not_known() -> None:
    assert told(login("http://keystone.invalid/v3")).endswith("its name is not known")


def test_a_certificate_that_is_not_trusted() -> None:
    with serving() as server:
        server.socket = certificate.context().wrap_socket(server.socket, server_side=True)
        words = told(login(f"https://localhost:{server.server_port}/v3"))
    assert "its certificate is not trusted: self" in words


@pytest.mark.parametrize("act", [Handler.reset, Handler.finish])
def test_a_connection_that_breaks_off(act: Callable[[Handler], None]) -> None:
    with serving() as server:
        asked = cloud.of(connect(server))
        server.answer = act
        assert told(asked).endswith("/heat/v1/p/stacks: the connection broke off")


def test_a_service_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        assert told(login(f"http://127.0.0.1:{port}/v3")).endswith("it was silent for too long")


def test_secrets_in_an_address_are_masked() -> None:
    words = told(login("http://kim:hush@keystone.invalid/v3?token=hush"))
    assert "hush" not in words
