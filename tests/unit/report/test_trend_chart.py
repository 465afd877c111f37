from dataclasses import replace

import pytest
from matplotlib.text import Text

from ao.colour import Colour
from ao.cutover.trend import Points, Trend
from ao.message.translation import Language
from ao.report import cutover_json, html_page, trend_chart
from tests.unit.report import samples

BLUE, GREEN = Colour
CUTOVER = samples.lossless()
AT = tuple(CUTOVER.started + 10.0 * n for n in range(-60, 3))


def points(value: float, *, without: range = range(0)) -> Points:
    at = tuple(moment for n, moment in enumerate(AT) if n not in without)
    return Points(at=at, values=(value,) * len(at))


TREND = Trend(
    step=10.0,
    servers={BLUE: points(4), GREEN: points(2)},
    load={BLUE: points(0.8, without=range(20, 30)), GREEN: points(0.1)},
    out=0.7,
    inward=0.2,
    cpu=True,
)


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        (Language.ENGLISH, {"servers", "CPU load", "add above", "remove below"}),
        (Language.JAPANESE, {"台数", "CPU 負荷", "超えれば増設", "下回れば削減"}),
    ],
)
def test_systems_and_thresholds_are_named(
    language: Language, wanted: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ao.report.drawing.written", lambda language: language)
    figure = trend_chart.figure(TREND, CUTOVER, language)
    written = {text.get_text() for text in figure.findobj(Text)}
    assert wanted | {"blue 1.0", "green 2.0"} <= written


def test_production_moved_at_minute_zero() -> None:
    servers, load = trend_chart.figure(TREND, CUTOVER).axes
    for axes in (servers, load):
        assert [0, 0] in [list(line.get_xdata()) for line in axes.lines]
    assert CUTOVER.asked_at is not None
    assert min(load.lines[0].get_xdata()) == pytest.approx(-(600 + CUTOVER.asked_at) / 60)


def test_a_curve_breaks_off_where_nothing_was_measured() -> None:
    load = trend_chart.figure(TREND, CUTOVER).axes[1]
    blue, green = load.lines[:2]
    assert sum(value != value for value in blue.get_ydata()) == 1
    assert not any(value != value for value in green.get_ydata())


def test_nothing_measured_is_an_empty_chart() -> None:
    assert trend_chart.svg(replace(TREND, servers={}, load={}), CUTOVER)


def test_a_page_shows_it_only_where_there_is_one() -> None:
    assert "Servers and load" not in html_page.page(CUTOVER)
    assert "Servers and load" in html_page.page(replace(CUTOVER, trend=TREND))


def test_it_is_kept_with_its_cut_over() -> None:
    kept = replace(CUTOVER, trend=TREND)
    assert cutover_json.read(cutover_json.write(kept)) == kept
