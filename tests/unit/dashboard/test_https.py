"""A site that serves HTTPS: protocol, redirect, links, and the certificate of production."""

import socket
import time
from dataclasses import replace
from pathlib import Path
from unittest import mock

from django.test import override_settings

from ao.colour import Colour
from ao.http.handshake import NoHandshake, Served, served
from ao.http.trust import EXPIRED, UNKNOWN_AUTHORITY, Distrust, other_name
from ao.message import message
from ao.operations import reconcile
from tests.unit.dashboard.forged import ESCAPE, SCRIPT
from tests.unit.dashboard.secure import AUTHORITY, HOST, SERVED, SecureVisitorTest
from tests.unit.dashboard.visitor import VisitorTest

BLUE, GREEN = Colour


def error(fault: Distrust) -> tuple[str, str]:
    """What is told of a certificate that is not trusted, with its cure."""
    return "danger", f"Production is not trusted: {fault.why}. {fault.cure}"


class HttpsTest(SecureVisitorTest):
    def test_each_system_tells_its_protocol_and_the_redirect(self) -> None:
        for colour in Colour:
            card = self.card(colour)
            assert ">HTTPS, decrypted by the load balancer<" in card
            assert "<dt>Redirect</dt><dd>HTTP on port 80 leads to HTTPS</dd>" in card

    def test_a_redirect_that_somebody_has_taken_off_is_not_told(self) -> None:
        listener = self.work.observe().redirect_listener
        for policy in self.cloud.load_balancers.l7_policies(listener.id):
            self.cloud.load_balancers.remove_l7_policy(policy)
        assert "<dt>Redirect</dt>" not in self.card(BLUE)

    def test_both_systems_are_linked_by_https_and_the_host(self) -> None:
        assert f'<a href="https://{HOST}/">' in self.card(BLUE)
        assert f'<a href="https://{HOST}:8080/">' in self.card(GREEN)

    def test_the_certificate_is_told_with_its_end(self) -> None:
        with self.showing(HOST, "www.shop.example"):
            told = self.certificate()
            assert self.alerts() == []
        assert f"<dt>For names</dt><dd>{HOST}, www.shop.example" in told
        assert "<dt>Issued by</dt><dd>CN=an authority</dd>" in told
        assert "89 days left" in told

    def test_it_is_the_one_that_production_serves_for_the_host(self) -> None:
        assert f"<dt>For names</dt><dd>{HOST}, www.shop.example" in self.certificate()
        with mock.patch(SERVED, side_effect=NoHandshake(message("no"))) as shake:
            self.text("now", "shop")
        address, port, name, seconds = shake.call_args.args
        assert address == self.work.observe().production.address
        assert (port, name) == (443, HOST)
        assert 0 < seconds <= 2.0

    def test_one_that_ends_soon_is_warned_of(self) -> None:
        with self.showing(days=(-1, 5)):
            assert self.alerts() == [("warning", "The certificate of production ends in 4 days.")]
        with self.showing(days=(-1, 1)):
            assert self.alerts() == [
                ("warning", "The certificate of production ends within a day.")
            ]
        with self.showing(days=(-1, 22)):
            assert self.alerts() == []

    def test_one_that_has_ended_is_an_error(self) -> None:
        with self.showing(days=(-9, -2)):
            assert self.alerts() == [error(EXPIRED)]
            assert ": it has ended</dd>" in self.certificate()

    def test_one_that_does_not_name_the_host_or_is_not_trusted_is_an_error(self) -> None:
        with self.showing("other.example", distrust=UNKNOWN_AUTHORITY):
            assert self.alerts() == [error(other_name(HOST)), error(UNKNOWN_AUTHORITY)]

    def test_japanese_is_spoken(self) -> None:
        assert "ロードバランサーが復号" in self.card(BLUE, language="ja")
        with self.showing("other.example", days=(-1, 5)):
            assert "証明書は残り 4 日で期限が切れます" in self.alerts("ja")[1][1]
            assert "残り 4 日" in self.certificate("ja")
            assert "本番は信頼されません" in self.alerts("ja")[0][1]

    def test_a_page_that_cannot_ask_says_so_and_shows_all_else(self) -> None:
        for why in ("no connection: No route to host", "it speaks no TLS"):
            with mock.patch(SERVED, side_effect=NoHandshake(message(why))):
                assert f"this web server has not seen it: {why}" in self.certificate()
                assert self.alerts() == []
                assert "<strong>live</strong>" in self.card(BLUE)

    def test_a_page_is_there_within_its_time_when_production_shakes_no_hands(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]

            def shake(
                _address: str, _port: int, name: str, seconds: float, *, ca: str | None
            ) -> Served:
                return served("127.0.0.1", port, name, seconds, ca=ca)

            with mock.patch(SERVED, shake), override_settings(AO_PAGE_SECONDS=3.0):
                begin = time.monotonic()
                assert "no handshake within" in self.certificate()
                assert time.monotonic() - begin < 10.0

    def test_a_page_stands_and_says_once_what_is_silent(self) -> None:
        parts = ("stacks", "software_configs", "floating_ips", "locks", "load_balancers")
        for part in parts:
            with self.subTest(part), self.silent(part):
                assert self.text("now", "shop").count(f"{part} does not answer") == 1

    def test_no_hands_are_shaken_for_a_form_or_the_list(self) -> None:
        with mock.patch(SERVED) as shake:
            self.text("action", "shop", "switch")
            self.text("rows")
        assert not shake.called

    def test_where_production_reaches_nothing_no_certificate_is_told(self) -> None:
        listener = self.work.observe().production_listener
        self.cloud.load_balancers.set_default_pool(listener, None)
        assert 'class="ao-certificate"' not in self.text("now", "shop")

    def test_what_a_certificate_says_acts_on_no_page_and_fills_none(self) -> None:
        name = f"{SCRIPT}.example"
        long = tuple(f"{number}.{'x' * 190}" for number in range(200))
        with self.showing(HOST, issuer=f"O={SCRIPT}", names=(name, *long)):
            text = self.text("now", "shop")
        assert SCRIPT not in text
        assert "&lt;script&gt;" in text
        assert ESCAPE not in text
        assert "and 191 more" in text
        assert text.count("x" * 190) == 9

    def test_one_without_an_end_has_none(self) -> None:
        with self.showing(days=(-1, 365 * 7000)):
            assert "without an end" in self.certificate()

    def test_the_list_tells_what_is_live_after_a_switch(self) -> None:
        assert '<span class="ao-chip ao-blue">blue</span>' in self.text("rows")
        reconcile.switch(self.work)
        assert '<span class="ao-chip ao-green">green</span>' in self.text("rows")


