"""Webhooks: JSON posted to the operator's services, signed so that they know who sends it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from ao.errors import ConfigError
from ao.files.input_file import Unreadable, read_text
from ao.http import exchange
from ao.http.exchange import Excessive, Unanswered
from ao.message import message
from ao.redaction import redact, remember
from ao.site import Site
from ao.site.hooks import Webhook

CONNECT = 5.0
"""Seconds that one try may take to connect."""
PAUSE = 0.5
"""Seconds that the first pause between two tries takes at most; each later one twice as long."""
LONGEST_PAUSE = 10.0
ENCODED = "whsec_"
"""How a secret begins that is the base64 of a key."""


class Undelivered(Exception):
    """A webhook was not delivered; the message says where to and why, without secrets."""


class _Passing(Exception):
    """The service cannot take the webhook at this moment."""


def post(url: str, body: Mapping[str, object], secret: str | None, deadline: float) -> None:
    """Post a body with the present time as `at`, until it is taken or the deadline passes.

    Connections that fail and answers 429 and 5xx are tried again, with the same text and
    headers. `webhook-id` and `X-Ao-Delivery` are the ID of the delivery. With a secret,
    `webhook-signature` signs ID, `webhook-timestamp` and text as Standard Webhooks have it, and
    `X-Ao-Signature-256` is `sha256=` and the hexadecimal HMAC-SHA256 of the text alone, by which
    a receiver cannot tell that a delivery is sent again under another ID. Redirects are not
    followed, and only the head of an answer is read. Raises Undelivered.
    """
    now, delivery = datetime.now(UTC), str(uuid.uuid4())
    at = now.isoformat(timespec="seconds")
    text = json.dumps({**body, "at": at}, default=str).encode()
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Ao-Delivery": delivery,
        "webhook-id": delivery,
        "webhook-timestamp": timestamp,
    }
    if secret is not None:
        headers["X-Ao-Signature-256"] = f"sha256={sign(text, secret)}"
        headers["webhook-signature"] = sign_delivery(delivery, timestamp, text, secret)
    try:
        request = exchange.request("POST", url, content=text, headers=headers)
        exchange.run(_deliver(request, url, deadline))
    except (httpx.InvalidURL, TimeoutError) as error:
        raise Undelivered(f"{place(url)}: {_reason(error)}") from error


def sign(text: bytes, secret: str) -> str:
    """Hexadecimal HMAC-SHA256 of a text."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def sign_delivery(delivery: str, timestamp: str, text: bytes, secret: str) -> str:
    """Signature of a delivery's ID, time and text (Standard Webhooks 1.0, "Signature scheme").

    A secret that begins with `whsec_` is the base64 of the key, any other is the key itself.
    Raises ConfigError for one that is no base64.
    """
    signed = b".".join([delivery.encode(), timestamp.encode(), text])
    digest = hmac.digest(_key(secret), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    """The key of a secret. Raises ConfigError."""
    if not secret.startswith(ENCODED):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(ENCODED), validate=True)
    except ValueError as error:
        raise ConfigError(
            message("a webhook's secret that begins with whsec_ is not base64"),
            cure=message("Write it as the receiver has it, or one of another beginning."),
        ) from error


def place(url: str) -> str:
    """Return a URL without credentials, path and query, which may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def secret_of(site: Site, webhook: Webhook) -> str | None:
    """Return the secret that signs a webhook, or None when none does.

    Raises ConfigError when it is to be had from a variable or a file and is not there, or is none.
    """
    if webhook.secret_env is not None:
        secret, source = os.environ.get(webhook.secret_env, ""), f"${webhook.secret_env}"
    elif webhook.secret_file is not None:
        path = (site.folder or Path()) / webhook.secret_file
        try:
            secret, source = read_text(path).strip(), str(path)
        except Unreadable as error:
            raise ConfigError(
                message(
                    "cannot read the secret of the webhook %(place)s from %(path)s: %(why)s",
                    place=place(webhook.url),
                    path=path,
                    why=error.why,
                ),
                cure=message("Write the secret there; the path is relative to the site file."),
            ) from None
    else:
        return None
    if not secret:
        raise ConfigError(
            message(
                "the secret of the webhook %(place)s is to be in %(source)s, which is empty",
                place=place(webhook.url),
                source=source,
            ),
            cure=message("Put it there, the same as the receiver has."),
        )
    remember({"secret": secret})
    _key(secret)
    return secret


async def _deliver(request: httpx.Request, url: str, deadline: float) -> None:
    """Send until it is taken. Raises TimeoutError with the last reason at the deadline."""
    last: str = message("no answer")
    passing = (_Passing, Unanswered)
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(passing),
        wait=wait_random_exponential(multiplier=PAUSE, max=LONGEST_PAUSE),
    )
    try:
        async with asyncio.timeout(deadline):
            async for attempt in retrying:
                with attempt:
                    try:
                        await _try_once(request, url)
                    except passing as error:
                        last = _reason(error)
                        raise
    except TimeoutError as error:
        raise TimeoutError(
            message("%(last)s, for %(seconds)s s", last=last, seconds=f"{deadline:g}")
        ) from error


async def _try_once(request: httpx.Request, url: str) -> None:
    """Send the request. Raises Unanswered and _Passing when a later try may do, Undelivered."""
    try:
        status = (await exchange.send(request, connect=CONNECT)).status
    except Excessive as error:
        raise Undelivered(
            message("%(place)s: %(why)s", place=place(url), why=str(error))
        ) from error
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise _Passing(f"HTTP {status}")
    if not 200 <= status < 300:
        raise Undelivered(f"{place(url)}: HTTP {status}")


def _reason(error: BaseException) -> str:
    return redact(str(error)) or type(error).__name__
