"""How soon a release that runs hears what others ask of it, and what that asks of the cloud."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from ao import lock, release
from ao.clock import Clock
from ao.colour import Colour
from ao.errors import Unavailable
from ao.journal import Ask, Asked, Journal
from ao.release import RolledBack
from ao.release.control import RARELY
from ao.site import Site
from ao.work import Work
from tests.unit.listeners import Notes
from tests.unit.operations.sites import built, told
from tests.unit.release.releases import journal, options, outcome, released, steps

WITHIN = 5.0
"""Seconds within which a release obeys."""


@dataclass
class Meanwhile:
    """Something that happens so many seconds after the decision window was opened."""

    work: Work
    after: float
    act: Callable[[Work], object]
    opened: float | None = None
    happened: float | None = None
    ended: float | None = field(default=None)

    def watched(self) -> Work:
        """The work in whose waits it happens, at its very moment."""
        return replace(self.work, clock=Clock(now=self.work.clock.now, sleep=self._sleep))

    def _sleep(self, seconds: float) -> None:
        now = self.work.clock.now
        if self.opened is None and "watch" in steps(self.work):
            self.opened = now()
        over = now() + seconds
        due = None if self.opened is None else self.opened + self.after
        if self.happened is None and due is not None and due <= over:
            self.work.clock.sleep(max(0.0, due - now()))
            self.happened = now()
            self.act(self.work)
        self.work.clock.sleep(max(0.0, over - now()))


def asked(ask: Ask) -> Callable[[Work], object]:
    """Ask something of the open release as Ao 0.1.0 does, without a mark of the lock."""

    def act(work: Work) -> None:
        (open_one,) = (it for it in journal(work).operations() if it.outcome is None)
        Journal(work).write(Asked(ask=ask, reason="complaints"), open_one.id)

    return act


def abort(work: Work) -> None:
    release.abort(replace(work, looks={}), options(work, reason="complaints"))


def steal(work: Work) -> None:
    holder = lock.holder(work)
    assert holder is not None
    work.cloud.locks.remove(holder.lock)


def watching(site: Site, seconds: float = 60.0) -> Work:
    return built(replace(site, watch=replace(site.watch, length=seconds)))


@pytest.mark.parametrize("seed", range(4))
def test_an_abort_is_obeyed_within_five_seconds_whenever_it_comes(site: Site, seed: int) -> None:
    begun: list[float] = []
    moment = random.Random(seed).uniform(0.0, 50.0)
    meanwhile = Meanwhile(watching(site), moment, abort)
    work = meanwhile.watched()

    class Listener(Notes):
        def emit(self, event: object) -> None:
            if str(getattr(event, "step", "")).startswith("switch production back"):
                begun.append(work.clock.now())

    with pytest.raises(RolledBack, match="complaints"):
        released(replace(work, progress=Listener()))
    assert meanwhile.happened is not None
    assert 0 <= begun[0] - meanwhile.happened <= WITHIN
    assert told(work, "production")[0] == "blue"


def test_a_lost_lock_is_obeyed_within_five_seconds(site: Site) -> None:
    meanwhile = Meanwhile(watching(site), 17.0, steal)
    work = meanwhile.watched()
    with pytest.raises(lock.LockLost, match="given free by somebody else"):
        released(work)
    assert meanwhile.happened is not None
    assert work.clock.now() - meanwhile.happened <= WITHIN
    assert work.observe().live is Colour.GREEN
    assert outcome(work) is None


def test_an_abort_is_heard_although_a_clock_of_heat_is_minutes_ahead(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ahead(work: Work) -> None:
        """Have the newest text be of the future, and the journal be read once more."""
        told = work.cloud.software_configs
        listing, since = told.listing(), told.since
        newest = listing.records[-1]
        later = f"{newest.written + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
        future = replace(newest, id="ahead", created_at=later)
        monkeypatch.setattr(told, "since", lambda moment: (*since(moment), future))
        lock.mark(work)

    work = Meanwhile(watching(site, 170.0), 10.0, ahead).watched()
    meanwhile = Meanwhile(work, 30.0, abort)
    heard: list[float] = []

    class Listener(Notes):
        def emit(self, event: object) -> None:
            if str(getattr(event, "step", "")).startswith("switch production back"):
                heard.append(work.clock.now())

    with pytest.raises(RolledBack, match="complaints"):
        released(replace(meanwhile.watched(), progress=Listener()))
    assert meanwhile.happened is not None
    assert heard[0] - meanwhile.happened <= WITHIN


def test_what_an_older_ao_asks_without_a_mark_is_heard_in_a_long_watch(site: Site) -> None:
    meanwhile = Meanwhile(watching(site, 600.0), 100.0, asked(Ask.ABORT))
    work = meanwhile.watched()
    with pytest.raises(RolledBack, match="complaints"):
        released(work)
    assert meanwhile.happened is not None
    assert work.clock.now() - meanwhile.happened <= RARELY + 2 * WITHIN


def test_what_an_older_ao_asks_in_a_short_watch_is_heard_before_the_release_ends(
    site: Site,
) -> None:
    work = Meanwhile(watching(site), 31.0, asked(Ask.ABORT)).watched()
    with pytest.raises(RolledBack, match="complaints"):
        released(work)
    assert told(work, "production")[0] == "blue"


def test_a_mark_that_cannot_be_left_is_told_and_the_release_hears_all_the_same(site: Site) -> None:
    notes = Notes()

    def unmarked(work: Work) -> None:
        work.cloud.faults.fail("locks.mark", Unavailable("Neutron is silent"))
        abort(replace(work, progress=notes))

    with pytest.raises(RolledBack, match="complaints"):
        released(Meanwhile(watching(site), 20.0, unmarked).watched())
    assert any("Neutron is silent. The release hears of it" in note for note in notes.notes)


def test_an_abort_is_obeyed_within_five_seconds_while_the_lock_cannot_be_looked_at(
    site: Site,
) -> None:
    begun: list[float] = []

    def unseen(work: Work) -> None:
        abort(work)
        for _ in range(20):
            work.cloud.faults.fail("locks.get", Unavailable("Neutron is slow"))

    class Listener(Notes):
        def emit(self, event: object) -> None:
            if str(getattr(event, "step", "")).startswith("switch production back"):
                begun.append(work.clock.now())

    meanwhile = Meanwhile(watching(site, 300.0), 20.0, unseen)
    work = meanwhile.watched()
    with pytest.raises(RolledBack, match="complaints"):
        released(replace(work, progress=Listener()))
    assert meanwhile.happened is not None
    assert begun[0] - meanwhile.happened <= WITHIN


@pytest.mark.parametrize("tags", [["rubbish"], ["ao:asked="], ["x" * 200]])
def test_marks_that_anybody_leaves_stop_nothing(site: Site, tags: list[str]) -> None:
    def scribble(work: Work) -> None:
        holder = lock.holder(work)
        assert holder is not None
        for tag in tags:
            work.cloud.locks.mark(holder.lock, tag)

    work = Meanwhile(watching(site), 20.0, scribble).watched()
    released(work)
    assert told(work, "production")[0] == "green"


def test_a_journal_that_is_silent_after_a_mark_is_read_again(site: Site) -> None:
    def silent(work: Work) -> None:
        abort(work)
        for _ in range(2):
            work.cloud.faults.fail("software_configs.since", Unavailable("Heat is silent"))

    meanwhile = Meanwhile(watching(site), 20.0, silent)
    with pytest.raises(RolledBack, match="complaints"):
        released(meanwhile.watched())


def test_a_pause_costs_a_look_at_the_lock_every_few_seconds(site: Site) -> None:
    counted: list[int] = []

    def go_on(work: Work) -> None:
        counted.append(len(work.cloud.calls))
        release.go_on(replace(work, looks={}))

    def pause(work: Work) -> None:
        release.pause(replace(work, looks={}), "lunch")
        counted.append(len(work.cloud.calls))

    work = watching(site)
    paused = Meanwhile(work, 10.0, pause)
    released(Meanwhile(paused.watched(), 610.0, go_on).watched())
    assert counted[1] - counted[0] < 15 * 10
    assert told(work, "production")[0] == "green"
