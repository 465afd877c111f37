"""Measures that Prometheus keeps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from keystoneauth1.adapter import Adapter
from openstack import connection, exceptions
from requests import RequestException, Response

from ao import limits
from ao.cloud.body import Body
from ao.cloud.translate import asking
from ao.cloud.values import Sample
from ao.errors import Unavailable
from ao.printable import printable

PATIENCE = 3.0
"""Seconds that an answer may take to begin, and its body as a whole."""

BAD_QUERY = 400
"""Status of an answer that tells in JSON what is wrong with a query."""


class Metrics:
    """Measures of a project, asked for in PromQL where the catalogue says `metric-storage`.

    That is Prometheus itself, which asks for no token, or Aetos, which does and shows a
    project its own measures only. openstacksdk knows neither.
    """

    def __init__(self, cloud: connection.Connection) -> None:
        self._prometheus = Adapter(
            cloud.session,
            service_type="metric-storage",
            interface=cloud.config.get_interface("metric-storage"),
            region_name=cloud.config.get_region_name("metric-storage"),
        )

    def query(self, promql: str) -> float | None:
        """Value of a query now; None when there is none. Of several series it is the first's."""
        with _understood():
            found = self._ask("query", query=promql)
            return _number(found[0]["value"][1]) if found else None

    def range(self, promql: str, begin: float, end: float, step: float) -> tuple[Sample, ...]:
        """Values of a query from a moment to another (seconds since 1970), each `step` seconds.

        Moments without a value are left out.
        """
        with _understood():
            found = self._ask("query_range", query=promql, start=begin, end=end, step=step)
            values = found[0]["values"] if found else []
            return tuple(
                Sample(at=float(at), value=number)
                for at, value in values
                if (number := _number(value)) is not None
            )

    def _ask(self, what: str, **parameters: object) -> list[dict[str, Any]]:
        with asking("ask for measures"):
            path = f"/api/v1/{what}"
            answer = self._prometheus.get(
                path, params=parameters, raise_exc=False, timeout=PATIENCE, stream=True
            )
            _read(answer)
            if answer.status_code == BAD_QUERY:
                raise exceptions.BadRequestException(answer.json()["error"], response=answer)
            exceptions.raise_from_response(answer)
            found: list[dict[str, Any]] = answer.json()["data"]["result"]
            return found


def _read(answer: Response) -> None:
    """Read the body of an answer, within its limits; raises Unavailable."""
    Body.bound(answer, limits.CURVES, PATIENCE)
    try:
        _ = answer.content
    except RequestException as error:
        raise Unavailable(
            f"cannot ask for measures: {printable(str(error))}",
            cure="`openstack catalog show metric-storage` tells where it is looked for.",
        ) from error


@contextmanager
def _understood() -> Iterator[None]:
    """Tell an answer that is none of Prometheus, as that of a proxy before it."""
    try:
        yield
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise Unavailable(
            "cannot ask for measures: what answers is not Prometheus",
            cure="`openstack catalog show metric-storage` tells where it is looked for.",
        ) from error


def _number(text: str) -> float | None:
    """A value as Prometheus writes it; None when it is no number."""
    value = float(text)
    return value if math.isfinite(value) else None
