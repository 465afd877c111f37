import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ao import fake
from ao.commands.app import Ao
from ao.commands.timetable import Compare, Fit, Timetable
from ao.journal import Begun, Ended, Journal, Outcome, StepBegun, StepEnded
from ao.work import Work
from tests.unit.samples import SITE

EXAMPLES = Path(__file__).parents[3] / "examples"
CONVENTIONAL = str(EXAMPLES / "timetable/conventional.yaml")
BLUEGREEN = str(EXAMPLES / "timetable/bluegreen.yaml")
COMMANDS: dict[str, type[Any]] = {
    "timetable": Timetable,
    "timetable compare": Compare,
    "timetable fit": Fit,
}
Run = Callable[..., int]


@pytest.fixture
def run() -> Run:
    """Run `ao timetable`."""

    def run(*arguments: str) -> int:
        app = Ao()
        for name, command in COMMANDS.items():
            app.command_manager.add_command(name, command)
        return app.run(["--config", str(EXAMPLES / "shop/ao.yaml"), "timetable", *arguments])

    return run


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("path", "window", "stop", "times"),
    [
        (CONVENTIONAL, 120, 120, ["23:00", "23:30", "24:00", "24:30", "24:55", "25:00"]),
        (BLUEGREEN, 15, 5.05, ["23:00", "23:05", "23:15"]),
    ],
)
def test_the_reports_timetables_come_as_json(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    path: str,
    window: float,
    stop: float,
    times: list[str],
) -> None:
    assert run(path, "-f", "json") == 0
    told = document(capsys)
    assert (told["window_minutes"], told["production_stop_minutes"]) == (window, stop)
    assert [row["time"] for row in told["rows"]] == times


