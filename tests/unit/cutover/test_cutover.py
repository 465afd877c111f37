from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.cutover.cutover import UNKNOWN, CutOver, Following, Lost, Mark, Turn
from ao.probe.probe_load import Protocol
from ao.probe.recording import Kind, Outcome
from tests.unit.report import samples
from tests.unit.report.samples import Request, answered, lost


def of(*requests: Request, **changes: object) -> CutOver:
    """A cut-over whose switch was asked for after one second, of four in all."""
    return samples.quiet(recording=samples.record(list(requests), seconds=4.0), **changes)


def steadily(begin: float, end: float, colour: str) -> list[Request]:
    """Good answers on new connections, one in each slice."""
    return [
        answered(n * 0.1 + 0.05, Kind.NEW, colour)
        for n in range(round(begin * 10), round(end * 10))
    ]


def test_first_and_last_answers_count_from_the_request_and_by_kind_of_connection() -> None:
    cutover = of(
        answered(0.9, Kind.NEW, "blue"),
        answered(1.2, Kind.NEW, "blue"),
        answered(1.25, Kind.NEW, "green"),
        answered(1.75, Kind.KEPT, "blue", client=0),
        answered(2.5, Kind.KEPT, "green", client=0),
    )
    assert cutover.turn(Kind.NEW) == Turn(
        first_new=pytest.approx(0.25), last_old=pytest.approx(0.2)
    )
    assert cutover.turn(Kind.KEPT) == Turn(
        first_new=pytest.approx(1.5), last_old=pytest.approx(0.75)
    )


def test_the_last_answer_of_the_old_colour_may_have_come_before_the_request() -> None:
    cutover = of(answered(0.75, Kind.NEW, "blue"))
    assert cutover.turn(Kind.NEW) == Turn(first_new=None, last_old=-0.25)


def test_an_old_colour_that_there_was_not_has_no_last_answer() -> None:
    cutover = of(answered(1.5, Kind.NEW, "green"), old=None)
    assert cutover.turn(Kind.NEW) == Turn(first_new=0.5, last_old=None)


def test_without_a_request_of_its_own_a_switch_has_no_turn_and_no_gap() -> None:
    cutover = of(answered(1.5, Kind.NEW, "green"), asked_at=None)
    assert cutover.turn(Kind.NEW) == Turn(first_new=None, last_old=None)
    assert cutover.gap is None


def test_the_gap_lies_between_the_colours_even_while_kept_connections_are_answered() -> None:
    kept = [answered(n * 0.1 + 0.05, Kind.KEPT, "blue", client=0) for n in range(40)]
    cutover = of(*steadily(0, 1.5, "blue"), *steadily(2.5, 4, "green"), *kept)
    assert cutover.gap == pytest.approx(1.1)


def test_the_gap_is_a_silence_of_all_connections_though_the_old_colour_answers_late() -> None:
    cutover = of(
        *steadily(0, 1.5, "blue"), *steadily(2.5, 4, "green"), answered(3.5, Kind.NEW, "blue")
    )
    assert cutover.gap == pytest.approx(1.0)


def test_a_production_that_never_answers_again_is_a_gap_to_the_end() -> None:
    assert of(*steadily(0, 1.5, "blue")).gap == pytest.approx(2.5)


def test_a_silence_before_the_request_is_not_the_switchs() -> None:
    cutover = of(*steadily(0.5, 1.5, "blue"), *steadily(1.5, 4, "green"))
    assert cutover.gap == pytest.approx(0.1)


@given(
    moved=st.integers(11, 38),
    silence=st.integers(0, 10),
)
def test_the_gap_is_never_shorter_than_the_silence_and_hardly_longer(
    moved: int, silence: int
) -> None:
    back = min(moved + silence, 39)
    gap = of(*steadily(0, moved / 10, "blue"), *steadily(back / 10, 4, "green")).gap
    assert gap is not None
    assert (back - moved) / 10 - 1e-9 <= gap <= (back - moved) / 10 + 0.1 + 1e-9


def test_clients_have_followed_when_their_last_answer_is_of_the_new_colour() -> None:
    cutover = of(
        answered(0.5, Kind.KEPT, "blue", client=0),
        answered(1.5, Kind.KEPT, "green", client=0),
        answered(2.25, Kind.KEPT, "green", client=1),
        answered(2.5, Kind.KEPT, "blue", client=2),
        answered(1.5, Kind.KEPT, "green", client=3),
        answered(2.75, Kind.KEPT, "blue", client=3),
    )
    assert cutover.following == Following(followed=2, clients=4, seconds=1.25)


