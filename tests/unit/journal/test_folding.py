"""Journals that are folded tell what they told before."""

import json
import random
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ao import fake
from ao.commands import journal_table
from ao.errors import Unavailable
from ao.journal import (
    Ask,
    Asked,
    Begun,
    Ended,
    Entry,
    Event,
    Noted,
    Outcome,
    Switched,
    Unreadable,
    archive,
    entry,
)
from ao.journal.folding import ARCHIVES, LATEST, PART, TEXTS, packed
from ao.journal.heading import Heading
from ao.journal.operation import operations
from tests.unit.journal.journals import BEGUN, WITHIN, journal_of, names, run, told
from tests.unit.report import samples

ALL = 1000
LOST = Unavailable("the service did not answer")


@pytest.fixture
def cloud() -> fake.Cloud:
    return fake.Cloud(user="shop")


def kinds(cloud: fake.Cloud) -> list[str]:
    """Kinds of the entries that are texts of their own, and `archive`."""
    return ["archive" if it.startswith(archive.PREFIX) else it.split("/")[4] for it in names(cloud)]


def test_of_a_closed_release_two_texts_stay_beside_an_archive(cloud: fake.Cloud) -> None:
    journal = journal_of(cloud)
    run(journal, cloud)
    journal.fold(ALL)
    assert sorted(kinds(cloud)) == ["archive", "begun", "end"]


def test_folding_changes_nothing_that_is_told(cloud: fake.Cloud) -> None:
    journal = journal_of(cloud)
    ids = [run(journal, cloud), run(journal, cloud, begun=Begun(act="scale"), within=())]
    journal.write(Noted(text="of none"))
    before, entries = journal.operations(), told(journal)
    journal.fold(ALL)
    for reader in (journal, journal_of(cloud)):
        assert reader.operations() == before
        assert told(reader) == entries
        assert [len(reader.entries(it)) for it in ids] == [len(WITHIN) + 2, 2]
        assert reader.may_go_back("2.0") is True


def test_an_open_release_is_not_folded_and_hears_what_is_asked(cloud: fake.Cloud) -> None:
    journal = journal_of(cloud)
    run(journal, cloud)
    release = run(journal, cloud, outcome=None)
    journal.fold(ALL)
    journal_of(cloud).write(Asked(ask=Ask.ABORT), release)
    cloud.calls.clear()
    assert [it.id for it in journal.open_releases()] == [release]
    assert len(journal.requests(release)) == 2
    assert {it.name for it in cloud.calls} == {"software_configs.all", "software_configs.read"}
    assert [it for it in kinds(cloud) if it == "step begun"] == ["step begun"] * 2


def test_one_that_knows_what_there_is_lists_only_what_is_newer(cloud: fake.Cloud) -> None:
    run(journal_of(cloud), cloud)
    release = run(journal_of(cloud), cloud, outcome=None)
    journal = journal_of(cloud)
    journal.know(cloud.software_configs.listing())
    cloud.calls.clear()
    assert [it.id for it in journal.open_releases()] == [release]
    assert not cloud.calls
    asked = Asked(ask=Ask.ABORT, reason="complaints")
    journal_of(cloud).write(asked, release)
    cloud.calls.clear()
    assert journal.requests(release)[-1].event == asked
    assert {it.name for it in cloud.calls} == {"software_configs.since", "software_configs.read"}


def test_where_an_engine_of_heats_has_a_slow_clock_what_it_writes_is_heard(
    cloud: fake.Cloud,
) -> None:
    release = run(journal_of(cloud), cloud, outcome=None)
    journal = journal_of(cloud)
    journal.know(cloud.software_configs.listing())
    journal.open_releases()
    asked = Asked(ask=Ask.ABORT)
    journal_of(cloud).write(asked, release)
    texts = cloud.openstack.project(cloud.name).heat.software_configs
    (late, text) = texts.popitem()
    texts[replace(late, created_at="2026-01-01T00:00:00Z")] = text
    assert asked in [it.event for it in journal.requests(release)]


@pytest.mark.parametrize("folded", [False, True], ids=["loose", "folded before"])
def test_one_that_knows_less_than_somebody_has_folded_meanwhile_tells_all_the_same(
    cloud: fake.Cloud, folded: bool
) -> None:
    ids = [run(journal_of(cloud), cloud) for _ in range(7)]
    if folded:
        journal_of(cloud).fold(ALL)
        ids.append(run(journal_of(cloud), cloud))
    journal = journal_of(cloud)
    journal.know(cloud.software_configs.listing(), now=False)
    ids.append(run(journal_of(cloud), cloud))
    journal_of(cloud).fold(ALL)
    texts = names(cloud)
    assert [it.id for it in journal.operations()] == ids
    assert told(journal) == told(journal_of(cloud))
    journal.fold(ALL)
    assert names(cloud) == texts


