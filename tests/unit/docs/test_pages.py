"""The pages for people: what they link is there, and none is lost."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Files that a page links, and the headings in them."""
    for link in LINK.findall(prose(page)):
        if "://" not in link and not link.startswith("mailto:"):
            path, _, heading = link.partition("#")
            yield (page.parent / path).resolve() if path else page, heading


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower() for title in titles]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


def test_every_link_leads_to_a_file_that_is_there() -> None:
    lost = [f"{page.name}: {to}" for page in PAGES for to, _ in links(page) if not to.exists()]
    assert lost == []


def test_every_link_into_a_page_leads_to_one_of_its_headings() -> None:
    lost = [
        f"{page.name}: {to.name}#{heading}"
        for page in PAGES
        for to, heading in links(page)
        if heading and to.suffix == ".md" and heading not in anchors(to)
    ]
    assert lost == []


def test_the_index_names_every_page_once() -> None:
    index = ROOT / "docs" / "README.md"
    named = [to for to, _ in links(index)]
    assert sorted(set(named)) == sorted(named)
    assert {it for it in PAGES if it.parent != ROOT} - {index} <= set(named)
