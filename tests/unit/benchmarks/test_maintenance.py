"""The proof of maintenance: what counts as right."""

from dataclasses import replace

from benchmarks.maintenance import Round, markdown

ROUND = Round(on=4.0, off=1.0, requests=300, site=200, page=100, other=0, lost=0, colours=("blue",))


def test_the_page_and_the_site_are_right_and_nothing_else_is() -> None:
    assert ROUND.is_right
    assert not replace(ROUND, lost=1).is_right
    assert not replace(ROUND, other=1).is_right
    assert not replace(ROUND, page=0).is_right


def test_each_round_is_a_line() -> None:
    assert markdown([ROUND, ROUND]).count("\n") == 4