def test_what_is_written_to_a_release_that_was_folded_is_told_in_its_place(
    cloud: fake.Cloud,
) -> None:
    journal = journal_of(cloud)
    release = run(journal, cloud)
    journal.fold(ALL)
    run(journal, cloud)
    late = Asked(ask=Ask.PAUSE, reason="too late")
    journal_of(cloud).write(late, release)
    assert journal.entries(release)[-1].event == late
    journal.fold(ALL)
    assert journal_of(cloud).entries(release)[-1].event == late
    assert "asked" not in kinds(cloud)


@pytest.mark.parametrize("keep", [1, 20])
def test_a_site_has_at_most_20_texts_at_any_keep(cloud: fake.Cloud, keep: int) -> None:
    for number in range(24):
        journal = journal_of(cloud)
        run(journal, cloud, within=WITHIN if number % 2 else (*WITHIN, *WITHIN))
        journal.fold(keep)
        assert len(names(cloud)) <= TEXTS
    assert TEXTS + 2 <= 20, "with the kept site file and the doctor's findings"
    assert len(journal.operations()) == keep
    assert all(len(it.steps) > 1 for it in journal_of(cloud).operations())


def test_locks_by_hand_are_folded_where_there_are_many(cloud: fake.Cloud) -> None:
    journal = journal_of(cloud)
    for _ in range(LATEST):
        run(journal, cloud)
        journal.fold(ALL)
    for _ in range(30):
        run(journal, cloud, begun=Begun(act="lock", reason="an audit"), within=(), outcome=None)
        journal.fold(ALL, above=TEXTS)
        assert len(names(cloud)) <= TEXTS
    assert len(journal.operations()) == LATEST + 30


def test_a_long_journal_is_folded_part_by_part(cloud: fake.Cloud) -> None:
    for _ in range(40):
        run(journal_of(cloud), cloud)
    before, entries = journal_of(cloud).operations(), told(journal_of(cloud))
    lengths = []
    while not lengths or len(names(cloud)) < lengths[-1]:
        lengths.append(len(names(cloud)))
        cloud.calls.clear()
        journal_of(cloud).fold(ALL)
        assert sum(it.writes for it in cloud.calls) <= PART + 2 * ARCHIVES
        assert journal_of(cloud).operations() == before
    assert len(names(cloud)) <= TEXTS
    assert told(journal_of(cloud)) == entries


def test_folding_what_is_folded_writes_nothing(cloud: fake.Cloud) -> None:
    run(journal_of(cloud), cloud)
    journal_of(cloud).fold(ALL)
    cloud.calls.clear()
    journal_of(cloud).fold(ALL)
    assert [it.name for it in cloud.calls if it.writes] == []


def test_what_a_process_wrote_itself_it_does_not_read_again(cloud: fake.Cloud) -> None:
    journal = journal_of(cloud)
    run(journal, cloud)
    cloud.calls.clear()
    journal.fold(ALL)
    assert "software_configs.read" not in [it.name for it in cloud.calls]


ACTS = st.sampled_from(("release", "deploy", "switch", "scale", "lock", "later act"))
OUTCOMES = st.sampled_from((None, *Outcome))
JOURNALS = st.lists(
    st.tuples(ACTS, st.lists(st.sampled_from(WITHIN), max_size=6), OUTCOMES), max_size=9
)
Given = Sequence[tuple[str, list[Event], Outcome | None]]


def written(given: Given) -> fake.Cloud:
    """A cloud with such a journal, after a deploy: locks before all that is kept are not kept."""
    cloud = fake.Cloud(user="shop")
    run(journal_of(cloud), cloud, begun=Begun(act="deploy"), within=())
    for act, within, outcome in given:
        begun = replace(BEGUN, act=act)
        run(journal_of(cloud), cloud, begun=begun, within=tuple(within), outcome=outcome)
    return cloud


