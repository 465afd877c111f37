"""Autoscaling on a site's page."""

from pathlib import Path

from ao.colour import Colour
from ao.errors import Unavailable
from tests.unit.dashboard.visitor import VisitorTest

BLUE, GREEN = Colour
RULES = """
autoscale:
  out: {cpu: 70%, for: 1m, by: 1}
  in: {cpu: 20%, for: 5m, by: 1}
"""


class ScalingTest(VisitorTest):
    def site_file(self) -> Path:
        """The demo shop's, with autoscaling."""
        return self.changed(lambda text: text + RULES)

    def card(self, colour: Colour, language: str = "en") -> str:
        """What the page says of a system."""
        text = self.text("now", "shop", language=language)
        return text.split(f'data-system="{colour}"')[1].split("</section>")[0]

    def test_bounds_load_and_alarms_of_each_system_are_shown(self) -> None:
        self.cloud.other_user.load(self.work.site.system_stack(BLUE), 0.63)
        live, standby = self.card(BLUE), self.card(GREEN)
        assert "<dd>1 to 4</dd>" in live
        assert "<dd>63% of CPU</dd>" in live
        assert "<dd>out insufficient data, in insufficient data</dd>" in live
        assert "<dd>0% of CPU</dd>" in standby
        assert "<dd>switched off</dd>" in standby

    def test_the_last_change_of_size_is_shown(self) -> None:
        assert "Scaled" not in self.card(BLUE)
        self.cloud.other_user.evaluate(self.work.site.system_stack(BLUE), "alarm_out", "alarm")
        self.work.clock.sleep(120.0)
        assert "<dt>Scaled</dt><dd>out to 3, <time" in self.card(BLUE)

    def test_japanese_is_spoken(self) -> None:
        live = self.card(BLUE, language="ja")
        assert "<dd>1〜4 台</dd>" in live
        assert "<dd>増設: データ不足、削減: データ不足</dd>" in live

    def test_the_page_says_when_load_is_not_measured(self) -> None:
        self.cloud.faults.fail("metrics.query", Unavailable("Prometheus does not answer"))
        assert "not measured: Prometheus does not answer" in self.card(BLUE)

    def test_the_page_says_when_the_alarms_are_not_known(self) -> None:
        self.cloud.faults.fail("alarms.get", Unavailable("Aodh does not answer"))
        text = self.text("now", "shop")
        assert "Aodh does not answer" in text
        assert "<strong>live</strong>" in text

    def test_the_form_of_a_size_tells_the_bounds(self) -> None:
        assert "Its bounds are 1 and 4 servers." in self.text("action", "shop", "scale")

    def test_a_size_beyond_the_bounds_is_refused(self) -> None:
        assert "5 servers are not between the bounds 1 and 4" in self.told(
            self.post("scale", size=5)
        )
        assert self.work.observe().systems[GREEN].size == 2
