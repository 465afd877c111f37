import json
from dataclasses import replace

import pytest

from ao.probe.recording import Kind, Outcome
from benchmarks.proof import table
from benchmarks.proof.series import from_outside, series
from tests.unit.benchmarks.samples import STARTED, client, cutover, loss, recording

INSIDE = recording(client())


def outside(*kept, losses=(), failure=None, longest=0.1):
    seen = replace(recording(*kept, losses=losses), latency_max=longest)
    return from_outside(cutover(INSIDE, failure=failure), seen)


def test_a_cut_over_seen_from_outside_keeps_the_moments_of_request_and_steps() -> None:
    seen = outside(client())
    assert seen.started == STARTED
    assert seen.asked_at == pytest.approx(2.0)
    assert [mark.at for mark in seen.marks] == pytest.approx([2.0, 4.0])


def test_the_last_client_to_follow_and_the_gap_are_the_longest_of_all_switches() -> None:
    seen = series("haproxy", "pool", [outside(client(since=3.0)), outside(client(since=4.5))])
    assert seen.last_followed_s == 2.5
    assert seen.gap_s is not None


def test_lost_requests_are_told_by_client_and_by_the_step_in_which_they_were_sent() -> None:
    losses = (
        loss(2.5),
        loss(2.6, kind=Kind.KEPT, outcome=Outcome.RESET),
        loss(4.5, kind=Kind.KEPT, outcome=Outcome.RESET),
    )
    kept = (client(lost=1), client(slow=True, lost=1))
    seen = series("ovn", "address", [outside(*kept, losses=losses)])
    assert (seen.lost, seen.lost_new, seen.lost_kept, seen.lost_slow) == (3, 1, 1, 1)
    assert seen.lost_at == {
        "lead production to green: new, timed out": 1,
        "lead production to green: kept, reset": 1,
        "drain blue: kept, reset": 1,
    }
    assert seen.outcomes[Outcome.RESET] == 2


def test_the_rate_of_new_connections_counts_answered_and_lost_ones() -> None:
    seen = series("ovn", "address", [outside(losses=(loss(2.5),) * 10)])
    assert seen.new_per_second == 6.0
    assert seen.requests_per_second == 10.0


def test_a_series_is_lossless_when_nothing_was_lost_and_no_switch_failed() -> None:
    assert series("haproxy", "pool", [outside(client())]).lossless
    assert not series("haproxy", "pool", [outside(losses=(loss(2.0),))]).lossless
    assert not series("haproxy", "pool", [outside(client(), failure="no")]).lossless


@pytest.mark.parametrize(
    ("kept", "in_time"),
    [
        ((client(since=5.0),), True),
        ((client(since=5.1),), False),
        ((client(since=3.0), client("blue")), False),
        ((client(since=3.0), client(None)), False),
        ((), False),
    ],
)
def test_every_client_must_follow_within_two_seconds_plus_the_longest_request(
    kept, in_time
) -> None:
    assert series("haproxy", "pool", [outside(*kept, longest=1.0)]).followed_in_time is in_time


def test_the_series_are_told_as_markdown_and_as_json() -> None:
    rows = [
        series("haproxy", "pool", [outside(client())]),
        series("ovn", "address", [outside(client("blue"), losses=(loss(2.5),))]),
    ]
    text = table.markdown(rows)
    assert "| ovn × address | 1 | 100 | 1 | 1 / 0 / 0 |" in text
    assert "- lead production to green: new, timed out: 1" in text
    assert [row["provider"] for row in json.loads(table.document(rows))] == ["haproxy", "ovn"]
