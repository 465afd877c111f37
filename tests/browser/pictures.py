"""Takes the pictures of the documentation: `python -m tests.browser.pictures CLOUD SITE`.

The site is there already, with releases in its history and a switch that was measured.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, log_in

IMAGES = Path(__file__).parents[2] / "docs" / "images"
LANGUAGES = {"en": "", "ja": "-ja"}
"""Locales, with what the names of their pictures end in."""


def main(cloud: str, site: str) -> None:
    """Take the list of the sites, the site's page and the form of a switch in each language."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for locale, suffix in LANGUAGES.items():
            screen = log_in(browser, cloud, locale)
            for name, path in (("sites", ""), ("site", f"{site}/"), ("switch", f"{site}/switch/")):
                page = screen.open(path)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=IMAGES / f"horizon-{name}{suffix}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
