"""Exchanges by TLS with servers on this machine."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from ao import visit as visits
from ao.http import exchange, trust
from ao.http.exchange import Untrusted
from ao.http.request_options import OwnCertificate, RequestOptions
from ao.visit import NoAnswer, visit
from tests.unit.authority import Authority
from tests.unit.hostile import Kind, once, serving, whole

HOST = "shop.example"
AUTHORITY = Authority()
OK = Kind(once(whole(b"ok")), "")


def asked(place: str, *, own: OwnCertificate | None = None, **options: str) -> int:
    """The status that a visit of a place gets which trusts the authority."""
    chosen = RequestOptions(**{"host": HOST, "ca": AUTHORITY.pem, **options}, own=own)
    return visit(f"https://{place}/", 20, chosen).status


def test_a_url_with_an_address_is_asked_for_by_the_hosts_name() -> None:
    names: list[str | None] = []
    tls = AUTHORITY.context(HOST)
    tls.sni_callback = lambda _, name, __: names.append(name)
    with serving(OK, tls=tls) as place:
        assert asked(place) == 200
    assert names == [HOST]


def test_without_a_host_the_certificate_has_to_name_the_address() -> None:
    options = RequestOptions(ca=AUTHORITY.pem)
    with serving(OK, tls=AUTHORITY.context("127.0.0.1")) as place:
        assert visit(f"https://{place}/", 20, options).status == 200
    with (
        serving(OK, tls=AUTHORITY.context(HOST)) as place,
        pytest.raises(visits.Untrusted, match=r"its certificate does not name 127\.0\.0\.1$"),
    ):
        visit(f"https://{place}/", 20, options)


@pytest.mark.parametrize(
    ("tls", "why", "cure"),
    [
        (Authority("another").context(HOST), "an authority that is not trusted here", "tls.ca"),
        (AUTHORITY.context("other.example"), f"does not name {HOST}", "`host`"),
        (AUTHORITY.context(HOST, days=(-9, -1)), "has expired", "new certificate"),
        (AUTHORITY.context(HOST, days=(1, 9)), "not valid yet, by this machine's clock", "clock"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_told_in_one_line_with_the_cure(
    tls: ssl.SSLContext, why: str, cure: str
) -> None:
    with serving(OK, tls=tls) as place, pytest.raises(visits.Untrusted) as told:
        asked(place)
    assert str(told.value).startswith(f"https://{place}/: its certificate ")
    assert str(told.value).endswith(why)
    assert "\n" not in str(told.value)
    assert cure in told.value.cure


def test_an_authority_between_needs_to_be_served_or_trusted() -> None:
    between = Authority("between", AUTHORITY)
    with serving(OK, tls=between.context(HOST)) as place:
        with pytest.raises(visits.Untrusted):
            asked(place)
        assert asked(place, ca=between.pem) == 200
    with serving(OK, tls=between.context(HOST, more=(between.pem,))) as place:
        assert asked(place) == 200


@pytest.mark.parametrize("proxied", [True, False])
def test_a_private_authority_is_trusted_beside_the_others(
    proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with serving(OK, tls=AUTHORITY.context(HOST)) as place:
        given = {"keep": 10, "longest": 10, "proxied": proxied, "server_name": HOST}
        request = exchange.request("GET", f"https://{place}/")
        assert exchange.exchange(request, 20, **given, ca=AUTHORITY.pem).body == b"ok"
        with pytest.raises(Untrusted):
            exchange.exchange(request, 20, **given)


def test_authorities_of_the_system_are_trusted_still() -> None:
    system = ssl.create_default_context()
    ours = trust.context(AUTHORITY.pem)
    known = {str(it["serialNumber"]) for it in system.get_ca_certs()}
    both = {str(it["serialNumber"]) for it in ours.get_ca_certs()}
    assert both >= known
    assert f"{AUTHORITY.certificate.serial_number:X}" in {it.lstrip("0") for it in both}


@pytest.mark.parametrize("ca", ["", "no certificate", "ü", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_an_authority_that_cannot_be_read_is_told(ca: str) -> None:
    with pytest.raises(NoAnswer, match="holds no certificate in PEM form"):
        asked("127.0.0.1:1", ca=ca)


def test_a_server_that_asks_for_a_clients_certificate_is_told() -> None:
    tls = AUTHORITY.context(HOST, clients=True)

    def refuse(connection: socket.socket) -> None:
        secured = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with suppress(ssl.SSLError):
            secured.do_handshake()
        # A close before the client's request is read would be a reset.
        with socket.socket(fileno=secured.detach()) as plain:
            silence(plain)

    with (
        talking(refuse) as place,
        pytest.raises(visits.Untrusted, match="a client's certificate") as told,
    ):
        asked(place)
    assert "tls.clients" in told.value.cure


def test_a_server_that_asks_for_a_certificate_is_shown_ao_s(tmp_path: Path) -> None:
    own = files(tmp_path)
    with serving(OK, tls=AUTHORITY.context(HOST, clients=True)) as place:
        assert asked(place, own=own) == 200
    with serving(OK, tls=AUTHORITY.context(HOST)) as place:
        assert asked(place, own=own) == 200


def files(folder: Path) -> OwnCertificate:
    own = OwnCertificate(certificate=folder / "ao.crt", key=folder / "ao.key")
    certificate, key = AUTHORITY.issued("a client")
    own.certificate.write_bytes(certificate)
    own.key.write_bytes(key)
    return own


def encrypted(path: Path) -> None:
    key = load_pem_private_key(path.read_bytes(), None)
    encryption = BestAvailableEncryption(b"a password")
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (Path.unlink, "No such file"),
        (piped, "not a regular file"),
        (encrypted, "which has no password"),
        (lambda path: path.write_bytes(AUTHORITY.issued("b")[1]), "another certificate's"),
        (lambda path: path.write_text("-----BEGIN PRIVATE KEY-----\nsecret\n"), "in PEM form"),
    ],
    ids=["gone", "pipe", "password", "another", "no key"],
)
def test_a_key_that_cannot_be_read_is_told_at_once(
    spoil: Callable[[Path], object], why: str, tmp_path: Path
) -> None:
    own = files(tmp_path)
    spoil(own.key)
    with pytest.raises(NoAnswer, match=why) as told:
        asked("127.0.0.1:1", own=own)
    assert "ao.key" in str(told.value)
    assert "secret" not in str(told.value)


def test_a_server_of_plain_http_is_told() -> None:
    with talking(plain_http) as place, pytest.raises(NoAnswer, match=r"it speaks no TLS$"):
        asked(place)


def test_a_plain_request_to_a_server_of_tls_has_no_answer() -> None:
    with serving(OK, tls=AUTHORITY.context(HOST)) as place, pytest.raises(NoAnswer):
        visit(f"http://{place}/", 20)


Talk = Callable[[socket.socket], None]


@contextmanager
def talking(talk: Talk) -> Iterator[str]:
    """A server that says what it likes in place of a handshake; its place."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.settimeout(20)
                    talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            # The one who asked has closed the connection, or the server would wait for it.
            thread.join(15)
            assert not thread.is_alive()


