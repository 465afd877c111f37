"""Horizon's pages of the panel, as a user sees them who is logged in to the fake cloud."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

from ao.work import Work
from benchmarks.many_sites.project import Project

PANEL = "horizon:project:bluegreen"

Page = Callable[..., None]
"""Asks for a page by its view, such as `rows`, and that one's arguments."""


@contextmanager
def logged_in(project: Project) -> Iterator[Page]:
    """Give what asks for pages while the body runs, in a Horizon inside this process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.unit.dashboard.settings"
    with warnings.catch_warnings():
        # What Horizon and its libraries deprecate is not ours to mend.
        warnings.simplefilter("ignore")
        import django
        from django.core.cache import cache
        from django.test.utils import setup_test_environment, teardown_test_environment
        from django.urls import reverse

        django.setup()
        setup_test_environment()
        visitor = _visitor()

        def page(view: str, *arguments: str) -> None:
            # Each page is that of somebody who comes anew.
            cache.clear()
            answer = visitor.client.get(reverse(f"{PANEL}:{view}", args=arguments))
            assert answer.status_code == 200, answer

        work = partial(Work, clock=project.clock, visit=project.cloud.visit)
        state = "ao_dashboard.bluegreen.page_state"
        with (
            mock.patch("ao_dashboard.bluegreen.views.cloud", return_value=project.cloud),
            mock.patch.multiple(state, Work=work, visit=project.cloud.visit),
        ):
            try:
                yield page
            finally:
                visitor.tearDown()
                visitor.doCleanups()
                type(visitor).tearDownClass()
                teardown_test_environment()


def _visitor() -> Any:
    """Return a test case of Horizon's with a user who is logged in."""
    from openstack_dashboard.test import helpers

    class Visitor(helpers.TestCase):  # type: ignore[misc]
        def _setup_test_data(self) -> None:
            super()._setup_test_data()
            nowhere = {"region": "RegionOne", "interface": "public", "url": "http://localhost"}
            for service in ("orchestration", "load-balancer"):
                it = {"type": service, "name": service, "endpoints": [nowhere]}
                self.service_catalog.append(it)

        def runTest(self) -> None:  # noqa: N802
            """Run nothing: its client is what is wanted."""

    Visitor.setUpClass()
    visitor = Visitor()
    # What Django's runner of tests does before each of them.
    visitor.client = visitor.client_class()
    visitor.setUp()
    return visitor
