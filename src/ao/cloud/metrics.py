"""Measures that Prometheus keeps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from keystoneauth1.adapter import Adapter
from openstack import connection, exceptions
from pydantic import AfterValidator, FiniteFloat

from ao.cloud.models import Sample
from ao.cloud.rest import Answer, Service
from ao.cloud.sdk_errors import asking
from ao.message import message

PATIENCE = 3.0
"""Seconds that an answer may take to begin, and as long again its body."""

BAD_QUERY = 400
"""Status of an answer that tells in JSON what is wrong with a query."""


class Metrics:
    """Measures of a project, asked for in PromQL where the catalogue says `metric-storage`.

    That is Prometheus itself, which asks for no token, or Aetos, which does and shows a
    project its own measures only. openstacksdk knows neither.
    """

    def __init__(self, cloud: connection.Connection) -> None:
        adapter = Adapter(
            cloud.session,
            service_type="metric-storage",
            interface=cloud.config.get_interface("metric-storage"),
            region_name=cloud.config.get_region_name("metric-storage"),
        )
        self._prometheus = Service(name="Prometheus", adapter=lambda: adapter, patience=PATIENCE)

    def query(self, promql: str) -> float | None:
        """Value of a query now; None when there is none. Of several series it is the first's."""
        with asking(message("ask for measures")):
            found = self._ask("query", query=promql).value(list[_Now], "data", "result")
            return _number(found[0].value[1]) if found else None

    def range(self, promql: str, begin: float, end: float, step: float) -> tuple[Sample, ...]:
        """Values of a query from a moment to another (seconds since 1970), each `step` seconds.

        Moments without a value are left out.
        """
        with asking(message("ask for measures")):
            answer = self._ask("query_range", query=promql, start=begin, end=end, step=step)
            found = answer.value(list[_Range], "data", "result")
            return tuple(
                Sample(at=at, value=number)
                for at, value in (found[0].values if found else ())
                if (number := _number(value)) is not None
            )

    def _ask(self, what: str, **parameters: object) -> Answer:
        """Prometheus' answer; what is wrong with a query is told in its words."""
        answer = self._prometheus.ask("GET", f"/api/v1/{what}", params=parameters, also=[BAD_QUERY])
        if answer.response.status_code == BAD_QUERY:
            raise exceptions.BadRequestException(
                answer.value(str, "error"), response=answer.response
            )
        return answer


def _number(text: str) -> float | None:
    """Return a value as Prometheus writes it; None when it is no number. Raises ValueError."""
    value = float(text)
    return value if math.isfinite(value) else None


def _is_value(text: str) -> str:
    _number(text)
    return text


Point = tuple[FiniteFloat, Annotated[str, AfterValidator(_is_value)]]
"""A moment, in seconds since 1970, and a value."""


@dataclass(frozen=True)
class _Now:
    value: Point


@dataclass(frozen=True)
class _Range:
    values: list[Point]
