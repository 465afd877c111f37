"""Whatever somebody keeps as a cut-over in the journal is refused, or can be drawn and told."""

import json
import time
import warnings
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ao.cutover.cutover import COLOURS, CutOver
from ao.errors import ConfigError
from ao.report import cutover_chart, cutover_json, html_page, terminal, trend_chart
from ao.untrusted.bounds import LAST, YEAR
from tests.unit.report import samples
from tests.unit.untrusted.test_printable import FOREIGN

SOUND: dict[str, Any] = json.loads(cutover_json.write(samples.lossless()))
POINTS = {"at": [1795411200.0, 1795411205.0], "values": [2.0, 3.0]}
TREND = {
    "step": 5.0,
    "servers": {"blue": POINTS},
    "load": {"blue": POINTS},
    "out": 0.7,
    "inward": 0.2,
    "cpu": True,
}


def read(change: dict[str, Any]) -> CutOver:
    """The sound cut-over with other values, by paths such as `recording.width`."""
    told = json.loads(json.dumps(SOUND))
    for path, value in change.items():
        *inner, last = path.split(".")
        place = told["cutover"]
        for key in inner:
            place = place[int(key) if key.isdigit() else key]
        place[int(last) if last.isdigit() else last] = value
    return cutover_json.read(json.dumps(told))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("started", 1e300),
        ("started", float("nan")),
        ("started", -1),
        ("asked_at", 1e308),
        ("asked_at", float("inf")),
        ("site", "../shop"),
        ("new", "red"),
        ("new_version", "2.0'; touch /tmp/pwned; : '"),
        ("old_version", "\x1b[2J"),
        ("marks", [{"at": 0, "text": "x"}] * 101),
        ("marks.0.at", 1e308),
        ("calls.0.seconds", -1),
        ("calls.0.status", 10**9),
        ("drain.seconds", 1e300),
        ("drain.left", -1),
        ("recording.width", 0),
        ("recording.width", 1e-300),
        ("recording.seconds", 1e300),
        ("recording.seconds", -5),
        ("recording.sent", 10**400),
        ("recording.slices", [SOUND["cutover"]["recording"]["slices"][0]] * 50_001),
        ("recording.slices.0.at", -1),
        ("recording.slices.0.colours", {"blue": -1}),
        ("recording.slices.0.colours", {f"c{n}": 1 for n in range(COLOURS + 1)}),
        ("recording.slices.0.latency_p50", float("nan")),
        ("recording.outcomes", {"exploded": 1}),
        ("trend", {**TREND, "step": 0}),
        ("trend", {**TREND, "out": float("inf")}),
        ("trend", {**TREND, "load": {"blue": {**POINTS, "values": [1.0]}}}),
        ("trend", {**TREND, "load": {"blue": {**POINTS, "at": [2.0, 1.0]}}}),
        ("trend", {**TREND, "load": {"blue": {"at": [*range(1001)], "values": [0] * 1001}}}),
        ("trend", {**TREND, "load": {"red": POINTS}}),
    ],
)
def test_a_figure_that_no_switch_has_is_refused(path: str, value: Any) -> None:
    begin = time.process_time()
    with pytest.raises(ConfigError) as caught:
        read({path: value})
    assert caught.value.message.isprintable()
    assert time.process_time() - begin < 20


OFFSETS = st.floats(-LAST, LAST) | st.sampled_from([0.0, -1.0, 3.0])
SECONDS = st.floats(0, YEAR) | st.sampled_from([0.0, 1e-9, 0.01, 14.0, YEAR])
COUNTS = st.integers(0, 10**12) | st.integers(0, 3)
WIDE = "\ufdfd" * 45
"""A letter as wide as a sentence."""
WORDS = FOREIGN.map(lambda text: text.encode("utf-8", "replace").decode()) | st.sampled_from(
    ["blue", "green", "unknown", WIDE, "$x^2$", "x" * 300]
)
KNOWN = st.none() | SECONDS
SLICE = st.fixed_dictionaries(
    {
        "at": SECONDS,
        "colours": st.dictionaries(WORDS, COUNTS, max_size=3),
        "retried": COUNTS,
        "lost": COUNTS,
        "latency_p50": KNOWN,
        "latency_p95": KNOWN,
        "latency_max": KNOWN,
    }
)
CURVE = st.lists(
    st.tuples(st.floats(0, LAST), st.floats(-1e18, 1e18)), max_size=4, unique_by=lambda it: it[0]
).map(lambda them: {"at": [at for at, _ in sorted(them)], "values": [it for _, it in them]})
CURVES = st.dictionaries(st.sampled_from(["blue", "green"]), CURVE)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "started": st.floats(0, LAST),
        "asked_at": st.none() | OFFSETS,
        "marks": st.lists(st.fixed_dictionaries({"at": OFFSETS, "text": WORDS}), max_size=100),
        "failure": st.none() | WORDS,
        "unmeasured": WORDS,
        "provider": WORDS,
        "calls.0.at": OFFSETS,
        "calls.0.seconds": SECONDS,
        "recording.seconds": SECONDS,
        "recording.width": st.floats(0.01, YEAR),
        "recording.slices": st.lists(SLICE, max_size=4),
        "recording.kept.0.colour": WORDS,
        "recording.kept.0.since": OFFSETS,
        "recording.sightings.0.first": SECONDS,
        "recording.sightings.0.colour": WORDS,
        "trend": st.fixed_dictionaries(
            {
                "step": st.floats(0.1, YEAR),
                "servers": CURVES,
                "load": CURVES,
                "out": st.floats(-1e18, 1e18),
                "inward": st.floats(-1e18, 1e18),
                "cpu": st.booleans(),
            }
        ),
    },
)


def drawn(cutover: CutOver) -> None:
    """Draw and tell all that there is of a cut-over."""
    with warnings.catch_warnings():
        # matplotlib says so where two values are too near for an axis, and draws it.
        warnings.simplefilter("ignore")
        assert "<svg" in cutover_chart.svg(cutover)
        if cutover.trend:
            assert "<svg" in trend_chart.svg(cutover.trend, cutover)
    terminal.render(cutover)


@given(CHANGES)
# Each example is two charts, so none is looked for that is smaller.
@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_what_is_not_refused_is_drawn(change: dict[str, Any]) -> None:
    drawn(read(change))


@pytest.mark.parametrize(
    "change",
    [
        {"marks": [{"at": 0.0, "text": WIDE}] * 100},
        {"marks": [{"at": -LAST, "text": "x"}, {"at": LAST, "text": "y"}]},
        {"recording.seconds": YEAR, "recording.width": 0.01},
        {"recording.slices.3.colours": {f"c{n}": n for n in range(COLOURS - 2)}},
        {"recording.slices.3.colours": {"\x1b[2J": 5, WIDE: 100_000}},
        {"recording.slices.3.latency_p50": 5e-324},
        {"failure": "x\n" * 2000},
        {"trend": {**TREND, "out": -1.0, "inward": -1.0, "load": {}, "servers": {}}},
    ],
)
def test_what_is_odd_is_drawn_in_no_time(change: dict[str, Any]) -> None:
    cutover = read(change)
    begin = time.process_time()
    drawn(cutover)
    assert time.process_time() - begin < 20


def test_a_page_of_an_odd_cutover_shows_its_words_as_words() -> None:
    cutover = read({"provider": "<script>", "marks": [{"at": 0.0, "text": "<b>\x1b"}]})
    shown = html_page.page(cutover)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown
    assert "\x1b" not in shown