@given(JOURNALS, st.integers(0, 60), st.booleans())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_fold_that_is_killed_anywhere_loses_nothing_and_the_next_goes_on(
    given: Given, place: int, after: bool
) -> None:
    cloud = written(given)
    before, entries = journal_of(cloud).operations(), told(journal_of(cloud))
    open_ones = journal_of(cloud).open_releases()
    cloud.faults.kill(skip=place, after=after)
    try:
        journal_of(cloud).fold(ALL)
    except fake.Killed:
        cloud.process.restart()
    cloud.faults.clear()
    for _ in range(2):
        assert journal_of(cloud).operations() == before
        assert told(journal_of(cloud)) == entries
        assert journal_of(cloud).open_releases() == open_ones
        journal_of(cloud).fold(ALL)
    # A later act that has not ended is left to the version that knows it.
    unended = [it for it in before if it.outcome is None and it.act in {"release", "later act"}]
    open_texts = sum(len(journal_of(cloud).entries(it.id)) for it in unended)
    assert len(names(cloud)) <= TEXTS + open_texts


@given(JOURNALS, st.integers(0, 60), st.booleans())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_two_that_fold_at_once_lose_nothing(given: Given, place: int, after: bool) -> None:
    cloud = written(given)
    other = fake.Cloud(openstack=cloud.openstack, user="shop")
    before, entries = journal_of(cloud).operations(), told(journal_of(cloud))

    def fold() -> None:
        run(journal_of(other), other, begun=Begun(act="later still"), within=())
        journal_of(other).fold(ALL)

    cloud.faults.meanwhile("*", fold, skip=place, after=after)
    journal_of(cloud).fold(ALL)
    cloud.faults.clear()
    for _ in range(2):
        now = journal_of(cloud).operations()
        assert [it for it in now if it.act != "later still"] == list(before)
        mine = [it for it in told(journal_of(cloud)) if it[0].release in {it.id for it in before}]
        assert mine == entries
        journal_of(cloud).fold(ALL)


def test_a_fold_whose_answer_was_lost_is_done_by_the_next(cloud: fake.Cloud) -> None:
    run(journal_of(cloud), cloud)
    before = journal_of(cloud).operations()
    cloud.faults.fail("software_configs.add", LOST, after=True)
    with pytest.raises(Unavailable):
        journal_of(cloud).fold(ALL)
    assert journal_of(cloud).operations() == before
    journal_of(cloud).fold(ALL)
    assert journal_of(cloud).operations() == before
    assert sorted(kinds(cloud)) == ["archive", "begun", "end"]


def test_a_reader_whose_archive_goes_while_it_reads_looks_again(cloud: fake.Cloud) -> None:
    run(journal_of(cloud), cloud)
    journal_of(cloud).fold(ALL)
    before, entries = journal_of(cloud).operations(), told(journal_of(cloud))

    def fold() -> None:
        run(journal_of(cloud), cloud)
        journal_of(cloud).fold(ALL)

    cloud.faults.meanwhile("software_configs.read", fold)
    assert journal_of(cloud).operations()[:1] == before
    cloud.faults.meanwhile("software_configs.read", fold)
    assert told(journal_of(cloud))[: len(entries)] == entries


def test_a_site_that_is_forgotten_has_no_archive(cloud: fake.Cloud) -> None:
    run(journal_of(cloud), cloud)
    run(journal_of(cloud, "till"), cloud)
    journal_of(cloud).fold(ALL)
    journal_of(cloud, "till").fold(ALL)
    journal_of(cloud).forget()
    assert names(cloud, "ao.archive/shop/") == names(cloud, "ao.journal/shop/") == []
    assert len(journal_of(cloud, "till").operations()) == 1


RECORDED = Path(__file__).parent / "recorded" / "0.1.0.json"


def test_what_version_0_1_0_wrote_is_told_as_ever_when_it_is_folded(cloud: fake.Cloud) -> None:
    recorded = json.loads(RECORDED.read_text())
    for it in recorded["records"]:
        cloud.software_configs.add(it["name"], it["text"])
    before = journal_of(cloud).operations()
    journal_of(cloud).fold(ALL)
    assert journal_of(cloud).operations() == before
    rows: dict[str, list[list[str]]] = {}
    for it in journal_of(cloud).entries():
        own = rows.setdefault(it.heading.release, [])
        own.extend([str(cell) for cell in row] for row in journal_table.rows(it))
    assert rows.pop("-") == recorded["alone"]
    assert rows == recorded["rows"]