def test_a_table_shows_the_rows_and_the_rest_stands_beside(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(BLUEGREEN) == 0
    told = capsys.readouterr()
    assert "| 23:05 | switch production, production open |" in told.out
    assert "window 15 min, production stopped 5 min 3 s" in told.err
    assert "before the window: apply the release to the standby 30 min" in told.err


def test_times_past_midnight_are_those_of_the_next_day_if_wanted(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CONVENTIONAL, "--no-past-midnight", "-f", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert [row[0] for row in rows] == [
        "Time",
        "23:00",
        "23:30",
        "00:00",
        "00:30",
        "00:55",
        "01:00",
    ]


def test_both_procedures_stand_side_by_side(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", CONVENTIONAL, BLUEGREEN, "-f", "json") == 0
    told = document(capsys)
    assert [it["window_minutes"] for it in told["procedures"]] == [120, 15]
    assert (told["ratio"], told["saving_minutes"]) == (0.125, 105)
    assert (told["releases_per_year"], told["saving_hours_per_year"]) == (52, 91)
    assert told["dropped"] == {
        "tasks": ["forced logout"],
        "window_minutes": [120, 0],
        "production_stop_minutes": [120, 0],
    }
    left = {it["name"]: (it["before_window"], it["why"]) for it in told["left_window"]}
    assert left == {
        "stop-access": (False, "production answers all the time"),
        "backup": (False, "the old system is the backup"),
        "apply": (True, "the standby serves nobody"),
        "test": (True, "the standby has an address of its own"),
        "start-access": (False, "nothing was closed"),
    }


@pytest.mark.parametrize(
    ("rhythm", "hours"), [("daily", 638.75), ("monthly", 21), ("quarterly", 7), ("100", 175)]
)
def test_the_saving_of_a_year_follows_the_rhythm(
    run: Run, capsys: pytest.CaptureFixture[str], rhythm: str, hours: float
) -> None:
    assert run("compare", CONVENTIONAL, BLUEGREEN, "--rhythm", rhythm, "-f", "yaml") == 0
    assert yaml.safe_load(capsys.readouterr().out)["saving_hours_per_year"] == hours


def test_compared_the_other_way_round_nothing_is_saved(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    chart = tmp_path / "chart.svg"
    assert run("compare", BLUEGREEN, CONVENTIONAL, "--chart", str(chart)) == 0
    assert "-105 min" in capsys.readouterr().out
    assert "saved with every release" not in chart.read_text()


def test_a_table_speaks_japanese(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", CONVENTIONAL, BLUEGREEN, "--language", "ja", "-f", "csv") == 0
    told = capsys.readouterr().out
    assert '"メンテナンスタイム","120分","15分","105分"' in told
    assert (
        '"強制ログアウトなしのメンテナンスタイム","120分","メンテナンスタイム不要","120分"' in told
    )


def test_charts_are_drawn_and_named(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("a.svg", "a.html")]
    charts = [word for path in paths for word in ("--chart", str(path))]
    assert run("compare", CONVENTIONAL, BLUEGREEN, *charts) == 0
    assert all(f"wrote {path}" in capsys.readouterr().err or path.exists() for path in paths)
    assert "<!-- 1/8 of the window: 105 min saved with every release -->" in paths[0].read_text()


def test_a_chart_that_cannot_be_is_refused_before_anything_is_read(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("missing.yaml", "--chart", "chart.pdf") == 2
    assert "chart.pdf" in capsys.readouterr().err


def test_a_release_by_ao_fits_a_window_of_15_minutes(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "--window", "15m", "-f", "json") == 0
    told = document(capsys)
    assert (told["probability"], told["breaker"]) == (1, None)
    assert told["latest_safe_start"] is None
    assert 3 < told["latest_safe_start_minutes"] < 5


def test_what_breaks_a_window_is_named_with_its_chance(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--window", "110m", "--seed", "7", "--runs", "2000")
    assert run("fit", CONVENTIONAL, *options, "-f", "json") == 0
    told = document(capsys)
    assert told["probability"] == pytest.approx(0.75, abs=0.05)
    assert (told["breaker"], told["seed"], told["runs"]) == ("test", 7, 2000)
    assert run("fit", CONVENTIONAL, *options) == 0
    assert "acceptance test on production: as usual it would keep 100 %" in capsys.readouterr().out


def test_without_a_window_it_is_the_one_that_is_planned(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", BLUEGREEN, "-f", "json") == 0
    told = document(capsys)
    assert (told["window_minutes"], told["latest_safe_start"]) == (15, "23:04:54")


@pytest.mark.parametrize(
    "wrong",
    [
        ("fit", "--window", "soon"),
        ("fit", "--runs", "0"),
        ("fit", "--runs", "many"),
        ("fit", "--safe", "101"),
        ("compare", CONVENTIONAL, BLUEGREEN, "--rhythm", "often"),
        ("compare", CONVENTIONAL, BLUEGREEN, "--rhythm", "-1"),
        (CONVENTIONAL, "--language", "de"),
        ("missing.yaml",),
    ],
)
def test_a_wrong_argument_is_told(
    run: Run, capsys: pytest.CaptureFixture[str], wrong: tuple[str, ...]
) -> None:
    try:
        code: object = run(*wrong)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_times_come_from_a_sites_history(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = fake.Cloud(user="shop")
    monkeypatch.setattr("ao.cloud.connect", lambda name: cloud)
    journal = Journal(Work(cloud=cloud, site=SITE, clock=cloud.clock))
    release = journal.begin(Begun(act="release", version="2.0"))
    journal.add(StepBegun(step="logout"), release)
    journal.add(StepEnded(step="logout", seconds=0.0), release)
    journal.add(Ended(outcome=Outcome.RELEASED), release)

    options = ("fit", "--window", "10m", "-f", "json")
    assert run(*options, "--from-history", SITE.name) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["probability"] == 1
    assert f"The journal of {SITE.name} has no time of deploy, check, match, switch" in told.err
    assert run(*options) == 0
    assert document(capsys)["probability"] == 0
