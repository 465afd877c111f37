"""The benchmark of several listeners: what it counts."""

import json
from dataclasses import replace

from ao.colour import Colour
from ao.probe.recording import Kind, Sighting
from benchmarks.listeners import table
from benchmarks.listeners.rounds import Round, Seen, row
from benchmarks.listeners.table import Figures
from benchmarks.setting import Setting
from tests.unit.benchmarks.samples import STARTED, client, loss, recording

GREEN = Colour.GREEN
SETTING = Setting(commit="abc", day="2026-11-30", load=1.0)


def seen(first: float | None, *, lost: int = 0) -> Seen:
    return Seen(sent=100, lost=lost, retried=1, first_new=first, last_old=None, longest_s=0.5)


def one(*firsts: float | None, lost: int = 0) -> Round:
    names = ("main", "partners", "queue")
    told = {name: seen(first) for name, first in zip(names, firsts, strict=True)}
    return Round(requested=1.0, seen={**told, "queue": seen(firsts[2], lost=lost)})


def test_a_listener_has_moved_when_a_new_connection_is_answered_by_the_new_system() -> None:
    sightings = tuple(
        Sighting(kind=kind, colour=colour, answers=1, first=first, last=first + 1.0)
        for kind, colour, first in (
            (Kind.NEW, "blue", 0.0),
            (Kind.KEPT, "green", 1.0),
            (Kind.NEW, "green", 2.0),
        )
    )
    found = Seen.of(replace(recording(client(), losses=(loss(1.0),)), sightings=sightings), GREEN)
    assert found.first_new == STARTED + 2.0
    assert found.last_old == STARTED + 1.0
    assert found.lost == 1


def test_they_are_as_far_apart_as_the_first_and_the_last() -> None:
    assert one(5.0, 7.0, 6.0).apart == 2.0
    assert one(5.0, None, 6.0).apart is None


def test_figures_of_a_listener_are_those_of_all_switches() -> None:
    found = row("queue", [one(5.0, 6.0, 7.0), one(1.0, 1.5, 4.0, lost=2)])
    assert (found.requests, found.lost, found.retried) == (200, 2, 2)
    assert (found.after_main_median_s, found.after_main_max_s) == (2.5, 3.0)


def test_a_lost_request_breaks_the_promise() -> None:
    whole = Figures(setting=SETTING, rounds=[one(1.0, 2.0, 3.0)])
    assert list(whole.broken()) == []
    whole.rounds.append(one(1.0, 2.0, 3.0, lost=1))
    assert list(whole.broken()) == ["BROKEN: 1 requests lost on queue"]


def test_a_listener_that_was_not_seen_to_move_breaks_it_too() -> None:
    figures = Figures(setting=SETTING, rounds=[one(1.0, None, 3.0)])
    assert [it for it in figures.broken() if "did not answer" in it]


def test_the_table_has_a_row_for_each_and_tells_how_far_apart_they_move() -> None:
    figures = Figures(setting=SETTING, rounds=[one(1.0, 2.0, 3.5)])
    text = table.markdown(figures)
    assert "| queue | 1 | 100 | 0 | 1 | 2.50 s | 2.50 s | 0.50 s |" in text
    assert "From the first listener to the last: 2.50 s (median), at most 2.50 s." in text
    assert json.loads(table.document(figures))["apart_s"] == [2.5]
