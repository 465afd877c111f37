"""What a form says before anything is done."""

from dataclasses import replace

import pytest

from ao import lock, release
from ao.doctor import kept_findings
from ao.doctor.findings import Effect, Fate, Findings
from ao.journal import Journal
from ao.release import WaitingForApproval
from ao.site.rules import Approve
from tests.unit.dashboard.visitor import VisitorTest
from tests.unit.release.releases import options, ruled

CLIENTS = {
    Fate.KEEP: "Open connections stay with the old system until they close.",
    Fate.RESET: "Open connections end after their answer and come back on the new system.",
    Fate.HANG: "Open connections hang until the client gives up.",
}
MOVES = ("switch", "back", "abort")


def findings(pool: Fate, address: Fate = Fate.HANG, provider: str = "haproxy") -> Findings:
    """What the doctor saw, with figures of its own for each way to switch."""

    def effect(fate: Fate, lost: int, sent: int) -> Effect:
        return Effect(fate=fate, fates={fate: 4}, lost=lost, sent=sent, gap=None)

    return Findings(
        at=0.0,
        provider=provider,
        reload=effect(Fate.RESET, 0, 10),
        pool=effect(pool, 3, 1234),
        address=effect(address, 7, 4321),
    )


class SentencesTest(VisitorTest):
    def effects(self, action: str, language: str = "en") -> str:
        """What the form of an action says will happen."""
        text = self.text("action", "shop", action, language=language)
        return text.split('<ul class="ao-effects">')[1].split("</ul>")[0]

    def known(self, **found: object) -> None:
        kept_findings.keep(self.cloud, self.work.site, findings(**found))

    def wait(self) -> None:
        with pytest.raises(WaitingForApproval):
            release.release(ruled(self.work, approve=Approve.MANUAL), "2.0", options(self.work))

    def test_what_becomes_of_clients_is_said_as_it_was_measured(self) -> None:
        for fate, sentence in CLIENTS.items():
            self.known(pool=fate)
            said = self.effects("switch")
            assert sentence in said
            assert not [other for other in CLIENTS.values() if other != sentence and other in said]
            assert "Measured on this cloud: 3 of 1234 requests were lost." in said

    def test_it_is_not_known_where_the_doctor_was_never_run(self) -> None:
        said = self.effects("switch")
        assert "`ao doctor` was never run here" in said
        assert not [sentence for sentence in CLIENTS.values() if sentence in said]

    def test_what_another_provider_does_tells_nothing(self) -> None:
        self.known(pool=Fate.RESET, provider="ovn")
        said = self.effects("switch")
        assert "has examined ovn here, and the site has haproxy" in said
        assert CLIENTS[Fate.RESET] not in said
        assert "requests were lost" not in said

    def test_all_that_moves_production_says_what_becomes_of_clients(self) -> None:
        self.known(pool=Fate.RESET)
        watched = ruled(self.work, watch=replace(self.work.site.watch, length=600.0))
        release.release(watched, "2.0", options(self.work, detach=True))
        for action in MOVES:
            with self.subTest(action):
                assert CLIENTS[Fate.RESET] in self.effects(action)

    def test_an_approval_says_what_it_is_of_and_what_becomes_of_clients(self) -> None:
        self.known(pool=Fate.RESET)
        self.wait()
        said = self.effects("approve")
        assert f"You approve of the release {Journal(self.work).operations()[-1].id}" in said
        assert CLIENTS[Fate.RESET] in said

    def test_going_on_says_what_becomes_of_clients(self) -> None:
        self.known(pool=Fate.RESET)
        self.wait()
        with lock.acquire(self.work, "release 2.0"):
            self.post("pause")
            assert CLIENTS[Fate.RESET] in self.effects("continue")

    def test_an_abort_before_the_switch_moves_nothing(self) -> None:
        self.known(pool=Fate.RESET)
        self.wait()
        said = self.effects("abort")
        assert "Production has not moved, and stays where it is." in said
        assert CLIENTS[Fate.RESET] not in said

    def test_a_switch_or_deploy_beside_an_open_release_says_so(self) -> None:
        self.wait()
        for action in ("switch", "deploy"):
            said = self.effects(action)
            assert "The release of 2.0, begun by operator" in said
            assert "It stays open" in said

    def test_a_return_is_promised_only_where_production_is_seen(self) -> None:
        promise = "If production does not answer from the new system, it is switched back."
        assert promise in self.effects("switch")
        with self.unseen():
            said = self.effects("switch")
        assert promise not in said
        assert "Production does not answer to this web server" in said

    def test_the_promise_is_kept_in_japanese_too(self) -> None:
        with self.unseen():
            assert "自動の切り戻しは行われません" in self.effects("switch", language="ja")