class ClientsTest(SecureVisitorTest):
    def site_file(self) -> Path:
        """A site whose clients show certificates."""
        path = super().site_file()
        path.write_text(
            path.read_text().replace(
                "warn_days", "clients: {ca: staff, required: false}\n  warn_days"
            )
        )
        return path

    def prepare(self) -> None:
        barbican = self.cloud.openstack.project("shop").barbican
        barbican.add("staff", AUTHORITY.pem.encode(), "id-of-alice")

    def test_barbican_is_not_asked(self) -> None:
        with self.silent("certificates"):
            text = self.text("now", "shop")
        assert "does not answer" not in text
        assert "<strong>live</strong>" in text


class AddressHttpsTest(SecureVisitorTest):
    method = "address"

    def test_a_system_that_was_deployed_by_http_tells_so_and_is_linked_so(self) -> None:
        """Each system keeps the protocol that it was deployed with."""
        site = self.work.site
        balancer = replace(site.load_balancer, protocol="HTTP", port=80)
        plain = replace(site, load_balancer=balancer, tls=None, redirect=None)
        before = replace(self.work, site=plain, looks={})
        reconcile.down(before, frozenset({GREEN}))
        reconcile.up(before)
        assert ">HTTPS, decrypted by the load balancer<" in self.card(BLUE)
        assert '<dd class="ao-protocol">HTTP</dd>' in self.card(GREEN)
        preview = self.work.observe().preview.address
        assert f'<a href="http://{preview}/">' in self.card(GREEN)

    def test_the_preview_is_linked_by_its_address(self) -> None:
        assert f'<a href="https://{HOST}/">' in self.card(BLUE)
        preview = self.work.observe().preview.address
        assert f'<a href="https://{preview}/">' in self.card(GREEN)


class PassedOnTest(VisitorTest):
    def site_file(self) -> Path:
        return self.changed(
            lambda text: text.replace("haproxy", "haproxy\n  protocol: HTTPS") + f"host: {HOST}\n"
        )

    def test_a_site_whose_servers_decrypt_tells_so_and_their_certificate(self) -> None:
        with mock.patch(SERVED, side_effect=NoHandshake(message("no route"))):
            text = self.text("now", "shop")
        assert ">HTTPS, passed on to the servers<" in text
        assert "this web server has not seen it: no route" in text


class PlainTest(VisitorTest):
    def test_a_site_of_http_tells_so_and_no_hands_are_shaken(self) -> None:
        with mock.patch(SERVED) as shake:
            text = self.text("now", "shop")
        assert '<dd class="ao-protocol">HTTP</dd>' in text
        assert 'class="ao-certificate"' not in text
        assert not shake.called
