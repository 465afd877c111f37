"""What an action tells on its way reaches its user."""

from ao import lock
from ao.doctor import kept_findings
from ao.doctor.findings import Fate
from ao.errors import Forbidden
from ao.lock.holder import LEASE
from tests.unit.dashboard.test_effects import findings
from tests.unit.dashboard.visitor import VisitorTest


class NotesTest(VisitorTest):
    def test_clients_that_may_be_left_are_told_of(self) -> None:
        self.probe.left = 3
        told = self.told(self.post("switch"))
        assert "3 clients were still on blue at the deadline" in told

    def test_that_is_told_in_japanese(self) -> None:
        self.probe.left = 3
        told = self.told(self.post("switch", language="ja"))
        assert "期限の時点で 3 台のクライアントが 青 (blue) に残っています。" in told

    def test_what_the_doctor_advises_against_is_told(self) -> None:
        kept_findings.keep(self.cloud, self.work.site, findings(Fate.HANG, Fate.RESET))
        told = self.told(self.post("switch"))
        assert "`ao doctor` advises `method: address` for this cloud" in told

    def test_an_act_that_fails_tells_its_notes_too(self) -> None:
        kept_findings.keep(self.cloud, self.work.site, findings(Fate.HANG, Fate.RESET))
        self.cloud.faults.fail(
            "load_balancers.set_default_pool", Forbidden("the role does not allow it")
        )
        told = self.told(self.post("switch"))
        assert "the role does not allow it" in told
        assert "`ao doctor` advises" in told

    def test_a_lock_that_is_taken_over_is_told_of(self) -> None:
        lock.acquire_by_hand(self.work, "an audit", 60.0)
        self.work.clock.sleep(60.0 + LEASE)
        told = self.told(self.post("switch"))
        assert "Taking over the lock of" in told
        assert "an audit" in told
