"""The history on a site's page: who did what, when and why."""

import pytest

from ao import lock, release
from ao.journal import Ask, Asked, Begun, Journal
from ao.release import WaitingForApproval
from ao.site.rules import Approve
from tests.unit.dashboard.visitor import VisitorTest
from tests.unit.release.releases import options, ruled


class HistoryTest(VisitorTest):
    def rows(self, language: str = "en") -> list[str]:
        """Its rows, newest first."""
        text = self.text("now", "shop", language=language)
        body = text.split('id="ao-history"')[1].split("<tbody>")[1].split("</tbody>")[0]
        return body.split("</tr>")[:-1]

    def wait(self) -> None:
        with pytest.raises(WaitingForApproval):
            release.release(ruled(self.work, approve=Approve.MANUAL), "2.0", options(self.work))

    def test_a_lock_that_was_freed_is_told_with_its_holder_and_the_reason(self) -> None:
        lock.acquire_by_hand(self.work, "an audit", 3600.0)
        self.post("unlock", reason="the audit is over")
        first = self.rows()[0]
        assert "<td>operator</td>" in first
        assert "<td>unlock </td>" in first
        assert "an audit" in first
        assert "<td>the audit is over</td>" in first
        assert "<td>ロック解除 </td>" in self.rows(language="ja")[0]

    def test_a_lock_from_the_screen_and_its_end_are_a_row_each(self) -> None:
        self.post("lock", reason="an audit")
        self.post("unlock", reason="the audit is over")
        freed, taken = self.rows()
        assert "<td>lock </td>" in taken
        assert "<td>an audit</td>" in taken
        assert "<td>the audit is over</td>" in freed

    def test_an_act_that_was_killed_is_broken_off(self) -> None:
        Journal(self.work).begin(Begun(act="deploy", version="2.0"))
        assert "<td>broken off</td>" in self.rows()[0]
        with lock.acquire(self.work, "deploy 2.0"):
            assert "<td>at work</td>" in self.rows()[0]

    def test_what_was_asked_of_a_release_is_told_with_the_reason(self) -> None:
        self.wait()
        self.post("approve", reason="the tests are good")
        with lock.acquire(self.work, "release 2.0"):
            self.post("pause", reason="the till is down")
        told = "".join(self.rows())
        assert "<td>approve 2.0</td>" in told
        assert "<td>the tests are good</td>" in told
        assert "<td>pause 2.0</td>" in told
        assert "<td>the till is down</td>" in told

    def test_the_person_for_whom_a_release_was_begun_and_approved_is_told(self) -> None:
        with pytest.raises(WaitingForApproval):
            release.release(
                ruled(self.work, approve=Approve.MANUAL),
                "2.0",
                options(self.work, releaser="kim"),
            )
        release.approve(self.work, approver="lee")
        told = self.rows()
        assert "<td>operator (lee)</td>" in told[0]
        assert "<td>operator (kim)</td>" in told[1]

    def test_an_approval_of_an_older_ao_is_shown_for_what_it_is(self) -> None:
        self.wait()
        journal = Journal(self.work)
        journal.write(Asked(ask=Ask.APPROVE), journal.operations()[-1].id)
        assert "<td>names no release</td>" in self.rows()[0]
        assert "<td>リリースの指定がない承認 (無効)</td>" in self.rows(language="ja")[0]

    def test_an_abort_is_told_with_who_and_why(self) -> None:
        self.wait()
        self.post("abort", reason="no need")
        told = "".join(self.rows())
        assert "<td>abort 2.0</td>" in told
        assert "<td>aborted by operator: no need</td>" in told
        assert "operator が中止しました (理由: no need)" in "".join(self.rows(language="ja"))

    def test_a_reason_stays_as_it_was_written(self) -> None:
        self.post("switch", reason="done")
        assert "<td>done</td>" in self.rows(language="ja")[0]

    def test_a_text_is_read_once(self) -> None:
        lock.acquire_by_hand(self.work, "an audit", 3600.0)
        self.post("unlock", reason="the audit is over")
        self.rows()
        before = [call.name for call in self.cloud.calls].count("software_configs.read")
        self.rows()
        after = [call.name for call in self.cloud.calls].count("software_configs.read")
        assert after - before == 1, "only the site file"
