"""The target: where the probe's requests go."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ao.errors import ConfigError, Unavailable
from ao.http import trust
from ao.http.request_options import RequestOptions
from ao.message import message
from ao.probe.probe_load import ProbeLoad, Protocol

DEADLINE = 10.0
"""Seconds that the name's resolution may take."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A server, found once for all connections."""

    server_name: str
    """Host that TLS asks for, and that the certificate has to name."""
    address: str
    """IP address that it has."""
    port: int
    authority: str
    """Host and port as requests name them."""
    tls: Mapping[Protocol, ssl.SSLContext]
    """TLS of each protocol; empty where none is spoken."""
    scheme: str
    passes: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Header fields that let requests through; their names in lower case."""

    def request(self, path: str) -> bytes:
        """Return an HTTP/1.1 request for a path."""
        passes = "".join(f"{name}: {value}\r\n" for name, value in self.passes)
        return (
            f"GET {path} HTTP/1.1\r\nHost: {self.authority}\r\nUser-Agent: ao-probe\r\n"
            f"Accept: */*\r\n{passes}\r\n"
        ).encode()


async def find(load: ProbeLoad) -> list[Target]:
    """Return the target of a load, once for each address that it has.

    Raises ConfigError for a wrong URL or authority, Unavailable for a name that nobody knows.
    """
    parts = urlsplit(load.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            message("%(url)s is not an http or https URL", url=f"{load.url!r}"),
            cure=message("Write http://HOST[:PORT]."),
        )
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise ConfigError(
            message("%(url)s has no right port: %(error)s", url=f"{load.url!r}", error=error)
        ) from error
    named = RequestOptions(host=load.host).authority(parts.netloc.rpartition("@")[2])
    protocols = list(Protocol) if parts.scheme == "https" else []
    tls = {protocol: _tls(load, protocol) for protocol in protocols}
    return [
        Target(
            server_name=load.host or parts.hostname,
            address=address,
            port=port,
            authority=named,
            tls=tls,
            scheme=parts.scheme,
            passes=tuple((name.lower(), value) for name, value in load.passes),
        )
        for address in await _resolve(parts.hostname, port)
    ]


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(DEADLINE):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise Unavailable(
            message(
                "%(host)s cannot be found: no name server answered within %(seconds)s s",
                host=host,
                seconds=f"{DEADLINE:.0f}",
            ),
            cure=message("Check this machine's name servers."),
        ) from error
    except UnicodeError as error:
        raise ConfigError(
            message("%(host)s cannot be a host's name", host=f"{host!r}"),
            cure=message("Check the name."),
        ) from error
    except OSError as error:
        raise Unavailable(
            message(
                "%(host)s cannot be found: %(why)s",
                host=host,
                why=error.strerror or error,
            ),
            cure=message("Check the name."),
        ) from error
    return [str(address[0]) for *_, address in found]


def _tls(load: ProbeLoad, protocol: Protocol) -> ssl.SSLContext:
    try:
        context = trust.context(load.ca, load.own)
    except trust.UnreadableAuthority as error:
        raise ConfigError(
            error.why, cure=message("Name a file with its certificate in PEM form.")
        ) from error
    if not load.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([str(protocol)])
    if protocol is Protocol.HTTP2:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
