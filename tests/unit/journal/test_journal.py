from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import Forbidden, Unavailable
from ao.journal import (
    Ask,
    Asked,
    Begun,
    Ended,
    Journal,
    Noted,
    Outcome,
    Overridden,
    StepBegun,
    StepEnded,
    Unreadable,
    everywhere,
)
from ao.work import Work
from tests.unit.listeners import Notes
from tests.unit.samples import SITE

LOST = Unavailable("the service did not answer")
BEGUN = Begun(act="release", version="2.0", old=Colour.BLUE, new=Colour.GREEN)


@pytest.fixture
def cloud() -> fake.Cloud:
    return fake.Cloud(user="shop")


@pytest.fixture
def work(cloud: fake.Cloud) -> Work:
    return Work(cloud=cloud, site=SITE, clock=cloud.clock, progress=Notes())


@pytest.fixture
def now(cloud: fake.Cloud) -> Callable[[], datetime]:
    """The cloud's own time."""
    return lambda: datetime(2026, 11, 23, 8, 15, tzinfo=UTC) + timedelta(seconds=cloud.clock.now())


@pytest.fixture
def journal(work: Work, now: Callable[[], datetime]) -> Journal:
    return Journal(work, now=now)


def events(journal: Journal, release: str | None = None) -> list[object]:
    return [entry.event for entry in journal.entries(release)]


def run(journal: Journal, work: Work, outcome: Outcome | None = Outcome.RELEASED) -> str:
    """A release that takes a minute."""
    release = journal.begin(BEGUN)
    work.clock.sleep(60)
    if outcome:
        journal.add(Ended(outcome=outcome), release)
    work.clock.sleep(60)
    return release


def test_the_journal_of_another_site_of_the_project_is_opened_by_its_name(work: Work) -> None:
    Journal(work).begin(BEGUN)
    Journal(work, site="till").begin(Begun(act="up"))
    assert [it.act for it in Journal(work, site="till").operations()] == ["up"]
    assert [it.act for it in Journal(work).operations()] == ["release"]


def test_entries_are_told_in_the_order_of_writing_with_who_and_where(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "build7")
    release = journal.begin(BEGUN)
    added = [StepBegun(step="deploy 2.0"), StepEnded(step="deploy 2.0", seconds=1.0)]
    for event in added:
        journal.add(event, release)
    assert events(journal, release) == [BEGUN, *added]
    assert {(entry.heading.who, entry.host) for entry in journal.entries()} == {("shop", "build7")}


def test_the_id_of_a_release_tells_when_it_began_and_sorts_so(journal: Journal, work: Work) -> None:
    first = journal.begin(BEGUN)
    work.clock.sleep(60)
    assert first.startswith("20261123-0815-")
    assert first < journal.begin(BEGUN)


def test_the_cause_of_a_failure_is_what_its_end_tells_or_else_its_last_step(
    journal: Journal,
) -> None:
    ended, stopped, well = (journal.begin(BEGUN) for _ in range(3))
    for release in (ended, stopped, well):
        journal.add(StepBegun(step="switch"), release)
    failed = StepEnded(step="switch", seconds=1, outcome="failed", why="no server answered")
    for release in (ended, stopped):
        journal.add(failed, release)
    journal.add(Ended(outcome=Outcome.FAILED, why="green went down"), ended)
    journal.add(StepEnded(step="switch", seconds=1), well)
    journal.add(Ended(outcome=Outcome.RELEASED, why="all is well"), well)
    causes = journal.causes(journal.operations())
    assert causes == {ended: "green went down", stopped: "no server answered"}


def test_without_a_failure_no_text_is_read(journal: Journal, cloud: fake.Cloud) -> None:
    release = journal.begin(BEGUN)
    journal.add(Ended(outcome=Outcome.RELEASED), release)
    operations = journal.operations()
    cloud.calls.clear()
    assert journal.causes(operations) == {}
    assert not cloud.calls


