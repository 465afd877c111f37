"""A strict content security policy stops nothing of the panel: nothing of it is inline."""

from html.parser import HTMLParser

from ao import lock
from ao_dashboard.bluegreen.actions import ACTIONS
from tests.unit.dashboard.visitor import VisitorTest


class Inline(HTMLParser):
    """Finds scripts and styles that are written into a page's main part."""

    VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.seen = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if self.depth or given.get("id") == "main_content":
            self.depth += tag not in self.VOID
            self.seen += 1
            self.found += (
                [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
            )
            self.found += [name for name in given if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in self.VOID:
            self.depth -= 1


class PolicyTest(VisitorTest):
    def inline(self, view: str, *args: str) -> list[str]:
        page = Inline()
        text = self.text(view, *args)
        page.feed(text if "<body" in text else f'<div id="main_content">{text}</div>')
        assert page.seen > 5
        return page.found

    def test_nothing_is_inline_on_the_sites_or_a_site(self) -> None:
        lock.acquire_by_hand(self.work, "an audit", 3600.0)
        for view, args in (("index", ()), ("rows", ()), ("site", ["shop"]), ("now", ["shop"])):
            with self.subTest(view):
                assert not self.inline(view, *args)

    def test_nothing_is_inline_on_a_form(self) -> None:
        for action in ACTIONS:
            with self.subTest(action):
                assert not self.inline("action", "shop", action)

    def test_what_is_inline_would_be_found(self) -> None:
        page = Inline()
        page.feed('<div id="main_content"><p style="x" onclick="y"><script>z</script></p></div>')
        assert page.found == ["style", "onclick", "script"]
