"""Prometheus: one figure of it at a time, by instant queries.

https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    import httpx

TIMEOUT = 5.0
"""Seconds that an answer may take, and each part of its way."""


class NoFigure(Exception):
    """Prometheus gave no figure; the message says where and why, without credentials."""


def ask(url: str, query: str, *, transport: httpx.BaseTransport | None = None) -> float:
    """The one value that a query has now; credentials in the URL are sent as basic auth.

    Raises NoFigure when Prometheus does not answer, refuses the query, or gives no value,
    several, or NaN.
    """
    import httpx

    try:
        with httpx.Client(transport=transport, timeout=TIMEOUT) as client:
            answer = client.get(
                f"{url.rstrip('/')}/api/v1/query",
                params={"query": query, "timeout": f"{TIMEOUT:g}s"},
            )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _no_figure(url, str(error) or type(error).__name__) from error
    try:
        value = _value(answer.json())
    except NoFigure as error:
        raise _no_figure(url, str(error)) from error
    except (ValueError, LookupError, TypeError) as error:
        what = f"HTTP {answer.status_code}, and not as Prometheus answers"
        raise _no_figure(url, what) from error
    return value


def masked(url: str) -> str:
    """A URL without the credentials that it holds."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}"))


def _value(body: Any) -> float:
    """The value in an answer; raises NoFigure with the reason if it tells another thing."""
    if body["status"] != "success":
        raise NoFigure(f"{body['errorType']}: {body['error']}")
    kind, result = body["data"]["resultType"], body["data"]["result"]
    match kind:
        case "scalar":
            values = [float(result[1])]
        case "vector":
            values = [float(series["value"][1]) for series in result]
        case _:
            raise NoFigure(f"the query gives a {kind}, not a value")
    if len(values) != 1:
        raise NoFigure(f"the query gives {len(values)} values, not one; sum() or max() makes one")
    if math.isnan(values[0]):
        raise NoFigure("the query gives NaN, as 0/0 does")
    return values[0]


def _no_figure(url: str, why: str) -> NoFigure:
    return NoFigure(f"{masked(url)}: {why}")
