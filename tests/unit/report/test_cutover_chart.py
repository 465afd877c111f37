import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from ao.colour import Colour
from ao.cutover.cutover import CutOver, Mark
from ao.message import message
from ao.message.translation import Language
from ao.report import cutover_chart, drawing
from tests.unit.report import samples

SAMPLES = {
    make.__name__: make()
    for make in (samples.lossless, samples.https, samples.lossy, samples.unmeasured)
}


def texts(figure: Figure) -> list[str]:
    """All that is written on a chart."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def step_labels(figure: Figure) -> list[Bbox]:
    """Boxes of the labels of steps, in pixels."""
    return [text.get_window_extent() for text in figure.findobj(Text) if text.get_gid() == "step"]


def lines(figure: Figure) -> list[Bbox]:
    """Boxes of the lines of steps, in pixels."""
    return [line.get_window_extent() for line in figure.axes[-1].lines]


@pytest.mark.parametrize("cutover", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("language", Language)
def test_a_chart_shows_each_step_and_the_verdict(cutover: CutOver, language: Language) -> None:
    written = texts(cutover_chart.figure(cutover, language))
    assert {mark.text for mark in cutover.marks} <= set(written)
    assert any("green 2.0" in text for text in written)


def test_charts_that_are_drawn_at_once_are_drawn_as_alone() -> None:
    alone = [cutover_chart.svg(cutover) for cutover in SAMPLES.values()]
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(cutover_chart.svg, SAMPLES.values())) == alone


def test_nothing_is_drawn_while_another_thread_has_its_own_style() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        with drawing.style():
            drawn = pool.submit(cutover_chart.svg, SAMPLES["lossless"])
            with pytest.raises(TimeoutError):
                drawn.result(timeout=0.2)
        assert drawn.result(timeout=30).startswith("<?xml")


def test_colours_are_named_on_the_chart_and_one_is_hatched() -> None:
    figure = cutover_chart.figure(SAMPLES["lossless"])
    assert {"blue 1.0", "green 2.0"} <= set(texts(figure))
    hatches = {patch.get_hatch() for axes in figure.axes for patch in axes.patches}
    assert hatches >= {None, "////"}


def test_losses_are_counted_on_the_chart_and_their_absence_is_told() -> None:
    assert "70" in texts(cutover_chart.figure(SAMPLES["lossy"]))
    assert "no request was lost" in texts(cutover_chart.figure(SAMPLES["lossless"]))


def test_an_unmeasured_chart_says_so_in_place_of_curves() -> None:
    figure = cutover_chart.figure(SAMPLES["unmeasured"], titled=False)
    assert "nothing was measured: production could not be reached from here" in texts(figure)
    assert len(figure.axes) == 2


def test_a_title_is_left_out_on_demand() -> None:
    title = "Production moved from blue 1.0 to green 2.0"
    assert title in texts(cutover_chart.figure(SAMPLES["lossless"]))
    assert title not in texts(cutover_chart.figure(SAMPLES["lossless"], titled=False))


@settings(max_examples=20)
@given(
    marks=st.lists(
        st.builds(Mark, at=st.floats(-1, 20), text=st.sampled_from(["move", "see it " * 6])),
        max_size=8,
    )
)
def test_labels_of_steps_never_overlap_nor_leave_the_chart_nor_are_crossed(
    marks: list[Mark],
) -> None:
    figure = cutover_chart.figure(replace(SAMPLES["unmeasured"], marks=tuple(marks)))
    labels = step_labels(figure)
    page = figure.bbox
    assert len(labels) == len(marks)
    for label in labels:
        assert page.x0 <= label.x0
        assert label.x1 <= page.x1 + 1
        assert not any(label.overlaps(line) for line in lines(figure))
    for one, other in combinations(labels, 2):
        assert not one.overlaps(other)


@pytest.mark.parametrize("cutover", SAMPLES.values(), ids=SAMPLES)
def test_titles_keep_within_the_chart_and_off_the_labels(cutover: CutOver) -> None:
    failed = replace(cutover, failure="the load balancer did not become ACTIVE " * 5)
    for shown in (cutover, failed):
        figure = cutover_chart.figure(shown)
        titles = [
            text.get_window_extent()
            for text in figure.texts
            if text.get_text() and text.get_transform() == figure.transSubfigure
        ]
        assert len(titles) >= 2
        for title in titles:
            assert title.x1 <= figure.bbox.x1
            assert not any(title.overlaps(label) for label in step_labels(figure))


@pytest.mark.parametrize("language", Language)
def test_an_svg_is_the_same_each_time_and_names_its_labels(language: Language) -> None:
    svg = cutover_chart.svg(SAMPLES["lossy"], language)
    assert svg == cutover_chart.svg(SAMPLES["lossy"], language)
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    for mark in SAMPLES["lossy"].marks:
        assert f"<!-- {mark.text} -->" in svg


def test_a_png_is_the_same_each_time_and_1800_pixels_wide() -> None:
    png = cutover_chart.png(SAMPLES["lossy"])
    assert png == cutover_chart.png(SAMPLES["lossy"])
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == 1800


def test_japanese_falls_back_to_english_without_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "japanese_font", lambda: None)
    written = texts(cutover_chart.figure(SAMPLES["lossless"], Language.JAPANESE))
    assert "seconds from the switch's request" in written


def test_the_steps_of_a_chart_are_in_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    # As where there is a Japanese font.
    monkeypatch.setattr(drawing, "written", lambda language: language)
    monkeypatch.setattr(drawing, "spelled", lambda text: text)
    step = message("delete %(colour)s", colour=Colour.BLUE)
    cutover = replace(SAMPLES["unmeasured"], marks=(Mark(at=0.0, text=step),))
    assert "delete blue" in texts(cutover_chart.figure(cutover))
    assert "青 (blue) を削除" in texts(cutover_chart.figure(cutover, Language.JAPANESE))


def test_a_character_that_no_font_has_is_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "japanese_font", lambda: None)
    cutover = replace(SAMPLES["unmeasured"], marks=(Mark(at=0.0, text="to 緑 \U000f0000"),))
    assert "to ? ?" in texts(cutover_chart.figure(cutover))
    assert cutover_chart.png(cutover)


def test_formulas_are_not_read_into_a_step() -> None:
    cutover = replace(SAMPLES["unmeasured"], marks=(Mark(at=0.0, text="pay $x_$"),))
    assert b"PNG" in cutover_chart.png(cutover)


def test_plain_commands_do_not_load_matplotlib() -> None:
    code = (
        "import sys, ao.commands.report, ao.commands.switch, ao.cutover.measurement, "
        "ao.report.terminal, ao.report.report_files, ao.report.cutover_json\n"
        "print('matplotlib' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_no_line_of_the_title_goes_beyond_the_edge() -> None:
    drawn = cutover_chart._drawn(samples.https(), Language.ENGLISH, titled=True)
    edge = drawn.get_size_inches()[0] * drawn.dpi
    lines = [it for it in drawn.texts if "HTTP/2" in it.get_text()]
    assert lines
    assert all(it.get_window_extent().x1 < edge for it in lines)
