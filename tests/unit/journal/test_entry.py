import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.journal import (
    Act,
    Approval,
    Ask,
    Asked,
    Begun,
    Checked,
    CheckResult,
    Ended,
    Entry,
    Event,
    Heading,
    Judged,
    Noted,
    Outcome,
    Overridden,
    StepBegun,
    StepEnded,
    Switched,
    TakenOver,
    Unreadable,
    entry,
)
from ao.journal.entry import CAP
from ao.journal.invalid import Invalid
from tests.unit.journal.test_heading import heading
from tests.unit.report import samples
from tests.unit.untrusted.test_printable import FOREIGN, harmless

HEADING: Heading = heading("x")


def headed(event: Event) -> Heading:
    """The heading that an event has."""
    return replace(HEADING, kind=event.kind, words=event.words)


APPROVAL = Approval(
    release="20261123-0815-a3f",
    version="2.0",
    stage="approve",
    old="blue",
    new="green",
    stack="stack-id",
    deploy="90ab12",
    user_id="4f1c",
    approver="lee",
)
EVENTS: list[Event] = [
    Begun(
        act="release",
        version="2.0",
        old=Colour.BLUE,
        new=Colour.GREEN,
        url="https://ci.example/job/7",
        plan=("deploy 2.0", "switch to green"),
        reason="the new till",
    ),
    Begun(act="release", version="2.0", user_id="4f1c", releaser="kim"),
    Begun(act="up"),
    Begun(act="rehearse"),
    StepBegun(step="point production to green"),
    StepEnded(step="point production to green", seconds=0.25),
    StepEnded(step="drain blue", seconds=60.0, outcome="failed", why="3 clients are left"),
    Checked(results=(CheckResult(name="smoke", passed=False, seconds=1.5, why="status 500"),)),
    Judged(verdict="switch back", why="2 % errors, 1 % allowed"),
    Overridden(what="a freeze", reason="a leak"),
    TakenOver(holder="shop on build7", why="it ended"),
    Asked(ask=Ask.ABORT, reason="wrong version"),
    Asked(ask=Ask.APPROVE, reason="good", approval=APPROVAL),
    Noted(text="青"),
    Ended(outcome=Outcome.ROLLED_BACK, why="2 % errors"),
]


