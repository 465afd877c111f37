"""The page of one site, and its forms."""

from functools import partial
from pathlib import Path
from unittest import mock

from django.test import Client
from django.urls import reverse

from ao.colour import Colour
from ao.errors import Forbidden
from ao.http.request_options import RequestOptions
from ao.journal import Journal
from ao.operations import reconcile
from ao.visit import Untrusted
from ao.work import Work
from ao_dashboard.bluegreen import page_state
from tests.unit.dashboard.visitor import PANEL, VisitorTest

BLUE, GREEN = Colour


class SiteTest(VisitorTest):
    def test_the_live_system_says_so(self) -> None:
        text = self.text("now", "shop")
        live, standby = text.split('data-system="green"')
        assert "<strong>live</strong>" in live
        assert "<strong>live</strong>" not in standby

    def test_the_image_of_each_system_is_shown_and_that_it_is_lost(self) -> None:
        assert self.text("now", "shop").count('<dd class="ao-image">ao-demo</dd>') == 2
        images = self.work.cloud.openstack.images
        with mock.patch.object(self.work.cloud.openstack, "images", images[:0]):
            told = self.text("now", "shop")
        assert told.count("Glance has lost it") == 2

    def test_japanese_is_spoken(self) -> None:
        assert "<strong>本番系</strong>" in self.text("now", "shop", language="ja")

    def test_a_switch_moves_production_and_is_in_the_journal(self) -> None:
        answer = self.post("switch")
        assert answer.status_code == 302
        assert self.work.observe().live is GREEN
        last = Journal(self.work).operations()[-1]
        assert (last.act, last.old, last.new, last.outcome) == ("switch", BLUE, GREEN, "done")

    def test_two_who_read_the_same_form_do_not_switch_twice(self) -> None:
        form = self.text("action", "shop", "switch")
        assert '<input type="hidden" name="live" value="blue">' in form
        self.post("switch", live="blue")
        answer = self.post("switch", live="blue")
        assert "not what this form showed" in self.told(answer)
        assert self.work.observe().live is GREEN

    def test_a_switch_without_a_reason_moves_nothing(self) -> None:
        answer = self.post("switch", reason="")
        assert answer.status_code == 200
        assert self.work.observe().live is BLUE

    def test_what_the_cloud_refuses_is_told_and_moves_nothing(self) -> None:
        self.cloud.faults.fail("locks.take", Forbidden("the role reader does not allow it"))
        answer = self.post("switch")
        assert answer.status_code == 302
        assert "the role reader does not allow it" in self.told(answer)
        assert self.work.observe().live is BLUE

    def test_a_certificate_that_is_not_trusted_stops_a_switch_and_is_told(self) -> None:
        def visit(url: str, timeout: float, options: RequestOptions) -> None:
            raise Untrusted(f"{url}: its certificate has expired", cure="Have a new one served.")

        work = partial(Work, clock=self.work.clock, visit=visit)
        with mock.patch.multiple(page_state, Work=work, visit=visit):
            told = self.told(self.post("switch"))
        assert "its certificate has expired" in told
        assert "Have a new one served." in told
        assert self.work.observe().live is BLUE

    def test_a_post_without_its_token_is_refused(self) -> None:
        client = Client(enforce_csrf_checks=True)
        where = reverse(f"{PANEL}:action", args=["shop", "switch"])
        assert client.post(where, {"reason": "to try it"}).status_code == 403
        assert self.work.observe().live is BLUE

    def test_a_member_is_offered_a_switch(self) -> None:
        assert 'data-action="switch"' in self.text("site", "shop")

    def test_the_form_says_in_japanese_what_will_happen(self) -> None:
        text = self.text("action", "shop", "switch", language="ja")
        assert "本番を 青 (blue) 1.0 から 緑 (green) 1.0 に切り替えます。" in text

    def test_the_history_is_told_in_japanese(self) -> None:
        self.post("switch")
        text = self.text("now", "shop", language="ja")
        assert "<td>切り替え 1.0</td>" in text
        assert "<td>完了</td>" in text

    def test_what_keeps_a_system_from_going_live_is_told_in_japanese(self) -> None:
        reconcile.down(self.work, frozenset({GREEN}))
        assert ">まだ構築されていません<" in self.text("now", "shop", language="ja")

    def test_a_refusal_is_told_in_japanese_with_its_cure(self) -> None:
        reconcile.down(self.work, frozenset({GREEN}))
        told = self.told(self.post("switch", language="ja"))
        assert "緑 (green) は本番系にできません: まだ構築されていません。" in told
        assert "`ao up` は無くなったものや壊れたものを置き換え" in told

    def test_acts_that_the_roles_do_not_allow_are_not_offered(self) -> None:
        with mock.patch("ao_dashboard.rights.may", return_value=False):
            assert "data-action=" not in self.text("site", "shop")

    def test_a_site_that_the_project_lacks_leads_back_to_the_sites(self) -> None:
        answer = self.page("site", "other")
        assert (answer.status_code, answer.url) == (302, reverse(f"{PANEL}:index"))


class PreviewByHeaderTest(VisitorTest):
    """The page of a site whose standby is asked by a header."""

    def site_file(self) -> Path:
        return self.changed(lambda text: text.replace("switch:\n", "switch:\n  preview: header\n"))

    def test_the_standby_has_no_link_and_its_value_is_not_told(self) -> None:
        told = self.text("now", "shop")
        standby = told.split('data-system="green"')[1]
        assert "<a href=" not in standby.split("</section>")[0]
        assert "that ao preview tells" in standby
        facts = self.work.observe()
        key = facts.preview_key(GREEN)
        assert key is not None
        assert key.value not in told + self.text("site", "shop")


class NamedSiteTest(VisitorTest):
    """The page of a site that has a host name."""

    def site_file(self) -> Path:
        return self.changed(lambda text: f"{text}\nhost: shop.example\n")

    def test_both_systems_are_linked_by_the_name(self) -> None:
        live, standby = self.text("now", "shop").split('data-system="green"')
        assert '<a href="http://shop.example/">' in live
        port = self.work.site.switch.preview_port
        assert f'<a href="http://shop.example:{port}/">' in standby
