"""The calls of a release: how many there are, and that others in the project add none."""

from collections import Counter

import pytest

from ao.site import Method
from benchmarks.calls.before import BEFORE
from benchmarks.calls.count import BEGIN, CASES, Case, count, per_minute
from benchmarks.calls.table import table

POOL, OVN, PROXIES = CASES
MOST = {POOL: 65, OVN: 70, PROXIES: 76}
"""Calls of a release without the watch, at most. Two proxies are reloaded and asked for what they
still serve."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_release_takes_few_calls(case: Case) -> None:
    assert sum(count(case, 0.0).values()) <= MOST[case]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_release_after_many_others_takes_a_few_more_for_its_archive(case: Case) -> None:
    assert sum(count(case, 0.0, before=7).values()) <= MOST[case] + 4


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_minute_of_watch_takes_few_calls(case: Case) -> None:
    assert per_minute(count(case, 600.0), 600.0) <= 25


def test_each_case_has_its_figures_from_before() -> None:
    assert set(BEFORE) == {str(case) for case in CASES}
    assert {case.method for case in CASES} == set(Method)


def test_the_table_tells_both_figures_by_step_and_by_service() -> None:
    now = Counter({(BEGIN, "Heat"): 5, ("watch", "Octavia"): 2})
    before = Counter({(BEGIN, "Heat"): 14, (BEGIN, "Nova"): 3})
    assert table(now, before).splitlines() == [
        "| step | Heat | Octavia | Nova | all |",
        "| --- | --- | --- | --- | --- |",
        "| begin | 5 (14) |  | 0 (3) | 5 (17) |",
        "| watch |  | 2 (0) |  | 2 (0) |",
        "| all | 5 (14) | 2 (0) | 0 (3) | 7 (17) |",
    ]
