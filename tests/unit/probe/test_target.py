import asyncio
import socket

import pytest

from ao.errors import ConfigError, Unavailable
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Outcome
from ao.probe.run import Run
from tests.unit.probe import certificate
from tests.unit.probe.server import HEADER, answers, probe

UNUSED = "http://127.0.0.1:1"


def begin(url: str, **load: object) -> None:
    asyncio.run(Run(load=ProbeLoad(url=url, identify=HEADER, **load)).go(0.1))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str] | OSError]:
    """What name servers say."""
    known: dict[str, list[str] | OSError] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: object, **options: object) -> list[tuple]:
        found = known.get(host, [host])
        if isinstance(found, OSError):
            raise found
        return [entry for address in found for entry in real(address, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    "url", ["shop.example", "ftp://shop.example", "http://", "http://h:port", "http://a..b/"]
)
def test_a_wrong_url_is_told(url: str) -> None:
    with pytest.raises(ConfigError):
        begin(url)


def test_an_unknown_name_is_told(names) -> None:
    names["shop.example"] = socket.gaierror(-2, "Name or service not known")
    with pytest.raises(Unavailable, match=r"shop\.example cannot be found: Name or service"):
        begin("http://shop.example")


def test_a_server_that_takes_no_connection_is_told() -> None:
    with pytest.raises(
        Unavailable, match=f"{UNUSED} takes no connection: Connection refused"
    ) as told:
        begin(UNUSED)
    assert told.value.message.startswith(UNUSED)
    assert told.value.cure


def test_the_first_address_that_takes_a_connection_is_asked(names) -> None:
    names["shop.example"] = ["127.0.0.2", "127.0.0.1"]
    seen = probe(answers, name="shop.example")
    assert set(seen.outcomes) == {Outcome.ANSWERED}


def test_an_ipv6_address_is_asked() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert set(probe(answers, host="::1", name="[::1]").outcomes) == {Outcome.ANSWERED}


def test_a_certificate_is_checked_unless_told_otherwise() -> None:
    tls = certificate.context("http/1.1")
    with pytest.raises(Unavailable, match="an authority that is not trusted here") as told:
        probe(answers, tls=tls)
    assert "--ca FILE" in told.value.cure
    seen = probe(answers, tls=tls, verify=False)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert all(client.connections == 1 for client in seen.kept)
