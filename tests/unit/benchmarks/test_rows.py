from datetime import datetime

import pytest

from ao.probe.recording import Kind, Outcome
from benchmarks.switch.rows import median, p95, row
from benchmarks.switch.ways import first_change
from benchmarks.trial import Failed
from tests.unit.benchmarks.samples import client, loss, recording, trial


def test_the_first_answer_counts_from_the_first_change_and_on_new_connections() -> None:
    told = trial(recording(first_green=2.5), requested_after=1.0)
    assert told.waited == pytest.approx(0.5)
    assert told.waited_in_all == pytest.approx(1.5)


def test_a_way_that_asked_for_no_change_has_no_time() -> None:
    assert trial(recording(first_green=2.5), requested_after=None).waited is None


def test_the_clients_first_change_is_found_in_its_log() -> None:
    log = (
        "2026-11-23 08:42:00.104 7 DEBUG keystoneauth.session [-] REQ: curl -g -i -X POST "
        'http://192.0.2.1:5000/v3/auth/tokens -H "Accept: x"\n'
        "2026-11-23 08:42:00.538 7 DEBUG keystoneauth.session [-] REQ: curl -g -i -X GET "
        "http://192.0.2.1:9696/v2.0/floatingips\n"
        "2026-11-23 08:42:01.250 7 DEBUG keystoneauth.session [-] REQ: curl -g -i -X PUT "
        "http://192.0.2.1:9696/v2.0/floatingips/7\n"
    )
    assert first_change(log) == datetime(2026, 11, 23, 8, 42, 1, 250_000).timestamp()
    with pytest.raises(Failed, match="no change"):
        first_change("\n".join(log.splitlines()[:2]))


def test_a_row_has_the_median_and_the_p95_of_its_trials() -> None:
    trials = [trial(recording(first_green=1.0 + wait)) for wait in (1.0, 2.0, 9.0)]
    seen = row("a way", trials)
    assert (seen.first_new_median_s, seen.first_new_p95_s) == (2.0, 9.0)
    assert seen.started_first_new_median_s == 2.0


def test_of_twenty_trials_the_p95_leaves_out_the_slowest() -> None:
    assert p95([*range(1, 20), 1000]) == 19
    assert p95([4.0]) == 4.0
    assert p95([]) is None
    assert median([]) is None


def test_a_row_sums_what_was_sent_lost_and_sent_again() -> None:
    losses = (loss(2.0), loss(2.1, kind=Kind.KEPT, outcome=Outcome.RESET))
    seen = row("a way", [trial(recording(retried=3)), trial(recording(losses=losses))])
    assert (seen.switches, seen.requests, seen.lost, seen.retried) == (2, 200, 2, 3)


def test_a_row_tells_clients_that_followed_from_those_that_stayed_hung_or_were_reset() -> None:
    seen = row(
        "a way",
        [
            trial(recording(client("green"), client("blue"), client(None, lost=2, hung=2))),
            trial(recording(client("green", lost=1), client("green", lost=2, hung=1))),
        ],
    )
    assert (seen.keepalive_followed, seen.keepalive_total) == (3, 5)
    assert (seen.keepalive_hung, seen.keepalive_reset) == (2, 2)


def test_a_switch_that_failed_or_was_never_seen_is_counted_and_in_no_time() -> None:
    trials = [
        trial(recording(first_green=2.5)),
        trial(recording(first_green=None)),
        trial(recording(first_green=None), failure="exit code 1: no"),
    ]
    seen = row("a way", trials)
    assert seen.failed == 2
    assert seen.switches == 3
    assert seen.first_new_p95_s == 1.5


def test_a_round_that_was_not_measured_counts_as_failed_and_takes_no_time() -> None:
    seen = row("a way", [None, trial(recording(first_green=2.0))])
    assert (seen.switches, seen.failed) == (2, 1)
    assert seen.first_new_median_s == 1.0
