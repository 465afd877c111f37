"""Certificates that servers serve, found by shaking hands."""

import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ao.http.handshake import NoHandshake, Served, served
from ao.x509.certificate import Certificate, Unusable
from tests.unit.x509.issuing import DAY, NOW, Issued, authority, self_signed

HOST = "127.0.0.1"
SITE = authority().sign("shop.example", "127.0.0.1")
CA = authority().pem.decode()


@dataclass(frozen=True)
class Server:
    """Where somebody listens, and the names that were asked for."""

    port: int
    names: list[str | None]


def context(issued: Issued, *chain: Issued, alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(issued.key_pem + issued.pem + b"".join(it.pem for it in chain))
        made.load_cert_chain(file.name)
    if alpn:
        made.set_alpn_protocols([*alpn])
    return made


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer one connection after another in a thread."""
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def run() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(5)
                    answer(connection)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()


@contextmanager
def serving(tls: ssl.SSLContext) -> Iterator[Server]:
    names: list[str | None] = []

    def noted(connection: ssl.SSLSocket, name: str | None, of: ssl.SSLContext) -> None:
        names.append(name)

    tls.sni_callback = noted  # type: ignore[assignment]

    def answer(connection: socket.socket) -> None:
        with suppress(OSError):
            tls.wrap_socket(connection, server_side=True).close()

    with listening(answer) as port:
        yield Server(port, names)


def ask(port: int, name: str = "shop.example", ca: str | None = CA) -> Served:
    return served(HOST, port, name, 5.0, ca=ca)


def of(issued: Issued) -> Certificate:
    (found,) = Certificate.from_pem(issued.pem)
    return found


def test_a_server_s_certificate_and_its_chain_are_told() -> None:
    between = authority().sign(subject="between", ca=True)
    site = between.sign("shop.example")
    with serving(context(site, between, alpn=("h2", "http/1.1"))) as server:
        told = ask(server.port)
    assert told == Served(
        certificate=of(site),
        chain=(of(between),),
        alpn="h2",
        version="TLSv1.3",
        distrust=None,
    )
    assert server.names == ["shop.example"]


def test_a_server_that_chooses_no_protocol_is_told_as_one() -> None:
    with serving(context(SITE)) as server:
        assert ask(server.port).alpn is None


def test_an_older_version_of_tls_is_told() -> None:
    tls = context(SITE)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(tls) as server:
        assert ask(server.port).version == "TLSv1.2"


def test_an_address_is_no_name_to_ask_for_but_one_that_a_certificate_may_have() -> None:
    with serving(context(SITE)) as server:
        assert ask(server.port, "127.0.0.1").distrust is None
    assert server.names == [None]


def test_a_name_of_other_letters_is_asked_for_as_the_dns_has_it() -> None:
    with serving(context(authority().sign("xn--eckwd4c7c.example"))) as server:
        assert ask(server.port, "ドメイン.example").distrust is None
    assert server.names == ["xn--eckwd4c7c.example"]


@pytest.mark.parametrize(
    ("issued", "ca", "words"),
    [
        (SITE, None, "an authority that is not trusted"),
        (self_signed("shop.example"), CA, "an authority that is not trusted"),
        (authority().sign("other.example"), CA, "does not name shop.example"),
        (
            authority().sign("shop.example", begin=NOW - 9 * DAY, end=NOW - DAY),
            CA,
            "has expired",
        ),
        (
            authority().sign("shop.example", begin=NOW + DAY, end=NOW + 9 * DAY),
            CA,
            "not valid yet",
        ),
    ],
)
def test_a_certificate_that_is_not_trusted_is_told_with_why(
    issued: Issued, ca: str | None, words: str
) -> None:
    with serving(context(issued)) as server:
        told = ask(server.port, ca=ca)
    assert told.certificate == of(issued)
    assert told.distrust is not None
    assert words in told.distrust.why


def test_a_certificate_may_be_its_own_authority() -> None:
    own = self_signed("shop.example")
    with serving(context(own)) as server:
        assert ask(server.port, ca=own.pem.decode()).distrust is None


def test_an_authority_between_may_be_the_one_that_is_trusted() -> None:
    between = authority().sign(subject="between", ca=True)
    with serving(context(between.sign("shop.example"))) as server:
        assert ask(server.port, ca=between.pem.decode()).distrust is None


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_client_s_certificate_shows_its_own_before(
    newest: ssl.TLSVersion,
) -> None:
    tls = context(SITE)
    tls.maximum_version = newest
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(cadata=CA)
    with serving(tls) as server:
        told = ask(server.port)
    assert told.certificate == of(SITE)
    assert told.distrust is None


def test_a_text_of_authorities_without_one_is_told() -> None:
    with pytest.raises(Unusable):
        ask(1, ca="no certificate")


def test_nobody_who_listens_is_told() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NoHandshake, match="Connection refused"):
        ask(port)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "speaks no TLS"),
        (b"", "broke the handshake off"),
        (b"\x16\x03\x03\xff\xff" + b"x" * 70_000, "TLS"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "handshake failure"),
        (b"\x15\x03\x03\x00\x02\x01\x5a" * 50_000, "TLS"),
    ],
)
def test_what_is_no_handshake_is_told(said: bytes, words: str) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        with suppress(OSError):
            connection.sendall(said)

    with listening(answer) as port, pytest.raises(NoHandshake) as told:
        ask(port)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_a_server_that_never_speaks_is_left_at_the_deadline() -> None:
    over = threading.Event()
    with listening(lambda _: over.wait(5) and None) as port:
        begin = time.monotonic()
        with pytest.raises(NoHandshake, match=r"no handshake within 0.3 s"):
            served(HOST, port, "shop.example", 0.3)
        assert time.monotonic() - begin < 2
        over.set()


def test_a_server_that_speaks_very_slowly_is_left_at_the_deadline() -> None:
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        for byte in b"\x16\x03\x03\x10\x00" + b"\x02" * 4000:
            if over.wait(0.02):
                return
            try:
                connection.send(bytes([byte]))
            except OSError:
                return

    with listening(answer) as port:
        begin = time.monotonic()
        with pytest.raises(NoHandshake, match=r"no handshake within 0.4 s"):
            served(HOST, port, "shop.example", 0.4)
        assert time.monotonic() - begin < 2
        over.set()


@pytest.mark.parametrize("name", ["a" * 300, "\x00", "ö" * 300, "\ud800"])
def test_a_name_that_none_has_is_told_or_asked_for(name: str) -> None:
    with serving(context(SITE)) as server:
        try:
            told = ask(server.port, name)
        except NoHandshake:
            return
    assert told.distrust is not None


def test_a_server_whose_handshake_has_no_end_is_left() -> None:
    def flood(connection: socket.socket) -> None:
        begin_anew = b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"  # It is passed over.
        with suppress(OSError):
            while True:
                connection.sendall(begin_anew * 1000)

    with listening(flood) as port, pytest.raises(NoHandshake, match=r"no end|no handshake within"):
        served(HOST, port, "shop.example", 5)
