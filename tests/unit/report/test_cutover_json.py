import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.cutover.cutover import Call, CutOver, Mark
from ao.errors import ConfigError
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.probe.recording import KeptClient, Kind, Loss, Outcome, Recording, Sighting, Slice
from ao.progress import Drained
from ao.report import cutover_json
from ao.site import NAME, VERSION, Identify, Method
from ao.untrusted.bounds import YEAR
from tests.unit.report import samples

numbers = st.floats(0, YEAR)
counts = st.integers(0, 10**9)
known = numbers | st.none()
colours = st.from_regex(r"[a-z]{0,8}", fullmatch=True)
words = st.from_regex(r"[ -~青]{0,60}", fullmatch=True)
versions = st.from_regex(VERSION[1:-1], fullmatch=True)
latencies = {"latency_p50": known, "latency_p95": known, "latency_max": known}


def some(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """A few of them, as a tuple."""
    return st.lists(values, max_size=3).map(tuple)


loads = st.builds(
    ProbeLoad,
    url=st.text(),
    identify=st.builds(
        Identify,
        path=st.text(),
        header=st.text() | st.none(),
        body=st.text() | st.none(),
    ),
    new_per_second=numbers,
    kept=counts,
    kept_interval=numbers,
    slow_path=st.text() | st.none(),
    timeout=numbers,
    protocol=st.sampled_from(Protocol),
    expect=counts | st.none(),
)
recordings = st.builds(
    Recording,
    started=numbers,
    seconds=numbers,
    load=loads,
    width=st.floats(0.01, YEAR),
    slices=some(
        st.builds(
            Slice,
            at=numbers,
            colours=st.dictionaries(colours, counts, max_size=3),
            retried=counts,
            lost=counts,
            **latencies,
        )
    ),
    sent=counts,
    outcomes=st.dictionaries(st.sampled_from(Outcome), counts),
    **latencies,
    sightings=some(
        st.builds(
            Sighting,
            colour=colours,
            kind=st.sampled_from(Kind),
            answers=counts,
            first=numbers,
            last=numbers,
        )
    ),
    losses=some(
        st.builds(
            Loss,
            at=numbers,
            kind=st.sampled_from(Kind),
            outcome=st.sampled_from(Outcome),
            seconds=numbers,
            reason=words,
        )
    ),
    kept=some(
        st.builds(
            KeptClient,
            colour=colours | st.none(),
            since=known,
            slow=st.booleans(),
            answers=counts,
            connections=counts,
            told_to_close=counts,
            retried=counts,
            lost=counts,
            hung=counts,
        )
    ),
)
cutovers = st.builds(
    CutOver,
    site=st.from_regex(NAME[1:-1], fullmatch=True),
    old=st.sampled_from(Colour) | st.none(),
    old_version=versions | st.none(),
    new=st.sampled_from(Colour),
    new_version=versions | st.none(),
    method=st.sampled_from(Method),
    provider=words,
    started=numbers,
    asked_at=known,
    marks=some(st.builds(Mark, at=numbers, text=words)),
    calls=some(
        st.builds(
            Call,
            at=numbers,
            method=words,
            service=words,
            path=words,
            seconds=numbers,
            status=st.integers(0, 599),
        )
    ),
    drain=st.none() | st.builds(Drained, seconds=numbers, left=counts | st.none(), text=words),
    recording=st.none() | recordings,
    unmeasured=words,
    failure=words | st.none(),
)


@given(cutovers)
def test_what_is_written_is_read_again(cutover: CutOver) -> None:
    assert cutover_json.read(cutover_json.write(cutover)) == cutover


def test_a_document_of_an_earlier_version_tells_no_protocols() -> None:
    document = json.loads(cutover_json.write(samples.https()))
    recording = document["cutover"]["recording"]
    for client in recording["kept"]:
        del client["protocol"], client["finished"]
    for key in ("mixed", "ca"):
        del recording["load"][key]
    read = cutover_json.read(json.dumps(document))
    assert read.clients == {}
    assert read.following == samples.https().following


def test_a_document_tells_its_version_and_names_its_keys_as_the_fields() -> None:
    written = json.loads(cutover_json.write(samples.lossless()))
    assert written["version"] == 1
    assert written["cutover"]["recording"]["outcomes"] == {"answered": 9215, "retried": 14}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a cut-over of version 1: Invalid JSON"),
        ("[]", "not a cut-over of version 1: "),
        ('{"version": 2, "cutover": {}}', "version: Input should be 1"),
        ('{"version": 1, "cutover": {}}', "cutover.site: Field required"),
    ],
)
def test_another_document_is_refused_in_one_line_with_a_cure(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        cutover_json.read(text)
    assert told in refused.value.message
    assert "\n" not in refused.value.message
    assert refused.value.cure
