"""The page on all keys."""

import re
from pathlib import Path

import pytest

from ao import config
from ao.config import markdown

DOCS = Path(__file__).parents[3] / "docs"
ALL_KEYS = markdown.markdown(config.SiteFile)


def test_the_page_in_the_docs_is_what_the_schema_makes() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert page.endswith(ALL_KEYS), "`ao schema --markdown` makes the end of docs/configuration.md"


def test_every_key_of_the_schema_is_told_with_a_meaning() -> None:
    schema = config.schema()
    models = [schema, *schema["$defs"].values()]
    keys = {key for model in models for key in model.get("properties", {})}
    rows = dict(re.findall(r"^\| \[?`(\w+)`[^|]*\| ([^|]*) \|", ALL_KEYS, re.MULTILINE))
    assert set(rows) == keys
    assert all(meaning.endswith(".") for meaning in rows.values())


@pytest.mark.parametrize(
    ("key", "default"),
    [("delete_delay", "`10s`"), ("site", "**required**"), ("timezone", "`UTC`")],
)
def test_a_default_is_written_as_in_the_file(key: str, default: str) -> None:
    (row,) = re.findall(rf"^\| `{key}` \|.*$", ALL_KEYS, re.MULTILINE)
    assert row.split(" | ")[2] == default


@pytest.mark.parametrize("page", sorted(set(markdown.PAGES.values())))
def test_a_page_that_tells_more_is_there(page: str) -> None:
    name, _, part = page.partition("#")
    headings = re.findall(r"^#+ (.*)$", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", it.lower()).replace(" ", "-") for it in headings}
    assert part in {"", *anchors}