def silence(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def end(connection: socket.socket) -> None:
    connection.recv(65_536)


def plain_http(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    silence(connection)


def endless(piece: bytes, pause: float = 0.0) -> Talk:
    def talk(connection: socket.socket) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            connection.sendall(piece)
            time.sleep(pause)

    return talk


RECORD = b"\x16\x03\x03"
"""The begin of a record of TLS 1.2 that is of the handshake (RFC 8446, section 5.1)."""
HUGE = RECORD + b"\x40\x00" + b"\x0b\xff\xff\xff" + bytes(0x4000 - 4)
"""A certificate message of 16 MiB (RFC 8446, section 4), as far as a record takes it."""
TALKS = {
    "silence": silence,
    "an end": end,
    "garbage": endless(b"\x80garbage"),
    "a handshake that trickles": endless(RECORD + b"\x00\x01\x02", 0.02),
    "a huge certificate": endless(HUGE),
    "alerts without end": endless(b"\x15\x03\x03\x00\x02\x01\x00"),
}


@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS)
def test_a_handshake_that_does_not_end_well_is_told_in_time(talk: Talk) -> None:
    begin = time.monotonic()
    with talking(talk) as place, pytest.raises(NoAnswer) as told:
        visit(f"https://{place}/", 1.0, RequestOptions(host=HOST, ca=AUTHORITY.pem))
    assert time.monotonic() - begin < 10
    assert str(told.value).isprintable()
    assert len(str(told.value)) > len(f"https://{place}/: ")
