"""Pages while a service is down or hangs: they stand, within their time, and say which it is."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from django.test import override_settings

from ao.operations import operations
from tests.unit.dashboard.test_scaling import RULES
from tests.unit.dashboard.visitor import VisitorTest

PARTS = {
    "Heat": ("stacks", "software_configs"),
    "Neutron": ("floating_ips", "locks"),
    "Octavia": ("load_balancers",),
    "Nova": ("servers",),
    "Aodh": ("alarms",),
    "Prometheus": ("metrics",),
}
"""Parts of the cloud that are silent while a service is."""
LISTED = frozenset({"Heat", "Neutron", "Octavia"})
"""Services that the page of all sites asks."""
SHOWN = PARTS.keys() - {"Nova"}
"""Services that a site's page asks."""
VIEWS = {"index": ((), LISTED), "rows": ((), LISTED), "site": (("shop",), SHOWN)} | {
    "now": (("shop",), SHOWN)
}
"""Pages and the parts that they fetch, with the services that they ask."""
PATIENCE = 1.0
"""Seconds that the services have in these tests."""
BOUND = 2 * PATIENCE + 4.0
"""Seconds in which a page is there: a second look may take as long as the first; the rest is for
a busy machine."""
LIVE = "<strong>live</strong>"


class Hung:
    """A part of the cloud that takes a call and does not answer before the test ends."""

    def __init__(self, over: threading.Event) -> None:
        self._over = over

    def __getattr__(self, call: str) -> Callable[..., None]:
        def hang(*_args: object, **_more: object) -> None:
            self._over.wait(60.0)

        return hang


class OutageTest(VisitorTest):
    def site_file(self) -> Path:
        """The demo shop's, with autoscaling: its page asks all services."""
        return self.changed(lambda text: text + RULES)

    @contextmanager
    def hung(self, *parts: str) -> Iterator[None]:
        """While parts of the cloud do not answer, in pages that wait for PATIENCE."""
        over = threading.Event()
        with ExitStack() as stack:
            stack.callback(over.set)
            stack.enter_context(override_settings(AO_PAGE_SECONDS=PATIENCE))
            for part in parts:
                stack.enter_context(mock.patch.object(self.cloud, part, Hung(over)))
            yield

    def quick(self, view: str, *args: str, language: str = "en") -> str:
        """A page that is there within its time."""
        begin = time.monotonic()
        text = self.text(view, *args, language=language)
        assert time.monotonic() - begin < BOUND
        return text

    def test_each_page_stands_while_a_service_is_down_and_says_what_does_not_answer(self) -> None:
        for service, parts in PARTS.items():
            for view, (args, asked) in VIEWS.items():
                with self.subTest(service, view=view), self.silent(*parts):
                    text = self.text(view, *args)
                    assert (f"{parts[0]} does not answer" in text) is (service in asked)

    def test_each_page_stands_while_a_service_hangs_and_names_it(self) -> None:
        for service, parts in PARTS.items():
            for view in ("rows", "now"):
                args, asked = VIEWS[view]
                with self.subTest(service, view=view), self.hung(*parts):
                    said = f"{service} has not answered within "
                    assert (said in self.quick(view, *args)) is (service in asked)

    def test_that_is_said_in_japanese(self) -> None:
        with self.hung("load_balancers"):
            for view in ("rows", "now"):
                text = self.quick(view, *VIEWS[view][0], language="ja")
                assert re.search("Octavia は [0-9.]+ 秒以内に応答しませんでした", text)
            assert "分かるまで提供しない操作:" in text

    def test_pages_that_nothing_answers_are_there_within_their_time(self) -> None:
        with self.hung(*(it for parts in PARTS.values() for it in parts)):
            assert "Which sites the project has is not known." in self.quick("rows")
            text = self.quick("now", "shop")
        assert "What was done to the site is not known." in text
        assert "The site file that the project keeps cannot be read." in text
        assert "data-action=" not in text

    def test_without_octavia_a_site_shows_its_versions_and_what_is_not_offered(self) -> None:
        for away in (self.silent, self.hung):
            with self.subTest(away.__name__), away("load_balancers"):
                text = self.quick("now", "shop")
                assert LIVE not in text
                assert text.split('data-glance="green"')[1].split("</section>")[0].count("1.0")
                withheld = text.split('class="ao-withheld">')[1].split("</p>")[0]
                assert withheld.startswith("It is not known what is live.")
                assert "Switch production" in withheld
                assert 'data-action="switch"' not in text
                assert 'data-action="lock"' in text

    def test_without_the_lock_nothing_is_offered_that_depends_on_who_holds_it(self) -> None:
        with self.silent("locks"):
            text = self.text("now", "shop")
        withheld = text.split('class="ao-withheld">')[1].split("</p>")[0]
        assert withheld.startswith("Who holds the lock is not known.")
        assert "Unlock" in withheld
        assert 'data-action="lock"' not in text
        assert 'data-action="switch"' in text

    def test_without_aodh_or_prometheus_a_site_shows_all_else(self) -> None:
        for part in ("alarms", "metrics"):
            with self.subTest(part), self.hung(part):
                text = self.quick("now", "shop")
                assert LIVE in text
                assert 'data-action="switch"' in text

    def test_what_is_not_known_of_a_row_is_said(self) -> None:
        known = self.text("rows")
        assert "<td>not known</td>" not in " ".join(known.split())
        with self.silent("locks"):
            assert "<td>not known</td>" in self.text("rows")

    def test_a_page_that_is_asked_for_again_tells_what_is_now(self) -> None:
        with self.silent("load_balancers"):
            assert LIVE not in self.text("now", "shop")
        assert LIVE in self.text("now", "shop")
        operations.start_scale(self.work, self.work.observe().standby, 1)
        assert "Heat is at work on it" in self.text("now", "shop")
