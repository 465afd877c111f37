"""Nothing but errors of a system that has become live, and what only looks like it."""

from collections import Counter
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.cutover.consecutive_errors import LASTING, LEAST, ConsecutiveErrors, Suspicion
from ao.cutover.cutover import UNKNOWN
from ao.probe.running_totals import RunningTotals

Told = dict[str, int]


def totals(good: Told, errors: Told) -> RunningTotals:
    return RunningTotals(outcomes={}, latency_p95=None, rates={}, good=good, errors=errors)


def seen(*answers: tuple[float, Told, Told]) -> list[Suspicion]:
    """What is suspected of green at each of the moments, by totals since the beginning."""
    errors = ConsecutiveErrors(Colour.GREEN)
    return [errors.note(totals(good, bad), at) for at, good, bad in answers]


def at_rate(rate: int, seconds: float, errors: str, good: str | None = None) -> list[Suspicion]:
    """Answers at a rate, looked at five times a second, after ten good ones of blue."""

    def moments() -> Iterator[tuple[float, Told, Told]]:
        for n in range(round(seconds * 5) + 1):
            count = n * rate // 5
            more = {good: count} if good else {}
            yield n / 5, {"blue": 10 + more.pop("blue", 0), **more}, {errors: count}

    return seen(*moments())


def test_a_system_that_gives_nothing_but_errors_is_found_within_two_seconds() -> None:
    assert at_rate(100, 2.0, "green")[-1] is Suspicion.SURE


def test_old_clients_that_blue_still_answers_well_hide_nothing() -> None:
    assert at_rate(100, 2.0, "green", good="blue")[-1] is Suspicion.SURE


def test_one_good_answer_of_it_among_many_errors_is_enough_to_keep_it() -> None:
    assert set(at_rate(100, 5.0, "green", good="green")) == {Suspicion.NONE}


def test_errors_that_tell_no_colour_are_only_a_suspicion() -> None:
    assert at_rate(100, 2.0, "unknown")[-1] is Suspicion.PERHAPS


def test_errors_of_the_old_system_are_not_the_new_ones() -> None:
    assert set(at_rate(100, 5.0, "blue")) == {Suspicion.NONE}


def test_few_requests_tell_nothing() -> None:
    assert set(at_rate(5, 3.0, "green")) == {Suspicion.NONE}


def test_a_system_that_stumbles_for_its_first_second_is_kept() -> None:
    stumble = [(n / 5, {}, {"green": 40 * n}) for n in range(6)]
    recovered = [(1.2, {"green": 1}, {"green": 205}), (3.0, {"green": 400}, {"green": 205})]
    assert set(seen(*stumble, *recovered)) == {Suspicion.NONE}


def test_errors_before_its_first_good_answer_are_forgotten() -> None:
    first = (0.0, {}, {"green": 15})
    then = [(1.0, {"green": 1}, {"green": 15}), (3.0, {"green": 1}, {"green": 30})]
    assert set(seen(first, *then)) == {Suspicion.NONE}


@given(
    st.lists(
        st.tuples(
            st.floats(0.05, 1),
            st.booleans(),
            st.integers(0, 40),
            st.sampled_from(["green", UNKNOWN]),
        ),
        max_size=40,
    )
)
def test_nothing_is_suspected_unless_enough_errors_came_in_a_row_for_long_enough(
    looks: list[tuple[float, bool, int, str]],
) -> None:
    watched = ConsecutiveErrors(Colour.GREEN)
    now = good_at = 0.0
    good, errors, in_a_row = 0, Counter[str](), 0
    for pause, well, count, colour in looks:
        now += pause
        errors[colour] += count
        good += well
        in_a_row = 0 if well else in_a_row + count
        good_at = now if well else good_at
        suspicion = watched.note(totals({"green": good}, dict(errors)), now)
        if suspicion is not Suspicion.NONE:
            assert now - good_at >= LASTING
            assert in_a_row >= LEAST
