"""What is measured in a project of many sites: what operators run, and the pages they look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ao import release
from ao.commands import systems_table
from ao.operations import operations
from ao.operations.overview import overview
from ao.plan import scaling_state
from ao.release import Options
from benchmarks.many_sites.pages import Page
from benchmarks.many_sites.project import Project

Act = Callable[[Project, Page | None], None]
"""Does something in a project, on its newest site; a page is None where none is measured."""


def _status(project: Project, _: Page | None) -> None:
    work = project.work(project.sites[-1])
    facts = work.observe()
    release.note(work, lambda: facts)
    systems_table.rows(work.site, facts, scaling_state.read_scaling(work.cloud, work.site, facts))


def _sites(project: Project, _: Page | None) -> None:
    found = overview(project.cloud)
    assert len(found.sites) == len(project.sites), found.unknown


def _release(project: Project, _: Page | None) -> None:
    work = project.work(project.sites[-1])
    release.release(work, "2.0", Options(moment=project.cloud.moment))


def _switch(project: Project, _: Page | None) -> None:
    operations.switch(project.work(project.sites[-1]), i_know=True)


def _sites_page(_: Project, page: Page | None) -> None:
    assert page is not None
    page("rows")


def _site_page(project: Project, page: Page | None) -> None:
    assert page is not None
    page("now", project.sites[-1].name)


ACTS: Mapping[str, Act] = {
    "ao status": _status,
    "ao sites": _sites,
    "ao release": _release,
    "ao switch": _switch,
    "page of all sites": _sites_page,
    "page of a site": _site_page,
}
"""What is done, in this order: the release goes to a version, the switch back from it."""
PAGES = frozenset({"page of all sites", "page of a site"})
"""Acts that are Horizon's pages."""