def kept(event: Event) -> Entry:
    """The entry that is read of an event that was written."""
    return entry.read("id", headed(event), entry.write("build7", event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert kept(event) == Entry(id="id", heading=headed(event), host="build7", event=event)


@pytest.mark.parametrize("act", Act)
def test_an_act_is_kept_as_its_word_and_read_as_an_act(act: Act) -> None:
    text = entry.write("build7", Begun(act=act))
    assert json.loads(text)["event"]["act"] == act.value
    event = kept(Begun(act=act)).event
    assert isinstance(event, Begun)
    assert event.act is act


def test_a_switch_is_read_to_the_microsecond() -> None:
    cutover = samples.lossless()
    event = kept(Switched(cutover=cutover)).event
    assert isinstance(event, Switched)
    assert event.cut == ()
    assert event.cutover.gap == pytest.approx(cutover.gap, abs=2e-6)
    assert event.cutover.recording is not None
    assert cutover.recording is not None
    assert event.cutover.recording.outcomes == cutover.recording.outcomes
    assert len(event.cutover.recording.slices) == len(cutover.recording.slices)


def large(cutover: CutOver, *, losses: int = 1, clients: int = 1, calls: int = 1) -> CutOver:
    """A cut-over with so many times as much in it."""
    recording = cutover.recording
    assert recording is not None
    return replace(
        cutover,
        calls=cutover.calls * calls,
        recording=replace(
            recording, losses=recording.losses * losses, kept=recording.kept * clients
        ),
    )


def test_a_switch_that_is_too_large_loses_its_losses_first_and_says_so() -> None:
    event = kept(Switched(cutover=large(samples.lossy(), losses=100))).event
    assert isinstance(event, Switched)
    assert [cut.partition(" after")[0] for cut in event.cut] == ["lost requests"]
    assert event.cutover.recording is not None
    assert len(event.cutover.recording.losses) == 100


def test_a_switch_that_is_still_too_large_is_cut_until_it_fits() -> None:
    event = Switched(cutover=large(samples.lossy(), losses=100, clients=100, calls=2000))
    assert len(entry.write("build7", event)) <= CAP
    told = kept(event).event
    assert isinstance(told, Switched)
    assert len(told.cut) >= 3


def test_what_can_be_cut_nowhere_leaves_a_note() -> None:
    results = tuple(
        CheckResult(name=f"check {n}", passed=False, seconds=1.0, why="x" * 4000)
        for n in range(100)
    )
    event = kept(Checked(results=results)).event
    assert isinstance(event, Noted)
    assert "kind checks" in event.text


def test_long_free_texts_are_cut_and_say_how_long_they_were() -> None:
    event = kept(Noted(text="x" * 10_000)).event
    assert isinstance(event, Noted)
    assert len(event.text) < 5000
    assert event.text.endswith("(10000 characters)")


SECRET = "hush-hush-1"


@pytest.mark.parametrize(
    "event",
    [
        Begun(act="release", url=f"https://u:{SECRET}@ci", plan=(SECRET,), reason=SECRET),
        StepBegun(step=f"run {SECRET}"),
        StepEnded(step=SECRET, seconds=1.0, why=SECRET),
        Checked(results=(CheckResult(name="a", passed=False, seconds=1.0, why=SECRET),)),
        Switched(cutover=replace(samples.lossless(), failure=f"the hook said {SECRET}")),
        Judged(verdict="keep", why=SECRET),
        Overridden(what=SECRET, reason=SECRET),
        TakenOver(holder=SECRET, why=SECRET),
        Asked(ask=Ask.PAUSE, reason=SECRET),
        Asked(ask=Ask.APPROVE, approval=replace(APPROVAL, approver=SECRET)),
        Begun(act="release", releaser=SECRET),
        Noted(text=SECRET),
        Ended(outcome=Outcome.FAILED, why=SECRET),
    ],
    ids=lambda event: event.kind,
)
def test_no_event_keeps_a_secret_of_the_environment(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SECRET in str(event)
    monkeypatch.setenv("OS_PASSWORD", SECRET)
    text = entry.write("build7", event)
    assert SECRET not in text
    assert "***" in text


def test_what_a_later_version_adds_is_passed_over() -> None:
    told = json.loads(entry.write("build7", Noted(text="x")))
    told["later"] = 1
    told["event"]["later"] = {"a": 1}
    assert entry.read("id", headed(Noted(text="x")), json.dumps(told)).event == Noted(text="x")


def test_what_an_older_ao_asked_is_read_and_an_older_ao_reads_what_this_one_asks() -> None:
    older = {"host": "a", "event": {"kind": "asked", "ask": "approve", "reason": "good"}}
    plain = Asked(ask=Ask.APPROVE, reason="good")
    assert entry.read("id", headed(plain), json.dumps(older)).event == plain
    asked = Asked(ask=Ask.APPROVE, reason="good", approval=APPROVAL)
    told = json.loads(entry.write("a", asked))
    assert {key: told["event"][key] for key in ("kind", "ask", "reason")} == older["event"]
    assert asked.words[0] == "approve"


@pytest.mark.parametrize(
    "text", ["", "{}", "not JSON", '{"host": "a", "event": {"kind": "a later one"}}', "[1]"]
)
def test_a_text_that_cannot_be_read_is_shown_as_such(text: str) -> None:
    read = entry.read("id", HEADING, text)
    assert isinstance(read.event, Unreadable)
    assert read.event.why
    assert read.heading == HEADING


def forged(kind: str, **told: object) -> str:
    """A text that somebody wrote by hand."""
    return json.dumps({"host": "h", "event": {"kind": kind, **told}})


BEGUN = {"act": "release", "version": "2.0", "old": "blue", "new": "green"}
EVIL = "2.0'; touch /tmp/pwned; : '"


@pytest.mark.parametrize(
    ("kind", "told", "why"),
    [
        ("begun", {**BEGUN, "version": EVIL}, "is no version"),
        ("begun", {**BEGUN, "old": "red"}, "begun old: "),
        ("begun", {**BEGUN, "plan": [""] * 2000}, "at most 1000 items"),
        ("step ended", {"step": "deploy", "seconds": 1e300}, "seconds"),
        ("step ended", {"step": "deploy", "seconds": -1}, "seconds"),
        ("step ended", {"step": "deploy", "seconds": float("nan")}, "seconds"),
        ("step ended", {"step": "deploy", "seconds": float("inf")}, "seconds"),
        ("baseline", {"error_rate": 2, "latency_p95": None, "online": 1}, "error_rate"),
        ("baseline", {"error_rate": 0, "latency_p95": 1, "online": 10**30}, "online"),
        ("checks", {"results": [{"name": "a", "passed": True, "seconds": -1}]}, "seconds"),
        ("end", {"outcome": "<script>"}, "end outcome: "),
        ("asked", {"ask": "rm"}, "asked ask: "),
        ("note", {"text": 7}, "note text: "),
        ("note", {}, "note text: "),
        ("note", {"text": "x" * CAP}, "more than 200,000 characters"),
    ],
)
def test_a_text_that_breaks_the_rules_of_its_kind_is_invalid_and_says_which(
    kind: str, told: dict[str, object], why: str
) -> None:
    with pytest.raises(Invalid) as caught:
        entry.read("id", HEADING, forged(kind, **told))
    assert why in str(caught.value)
    assert harmless(str(caught.value))


@pytest.mark.parametrize(
    ("named", "text"),
    [
        (("begun", "release", "2.0", "blue", "green"), {**BEGUN, "version": "2.0.1"}),
        (("begun", "release", "2.0", "blue", "green"), {**BEGUN, "old": "green"}),
        (("begun", "switch", "2.0", "blue", "green"), BEGUN),
        (("begun", "release"), BEGUN),
        (("note", "x"), BEGUN),
    ],
)
def test_a_text_of_another_event_than_its_name_is_invalid(
    named: tuple[str, ...], text: dict[str, object]
) -> None:
    other = replace(HEADING, kind=named[0], words=named[1:])
    with pytest.raises(Invalid, match="its name tells"):
        entry.read("id", other, forged("begun", **text))


ASKED = {"release": "20261123-0815-a3f", "version": "2.0", "stage": "approve"}


@pytest.mark.parametrize("key", ["user_id", "approver"])
@pytest.mark.parametrize("text", ["\x1b[31mx", "a\nb", " kim", "x" * 201, "a\u202eb"])
def test_who_nobody_can_be_called_is_invalid(key: str, text: str) -> None:
    approval = {**ASKED, key: text}
    with pytest.raises(Invalid, match="is no"):
        entry.read("id", HEADING, forged("asked", ask="approve", approval=approval))
    begun = {**BEGUN, "releaser" if key == "approver" else key: text}
    with pytest.raises(Invalid, match="is no"):
        entry.read("id", HEADING, forged("begun", **begun))


WORDED = [event for event in EVENTS if any(event.words)]


@pytest.mark.parametrize("event", WORDED, ids=lambda event: event.kind)
def test_each_word_of_a_name_is_told_by_its_text_too(event: Event) -> None:
    text = entry.write("build7", event)
    for place, word in enumerate(event.words):
        for other in (f"{word}1" if word else "eve", ""):
            words = (*event.words[:place], other, *event.words[place + 1 :])
            if other != word:
                assert isinstance(read(replace(headed(event), words=words), text), str), words


def test_a_name_that_tells_of_an_approval_which_its_text_has_not_is_invalid() -> None:
    asked = Asked(ask=Ask.APPROVE)
    named = replace(HEADING, kind="asked", words=("approve", "2.0", "approve", "lee"))
    with pytest.raises(Invalid, match="its name tells"):
        entry.read("id", named, entry.write("h", asked))


def test_a_name_tells_an_approver_of_its_text_and_nobody_else() -> None:
    for named, told in (("", "EVE"), ("lee", "EVE"), ("lee", "")):
        asked = Asked(ask=Ask.APPROVE, approval=replace(APPROVAL, approver=told))
        words = (*asked.words[:3], named)
        with pytest.raises(Invalid, match="its name tells"):
            entry.read("id", replace(HEADING, kind="asked", words=words), entry.write("h", asked))


@given(st.text(), st.text(max_size=60))
def test_what_people_write_is_read_under_the_name_that_it_gets(reason: str, who: str) -> None:
    event = Begun(act="up", reason=reason, releaser="李 kim", user_id="4f1c", approve="manual")
    text = entry.write("build7", event)
    kept_event = json.loads(text)["event"]
    own = replace(headed(event), who=who, words=(*event.words[:4], kept_event["reason"], "李 kim"))
    name = Heading.read(replace(own, words=(*own.words, "manual")).name)
    assert name is not None
    assert isinstance(entry.read("id", name, text).event, Begun)


def test_an_event_whose_name_had_to_be_cut_is_read() -> None:
    event = Begun(act="release", version="2" * 40, old=Colour.BLUE, new=Colour.GREEN)
    long = replace(headed(event), who="%" * 300)
    cut = Heading.read(long.name)
    assert cut is not None
    assert entry.read("id", cut, entry.write("build7", event)).event == event


def test_what_was_too_much_to_keep_is_read_under_its_own_name() -> None:
    results = tuple(
        CheckResult(name=f"check {n}", passed=False, seconds=1.0, why="x" * 4000)
        for n in range(100)
    )
    assert kept(Checked(results=results)).heading.kind == "checks"
    long = large(samples.lossy())
    assert long.recording is not None
    recording = replace(long.recording, slices=long.recording.slices * 50)
    event = kept(Switched(cutover=replace(long, recording=recording))).event
    assert isinstance(event, Switched)
    assert event.cutover.recording is None


def read(heading: Heading, text: str) -> Entry | str:
    """The entry, or why there is none."""
    try:
        return entry.read("id", heading, text)
    except Invalid as error:
        return str(error)


def written(value: object) -> Iterator[str]:
    """Lines of all texts in a value."""
    match value:
        case str():
            yield from value.split("\n")
        case tuple():
            for inner in value:
                yield from written(inner)
        case Mapping():
            yield from written((*value.keys(), *value.values()))
    if is_dataclass(value):
        for field in fields(value):
            yield from written(getattr(value, field.name))


FIGURES = st.floats() | st.integers() | st.sampled_from([1e308, -1.0, 0, 10**400, True, None])
JSON = st.recursive(
    FIGURES | FOREIGN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FOREIGN, inner, max_size=4),
    max_leaves=8,
)
KINDS = sorted({event.kind for event in EVENTS} | {"switch", "baseline", "a later one"})
KEYS = ("act", "version", "old", "new", "step", "seconds", "outcome", "why", "results", "ask")
SHAPED = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS)}, optional=dict.fromkeys((*KEYS, "text", "cutover"), JSON)
)


