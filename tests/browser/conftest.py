"""A browser in front of the box's Horizon."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ao.site import Site

P, R = ParamSpec("P"), TypeVar("R")
HORIZON = "http://127.0.0.1:8080"
CHROMIUM = "/usr/bin/chromium"
"""Debian's."""
PATIENCE = 240_000.0
"""Milliseconds that Heat may take."""


def aside(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call what has an event loop of its own; Playwright has one in the tests' thread."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(call, *args, **kwargs).result()


@dataclass(frozen=True)
class Screen:
    """The panel in somebody's browser."""

    page: Page

    def open(self, path: str = "") -> Page:
        """A page of the panel."""
        answer = self.page.goto(f"{HORIZON}/project/bluegreen/{path}")
        assert answer is not None
        assert answer.status == 200
        return self.page

    def act(self, site: Site, act: str, **given: str) -> None:
        """Fill in the form of an act and send it."""
        self.open(f"{site.name}/{act}/")
        for name, text in given.items():
            self.page.fill(f"#id_{name}", text)
        with self.page.expect_navigation(timeout=60_000):
            self.page.click(".ao-form button[type=submit]")
        self.see_end()

    def see_end(self) -> None:
        """Wait until the page tells what an act has ended in that took longer than its request."""
        if self.page.locator(".messages .alert-info").count():
            expect(self.page.locator(".ao-ended")).not_to_have_count(0, timeout=60_000)

    def told(self) -> str:
        """Messages that Horizon shows."""
        return " ".join(self.page.locator(".alert").all_inner_texts())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # Chromium's sandbox wants a user other than root.
            args=["--no-sandbox"],
        )
        yield launched
        launched.close()


def log_in(browser: Browser, cloud: str, locale: str = "en") -> Screen:
    """A screen of the user of a cloud of clouds.yaml, in a language."""
    known = yaml.safe_load(Path(os.environ["OS_CLIENT_CONFIG_FILE"]).read_text())
    auth = known["clouds"][cloud]["auth"]
    context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{HORIZON}/auth/login/")
    page.fill("#id_username", auth["username"])
    page.fill("#id_password", auth["password"])
    with page.expect_navigation():
        page.click("#loginBtn")
    return Screen(page)


@pytest.fixture(scope="module")
def member(browser: Browser, cloud_name: str) -> Screen:
    return log_in(browser, cloud_name)


@pytest.fixture(scope="module")
def reader(browser: Browser, cloud_name: str) -> Screen:
    return log_in(browser, f"{cloud_name}-reader")
