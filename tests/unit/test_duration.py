import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10s", 10), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("1m30s", 90), ("0.5s", 0.5)],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float) -> None:
    assert duration.parse(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "10", "-5s", "5s1m", "1d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration.parse(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2d", "write 48h"),
        ("2 days", "write 48h"),
        ("15min", "write 15m"),
        ("1.5h", "write 1h30m"),
        ("1h 30m", "write 1h30m"),
        ("90 sec", "write 1m30s"),
        ("0.5m", "write 30s"),
        ("500ms", "write 0.5s"),
        ("1.5 milliseconds", "write 0.0015s"),
        ("1D 2H", "write 26h"),
        ("10", "write 10s for seconds, 10m for minutes"),
    ],
)
def test_how_to_write_what_is_probably_meant_is_told(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=f"; {hint}$"):
        duration.parse(text)


@pytest.mark.parametrize("text", ["9" * 5000 + "h", "1e9h", "٣s", "5m\x1b[2J", "5m\n", "d" * 10**6])
def test_what_nobody_means_is_refused_at_once_and_safe_to_print(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration") as told:
        duration.parse(text)
    assert len(str(told.value)) < 200
    assert str(told.value).isprintable()


@given(st.integers(0, 10**8))
def test_what_is_written_is_read_as_it_was(seconds: int) -> None:
    assert duration.parse(duration.write(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.84, "0.8s"), (42, "42s"), (59.7, "1m 0s"), (185, "3m 5s"), (7800, "2h 10m")],
)
def test_a_duration_is_shown_short(seconds: float, text: str) -> None:
    assert duration.show(seconds) == text


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_parts_of_a_duration_add_up(hours: int, minutes: int, seconds: int) -> None:
    text = f"{hours}h{minutes}m{seconds}s"
    assert duration.parse(text) == hours * 3600 + minutes * 60 + seconds