def test_version_0_1_0_sees_what_the_latest_operations_were_and_ended_in(
    cloud: fake.Cloud,
) -> None:
    # It lists names that begin with `ao.journal/SITE/`, reads each text by itself, and deletes of
    # these what is older than the latest operations that it sees.
    recorded = json.loads(RECORDED.read_text())
    texts = {it["name"]: it["text"] for it in recorded["records"]}
    for name, text in texts.items():
        cloud.software_configs.add(name, text)
    journal_of(cloud).fold(ALL)
    left = cloud.software_configs.all("ao.journal/shop/")
    assert {it.name: cloud.software_configs.read(it) for it in left}.items() <= texts.items()
    seen = operations(heading for it in left if (heading := Heading.read(it.name)))
    closed = [it for it in recorded["releases"] if it["act"] not in {"lock", "unlock"}]
    assert [(it.id, it.act, it.version, it.outcome) for it in seen] == [
        (it["id"], it["act"], it["version"], it["outcome"]) for it in closed[-LATEST:]
    ]
    for record in left:
        cloud.software_configs.remove(record)
    assert len(journal_of(cloud).operations()) == len(recorded["releases"])


def forged(cloud: fake.Cloud, text: str, site: str = "shop") -> str:
    """Keep an archive by hand; the ID of its record."""
    cloud.software_configs.add(f"ao.archive/{site}/2026-11-23T08:15:02.000Z", text)
    return cloud.software_configs.all(f"ao.archive/{site}/")[-1].id


def test_a_forged_archive_is_told_hides_nothing_and_is_not_deleted(cloud: fake.Cloud) -> None:
    run(journal_of(cloud), cloud)
    journal_of(cloud).fold(ALL)
    before = journal_of(cloud).operations()
    found = forged(cloud, "not JSON")
    journal = journal_of(cloud)
    assert journal.operations() == before
    (told_one,) = journal.invalid
    assert (told_one.id, told_one.site) == (found, "shop")
    assert f"`openstack software config delete {found}`" in str(told_one)
    assert [it.id for it in journal.all_invalid()] == [found]
    run(journal, cloud)
    journal.fold(ALL)
    assert found in [it.id for it in cloud.software_configs.all("ao.archive/")]


def test_an_archive_of_a_later_version_is_told_and_neither_read_nor_deleted(
    cloud: fake.Cloud,
) -> None:
    run(journal_of(cloud), cloud)
    found = forged(cloud, '{"format": 2, "needs": "9.0"}')
    journal_of(cloud).fold(ALL)
    journal = journal_of(cloud)
    assert len(journal.operations()) == 1
    assert journal.invalid == ()
    assert found in [it.id for it in cloud.software_configs.all("ao.archive/")]


def test_what_an_archive_holds_cannot_be_replaced_by_a_text_of_its_name(cloud: fake.Cloud) -> None:
    release = run(journal_of(cloud), cloud)
    journal_of(cloud).fold(ALL)
    (end,) = (it for it in names(cloud) if "/end/" in it)
    lie = '{"host": "h", "event": {"kind": "end", "outcome": "failed", "why": "a lie"}}'
    cloud.software_configs.add(end, lie)
    assert journal_of(cloud).entries(release)[-1].event == Ended(outcome=Outcome.RELEASED)


def test_an_entry_in_an_archive_that_breaks_the_rules_is_told_and_the_others_count(
    cloud: fake.Cloud,
) -> None:
    release = run(journal_of(cloud), cloud)
    heading = Heading.read(names(cloud)[0])
    assert heading is not None
    bad = replace(heading, kind="asked", words=("approve",))
    text = archive.write(
        [
            archive.Folded(
                created_at="2026-11-23T08:15:02Z",
                heading=bad,
                name=bad.name,
                text='{"host": "h", "event": {"kind": "asked", "ask": "obey"}}',
            )
        ]
    )
    assert text is not None
    forged(cloud, text)
    for _ in range(2):
        journal = journal_of(cloud)
        assert len(journal.entries()) == len(WITHIN) + 2
        (told_one,) = journal.invalid
        assert f"in archive {told_one.id}" in str(told_one)
        assert "delete" not in str(told_one)
        journal.fold(ALL)
    assert len(journal_of(cloud).entries(release)) == len(WITHIN) + 2


def test_no_archive_opens_a_release_that_could_be_asked_for_something(cloud: fake.Cloud) -> None:
    journal_of(cloud).begin(BEGUN)
    (record,) = cloud.software_configs.all("ao.journal/")
    heading = Heading.read(record.name)
    assert heading is not None
    text = archive.write(
        [
            archive.Folded(
                created_at=record.created_at,
                heading=heading,
                name=record.name,
                text=cloud.software_configs.read(record),
            )
        ]
    )
    assert text is not None
    forged(cloud, text)
    cloud.software_configs.remove(record)
    assert journal_of(cloud).open_releases() == ()


