"""Queries are asked once before production moves: what cannot be read is no guard afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ao.colour import Colour
from ao.errors import ConfigError
from ao.message import joined, message
from ao.site.watch import Query
from ao.watch import login, prometheus
from ao.watch.metrics import source
from ao.watch.prometheus import Ask, BadQuery, NoFigure, filled
from ao.work import Work


def check(work: Work, colour: Colour, version: str, ask: Ask | None = None) -> None:
    """Ask each query of the watch once, for the system that is to become live.

    Raises ConfigError for those that Prometheus cannot read, or whose login is not there. One that
    has no figure at this moment is told: it may have one once the system is live.
    """
    site, asking = work.site, ask or prometheus.ask
    queries = site.watch.queries if site.watch.length else ()

    def trouble(query: Query) -> NoFigure | None:
        text = filled(query.query, site=site.name, colour=colour, version=version)
        try:
            asking(query.url, text, login.read(site, query))
        except NoFigure as error:
            return error
        return None

    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="query") as pool:
        found = list(pool.map(trouble, queries))
    wrong = []
    for number, (query, error) in enumerate(zip(queries, found, strict=True)):
        if isinstance(error, BadQuery):
            where = site.place(f"watch.prometheus.{number}.query")
            wrong.append(message("%(where)s: %(why)s", where=where, why=str(error)))
        elif error is not None:
            work.note(
                message(
                    "%(name)s has no figure before the switch: %(why)s.",
                    name=source(query),
                    why=str(error),
                )
            )
    if wrong:
        raise ConfigError(
            joined("\n", wrong),
            cure=message("Production was not moved. Mend the query and run the command again."),
        )
