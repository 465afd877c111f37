"""Forms that were read before something changed, and acts that there is nothing to do for."""

from collections.abc import Callable

import pytest

from ao import fake, lock, release
from ao.colour import Colour
from ao.journal import Asked, Begun, Ended, Journal, Outcome, StepBegun
from ao.operations import reconcile
from ao.release import WaitingForApproval
from ao.site.rules import Approve
from tests.unit.dashboard.visitor import VisitorTest
from tests.unit.release.releases import options, outcome, ruled

BLUE, GREEN = Colour


class StaleTest(VisitorTest):
    def begin(self, version: str = "2.0") -> str:
        """A release that is open; its ID."""
        begun = Begun(act="release", version=version, old=BLUE, new=GREEN)
        return Journal(self.work).begin(begun)

    def end(self, act: str) -> None:
        Journal(self.work).write(Ended(outcome=Outcome.FAILED), act)

    def test_a_lock_that_somebody_else_has_meanwhile_is_not_freed(self) -> None:
        lock.acquire_by_hand(self.work, "an audit", 3600.0)
        shown = self.shown("unlock")
        lock.release(self.work, force=True)
        lock.acquire_by_hand(self.work, "another audit", 3600.0)
        assert "not who this form showed" in self.told(self.post("unlock", **shown))
        assert "another audit" in str(lock.holder(self.work))

    def test_what_was_read_of_one_release_is_not_asked_of_the_next(self) -> None:
        first = self.begin()
        shown = {it: self.shown(it) for it in ("approve", "abort", "deploy", "switch")}
        self.end(first)
        self.begin("3.0")
        for action, before in shown.items():
            told = self.told(self.post(action, **before))
            assert "not the one that this form showed" in told
            assert "Nothing was done." in told
        assert outcome(self.work) is None
        assert self.work.observe().live is BLUE

    def test_an_approval_of_what_the_form_showed_is_none_of_what_is_there_now(self) -> None:
        with pytest.raises(WaitingForApproval):
            release.release(ruled(self.work, approve=Approve.MANUAL), "2.0", options(self.work))
        shown = self.shown("approve")
        assert {shown["version"], shown["stage"]} == {"2.0", "waits for approval"}
        journal, found = Journal(self.work), Journal(self.work).operations()[-1].id
        changes: dict[str, Callable[[], object]] = {
            "deployed since this form was shown": lambda: reconcile.deploy(self.work, "2.0"),
            "another stage than this form showed": lambda: journal.write(
                StepBegun(step="check"), found
            ),
        }
        for told, change in changes.items():
            before = self.shown("approve")
            change()
            assert told in self.told(self.post("approve", **before))
        forged = self.shown("approve") | {"version": "2.1"}
        assert "another version than this form" in self.told(self.post("approve", **forged))
        assert not [it for it in journal.entries() if isinstance(it.event, Asked)]

    def test_a_switch_is_not_done_beside_a_release_that_its_form_did_not_show(self) -> None:
        shown = self.shown("switch")
        self.begin()
        assert "not the one that this form showed" in self.told(self.post("switch", **shown))
        assert self.work.observe().live is BLUE

    def test_a_lock_is_taken_whatever_else_has_changed(self) -> None:
        shown = self.shown("lock")
        self.begin()
        self.post("lock", **shown)
        assert lock.holder(self.work)


class OfferTest(VisitorTest):
    def refused(self, action: str) -> str:
        """What the form says in place of its button, and again when it is sent all the same."""
        text = self.text("action", "shop", action)
        assert "<button" not in text.split('class="ao-blocker"')[1].split("</div>")[0]
        why = text.split('<p class="ao-blocker">')[1].split("</p>")[0]
        answer = self.client.post(
            self.page("action", "shop", action).wsgi_request.path,
            {**self.work_marks(), "version": "2.0", "size": 1, "hours": 1, "reason": "forged"},
        )
        assert why in self.told(answer)
        return why

    def work_marks(self) -> dict[str, str]:
        facts = self.work.observe()
        return {"live": facts.live or ""}

    def test_nothing_is_done_to_a_standby_while_no_system_is_live(self) -> None:
        production = self.work.observe().production
        listener = self.work.observe().production_listener
        self.cloud.load_balancers.set_default_pool(listener, None)
        assert production
        for action in ("deploy", "switch", "back", "scale", "shrink"):
            assert "Production reaches no system of this site" in self.refused(action)
        assert not Journal(self.work).operations()

    def test_what_is_not_known_to_be_live_is_not_switched(self) -> None:
        with self.silent("load_balancers"):
            text = self.text("action", "shop", "switch")
            assert "It is not known what is live." in text
            assert 'type="submit" class="btn btn-primary"' not in text
            answer = self.client.post(
                self.page("action", "shop", "switch").wsgi_request.path, {"reason": "forged"}
            )
            assert "It is not known what is live." in self.told(answer)
        assert not Journal(self.work).operations()

    def test_that_is_said_in_japanese(self) -> None:
        with self.silent("load_balancers"):
            assert "本番系は不明です。" in self.text("action", "shop", "switch", language="ja")

    def test_nobody_s_lock_is_not_freed_and_a_held_one_not_taken(self) -> None:
        assert self.refused("unlock") == "Nobody holds the lock."
        lock.acquire_by_hand(self.work, "an audit", 3600.0)
        assert "an audit" in self.refused("lock")

    def test_nothing_is_asked_of_a_release_that_is_not_open(self) -> None:
        for action in ("approve", "continue", "pause", "abort"):
            assert self.refused(action) == "No release is open."

    def test_a_release_that_waits_is_not_paused(self) -> None:
        with pytest.raises(WaitingForApproval):
            release.release(ruled(self.work, approve=Approve.MANUAL), "2.0", options(self.work))
        assert "No release runs." in self.text("action", "shop", "pause")

    def test_a_standby_of_the_least_size_is_not_shrunk(self) -> None:
        reconcile.scale(self.work, GREEN, 1)
        assert self.refused("shrink") == "The standby has no more than 1 servers."


class UnfinishedTest(VisitorTest):
    def setUp(self) -> None:
        super().setUp()
        self.cloud.faults.kill("load_balancers.set_default_pool", skip=1)
        with pytest.raises(fake.Killed):
            reconcile.switch(self.work, GREEN)
        self.cloud.process.restart()
        assert self.work.observe().switching_to is GREEN

    def test_the_page_shows_a_switch_that_is_not_finished(self) -> None:
        assert "A switch to green was begun and is not finished." in self.text("now", "shop")
        assert "緑 (green) への切り替えが始まり、終わっていません。" in self.text(
            "now", "shop", language="ja"
        )

    def test_the_form_of_a_switch_finishes_it(self) -> None:
        text = self.text("action", "shop", "switch")
        assert "It is finished with this." in text
        assert "Production has moved already." in text
        assert "green is live." in self.told(self.post("switch"))
        facts = self.work.observe()
        assert (facts.live, facts.previewed, facts.switching_to) == (GREEN, BLUE, None)

    def test_nothing_is_deployed_or_switched_back_before_that(self) -> None:
        for action in ("deploy", "back"):
            assert "was begun and is not finished" in self.told(self.post(action))
