"""The pages of a site around somebody else's load balancer."""

from dataclasses import replace
from unittest import mock

from ao import config
from ao.colour import Colour
from ao.fake import Cloud
from ao.operations import operations
from tests.unit.adopted import application, by_hand
from tests.unit.dashboard.visitor import VisitorTest

BLUE, GREEN = Colour


class AdoptedTest(VisitorTest):
    def prepare(self) -> None:
        assert isinstance(self.cloud, Cloud)
        project = self.cloud.openstack.project("shop")
        project.octavia._application = application
        owned = by_hand(cloud=self.cloud, provider="haproxy")
        adopt = owned.site.adopt
        assert adopt is not None
        there = "{network: old-net, subnet: old-subnet}"
        more = f"""
adopt:
  load_balancer: {adopt.load_balancer}
  listeners: [{adopt.listeners[0]}]
  pool: {adopt.pool}
  floating_ip: {adopt.floating_ip}
network: {{blue: {there}, green: {there}, balancer: {there}}}
"""
        path = self.changed(lambda text: text + more)
        self.work = replace(self.work, site=config.load(path))

    def test_the_adopted_system_is_shown_as_such_in_both_languages(self) -> None:
        blue, green = self.text("now", "shop").split('data-system="green"')
        assert "ao-adopted" in blue
        assert "ao-adopted" not in green
        assert "既存" in self.text("now", "shop", language="ja")
        assert "adopted" in self.text("rows")
        assert "既存" in self.text("rows", language="ja")

    def test_nothing_is_deployed_to_it_from_here(self) -> None:
        assert self.post("switch").status_code == 302
        assert self.work.observe().live is GREEN
        for action in ("deploy", "scale", "shrink"):
            with mock.patch.object(operations, "start_deploy") as begun:
                answer = self.post(action)
            assert "adopted" in self.told(answer) + answer.content.decode()
            begun.assert_not_called()

    def test_production_is_switched_back_to_it(self) -> None:
        self.post("switch")
        assert self.post("back").status_code == 302
        assert self.work.observe().live is BLUE