@pytest.mark.parametrize("is_folded", [False, True])
def test_no_archive_tells_another_beginning_of_an_operation(
    cloud: fake.Cloud, is_folded: bool
) -> None:
    release = run(journal_of(cloud), cloud)
    if is_folded:
        journal_of(cloud).fold(ALL)
        for record in cloud.software_configs.all("ao.journal/"):
            cloud.software_configs.remove(record)
    (before,) = journal_of(cloud).operations()
    heading = replace(journal_of(cloud).entries(release)[0].heading, who="mallory")
    lie = archive.Folded(
        created_at="2000-01-01T00:00:00Z",
        heading=heading,
        name=heading.name,
        text=entry.write("h", BEGUN),
    )
    text = archive.write([lie])
    assert text is not None
    forged(cloud, text)
    for _ in range(2):
        (after,) = journal_of(cloud).operations()
        assert (after.who, after.begun) == (before.who, before.begun)
        journal_of(cloud).fold(ALL)


def test_of_very_many_archives_some_are_read_and_the_others_told(cloud: fake.Cloud) -> None:
    run(journal_of(cloud), cloud)
    text = archive.write(())
    assert text is not None
    for _ in range(archive.READ + 5):
        forged(cloud, text)
    cloud.calls.clear()
    journal = journal_of(cloud)
    assert len(journal.operations()) == 1
    assert len(journal.invalid) == 5
    assert sum(it.name == "software_configs.read" for it in cloud.calls) == archive.READ


def noisy(count: int) -> list[archive.Folded]:
    """Entries of as many releases, each with a switch that hardly packs."""
    found = []
    cutover = samples.lossy()
    assert cutover.recording is not None
    for number in range(count):
        losses = tuple(
            replace(it, reason=noise(number * 1000 + n, 150))
            for n, it in enumerate(cutover.recording.losses * 10)
        )[:900]
        recording = replace(cutover.recording, losses=losses)
        event = Switched(cutover=replace(cutover, recording=recording))
        for kind, text, words in (
            ("begun", entry.write("h", BEGUN), BEGUN.words),
            ("switch", entry.write("h", event), event.words),
            ("note", entry.write("h", Noted(text="n")), ("n",)),
        ):
            heading = Heading(
                site="shop",
                at=minute(number),
                release=f"20261123-{number:04}-fff",
                kind=kind,
                who="shop",
                words=words,
            )
            found.append(
                archive.Folded(
                    created_at="2026-11-23T08:15:02Z", heading=heading, name=heading.name, text=text
                )
            )
    return found


def read(folded: archive.Folded) -> Entry:
    return entry.read("1", folded.heading, folded.text)


def minute(number: int) -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=number)


def test_what_does_not_fit_loses_charts_details_first_and_the_oldest_first() -> None:
    entries = noisy(10)
    found = packed(entries)
    assert 1 < len(found) <= ARCHIVES
    kept = [it for part in found for it in part]
    assert [it.name for it in kept] == [it.name for it in entries], "no entry is left out"
    changed = [new.heading for old, new in zip(entries, kept, strict=True) if new != old]
    assert {it.kind for it in changed} == {"switch"}
    assert changed[0].at == entries[0].heading.at
    assert max(it.at for it in changed) < entries[-1].heading.at, "the newest is whole"
    event = read(kept[1]).event
    assert isinstance(event, Switched)
    assert event.cutover.recording is not None
    assert "lost requests after the first 100" in event.cut[0]
    assert event.cutover.drain == samples.lossy().drain


def test_what_still_does_not_fit_loses_the_texts_of_what_names_tell_then_the_oldest() -> None:
    entries = [
        replace(it, heading=replace(it.heading, who=f"u{n}"), text=f'"{noise(n, 30_000)}"')
        for n, it in enumerate(noisy(20) * 2)
    ]
    kept = [it for part in packed(entries) for it in part]
    assert kept
    assert len(kept) < len(entries)
    assert kept[-1].heading == entries[-1].heading
    assert {it.text for it in kept if it.heading.kind == "note"} == {""}


def noise(seed: int, length: int) -> str:
    """A text that hardly packs."""
    made = random.Random(seed)
    return "".join(made.choices(string.ascii_letters, k=length))


def test_an_entry_whose_text_was_left_out_says_so() -> None:
    event = read(replace(noisy(1)[2], text="")).event
    assert isinstance(event, Unreadable)
    assert event.why == "its text was left out to make the journal fit"
