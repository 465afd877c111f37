from hypothesis import given
from hypothesis import strategies as st

from ao.report import chart_labels

ROOM = 8.0
milliseconds = st.integers(0, 100_000).map(lambda whole: whole / 1000)
marks = st.lists(st.tuples(milliseconds, st.floats(0.1, 4)), max_size=12).map(sorted)


@given(marks)
def test_no_label_overlaps_another_or_is_crossed_by_a_line(
    marks: list[tuple[float, float]],
) -> None:
    rows = chart_labels.rows([place for place, _ in marks], [width for _, width in marks])
    for n, (place, width) in enumerate(marks):
        for other in range(n + 1, len(marks)):
            if marks[other][0] < place + width:
                assert rows[other] < rows[n]


def test_labels_with_room_between_them_share_the_lowest_row() -> None:
    assert chart_labels.rows([0.0, 2.0, 4.0], [1.5, 1.5, 1.5]) == [0, 0, 0]


@given(marks)
def test_scaled_labels_end_within_the_room_and_one_touches_its_end(
    marks: list[tuple[float, float]],
) -> None:
    places, widths = [place for place, _ in marks], [width for _, width in marks]
    unit = chart_labels.scale(places, widths, ROOM)
    ends = [place * unit + width for place, width in zip(places, widths, strict=True) if place]
    assert all(end <= ROOM * (1 + 1e-9) for end in ends)
    assert not ends or max(ends) >= ROOM * (1 - 1e-9)
