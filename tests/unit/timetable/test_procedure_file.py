from pathlib import Path

import pytest

from ao.errors import ConfigError
from ao.timetable import clock_times
from ao.timetable.durations import Fixed, LogNormal, Measured, Range, TaskDuration
from ao.timetable.procedure_file import load
from ao.timetable.title import Title

WHOLE = """\
title: A release
window:
  opens: "23:00"
tasks:
  first:
    takes: 5m
  second:
    takes: 10m
    stops: true
decision:
  after: [second]
  switch_back: 20m
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "release.yaml"
    path.write_text(WHOLE)
    return path


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_a_task_comes_after_the_one_above_it_unless_it_says_so(written: Path) -> None:
    assert [task.after for task in load(written).tasks] == [(), ("first",)]
    side_by_side = changed(written, "stops: true", "after: []")
    assert [task.after for task in load(side_by_side).tasks] == [(), ()]


def test_a_task_is_called_by_its_name_unless_it_has_a_title(written: Path) -> None:
    assert load(written).named["first"].title == Title(en="first")
    titled = changed(written, "takes: 5m", "takes: 5m\n    title: {en: begin, ja: 開始}")
    assert load(titled).named["first"].title == Title(en="begin", ja="開始")


def test_what_stops_production_while_it_runs_stops_it_until_its_own_end(written: Path) -> None:
    assert load(written).named["second"].stops_until == "second"


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("90s", Fixed(seconds=90)),
        ("90", Fixed(seconds=90)),
        ("{from: 10m, to: 30m}", Range(shortest=600, longest=1800)),
        ("{from: 1m, likely: 2m, to: 3m}", Range(shortest=60, likely=120, longest=180)),
        ("{median: 5m, p95: 9m}", LogNormal(median=300, p95=540)),
        ("{measured: [3s, 4]}", Measured(seconds=(3, 4))),
    ],
)
def test_a_duration_is_fixed_a_range_or_a_distribution(
    written: Path, text: str, takes: TaskDuration
) -> None:
    assert load(changed(written, "takes: 5m", f"takes: {text}")).named["first"].takes == takes


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("takes: 5m", "takes: -5m", 6, "'-5m' is not a duration"),
        ("takes: 5m", "takes: -5", 6, "a duration is text such as"),
        ("takes: 5m", "takes: .inf", 6, "not infinite"),
        ("takes: 5m", "takes: {from: 3m, to: 1m}", 6, "do not ascend"),
        ("takes: 5m", "takes: {median: 0s, p95: 1m}", 6, "more than 0"),
        ("takes: 5m", "takes: {to: 1m}", 6, "does not tell how long; write 5m, {from"),
        ("takes: 5m", "takes: {measured: []}", 6, "does not tell how long"),
        ("takes: 5m", "fails: 0.1", 5, "the key is missing"),
        ("takes: 5m", "takes: 5m\n    fails: 2", 7, "less than or equal to 1"),
        ("takes: 5m", "takes: 5m\n    tittle: x", 7, "did you mean `title`?"),
        ("takes: 5m", "takes: 5m\n    title: {ja: 開始}", 7, "it is no title"),
        ("takes: 5m", "takes: 5m\n    after: [third]", 7, "there is no task `third`"),
        ("takes: 5m", "takes: 5m\n    after: [second]", 7, "it goes in a circle"),
        ("stops: true", "stops_until: third", 9, "there is no task `third`"),
        ("stops: true", "before_window: true", 9, "before the window and after `first`"),
        ("after: [second]", "after: [third]", 11, "there is no task `third`"),
        ("after: [second]", "after: []", 11, "at least 1 item"),
        ("  second:", "  decision:", 4, "'decision' cannot be a task's name"),
        ("  second:", "  first:", 7, "given twice, first on line 5"),
        ('"23:00"', '"25:00"', 3, "'25:00' needs `past_midnight: true`; or write '01:00'"),
        ('"23:00"', "Sunday", 3, "'Sunday' is no time"),
        ('"23:00"', '"2026-02-30 23:00"', 3, "day"),
        ('"23:00"', '"23:00"\n  timezone: Asia/Tokio', 4, "is no time zone"),
        ("title: A release", "title: ''", 1, "it is no title"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    written: Path, old: str, new: str, line: int, why: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(changed(written, old, new))
    first = refused.value.message.splitlines()[0]
    assert first.startswith(f"{written}:{line}: ")
    assert why in first


BERLIN = '"{}"\n  timezone: Europe/Berlin'


@pytest.mark.parametrize(
    "opens",
    [
        "2026-10-25 01:30",  # two hours later it is 03:00 for the first, 02:30 for the second time
        "2026-10-25 02:10",  # comes twice
        "2026-03-29 01:50",
        "2026-03-29 02:10",  # never comes
    ],
)
def test_a_window_across_a_change_of_the_clocks_is_refused(written: Path, opens: str) -> None:
    with pytest.raises(ConfigError, match=r"release.yaml:3: .*the clocks of Europe/Berlin change"):
        load(changed(changed(written, '"23:00"', BERLIN.format(opens)), "takes: 10m", "takes: 1h"))


@pytest.mark.parametrize("opens", ["2026-10-24 23:00", "2026-10-25 03:00", "2026-03-29 03:00"])
def test_a_window_beside_a_change_of_the_clocks_is_good(written: Path, opens: str) -> None:
    assert load(changed(written, '"23:00"', BERLIN.format(opens))).opening.day is not None


def test_a_change_of_the_clocks_before_the_window_counts_if_work_was_begun_by_then(
    written: Path,
) -> None:
    night = changed(written, '"23:00"', BERLIN.format("2026-03-29 03:30"))
    assert load(night)
    with pytest.raises(ConfigError, match="clocks"):
        load(changed(night, "takes: 5m", "takes: 3h\n    before_window: true"))


@pytest.mark.parametrize(("opens", "clock"), [("25:00", 25), ("2026-11-29 25:30", 25.5)])
def test_a_window_opens_past_midnight_as_tables_write_it(
    written: Path, opens: str, clock: float
) -> None:
    opening = load(changed(written, '"23:00"', f'"{opens}"\n  past_midnight: true')).opening
    assert opening.clock == clock * 3600
    assert clock_times.written(opening, 0) == opens[-5:]


def test_a_probability_may_be_a_percentage(written: Path) -> None:
    *_, last = load(changed(written, "takes: 10m", "takes: 10m\n    fails: 2.5%")).tasks
    assert last.fails == 0.025
    with pytest.raises(ConfigError, match="fails"):
        load(changed(written, "2.5%", "200%"))


def test_an_hour_that_no_table_writes_is_no_time(written: Path) -> None:
    with pytest.raises(ConfigError, match="'48:00' is no time"):
        load(changed(written, '"23:00"', '"48:00"\n  past_midnight: true'))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ('"23:00"', '"9999-12-31 23:00"', 3, "1970 to 2199"),
        ('"23:00"', '"23:00"\n  step: 5.0e-324', 4, "a second at least"),
        ("takes: 5m", "takes: {median: 1.0e-300, p95: 1h}", 6, "1,000,000 times the median"),
        (
            "tasks:\n",
            "tasks:\n" + "".join(f"  t{it}: {{takes: 1s}}\n" for it in range(300)),
            4,
            "200",
        ),
        ("after: [second]", f"after: [{'x' * 9_000}]", 11, "there is no task"),
    ],
)
def test_what_would_fail_or_take_long_later_is_refused_in_few_words(
    written: Path, old: str, new: str, line: int, why: str
) -> None:
    with pytest.raises(ConfigError, match=f":{line}: .*{why}") as caught:
        load(changed(written, old, new))
    assert len(str(caught.value)) < 700


def test_a_long_row_of_tasks_that_may_be_dropped_can_be_dropped(written: Path) -> None:
    after = ["first"]
    tasks = ""
    for it in range(95):
        here = [f"a{it}", f"b{it}"]
        tasks += "".join(
            f"  {name}: {{takes: 1s, after: [{', '.join(after)}], droppable: true}}\n"
            for name in here
        )
        after = here
    procedure = load(changed(written, "  second:\n", f"{tasks}  second:\n"))
    assert procedure.trimmed.named["second"].after == ("first",)


def test_a_missing_or_empty_procedure_names_the_page_that_has_one(tmp_path: Path) -> None:
    path = tmp_path / "procedure.yaml"
    with pytest.raises(ConfigError, match=r"docs/timetable\.md has a procedure"):
        load(path)
    path.write_text("")
    with pytest.raises(ConfigError, match=r"docs/timetable\.md has a procedure"):
        load(path)
