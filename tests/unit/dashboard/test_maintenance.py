"""Maintenance on the screen: what users see now, and the buttons that begin and end it."""

from pathlib import Path

from ao.operations import maintenance
from ao.plan.maintenance_policy import PASS
from tests.unit.dashboard.visitor import VisitorTest

PAGE = "https://status.example/shop"


class MaintenanceTest(VisitorTest):
    def site_file(self) -> Path:
        return self.changed(lambda text: f"{text}\nmaintenance: {{redirect: {PAGE}}}\n")

    def test_it_begins_and_ends_by_buttons(self) -> None:
        assert "Users do not see" not in self.text("site", "shop")
        assert PAGE in self.text("action", "shop", "maintenance-on")
        told = self.told(self.post("maintenance-on", minutes=30, reason="the tables move"))
        assert "Users see the maintenance page" in told
        page = self.text("site", "shop")
        assert "Users do not see the site" in page
        assert "the tables move" in page
        assert 'data-action="maintenance-on"' not in page
        assert "in maintenance" in self.text("index")
        assert "Users reach the site again." in self.told(self.post("maintenance-off"))
        page = self.text("site", "shop")
        assert "Users do not see" not in page
        assert 'data-action="maintenance-off"' not in page

    def test_it_is_told_in_japanese(self) -> None:
        maintenance.on(self.work, "the tables move")
        page = self.text("site", "shop", language="ja")
        assert "利用者にサイトは見えていません" in page
        assert "Users do not see" not in page
        assert "メンテナンス中" in self.text("index", language="ja")

    def test_no_page_tells_what_passes(self) -> None:
        maintenance.on(self.work)
        pages = [self.text("site", "shop"), self.text("index")]
        pages += [self.text("action", "shop", it) for it in ("maintenance-off", "switch")]
        assert not [page for page in pages if PASS in page]

    def test_what_others_write_about_it_is_harmless(self) -> None:
        maintenance.on(self.work)
        (policy,) = self.cloud.load_balancers.l7_policies_named("ao-maintenance")
        text = '{"since": 1, "who": "<script>alert(1)</script>"}'
        self.cloud.load_balancers.set_l7_policy(policy, text, enabled=True)
        self.work.clock.sleep(10)
        page = self.text("site", "shop")
        assert "<script>alert(1)" not in page
        assert "Users do not see the site" in page


class PlainTest(VisitorTest):
    def test_a_site_without_it_is_not_offered_it(self) -> None:
        page = self.text("site", "shop")
        assert 'data-action="maintenance' not in page
