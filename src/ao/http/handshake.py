"""The certificate that a server serves, found by a TLS handshake that trusts nobody."""

from __future__ import annotations

import ipaddress
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from OpenSSL import SSL, crypto

from ao.http import limits, trust
from ao.http.trust import Distrust
from ao.message import Message, message
from ao.untrusted.printable import printable
from ao.x509.certificate import MOST, Certificate, Unusable, is_address

PIECE = 16_384
"""Bytes that are read, or sent, at once."""
LONGEST = 1 << 20
"""Bytes that a server may send in a handshake; OpenSSL takes certificates of a tenth of that."""
BROKEN = message("the server broke the handshake off")
ALPN = ("h2", "http/1.1")
"""Protocols that are asked for, as the probe and browsers do."""


class NoHandshake(Exception):
    """No certificate was seen within the time; `what` says why, safe to print."""

    def __init__(self, what: Message) -> None:
        super().__init__(what)
        self.what = what
        """Why, as a message."""

    def __str__(self) -> str:
        return str(self.what)


@dataclass(frozen=True, kw_only=True)
class Served:
    """What a server has shown in a handshake. It may be anybody's."""

    certificate: Certificate
    chain: tuple[Certificate, ...]
    """Certificates that came with it, as they came."""
    alpn: str | None
    """Protocol that it chose, for example `h2`; None for none."""
    version: str
    """Version of TLS, for example `TLSv1.3`; empty where the handshake ended before."""
    distrust: Distrust | None
    """Why the certificate is not trusted for the name that was asked for; None if it is."""


def served(
    address: str,
    port: int,
    server_name: str,
    deadline: float,
    *,
    ca: str | None = None,
    alpn: Sequence[str] = ALPN,
) -> Served:
    """Return the certificate that a server at an IP address serves for a name.

    `deadline` is for all of it, in seconds. Trusted are the system's authorities and those of `ca`,
    PEM text: a certificate that is not is returned too, and said to be so. Raises NoHandshake, and
    Unusable where `ca` has no certificate.
    """
    end = time.monotonic() + deadline
    late = message("no handshake within %(seconds)s s", seconds=f"{deadline:g}")
    verifying = _Verifying()
    context = _context(ca, alpn, verifying.take)
    try:
        with socket.create_connection(
            (str(ipaddress.ip_address(address)), port), timeout=max(0.001, deadline)
        ) as plain:
            tls = SSL.Connection(context)
            if not is_address(server_name):
                tls.set_tlsext_host_name(_ascii(server_name))
            tls.set_connect_state()
            _shake(tls, plain, end, verifying)
            return verifying.told(tls, server_name)
    except TimeoutError as error:
        raise NoHandshake(late) from error
    except OSError as error:
        words = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise NoHandshake(
            message("no connection: %(words)s", words=printable(words, limits.TEXT))
        ) from error


class _Verifying:
    """What OpenSSL finds of the certificates while it shakes hands."""

    def __init__(self) -> None:
        self._code = 0
        self._seen: dict[int, crypto.X509] = {}

    def take(
        self, tls: SSL.Connection, certificate: crypto.X509, code: int, depth: int, good: int
    ) -> bool:
        """Note a certificate, and the first thing that is wrong. The handshake goes on."""
        self._seen.setdefault(depth, certificate)
        if not good and not self._code:
            self._code = code
        return True

    @property
    def has_seen(self) -> bool:
        """Whether the server's own certificate came."""
        return 0 in self._seen

    def told(self, tls: SSL.Connection, server_name: str) -> Served:
        """Return what was served. Raises NoHandshake."""
        chain = tls.get_peer_cert_chain() or [self._seen[it] for it in sorted(self._seen)]
        try:
            first, *others = (_value(it) for it in chain[: MOST + 1])
        except (Unusable, ValueError, TypeError) as error:
            raise NoHandshake(message("its certificate cannot be read")) from error
        chosen = tls.get_alpn_proto_negotiated().decode(errors="backslashreplace")
        return Served(
            certificate=first,
            chain=tuple(others),
            alpn=printable(chosen, limits.TEXT) or None,
            version=tls.get_protocol_version_name(),
            distrust=self._distrust(first, server_name),
        )

    def _distrust(self, certificate: Certificate, server_name: str) -> Distrust | None:
        if self._code:
            return trust.distrust(self._code, server_name, f"X509_V_ERR {self._code}")
        return None if certificate.covers(server_name) else trust.other_name(server_name)


def _context(
    ca: str | None,
    alpn: Sequence[str],
    take: Callable[[SSL.Connection, crypto.X509, int, int, int], bool],
) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_default_verify_paths()
    store = context.get_cert_store()
    assert store is not None
    # A certificate that is trusted itself need not be its own issuer, as where Ao asks pages.
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    for it in Certificate.from_pem(ca.encode()) if ca else ():
        store.add_cert(crypto.X509.from_cryptography(it.parsed))
    context.set_verify(SSL.VERIFY_PEER, take)
    if alpn:
        context.set_alpn_protos([it.encode() for it in alpn])
    return context


def _shake(tls: SSL.Connection, plain: socket.socket, end: float, verifying: _Verifying) -> None:
    """Shake hands until `end`, after which it raises TimeoutError.

    What goes wrong after the certificate came does not matter.

    OpenSSL is given what came piece by piece: from a socket it would read on for as long as a
    server sends what it passes over, as requests to begin anew.
    """
    came = 0
    while True:
        try:
            tls.do_handshake()
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            # It may want a client's certificate, for example.
            if verifying.has_seen:
                return
            raise NoHandshake(_failure(error)) from error
        else:
            _send(tls, plain, end)
            return
        try:
            _send(tls, plain, end)
            data = _within(plain, end).recv(PIECE)
        except ConnectionError:
            data = b""
        came += len(data)
        if data and came <= LONGEST:
            tls.bio_write(data)
        elif verifying.has_seen:
            return
        elif data:
            raise NoHandshake(message("its handshake has no end"))
        else:
            raise NoHandshake(BROKEN)


def _send(tls: SSL.Connection, plain: socket.socket, end: float) -> None:
    """Send what OpenSSL has to say."""
    with suppress(SSL.WantReadError):
        while True:
            _within(plain, end).sendall(tls.bio_read(PIECE))


def _within(plain: socket.socket, end: float) -> socket.socket:
    """Have what a socket does next end in time. Raises TimeoutError."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    plain.settimeout(left)
    return plain


def _failure(error: SSL.Error) -> Message:
    """Say why there was no handshake."""
    if isinstance(error, SSL.SysCallError | SSL.ZeroReturnError):
        return BROKEN
    reasons = [str(it[2]) for it in (error.args[0] if error.args else ()) if len(it) > 2]
    words = printable("; ".join(filter(None, reasons)) or type(error).__name__, limits.TEXT)
    if any(it in words for it in ("wrong version number", "http request", "packet length")):
        return message("it speaks no TLS")
    return message("no TLS with it: %(why)s", why=words)


def _value(certificate: crypto.X509) -> Certificate:
    return Certificate.from_der(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate))


def _ascii(name: str) -> bytes:
    """A host name as the DNS has it. Raises NoHandshake."""
    try:
        if not name.isprintable():
            raise ValueError(name)
        return name.encode("ascii") if name.isascii() else name.encode("idna")
    except ValueError as error:
        raise NoHandshake(
            message("%(name)s is no host name", name=printable(name, limits.TEXT))
        ) from error
