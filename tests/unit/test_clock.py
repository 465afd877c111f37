"""Waiting: a look is ready with a value, or waits because of what it saw."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ao import fake
from ao.clock import Clock, Look, Ready, Waiting
from ao.errors import Changed, DeadlinePassed, Unavailable

SILENT = Unavailable("Nova did not answer")


@pytest.fixture
def clock() -> Clock:
    """A clock whose time passes only while somebody sleeps."""
    return fake.Cloud().clock


def looks(*seen: Ready[str] | Waiting | Exception) -> Look[str]:
    """A look that sees one of these after the other, the last one for ever."""
    left: Iterator[Ready[str] | Waiting | Exception] = iter(seen[:-1])

    def look() -> Ready[str] | Waiting:
        now = next(left, seen[-1])
        if isinstance(now, Exception):
            raise now
        return now

    return look


def wait(clock: Clock, look: Callable[[], Ready[str] | Waiting]) -> str:
    return clock.until(look, what="the server", deadline=5)


def test_the_value_of_the_first_look_that_is_ready_is_returned(clock: Clock) -> None:
    assert wait(clock, looks(Waiting("BUILD"), Ready("ACTIVE"), Ready("later"))) == "ACTIVE"


@pytest.mark.parametrize("value", [None, False, 0, ()])
def test_a_value_that_is_nothing_ends_the_wait_too(clock: Clock, value: object) -> None:
    assert clock.until(lambda: Ready(value), what="nothing", deadline=5) == value


def test_it_waits_no_longer_than_the_deadline_and_looks_once_more_at_it(clock: Clock) -> None:
    begin = clock.now()
    moments: list[float] = []

    def look() -> Ready[str] | Waiting:
        moments.append(clock.now() - begin)
        return Waiting()

    with pytest.raises(DeadlinePassed):
        clock.until(look, what="the server", deadline=5, interval=2)
    assert moments == [0, 2, 4, 5]


def test_a_deadline_that_passes_tells_what_was_waited_for_and_the_last_reason(
    clock: Clock,
) -> None:
    with pytest.raises(DeadlinePassed) as passed:
        wait(clock, looks(Waiting("it is BUILD"), Waiting("it is SHUTOFF")))
    assert passed.value.message == "waited 5 s for the server: it is SHUTOFF"


def test_a_look_without_a_reason_adds_none(clock: Clock) -> None:
    with pytest.raises(DeadlinePassed) as passed:
        wait(clock, looks(Waiting("it is BUILD"), Waiting()))
    assert passed.value.message == "waited 5 s for the server"


def test_a_cloud_that_does_not_answer_is_asked_again(clock: Clock) -> None:
    assert wait(clock, looks(SILENT, SILENT, Ready("ACTIVE"))) == "ACTIVE"


def test_a_cloud_that_never_answers_is_the_reason_of_the_deadline(clock: Clock) -> None:
    with pytest.raises(DeadlinePassed, match="the server: Nova did not answer") as passed:
        wait(clock, looks(Waiting("it is BUILD"), SILENT))
    assert passed.value.__cause__ is SILENT


def test_another_error_ends_the_wait_at_once(clock: Clock) -> None:
    begin = clock.now()
    with pytest.raises(Changed):
        wait(clock, looks(Changed("somebody else wrote")))
    assert clock.now() == begin


def test_for_how_long_nobody_has_answered_is_told_with_the_deadline(clock: Clock) -> None:
    with pytest.raises(DeadlinePassed) as passed:
        wait(clock, looks(Waiting("it is BUILD"), Waiting("it is BUILD"), SILENT))
    assert passed.value.message == "waited 5 s for the server: Nova did not answer, for 3 s"


def test_the_user_is_told_once_of_a_service_that_is_silent_for_long(clock: Clock) -> None:
    notes: list[str] = []
    telling = replace(clock, notice=notes.append)
    silence = [SILENT] * 20
    assert telling.until(looks(*silence, Ready("up")), what="it", deadline=60) == "up"
    assert notes == ["Nova did not answer, for 5 s. It is asked again."]
    assert telling.until(looks(SILENT, SILENT, Ready("up")), what="it", deadline=60) == "up"
    assert len(notes) == 1