@given(JSON | st.fixed_dictionaries({"host": JSON, "event": SHAPED | JSON}))
def test_whatever_somebody_keeps_as_json_is_safe_or_invalid(told: object) -> None:
    for kind in KINDS:
        found = read(replace(HEADING, kind=kind), json.dumps(told))
        assert all(map(harmless, written(found)))


@given(FOREIGN | st.binary().map(lambda data: data.decode(errors="surrogateescape")))
def test_whatever_somebody_keeps_as_text_is_safe_or_invalid(text: str) -> None:
    assert all(map(harmless, written(read(HEADING, text))))


@given(st.sampled_from(EVENTS), st.lists(st.text(), min_size=3, max_size=3))
def test_whatever_people_write_is_read_again(event: Event, texts: list[str]) -> None:
    free = dict(zip(("reason", "why", "text"), texts, strict=True))
    own = replace(event, **{it: text for it, text in free.items() if hasattr(event, it)})
    found = entry.read("id", headed(own), entry.write("build7", own))
    assert type(found.event) is type(own)


@pytest.mark.parametrize(
    "text",
    [
        "[" * CAP,
        '{"a":' * (CAP // 5),
        '{"host":"h","event":{"kind":"note","text":"' + "\\n" * (CAP // 2 - 40) + '"}}',
        '{"host":"h","event":{"kind":"begun","act":"up","plan":[' + '"",' * 60_000 + '""]}}',
        '{"host":"h","event":{"kind":"checks","results":[' + "{}," * 60_000 + "{}]}}",
        "9" * CAP,
        "\x1b" * 1_000_000,
    ],
    ids=range(7),
)
def test_a_giant_text_is_read_or_refused_in_no_time(text: str) -> None:
    begin = time.process_time()
    read(HEADING, text)
    assert time.process_time() - begin < 1


def test_a_text_says_its_format() -> None:
    for event in EVENTS:
        assert json.loads(entry.write("build7", event))["format"] == entry.FORMAT


@pytest.mark.parametrize(
    "text",
    [
        {"format": 99, "needs": "0.4.0", "host": "build7", "event": {"kind": "note", "text": "x"}},
        {"format": 99, "needs": "0.4.0", "event": {"kind": "verdict", "verdict": ["keep"]}},
        {"format": 99, "needs": "0.4.0", "events": ["x" * CAP]},
    ],
    ids=["readable", "against the rules", "large"],
)
def test_a_text_of_a_newer_format_is_told_as_that_and_never_as_forged(
    text: Mapping[str, object],
) -> None:
    found = entry.read("id", heading("x"), json.dumps(text))
    assert isinstance(found.event, Unreadable)
    assert found.event.why == (
        "was written by a newer ao (format 99); this version reads up to 1: upgrade to ao 0.4.0"
    )
