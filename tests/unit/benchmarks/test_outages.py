"""The benchmark of outages: what it runs, and what it says of it."""

import json

import pytest

from benchmarks.outages.round import (
    CANCEL,
    Round,
    Run,
    broken,
    document,
    markdown,
    round_of,
    words,
)

DONE = Run(exit_code=0, seconds=10.0, words="")
FAILED = Run(
    exit_code=7,
    seconds=40.0,
    words="ao: waited 1800 s for Heat\nThe same command waits on.\n",
)
BROKE = Run(exit_code=1, seconds=1.0, words="Traceback (most recent call last):\n  File …\n")


def of(*runs: Run, lost: int = 0) -> Round:
    return round_of("keystone", "deploy", runs, 1500, lost)


def test_a_command_that_is_done_at_once_is_good() -> None:
    it = of(DONE)
    assert (it.good, it.runs, it.exit_codes, it.said) == (True, 1, (0,), "")
    assert list(broken([it])) == []


def test_a_command_that_goes_on_when_it_is_run_again_is_good_and_its_error_is_told() -> None:
    it = of(FAILED, DONE)
    assert (it.good, it.exit_codes, it.seconds) == (True, (7, 0), 50.0)
    assert it.said == "ao: waited 1800 s for Heat"


@pytest.mark.parametrize(
    ("it", "why"),
    [
        (of(BROKE, DONE), "a traceback"),
        (of(FAILED, FAILED), "not done: ao: waited 1800 s for Heat"),
        (of(DONE, lost=3), "3 requests lost"),
    ],
)
def test_what_does_not_hold_is_told_in_a_sentence(it: Round, why: str) -> None:
    assert list(broken([it])) == [f"BROKEN: keystone away within deploy: {why}"]


def test_what_is_run_again_has_the_flag_for_what_stands_still_if_it_has_one() -> None:
    assert words("deploy", "2.1", "green", ()) == ["deploy", "2.1"]
    assert words("deploy", "2.1", "green", [FAILED]) == ["deploy", "2.1", CANCEL]
    assert words("switch", "2.1", "green", [FAILED]) == ["switch", "green"]


def test_the_table_and_the_file_have_a_row_for_each_round() -> None:
    rounds = [of(DONE), of(FAILED, DONE)]
    assert markdown(rounds).splitlines()[2:] == [
        "| keystone | deploy | 1 | yes | 0 | 10 | 1500 | 0 |",
        "| keystone | deploy | 2 | yes | 7, 0 | 50 | 1500 | 0 |",
    ]
    assert [it["runs"] for it in json.loads(document(rounds))] == [1, 2]
