import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from matplotlib.figure import Figure
from matplotlib.text import Text

from ao.errors import ConfigError
from ao.message.translation import Language
from ao.report import drawing
from ao.timetable import chart_files, gantt_chart
from ao.timetable.comparison import Comparison
from ao.timetable.gantt_layout import Kind, layout
from ao.timetable.procedure import Procedure
from ao.timetable.schedule import Schedule, schedule
from tests.unit.timetable import samples
from tests.unit.timetable.test_schedule import procedures


def plans() -> tuple[Schedule, Schedule]:
    return schedule(samples.conventional()), schedule(samples.bluegreen())


def texts(figure: Figure) -> set[str]:
    """All that is written on a chart."""
    return {text.get_text() for text in figure.findobj(Text) if text.get_text()}


@pytest.mark.parametrize("language", Language)
def test_both_procedures_stand_on_one_axis(language: Language) -> None:
    figure = gantt_chart.figure(plans(), language)
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    titles = {slot.task.title.spoken(language) for plan in plans() for slot in plan.slots}
    if drawing.japanese_font() or language is Language.ENGLISH:
        assert titles <= texts(figure)
    assert {"22:00", "23:00", "24:00", "25:00"} <= texts(figure)


def test_window_stop_and_decision_are_told() -> None:
    assert {
        "window 120 min  ·  production stopped 120 min",
        "window 15 min  ·  production stopped 5 min 3 s",
        "decide by 24:30",
        "decide by 23:10",
    } <= texts(gantt_chart.figure(plans()))


def test_procedures_that_open_at_other_times_are_told_from_the_opening() -> None:
    other = samples.procedure(samples.task("a"))
    earlier = replace(other, opening=replace(other.opening, clock=22 * 3600.0))
    written = texts(gantt_chart.figure((plans()[0], schedule(earlier))))
    assert {"+0:00", "+2:00"} <= written
    assert "23:00" not in written


@settings(max_examples=15)
@given(procedures(step=300.0))
def test_names_never_overlap_nor_leave_the_page(given_one: Procedure) -> None:
    figure = gantt_chart.figure((schedule(given_one),))
    figure.draw_without_rendering()
    names = [text for text in figure.findobj(Text) if text.get_gid() == "lane"]
    boxes = [text.get_window_extent() for text in names]
    assert len(boxes) >= len(given_one.tasks) + 1
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_a_long_name_is_cut() -> None:
    long = samples.procedure(samples.task("x" * 200))
    assert any(
        text.startswith("xxx") and text.endswith("...")
        for text in texts(gantt_chart.figure((schedule(long),)))
    )


def test_the_lane_of_production_is_open_but_for_the_stop() -> None:
    production = layout(plans()[1], -100, 2000)[0]
    assert [(bar.kind, bar.begin, bar.end) for bar in production.bars] == [
        (Kind.OPEN, -100, 0),
        (Kind.STOPPED, 0, 303),
        (Kind.OPEN, 303, 2000),
    ]


def test_japanese_falls_back_to_english_without_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "japanese_font", lambda: None)
    assert "Blue-green release" in texts(gantt_chart.figure(plans(), Language.JAPANESE))


@pytest.mark.parametrize("language", Language)
def test_an_svg_is_well_formed_small_and_the_same_each_time(language: Language) -> None:
    svg = drawing.svg(gantt_chart.figure(plans(), language))
    assert svg == drawing.svg(gantt_chart.figure(plans(), language))
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert len(svg) < 200_000


@pytest.mark.parametrize(
    ("name", "begins"),
    [("t.svg", b"<?xml"), ("t.png", b"\x89PNG"), ("t.html", b"<!DOCTYPE html>")],
)
def test_a_file_is_what_its_suffix_says(tmp_path: Path, name: str, begins: bytes) -> None:
    first, second = plans()
    for shown in (first, Comparison(first=first, second=second, releases=52)):
        chart_files.write(shown, tmp_path / name, Language.ENGLISH)
        assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_page_needs_nothing_else_and_holds_the_rows(tmp_path: Path) -> None:
    first, second = plans()
    compared = Comparison(first=first, second=second, releases=52)
    chart_files.write(compared, tmp_path / "t.html", Language.JAPANESE)
    page = (tmp_path / "t.html").read_text()
    assert "<script" not in page
    assert "src=" not in page
    assert "<td>25:00</td><td>メンテナンス終了、本番再開</td>" in page


@pytest.mark.parametrize("name", ["t", "t.pdf", "missing/t.svg"])
def test_a_file_that_cannot_be_is_refused_beforehand(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as refused:
        chart_files.check(tmp_path / name)
    assert refused.value.cure


def test_a_folder_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.svg").mkdir()
    with pytest.raises(ConfigError, match=r"cannot write .*: Is a directory"):
        chart_files.write(plans()[0], tmp_path / "t.svg", Language.ENGLISH)


def test_a_timetable_without_a_chart_does_not_load_matplotlib() -> None:
    code = (
        "import sys, ao.commands.timetable, ao.timetable.timetable_json, ao.timetable.tables, "
        "ao.timetable.procedure_file\nprint('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False False"