def test_clients_whose_answers_tell_no_colour_are_left_out() -> None:
    silent = answered(2.0, Kind.KEPT, UNKNOWN, client=1)
    cutover = of(answered(1.5, Kind.KEPT, "green", client=0), silent)
    assert cutover.following == Following(followed=1, clients=1, seconds=0.5)
    assert of(silent).following is None


def test_clients_follow_by_what_they_speak() -> None:
    cutover = of(
        answered(1.5, Kind.KEPT, "green", client=0),
        answered(2.5, Kind.KEPT, "green", client=1),
        answered(2.5, Kind.KEPT, "blue", client=2),
    )
    assert cutover.recording is not None
    assert cutover.clients == {}
    assert cutover.following_by(Protocol.HTTP2) is None
    kept = cutover.recording.kept
    spoken = (Protocol.HTTP2, Protocol.HTTP1, Protocol.HTTP2)
    told = tuple(replace(it, protocol=by) for it, by in zip(kept, spoken, strict=True))
    cutover = replace(cutover, recording=replace(cutover.recording, kept=told))
    assert list(cutover.clients) == [Protocol.HTTP2, Protocol.HTTP1]
    assert cutover.following_by(Protocol.HTTP2) == Following(followed=1, clients=2, seconds=0.5)
    assert cutover.following_by(Protocol.HTTP1) == Following(followed=1, clients=1, seconds=1.5)
    assert cutover.following == Following(followed=2, clients=3, seconds=1.5)


def test_a_client_that_never_had_an_answer_has_not_followed() -> None:
    cutover = of(lost(2.0, Kind.KEPT, Outcome.TIMED_OUT))
    assert cutover.following == Following(followed=0, clients=1, seconds=None)


def test_losses_belong_to_the_step_in_which_they_were_sent() -> None:
    marks = (Mark(at=2.0, text="confirm"), Mark(at=0.5, text="move"))
    cutover = of(
        lost(0.2, Kind.NEW, Outcome.REFUSED),
        lost(1.5, Kind.NEW, Outcome.RESET),
        lost(1.6, Kind.NEW, Outcome.RESET),
        lost(3.0, Kind.KEPT, Outcome.TIMED_OUT, seconds=1.4),
        lost(3.0, Kind.KEPT, Outcome.TIMED_OUT, seconds=0.5),
        marks=marks,
    )
    assert cutover.losses() == (
        Lost(step="", kind=Kind.NEW, outcome=Outcome.REFUSED, count=1),
        Lost(step="move", kind=Kind.KEPT, outcome=Outcome.TIMED_OUT, count=1),
        Lost(step="move", kind=Kind.NEW, outcome=Outcome.RESET, count=2),
        Lost(step="confirm", kind=Kind.KEPT, outcome=Outcome.TIMED_OUT, count=1),
    )


def test_a_request_under_way_as_production_moved_was_lost_by_the_move() -> None:
    cutover = of(
        lost(3.0, Kind.NEW, Outcome.TIMED_OUT, seconds=2.5),
        marks=(Mark(at=0.1, text="look"), Mark(at=0.9, text="move")),
    )
    assert [lost.step for lost in cutover.losses()] == ["move"]


@given(
    ends=st.lists(st.floats(0.0, 3.9), max_size=30),
    marks=st.lists(st.floats(0.0, 4.0), max_size=5),
)
def test_every_recorded_loss_is_told_once(ends: list[float], marks: list[float]) -> None:
    cutover = of(
        *(lost(end, Kind.NEW, Outcome.REFUSED) for end in ends),
        marks=tuple(Mark(at=at, text=f"step {n}") for n, at in enumerate(marks)),
    )
    assert sum(lost.count for lost in cutover.losses()) == len(ends)


def test_without_a_recording_nothing_is_known_and_nothing_fails() -> None:
    cutover = samples.unmeasured()
    assert cutover.turn(Kind.NEW) == Turn(first_new=None, last_old=None)
    assert cutover.gap is None
    assert cutover.following is None
    assert cutover.losses() == ()


def test_the_gap_is_not_told_by_slices_that_are_left_out() -> None:
    whole = of(*steadily(0, 1.5, "blue"), *steadily(2.5, 4, "green"))
    assert whole.recording is not None
    slices = tuple(part for part in whole.recording.slices if part.colours)
    assert replace(whole, recording=replace(whole.recording, slices=slices)).gap == whole.gap


def test_a_cut_over_went_well_when_it_is_known_that_nothing_was_lost() -> None:
    assert samples.lossless().well is True
    assert samples.lossy().well is False
    assert replace(samples.lossless(), failure="no answer").well is False


def test_nobody_knows_how_a_cut_over_went_through_which_nothing_was_sent() -> None:
    assert samples.unmeasured().well is None
    assert of().well is None
