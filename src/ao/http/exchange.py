"""One HTTP exchange with a server that is not ours: a request, and its answer within limits.

httpcore is asked and not httpx's client, which reads an answer whole, decodes it however much
that becomes, keeps cookies, and refuses a redirect that it cannot read although nobody follows
it. Only httpcore lets the bytes be counted that come on the connection.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import zlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from ao.http import limits, trust
from ao.http.request_options import OwnCertificate
from ao.message import joined, message
from ao.untrusted.printable import printable

T = TypeVar("T")
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
"""Either format, by its first bytes."""
_NO_PROXY = message("the proxy that the environment names cannot be used")


class Unanswered(Exception):
    """The request got no whole answer within the limits; the message says why.

    It is safe to print, and tells neither URL nor credentials.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        """Why, as a message where it is one of Ao's."""

    def __str__(self) -> str:
        return self.why


class Untrusted(Unanswered):
    """The server's certificate is not trusted, or it asks for one and is shown none."""

    def __init__(self, distrust: trust.Distrust) -> None:
        super().__init__(distrust.why)
        self.cure = distrust.cure
        """What makes a site's certificate be trusted."""


class Excessive(Unanswered):
    """An answer came that is not read to its end: it exceeds a limit, or switches protocols."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: httpx.Headers
    body: bytes
    """As much of the body as was asked for, decoded."""


def request(method: str, url: str, **given: Any) -> httpx.Request:
    """Make a request as httpx does; credentials in the URL are sent as basic authentication.

    Raises httpx.InvalidURL.
    """
    made = httpx.Request(method, url, **given)
    if not 0 < (made.url.port or 80) < 65_536:
        raise httpx.InvalidURL(message("%(port)s is no port", port=made.url.port))
    if made.url.userinfo:
        made = next(httpx.BasicAuth(made.url.username, made.url.password).auth_flow(made))
    made.headers.update({"User-Agent": "ao", "Accept-Encoding": "identity"})
    return made


def exchange(
    request: httpx.Request,
    seconds: float,
    *,
    keep: int,
    longest: int,
    proxied: bool = True,
    server_name: str | None = None,
    ca: str | None = None,
    own: OwnCertificate | None = None,
) -> Answer:
    """Send a request and read its answer as `send` does, in so many seconds all in all."""

    async def within() -> Answer:
        async with asyncio.timeout(seconds):
            return await send(
                request,
                keep=keep,
                longest=longest,
                proxied=proxied,
                server_name=server_name,
                ca=ca,
                own=own,
            )

    try:
        return run(within())
    except TimeoutError as error:
        raise Unanswered(
            message("no whole answer within %(seconds)s s", seconds=f"{seconds:g}")
        ) from error


def run(asking: Coroutine[Any, Any, T]) -> T:
    """Run what asks a server in a loop of its own, and do not wait for what it has given up.

    asyncio would, and a name is looked up in a thread, for as long as name servers take.
    """

    async def go() -> T:
        asyncio.get_running_loop().set_default_executor(_Lookups())
        return await asking

    return asyncio.run(go())


class _Lookups(ThreadPoolExecutor):
    """The threads in which names are looked up."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=cancel_futures)


async def send(
    request: httpx.Request,
    *,
    keep: int = 0,
    longest: int = 0,
    connect: float | None = None,
    proxied: bool = True,
    server_name: str | None = None,
    ca: str | None = None,
    own: OwnCertificate | None = None,
) -> Answer:
    """Send a request on a new connection and read its answer; redirects are not followed.

    The first `keep` bytes of the body are kept. A body of more than `longest` bytes is no
    answer; with 0 none is read. `connect` is the time for the connection in seconds; `proxied`
    tells whether proxies of the environment are used. By TLS the server is asked for `server_name`,
    which its certificate has to name, else for the URL's host. Where proxies are, those authorities
    are trusted that httpx trusts, else the system's; either way those that the environment names
    (SSL_CERT_FILE), and those of `ca`, PEM text, too. Where no proxies are, a server that asks for
    a certificate is shown `own`. All else is bounded by `ao.http.limits`; the time as a whole is
    the caller's to bound. Raises Unanswered, Untrusted.
    """
    url = request.url
    asked = httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.content,
        extensions={
            "timeout": {"connect": connect},
            **({"sni_hostname": server_name} if server_name else {}),
        },
    )
    backend = _Backend(_Meter())
    try:
        tls = _tls(proxied, ca, own) if url.scheme == "https" else None
        async with httpcore.AsyncConnectionPool(
            ssl_context=tls,
            proxy=_proxy(url) if proxied else None,
            network_backend=backend,
        ) as pool:
            answer = await pool.handle_async_request(asked)
            try:
                return await _read(answer, backend.meter, keep, longest)
            finally:
                await answer.aclose()
    except httpcore.TimeoutException as error:
        raise Unanswered(
            message("no connection within %(connect)s s", connect=f"{connect:g}")
        ) from error
    except ImportError as error:  # of what httpcore needs for a SOCKS proxy
        raise Unanswered(joined(": ", [_NO_PROXY, error])) from error
    except httpcore.RemoteProtocolError as error:
        # h11 has no other word for 101 when nobody asked for another protocol.
        if "_SWITCH_UPGRADE" in str(error):
            raise Excessive(limits.SWITCHED) from error
        raise _unanswered(error, server_name or url.host) from error
    except trust.UnreadableAuthority as error:
        raise Unanswered(error.why) from error
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
        OSError,
    ) as error:
        raise _unanswered(error, server_name or url.host) from error
    finally:
        await backend.close()


