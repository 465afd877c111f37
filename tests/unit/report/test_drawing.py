"""Fonts that charts are drawn with."""

from collections.abc import Iterator

import pytest
from matplotlib import font_manager

from ao.report import drawing


@pytest.fixture(autouse=True)
def looked_for_anew() -> Iterator[None]:
    drawing.japanese_font.cache_clear()
    yield
    drawing.japanese_font.cache_clear()


def test_a_font_that_was_installed_after_matplotlib_made_its_list_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = [it for it in font_manager.fontManager.ttflist if it.name == drawing.japanese_font()]
    if not there:
        pytest.skip("no Japanese font is installed")
    drawing.japanese_font.cache_clear()
    files = {it.fname for it in there}
    others = [it for it in font_manager.fontManager.ttflist if it.fname not in files]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", others)
    assert drawing.japanese_font() == there[0].name


def test_without_one_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: ["/nowhere/font.ttf"])
    assert drawing.japanese_font() is None
