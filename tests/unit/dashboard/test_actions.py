"""What a user of the screen does to a site, and is told of it."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from ao import fake, lock, release
from ao.colour import Colour
from ao.journal import Approval, Ask, Asked, Journal
from ao.operations import reconcile
from ao.release import WaitingForApproval
from ao.site.rules import Approve
from tests.unit.dashboard.visitor import SHOP, VisitorTest
from tests.unit.release.releases import options, outcome, ruled

BLUE, GREEN = Colour


class ActsTest(VisitorTest):
    def wait(self) -> None:
        """A release that waits to be approved."""
        with pytest.raises(WaitingForApproval):
            release.release(ruled(self.work, approve=Approve.MANUAL), "2.0", options(self.work))

    def go_on(self) -> None:
        """Go on with it, as somebody with the site file does."""
        release.resume(ruled(self.work, approve=Approve.MANUAL), options(self.work))

    def asked(self) -> list[tuple[Ask, str]]:
        """What was asked of the last release."""
        journal = Journal(self.work)
        events = [entry.event for entry in journal.entries(journal.operations()[-1].id)]
        return [(event.ask, event.reason) for event in events if isinstance(event, Asked)]

    def offered(self, action: str) -> bool:
        return f'data-action="{action}"' in self.text("site", "shop")

    def test_nothing_is_offered_to_switch_back_to_before_the_first_switch(self) -> None:
        assert not self.offered("back")

    def test_switching_back_makes_the_system_live_that_was_so_before(self) -> None:
        self.post("switch")
        assert self.offered("back")
        assert "goes back from green (1.0) to blue (1.0)" in self.text("action", "shop", "back")
        assert "Production is switched back." in self.told(self.post("back"))
        assert self.work.observe().live is BLUE

    def test_switching_back_while_a_release_is_watched_ends_it(self) -> None:
        watched = ruled(self.work, watch=replace(self.work.site.watch, length=600.0))
        release.release(watched, "2.0", options(self.work, detach=True))
        assert self.work.observe().live is GREEN
        assert "It ends with that." in self.text("action", "shop", "back")
        assert "switched back" in self.told(self.post("back"))
        assert outcome(self.work) == "rolled back"
        assert self.work.observe().live is BLUE

    def test_nothing_is_switched_back_while_a_release_waits_before_its_switch(self) -> None:
        self.wait()
        assert "was not live before" in self.told(self.post("back"))
        assert outcome(self.work) is None

    def test_a_smaller_standby_grows_before_anything_is_switched(self) -> None:
        reconcile.scale(self.work, GREEN, 1)
        assert "green is smaller: Heat first brings it to 2" in self.text(
            "action", "shop", "switch"
        )
        assert "Heat brings green to 2 servers." in self.told(self.post("switch"))
        assert self.work.observe().live is BLUE
        self.work.clock.sleep(300.0)
        self.post("switch")
        assert self.work.observe().live is GREEN

    def test_the_standby_shrinks_to_what_the_rules_leave_it(self) -> None:
        assert "green, the standby, shrinks from 2 servers to 1." in self.text(
            "action", "shop", "shrink"
        )
        self.post("shrink")
        self.work.clock.sleep(300.0)
        assert self.work.observe().systems[GREEN].size == 1
        assert self.work.observe().systems[BLUE].size == 2
        assert not self.offered("shrink")

    def test_a_waiting_release_is_approved_with_the_reason(self) -> None:
        self.wait()
        assert self.offered("approve")
        self.post("approve", reason="the tests are good")
        assert self.asked() == [(Ask.APPROVE, "the tests are good")]
        self.go_on()
        assert self.work.observe().live is GREEN

    def test_a_paused_release_goes_on_and_is_not_approved_by_that(self) -> None:
        self.wait()
        assert not self.offered("continue")
        with lock.acquire(self.work, "release 2.0"):
            self.post("pause", reason="the till is down")
            assert self.offered("continue")
            assert "This is no approval" in self.text("action", "shop", "continue")
            told = self.told(self.post("continue", reason="it is up again"))
            assert "The release was asked to go on." in told
            assert not self.offered("continue")
        assert self.asked()[1:] == [(Ask.RESUME, "it is up again")]
        with pytest.raises(WaitingForApproval):
            self.go_on()
        assert self.work.observe().live is BLUE

    def test_a_release_that_is_not_deployed_is_not_approved(self) -> None:
        self.wait()
        reconcile.deploy(self.work, "3.0")
        assert "green has not got 2.0 yet" in self.text("action", "shop", "approve")
        assert "green has not got 2.0" in self.told(self.post("approve"))
        assert not self.asked()

    def test_nothing_is_approved_once_production_has_moved(self) -> None:
        watched = ruled(self.work, watch=replace(self.work.site.watch, length=600.0))
        release.release(watched, "2.0", options(self.work, detach=True))
        assert not self.offered("approve")
        assert "Production has moved already." in self.text("action", "shop", "approve")

    def test_a_waiting_release_is_aborted(self) -> None:
        self.wait()
        assert self.offered("abort")
        self.post("abort")
        assert outcome(self.work) == "aborted"
        assert not self.offered("abort")

    def test_a_release_is_asked_to_wait_only_while_it_runs(self) -> None:
        self.wait()
        assert not self.offered("pause")
        with lock.acquire(self.work, "release 2.0"):
            assert self.offered("pause")
            self.post("pause", reason="the till is down")
        assert self.asked() == [(Ask.PAUSE, "the till is down")]


class TwoPeopleTest(VisitorTest):
    """A site where whoever approves is not who began the release."""

    def site_file(self) -> Path:
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        shutil.copy(SHOP.with_name("user-data.sh"), folder)
        (folder / "ao.yaml").write_text(f"{SHOP.read_text()}\napprove: two-people\n")
        return folder / "ao.yaml"

    def setUp(self) -> None:
        super().setUp()
        with pytest.raises(WaitingForApproval):
            release.release(self.work, "2.0", options(self.work))

    def by(self, user: str) -> None:
        """Have another user be logged in."""
        cloud = fake.Cloud(openstack=self.cloud.openstack, user=user)
        mock.patch("ao_dashboard.bluegreen.views.cloud", return_value=cloud).start()

    def approvals(self) -> list[Approval | None]:
        events = [entry.event for entry in Journal(self.work).entries()]
        return [it.approval for it in events if isinstance(it, Asked) and it.ask is Ask.APPROVE]

    def test_the_form_says_so(self) -> None:
        text = self.text("action", "shop", "approve")
        assert "It takes somebody else than who began the release." in text

    def test_who_began_it_is_refused(self) -> None:
        assert "the site asks for another person to approve" in self.told(self.post("approve"))
        told = self.told(self.post("approve", language="ja"))
        assert "このサイトでは別の人の承認が必要です" in told
        assert not self.approvals()

    def test_somebody_else_approves(self) -> None:
        self.by("lee")
        assert "The release is approved." in self.told(self.post("approve"))
        (approval,) = self.approvals()
        assert approval is not None
        assert approval.user_id == "id-of-lee"
        release.resume(self.work, options(self.work))
        assert self.work.observe().live is GREEN
