"""Several listeners on the screen: where each leads, and what becomes of those left behind."""

from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from ao import fake, release
from ao.colour import Colour
from ao.operations import operations, reconcile
from tests.unit.dashboard.secure import AUTHORITY, SERVED, SecureVisitorTest
from tests.unit.dashboard.visitor import VisitorTest
from tests.unit.release.releases import options, released, ruled

BLUE, GREEN = Colour
MOVE = "load_balancers.set_default_pool"
LISTENERS = """
listeners:
  - {name: partners, port: 8443, protocol: HTTP}
  - {name: queue, port: 5671, protocol: TCP, preview_port: 5672}
"""


class ListenersTest(VisitorTest):
    """Pages of a site with three listeners, whose standby is seen by a header."""

    preview = "header"

    def site_file(self) -> Path:
        return self.changed(
            lambda text: (
                text.replace("method: pool", f"method: pool\n  preview: {self.preview}") + LISTENERS
            )
        )

    def table(self, language: str = "en") -> str:
        """What the page says of the listeners."""
        text = self.text("now", "shop", language=language)
        return text.split('id="ao-listeners"')[1].split("</table>")[0]

    def kill(self, command: Callable[[], object]) -> None:
        """Kill a command when the main listener has moved."""
        self.cloud.faults.kill(MOVE, after=True)
        with pytest.raises(fake.Killed):
            command()
        self.cloud.process.restart()
        self.work.clock.sleep(600)

    def led(self) -> list[Colour | None]:
        """Where the listeners lead users, the main one first."""
        facts = self.work.observe()
        return [facts.live, *map(facts.led, facts.further)]


class LedTest(ListenersTest):
    def test_each_is_shown_with_where_it_leads(self) -> None:
        rows = self.table().split("<tr>")[2:]
        assert [row.split('scope="row">')[1].split("<")[0] for row in rows] == [
            "main",
            "partners",
            "queue",
        ]
        assert ["8443" in it for it in rows] == [False, True, False]
        assert ["TCP" in it for it in rows] == [False, False, True]
        assert all("blue" in it and "green" not in it for it in rows)
        reconcile.switch(self.work, GREEN)
        assert all("green" in it for it in self.table().split("<tr>")[2:])

    def test_the_preview_is_told_and_no_page_tells_the_value(self) -> None:
        told = {"en": "by a header or a cookie", "ja": "ヘッダー"}
        for language, words in told.items():
            assert words in self.text("now", "shop", language=language)
        facts = self.work.observe()
        values = [key.value for it in Colour if (key := facts.preview_key(it))]
        assert len(values) == 2
        pages = [self.text("site", "shop"), self.text("now", "shop"), self.text("index")]
        pages += [self.text("action", "shop", it) for it in ("deploy", "switch", "back", "scale")]
        assert not [it for page in pages for it in values if it in page]


class MixedTest(ListenersTest):
    def setUp(self) -> None:
        super().setUp()
        self.kill(lambda: operations.switch(self.work, GREEN))
        assert self.led() == [GREEN, BLUE, BLUE]

    def test_the_page_calls_neither_system_live(self) -> None:
        text = self.text("now", "shop")
        assert "Production reaches both systems: no one of them is live." in text
        assert "partners 8443 → blue, queue 5671 → blue" in text
        assert "ao-live" not in text
        assert "mixed" in self.text("index")
        told = self.text("now", "shop", language="ja")
        assert "Users are led" not in told
        assert "no one of them is live" not in told

    def test_the_form_of_a_switch_says_which_ones_follow_and_finishes_it(self) -> None:
        text = self.text("action", "shop", "switch")
        assert "These listeners follow the main one: partners, queue." in text
        assert "moved already" not in text
        text = self.text("action", "shop", "switch", language="ja")
        assert "These listeners" not in text
        assert "green is live." in self.told(self.post("switch"))
        assert self.led() == [GREEN] * 3

    def test_nothing_is_done_to_a_system_before_that(self) -> None:
        for action in ("deploy", "back", "scale", "shrink"):
            assert "was begun and is not finished" in self.told(self.post(action))
        assert self.led() == [GREEN, BLUE, BLUE]


class WayBackTest(ListenersTest):
    def test_one_that_was_killed_is_finished_by_the_same_button(self) -> None:
        operations.switch(self.work, GREEN)
        self.kill(lambda: release.back(self.work, options(self.work)))
        text = self.text("action", "shop", "back")
        assert "The way back to blue was begun and is not finished." in text
        assert "These listeners follow the main one: partners, queue." in text
        assert "goes back from" not in text
        text = self.text("action", "shop", "back", language="ja")
        assert "The way back to" not in text
        self.post("back")
        assert self.led() == [BLUE] * 3

    def test_the_form_of_an_abort_says_that_it_finishes_the_one_of_a_release(self) -> None:
        work = ruled(self.work)
        released(work, detach=True)
        self.kill(lambda: release.back(work, options(work)))
        assert self.led() == [BLUE, GREEN, GREEN]
        text = self.text("action", "shop", "abort")
        assert "Production has not moved" not in text
        assert "it is switched back" in text
        self.post("abort")
        assert self.led() == [BLUE] * 3


class CertificatesTest(SecureVisitorTest):
    """A site of HTTPS with a listener of another name and one of the site's certificate."""

    partners = "partners.example"
    days = (-1, 5)

    def site_file(self) -> Path:
        path = super().site_file()
        certificate, key = AUTHORITY.issued(self.partners, days=self.days)
        (path.parent / "partners.crt").write_bytes(certificate)
        (path.parent / "partners.key").write_bytes(key)
        own = "certificate: {certificate: partners.crt, key: partners.key}"
        path.write_text(
            f"{path.read_text()}listeners:\n"
            f"  - {{name: partners, port: 8443, protocol: TERMINATED_HTTPS, {own}}}\n"
            "  - {name: same, port: 9443, protocol: TERMINATED_HTTPS}\n"
        )
        return path

    def test_one_of_its_own_is_shown_and_warned_of(self) -> None:
        text = self.text("now", "shop")
        assert text.count('class="ao-certificate"') == 2
        card = text.split("Certificate of listener partners")[1].split("</section>")[0]
        assert self.partners in card
        told = [it for _, it in self.alerts()]
        assert any("The certificate of listener partners ends in" in it for it in told)
        assert not any("partners" in it and "does not name" in it for it in told)

    def test_japanese_is_spoken(self) -> None:
        text = self.text("now", "shop", language="ja")
        assert "リスナー partners の証明書" in text
        assert "of listener" not in text

    def test_a_form_and_the_list_ask_for_none(self) -> None:
        with mock.patch(SERVED) as shaken:
            self.text("action", "shop", "switch")
            self.text("index")
        shaken.assert_not_called()
