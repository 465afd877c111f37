"""The page of all sites."""

from dataclasses import replace

from ao.colour import Colour
from ao.errors import Unavailable
from ao.operations import reconcile
from tests.unit.dashboard.visitor import VisitorTest


class SitesTest(VisitorTest):
    def test_a_row_tells_the_live_colour_in_a_word(self) -> None:
        text = self.text("rows")
        assert 'data-site="shop"' in text
        assert '<span class="ao-chip ao-blue">blue</span>' in text

    def test_japanese_is_spoken(self) -> None:
        assert '<span class="ao-chip ao-blue">青 (blue)</span>' in self.text("rows", language="ja")

    def test_no_colour_is_live_while_octavia_does_not_answer(self) -> None:
        for call in ("load_balancers.all", "load_balancers.listeners", "load_balancers.pools"):
            self.cloud.faults.fail(call, Unavailable("Octavia does not answer"))
        text = self.text("rows")
        assert "Octavia does not answer" in text
        assert 'class="ao-chip ao-blue"' not in text
        assert 'class="ao-chip ao-green"' not in text

    def test_a_site_that_production_does_not_reach_is_not_one_of_which_that_is_not_known(
        self,
    ) -> None:
        self.cloud.load_balancers.set_default_pool(self.work.observe().production_listener, None)
        assert '<span class="ao-chip ao-unknown">none</span>' in self.text("rows")
        assert '<span class="ao-chip ao-unknown">なし</span>' in self.text("rows", language="ja")
        with self.silent("load_balancers"):
            assert '<span class="ao-chip ao-unknown">not known</span>' in self.text("rows")

    def test_a_screen_reader_hears_what_becomes_of_each_site(self) -> None:
        assert 'data-ao-say="shop: Live blue"' in self.text("rows")

    def test_no_inline_script_or_style_is_on_the_page(self) -> None:
        text = self.text("rows")
        assert "<script" not in text
        assert "style=" not in text

    def test_what_has_no_name_of_a_site_is_not_listed_and_the_others_are(self) -> None:
        cidrs = {colour: f"10.60.{n}.0/24" for n, colour in enumerate(Colour)}
        reconcile.up(replace(self.work, site=replace(self.work.site, name="a.b", cidrs=cidrs)))
        text = self.text("index")
        assert "a.b" not in text
        assert 'data-site="shop"' in text
        assert ">shop</a>" in text

    def test_more_sites_are_not_more_requests(self) -> None:
        alone = self.requests()
        for number in (1, 2):
            cidrs = {colour: f"10.{60 + number}.{n}.0/24" for n, colour in enumerate(Colour)}
            site = replace(self.work.site, name=f"shop-{number}", cidrs=cidrs)
            reconcile.up(replace(self.work, site=site))
        assert 0 < alone == self.requests()
        assert self.text("rows").count("data-site=") == 3

    def requests(self) -> int:
        """Requests to the cloud that the page takes."""
        before = len(self.cloud.calls)
        self.text("rows")
        return len(self.cloud.calls) - before