def test_releases_are_told_in_one_request_without_any_text(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    for _ in range(5):
        run(journal, work)
    cloud.calls.clear()
    assert [release.outcome for release in journal.operations()] == ["released"] * 5
    assert [call.name for call in cloud.calls] == ["software_configs.all"]


def test_a_beginning_that_cannot_be_written_is_an_error(
    journal: Journal, cloud: fake.Cloud
) -> None:
    cloud.faults.fail("software_configs.add", LOST)
    with pytest.raises(Unavailable):
        journal.begin(BEGUN)


def test_a_reader_cannot_begin_and_can_read(work: Work, journal: Journal) -> None:
    release = run(journal, work)
    reader = fake.Cloud(openstack=work.cloud.openstack, user="auditor", reader=True)
    theirs = Journal(replace(work, cloud=reader))
    assert events(theirs, release) == events(journal, release)
    with pytest.raises(Forbidden):
        theirs.begin(BEGUN)


def test_an_entry_that_cannot_be_added_is_told_once_and_added_with_the_next(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    release = journal.begin(BEGUN)
    for skip in range(2):
        cloud.faults.fail("software_configs.add", LOST, skip=skip)
    journal.add(Noted(text="one"), release)
    journal.add(Noted(text="two"), release)
    assert events(journal, release) == [BEGUN]
    assert isinstance(work.progress, Notes)
    assert [note.partition(":")[0] for note in work.progress.notes] == ["The journal is behind"]
    journal.add(Noted(text="three"), release)
    assert events(journal, release) == [BEGUN, *(Noted(text=t) for t in ("one", "two", "three"))]


def test_an_entry_whose_answer_was_lost_counts_once(journal: Journal, cloud: fake.Cloud) -> None:
    release = journal.begin(BEGUN)
    cloud.faults.fail("software_configs.add", LOST, after=True)
    journal.add(Noted(text="one"), release)
    journal.add(Noted(text="two"), release)
    assert events(journal, release) == [BEGUN, Noted(text="one"), Noted(text="two")]


def test_a_release_hears_what_others_ask_of_it_and_of_it_alone(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    release, other = journal.begin(BEGUN), journal.begin(BEGUN)
    ops = Journal(replace(work, cloud=fake.Cloud(openstack=cloud.openstack, user="ops")))
    ops.write(Asked(ask=Ask.PAUSE, reason="a call"), release)
    ops.write(Asked(ask=Ask.ABORT), other)
    (asked,) = journal.requests(release)
    assert asked.event == Asked(ask=Ask.PAUSE, reason="a call")
    assert asked.heading.who == "ops"
    ops.write(Asked(ask=Ask.RESUME), release)
    (later,) = journal.requests(release, seen={asked.id})
    assert later.event == Asked(ask=Ask.RESUME)


def test_another_site_has_a_journal_of_its_own(journal: Journal, work: Work) -> None:
    run(journal, work)
    other = Journal(replace(work, site=replace(SITE, name="shop-two")))
    assert other.operations() == ()
    run(other, work)
    assert len(journal.operations()) == 1


def test_the_releases_of_all_sites_are_told_in_one_request(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    run(journal, work)
    run(Journal(replace(work, site=replace(SITE, name="shop-two"))), work, None)
    cloud.calls.clear()
    told = everywhere(cloud).releases
    assert [call.name for call in cloud.calls] == ["software_configs.all"]
    assert {site: [r.outcome for r in releases] for site, releases in told.items()} == {
        "shop": ["released"],
        "shop-two": [None],
    }


def test_folding_keeps_the_latest_releases_whole_and_what_came_since(
    journal: Journal, work: Work
) -> None:
    early = Overridden(what="a freeze", reason="early")
    late = Overridden(what="a freeze", reason="late")
    journal.add(early)
    ids = [run(journal, work, outcome) for outcome in (Outcome.FAILED, None, Outcome.RELEASED)]
    journal.add(late)
    journal.fold(keep=2)
    assert [release.id for release in journal.operations()] == ids[1:]
    assert late in events(journal)
    assert early not in events(journal)


def test_folding_counts_no_lock_and_removes_those_that_are_older(
    journal: Journal, work: Work
) -> None:
    def lock() -> str:
        act = journal.begin(Begun(act="lock", reason="an audit"))
        work.clock.sleep(60)
        return act

    lock()
    release = run(journal, work)
    later = [lock(), lock()]
    journal.fold(keep=1)
    assert [it.id for it in journal.operations()] == [release, *later]


def test_a_journal_that_is_forgotten_is_empty(journal: Journal, work: Work) -> None:
    run(journal, work)
    journal.add(Noted(text="x"))
    journal.forget()
    assert journal.entries() == ()


def test_what_somebody_else_keeps_is_neither_told_nor_removed(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    cloud.software_configs.add("ao-shop-doctor", "findings")
    cloud.software_configs.add("ao.journal/shop/nonsense", "x")
    run(journal, work)
    assert len(journal.entries()) == 2
    journal.fold(keep=0)
    assert [record.name for record in cloud.software_configs.all("ao")] == [
        "ao-shop-doctor",
        "ao.journal/shop/nonsense",
    ]


def test_an_entry_that_cannot_be_read_is_shown_as_such(journal: Journal, cloud: fake.Cloud) -> None:
    cloud.software_configs.add(
        "ao.journal/shop/2026-11-23T08:15:02.123Z/-/later/shop/x", "not JSON"
    )
    (entry,) = journal.entries()
    assert isinstance(entry.event, Unreadable)
    assert entry.heading.kind == "later"


def test_an_entry_that_is_pruned_while_it_is_read_is_left_out(
    journal: Journal, cloud: fake.Cloud
) -> None:
    journal.add(Noted(text="x"))
    cloud.faults.meanwhile("software_configs.read", journal.forget)
    assert journal.entries() == ()


def test_no_name_tells_a_secret(
    journal: Journal, cloud: fake.Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_PASSWORD", "hush-hush-1")
    journal.add(StepBegun(step="run ./x hush-hush-1"))
    (record,) = cloud.software_configs.all("ao.journal/")
    assert "hush" not in record.name
    assert "***" in record.name


EVIL = "2.0'; touch %2Ftmp%2Fpwned; : '"
TIME = "2026-11-23T08:15:02.000Z"


def forge(cloud: fake.Cloud, rest: str, text: str = "") -> str:
    """Keep an entry of shop by hand; the ID of its record."""
    cloud.software_configs.add(f"ao.journal/shop/{TIME}/{rest}", text)
    return cloud.software_configs.all("ao.journal/shop/")[-1].id


def test_an_entry_whose_name_breaks_the_rules_is_told_once_and_nothing_is_taken_from_it(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    release = run(journal, work)
    forged = forge(cloud, f"20261123-0815-fff/begun/mallory/release/{EVIL}/blue/green")
    for _ in range(2):
        assert [it.id for it in journal.operations()] == [release]
        assert {it.heading.release for it in journal.entries()} == {release}
    assert [it.id for it in journal.invalid] == [forged]
    assert isinstance(work.progress, Notes)
    (note,) = work.progress.notes
    assert "2.0'; touch /tmp/pwned; : ' is no version" in note
    assert f"`openstack software config delete {forged}`" in note


def test_what_one_command_has_told_is_not_told_again(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    forge(cloud, "../note/mallory/x")
    journal.operations()
    Journal(replace(work, lock=None)).entries()
    assert isinstance(work.progress, Notes)
    assert len(work.progress.notes) == 1


def test_an_entry_whose_text_breaks_the_rules_is_told_and_its_text_read_once(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    release = run(journal, work)
    text = '{"host": "h", "event": {"kind": "asked", "ask": "obey"}}'
    forged = forge(cloud, f"{release}/asked/mallory/approve", text)
    assert journal.requests(release) == ()
    cloud.calls.clear()
    assert journal.requests(release) == ()
    assert [call.name for call in cloud.calls] == ["software_configs.all"]
    assert [it.id for it in journal.invalid] == [forged]
    assert isinstance(work.progress, Notes)
    assert len(work.progress.notes) == 1


def test_a_kind_of_a_later_version_is_told_as_such_and_is_not_invalid(
    journal: Journal, cloud: fake.Cloud
) -> None:
    forge(cloud, "-/moved house/shop/x", '{"host": "h", "event": {"kind": "moved house"}}')
    (later,) = journal.entries()
    assert isinstance(later.event, Unreadable)
    assert journal.invalid == ()


def test_invalid_entries_of_all_sites_are_told_with_them(cloud: fake.Cloud) -> None:
    cloud.software_configs.add(f"ao.journal/SHOP/{TIME}/-/note/mallory/x", "")
    cloud.software_configs.add(f"ao.journal/{'x' * 10_000}", "")
    told = everywhere(cloud)
    assert told.releases == {}
    assert [it.why for it in told.invalid] == [
        "SHOP is no name of a site",
        "its name is longer than 255 characters",
    ]


def test_forgetting_removes_what_breaks_the_rules_too_and_nothing_of_another_site(
    journal: Journal, work: Work, cloud: fake.Cloud
) -> None:
    run(Journal(replace(work, site=replace(SITE, name="shop-two"))), work)
    before = cloud.software_configs.all("ao.journal/")
    run(journal, work)
    forge(cloud, "../note/mallory/x")
    journal.forget()
    assert cloud.software_configs.all("ao.journal/") == before


def test_folding_minds_no_hostile_names(journal: Journal, work: Work, cloud: fake.Cloud) -> None:
    for rest in ("../begun/m/release/9/blue/green", "-/\x1b[2J/m", f"-/note/m/{'x' * 9000}"):
        forge(cloud, rest)
    ids = [run(journal, work) for _ in range(3)]
    journal.fold(keep=2)
    assert [it.id for it in journal.operations()] == ids[1:]


def test_a_word_that_happens_to_be_a_secret_breaks_no_heading(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "blue")
    monkeypatch.setenv("API_TOKEN", "released")
    release = journal.begin(replace(BEGUN, reason="as blue asked"))
    journal.write(Ended(outcome=Outcome.RELEASED), release)
    (told,) = journal.operations()
    assert (told.old, told.outcome, told.reason) == (Colour.BLUE, "released", "as *** asked")
