"""The benchmark of a project of many sites: what it counts, and that more sites are not more."""

import json

import pytest

from benchmarks.many_sites import table
from benchmarks.many_sites.acts import ACTS, PAGES
from benchmarks.many_sites.latency import READ, STACKS, latency
from benchmarks.many_sites.measure import measured
from benchmarks.many_sites.project import Project
from benchmarks.many_sites.table import Row
from benchmarks.setting import Setting

ROWS = [
    Row(act="ao sites", sites=1, seconds=0.1, calls=7, objects=21),
    Row(act="ao sites", sites=170, seconds=0.75, calls=7, objects=3570),
    Row(act="ao status", sites=1, seconds=0.5, calls=10, objects=76),
]


@pytest.fixture(scope="module")
def short() -> dict[tuple[str, int], Row]:
    """A short round: 1 and 10 sites, calls alone, without Horizon."""
    rows = measured(Project(), [1, 10], pause=None)
    return {(row.act, row.sites): row for row in rows}


@pytest.mark.parametrize("act", sorted(ACTS.keys() - PAGES))
def test_more_sites_are_not_more_calls(short: dict[tuple[str, int], Row], act: str) -> None:
    assert 0 < short[act, 10].calls <= short[act, 1].calls


@pytest.mark.parametrize("act", ["ao release", "ao switch", "ao status"])
def test_of_the_other_sites_a_command_on_one_lists_the_texts_once(
    short: dict[tuple[str, int], Row], act: str
) -> None:
    others = 9
    texts_of_a_site = 20
    more = short[act, 10].objects - short[act, 1].objects
    # What is written in the last minutes, and the projects' quotas, may be told besides.
    assert more <= others * texts_of_a_site + 3 * 100


def test_an_answer_takes_longer_the_more_it_holds() -> None:
    assert latency("stacks.all") is latency("stacks.resources") is STACKS
    assert latency("servers.named") is READ
    assert STACKS.of(150) == pytest.approx(0.51, abs=0.02)


def test_where_time_is_measured_each_answer_takes_its_time() -> None:
    waited: list[float] = []
    rows = {row.act: row for row in measured(Project(), [1], pause=waited.append)}
    assert len(waited) == sum(row.calls for row in rows.values())
    assert min(waited) > 0


def test_the_tables_have_a_column_for_each_number_of_sites() -> None:
    lines = table.markdown(ROWS).splitlines()
    assert lines[:4] == [
        "| time, by sites | 1 | 170 |",
        "| --- | ---: | ---: |",
        "| ao sites | 0.10 s | 0.75 s |",
        "| ao status | 0.50 s |  |",
    ]
    assert "| ao sites | 21 | 3,570 |" in lines


def test_the_json_file_tells_when_and_of_what() -> None:
    told = json.loads(table.document(ROWS, Setting(commit="abc1234", day="2026-11-30", load=1.5)))
    assert (told["commit"], told["day"], told["load"]) == ("abc1234", "2026-11-30", 1.5)
    assert told["rows"][1] == {
        "act": "ao sites",
        "sites": 170,
        "seconds": 0.75,
        "calls": 7,
        "objects": 3570,
    }