@dataclass
class _Meter:
    """Counts of the bytes and parts that came on a connection."""

    received: int = 0
    body: int = 0
    parts: int = 0

    def room(self) -> int:
        """Return the bytes that may come beside the body until one is too many; raise Excessive."""
        left = limits.HEAD + limits.FRAMING * self.parts - (self.received - self.body)
        if left < 0:
            raise Excessive(limits.HEAD_EXCEEDED)
        return left + 1


class _Backend(httpcore.AsyncNetworkBackend):
    """Opens connections on which all that comes is counted."""

    def __init__(self, meter: _Meter) -> None:
        self.meter = meter
        self._plain = httpcore.AnyIOBackend()
        self._opened: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        plain = await self._plain.connect_tcp(*args, **options)
        self._opened.append(plain)
        return _Stream(plain, self.meter)

    async def close(self) -> None:
        """Close what is open still: a handshake that is given up leaves its connection so."""
        for plain in self._opened:
            await plain.aclose()


class _Stream(httpcore.AsyncNetworkStream):
    """A connection on which all that comes is counted.

    It is read only when all before has been handed on, but for what is not complete yet.
    """

    def __init__(self, plain: httpcore.AsyncNetworkStream, meter: _Meter) -> None:
        self._plain = plain
        self._meter = meter

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._plain.read(min(max_bytes, self._meter.room()), timeout)
        self._meter.received += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._plain.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._plain.aclose()

    async def start_tls(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._plain.start_tls(*args, **options), self._meter)

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)


async def _read(answer: httpcore.Response, meter: _Meter, keep: int, longest: int) -> Answer:
    if len(answer.headers) > limits.FIELDS:
        raise Excessive(limits.FIELDS_EXCEEDED)
    headers, body = httpx.Headers(answer.headers), bytearray()
    if longest:
        async for part in answer.aiter_stream():
            meter.body += len(part)
            meter.parts += 1
            body += part[: keep - len(body)]
            if meter.body > longest:
                raise Excessive(limits.body_exceeded(longest))
    return Answer(status=answer.status, headers=headers, body=_decoded(bytes(body), headers, keep))


def _decoded(body: bytes, headers: httpx.Headers, keep: int) -> bytes:
    """Decode a body that came compressed although nobody asked for it, as far as is kept.

    What is compressed in another way than gzip and deflate is left as it came.
    """
    if not body:
        return body
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return body
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body, keep)
    except zlib.error as error:
        raise Unanswered(
            message("the body is not %(coding)s, as its header says", coding=coding)
        ) from error


def _proxy(url: httpx.URL) -> httpcore.Proxy | None:
    """Proxy that the environment names for a URL, or None; raises Unanswered for a wrong one."""
    proxies = getproxies()
    place = proxies.get(url.scheme) or proxies.get("all")
    if not place or proxy_bypass(url.host):
        return None
    try:
        proxy = httpx.Proxy(place if "://" in place else f"http://{place}")
    except (ValueError, httpx.InvalidURL) as error:
        raise Unanswered(_NO_PROXY) from error
    return httpcore.Proxy(
        httpcore.URL(
            scheme=proxy.url.raw_scheme,
            host=proxy.url.raw_host,
            port=proxy.url.port,
            target=proxy.url.raw_path,
        ),
        auth=proxy.raw_auth,
    )


def _tls(proxied: bool, ca: str | None, own: OwnCertificate | None) -> ssl.SSLContext:
    if not proxied:
        return trust.context(ca, own)
    tls = httpx.create_ssl_context()
    trust.add(tls, ca)
    return tls


def _unanswered(error: BaseException, name: str) -> Unanswered:
    """Return what was wrong, in the operating system's words where it has any.

    `name` is what a certificate had to name.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ExceptionGroup):
            cause = cause.exceptions[0]
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(trust.distrusted(cause, name))
        if isinstance(cause, ssl.SSLError) and trust.wants_certificate(cause):
            return Untrusted(trust.NO_CERTIFICATE)
        if isinstance(cause, ssl.SSLError):
            return Unanswered(trust.failure(cause))
        if isinstance(cause, OSError) and cause.errno:
            known = cause.errno > 0
            return Unanswered(os.strerror(cause.errno) if known else cause.strerror or str(cause))
        cause = cause.__cause__ or cause.__context__
    return Unanswered(printable(str(error), limits.TEXT) or type(error).__name__)
