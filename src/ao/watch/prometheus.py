"""Prometheus: one figure of it at a time, by instant queries.

https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ao.http import limits
from ao.message import message
from ao.untrusted.printable import printable
from ao.watch.login import Login

TIMEOUT = 5.0
"""Seconds that an answer may take as a whole."""


class NoFigure(Exception):
    """Prometheus gave no figure; the message says where and why, without credentials."""


class BadQuery(NoFigure):
    """The query is none of PromQL, or of a kind that never is one value."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """The one value of a query."""

    value: float
    warnings: str = ""
    """Warnings of Prometheus, as of an answer that is a part only; empty when there are none."""


Ask = Callable[[str, str, Login], Value]
"""Asks the Prometheus at a URL for the value of a query, with a login."""


def ask(url: str, query: str, login: Login | None = None) -> Value:
    """Return the one value that a query has now.

    Credentials in the URL are sent as basic authentication, those of the login as it says; with
    them a URL of plain HTTP, which is one of this machine, is asked without a proxy. Redirects
    are not followed, so they get to no other server.

    Raises BadQuery when Prometheus cannot read the query, and NoFigure when it does not answer
    within TIMEOUT and `ao.http.limits`, or gives no value, several, or NaN.
    """
    import httpx

    from ao.http import exchange

    login = login or Login()
    try:
        request = exchange.request(
            "GET",
            f"{url.rstrip('/')}/api/v1/query",
            params={"query": query, "timeout": f"{TIMEOUT:g}s"},
            headers=login.headers,
        )
        answer = exchange.exchange(
            request,
            TIMEOUT,
            keep=limits.FIGURES,
            longest=limits.FIGURES,
            proxied=request.url.scheme == "https" or not login.secret,
            ca=login.ca,
        )
    except (exchange.Unanswered, httpx.InvalidURL) as error:
        raise _no_figure(url, str(error)) from error
    if 300 <= answer.status < 400:
        what = message(
            "HTTP %(status)s, a redirect, which is not followed; write the URL that it leads to",
            status=answer.status,
        )
        raise _no_figure(url, what)
    try:
        body = json.loads(answer.body)
        value = Value(value=_value(body, login), warnings=_warnings(body, login))
    except NoFigure as error:
        raise type(error)(f"{masked(url)}: {error}") from error
    # A number can be too large for a float, and lists can be nested too deeply.
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        what = message("HTTP %(status)s, and not as Prometheus answers", status=answer.status)
        raise _no_figure(url, what) from error
    return value


def masked(url: str) -> str:
    """Return a URL without the credentials that it holds."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}"))


def _value(body: Any, login: Login) -> float:
    """Return the value in an answer; raises NoFigure with the reason if it tells another thing."""
    if body["status"] != "success":
        kind = BadQuery if body["errorType"] == "bad_data" else NoFigure
        raise kind(printable(login.masked(f"{body['errorType']}: {body['error']}"), limits.TEXT))
    kind, result = body["data"]["resultType"], body["data"]["result"]
    match kind:
        case "scalar":
            values = [_figure(result)]
        case "vector":
            values = [_figure(series["value"]) for series in result]
        case _:
            raise BadQuery(
                message(
                    "the query gives a %(kind)s, not a value",
                    kind=printable(login.masked(str(kind)), 20),
                )
            )
    if not values:
        raise NoFigure(message("the query gives no value; where none is 0, write `… or vector(0)`"))
    if len(values) != 1:
        raise NoFigure(
            message(
                "the query gives %(count)s values, not one; sum() or max() makes one",
                count=len(values),
            )
        )
    if math.isnan(values[0]):
        raise NoFigure(message("the query gives NaN, as 0/0 does"))
    return values[0]


def filled(query: str, *, site: str, colour: str, version: str) -> str:
    """Return a query of the watch with site, colour and version in it."""
    words = {"$AO_SITE": site, "$AO_COLOUR": colour, "$AO_VERSION": version}
    for word, value in words.items():
        query = query.replace(word, value)
    return query


def _warnings(body: Any, login: Login) -> str:
    """Return the warnings of an answer, in one line."""
    told = body.get("warnings") or ()
    if not isinstance(told, list):
        return ""
    return printable(login.masked("; ".join(map(str, told))), limits.TEXT)


def _figure(pair: Any) -> float:
    """Return the value of a moment with its value; raises TypeError for another thing."""
    if not isinstance(pair, list):
        raise TypeError
    return float(pair[1])


def _no_figure(url: str, why: str) -> NoFigure:
    return NoFigure(f"{masked(url)}: {why}")
