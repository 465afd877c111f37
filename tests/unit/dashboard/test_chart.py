"""The chart of the last switch that was measured."""

import re
from unittest import mock

from ao.journal import Begun, Ended, Journal, Outcome, Switched
from ao.work import Work
from tests.unit.dashboard.visitor import VisitorTest
from tests.unit.report import samples


def switched(work: Work) -> str:
    """Journal a switch that was measured; return its ID."""
    journal = Journal(work)
    act = journal.begin(Begun(act="switch", version="2.0"))
    journal.write(Switched(cutover=samples.lossless()), act)
    journal.write(Ended(outcome=Outcome.DONE), act)
    return act


class ChartTest(VisitorTest):
    def image(self) -> str:
        """Where the page has its chart from; empty without one."""
        found = re.search(r'<img class="ao-chart" src="([^"]+)"', self.text("now", "shop"))
        return found[1] if found else ""

    def test_a_site_without_a_measured_switch_shows_none(self) -> None:
        assert not self.image()
        assert self.page("cut-over", "shop", "20260101-0000-abc").status_code == 404

    def test_the_page_shows_the_last_one_with_its_verdict(self) -> None:
        act = switched(self.work)
        assert act in self.image()
        assert "Requests lost: 0 · done" in self.text("now", "shop")
        answer = self.client.get(self.image())
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/svg+xml"
        assert b"<svg" in answer.content

    def test_a_switch_from_the_screen_is_measured_and_drawn(self) -> None:
        self.post("switch")
        assert self.probe.events == ["begun", "running", "stopped", "ended"]
        assert "Requests lost: 0 · done" in self.text("now", "shop")
        assert self.client.get(self.image()).status_code == 200

    def test_so_is_its_way_back(self) -> None:
        self.post("switch")
        before = self.image()
        self.post("back")
        assert self.image() != before

    def test_a_switch_that_cannot_be_seen_from_here_is_not_measured(self) -> None:
        with self.unseen():
            self.post("switch")
        assert not self.probe.events
        assert not self.image()

    def test_another_switch_has_another_address(self) -> None:
        switched(self.work)
        before = self.image()
        switched(self.work)
        assert self.image() != before

    def test_an_entry_that_cannot_be_read_is_no_chart(self) -> None:
        act = switched(self.work)
        with mock.patch.object(Journal, "entries", return_value=()):
            assert self.page("cut-over", "shop", act).status_code == 404
