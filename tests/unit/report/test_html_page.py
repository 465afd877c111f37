import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ao.cutover.cutover import CutOver, Mark
from ao.message.translation import Language
from ao.report import html_page, report_files
from tests.unit.report import samples

SAMPLES = {make.__name__: make() for make in (samples.lossless, samples.lossy, samples.unmeasured)}
EVIL = "<script>alert('&\"')</script>"


class Reader(HTMLParser):
    """Elements and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("cutover", SAMPLES.values(), ids=SAMPLES)
def test_a_page_asks_nothing_of_the_network_and_runs_nothing(cutover: CutOver) -> None:
    html = html_page.page(cutover)
    read = Reader(html)
    assert {tag for tag, _ in read.elements}.isdisjoint(
        {"script", "link", "iframe", "img", "image", "object", "embed", "base"}
    )
    for _, attributes in read.elements:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "@import" not in html
    assert all(target.startswith("#") for target in re.findall(r"url\(['\"]?([^)]*)", html))


def test_a_page_holds_verdict_chart_figures_losses_and_requests() -> None:
    read = Reader(html_page.page(SAMPLES["lossy"]))
    assert [tag for tag, _ in read.elements].count("svg") == 1
    for text in (
        "Production moved from blue 1.0 to green 2.0",
        "70 of 6,884 requests lost",
        "How users came over",
        "Lost requests",
        "timed out",
        "PUT neutron /v2.0/floatingips/09fe",
        "3 clients were still on blue at the deadline",
    ):
        assert text in read.text


def test_an_unmeasured_page_says_so() -> None:
    read = Reader(html_page.page(SAMPLES["unmeasured"]))
    assert "Nothing was measured: production could not be reached from here" in read.text
    assert "How users came over" not in read.text


@pytest.mark.parametrize("field", ["site", "provider", "old_version", "failure", "unmeasured"])
def test_texts_are_escaped(field: str) -> None:
    html = html_page.page(replace(samples.quiet(), **{field: EVIL}))
    assert "<script" not in html
    assert EVIL in Reader(html).text


def test_texts_inside_the_chart_are_escaped() -> None:
    html = html_page.page(samples.quiet(marks=(Mark(at=0.5, text=f"--> {EVIL}"),)))
    assert "<script" not in html
    assert "--> <" not in html


def test_a_page_is_in_one_language() -> None:
    html = html_page.page(SAMPLES["lossy"], Language.JAPANESE)
    assert '<html lang="ja">' in html
    text = Reader(html[: html.index("<style>")] + html[html.index("</style>") :]).text
    for words in (
        "本番を blue 1.0 から green 2.0 へ切り替え",
        "6,884 リクエスト中 失敗 70",
        "失敗したリクエスト",
        "タイムアウト",
    ):
        assert words in text
    for words in ("How users", "Lost requests", "timed out", "Times count", "answers took"):
        assert words not in text


@pytest.mark.parametrize("language", Language)
def test_a_page_is_in_the_language_of_the_user_and_a_chart_in_english(
    language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_files, "language_of_environment", lambda: language)
    page, chart = tmp_path / "report.html", tmp_path / "report.svg"
    for path in (page, chart):
        report_files.write(samples.quiet(), path)
    assert f'<html lang="{language}">' in page.read_text()
    assert "seconds from the switch's request" in chart.read_text()
