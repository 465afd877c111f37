"""Sites that are not whole: their pages and forms stand, and say what there is."""

from ao.colour import Colour
from ao.operations import operations, reconcile
from ao_dashboard.bluegreen.actions import ACTIONS
from tests.unit.dashboard.visitor import VisitorTest

BLUE, GREEN = Colour
LIVE = "<strong>live</strong>"


class HalfBuiltTest(VisitorTest):
    def cards(self) -> list[str]:
        """What the page says of blue and of green; every page and every form stands."""
        for view, args in (("index", []), ("rows", []), ("site", ["shop"])):
            assert self.page(view, *args).status_code == 200, view
        for action in ACTIONS:
            assert self.page("action", "shop", action).status_code == 200, action
        parts = (self.text("now", "shop").split(f'data-system="{it}"')[1] for it in Colour)
        return [part.split("</section>")[0] for part in parts]

    def test_a_system_that_heat_builds_shows_its_progress_and_the_other_is_live(self) -> None:
        operations.start_deploy(self.work, "2.0")
        self.work.clock.sleep(1)
        blue, green = self.cards()
        assert "<progress" in green
        assert "Heat is at work on it" in green
        assert LIVE in blue

    def test_a_system_that_heat_could_not_build_says_so(self) -> None:
        self.cloud.faults.break_next("OS::Nova::Server", "no valid host")
        operations.start_deploy(self.work, "2.0")
        self.work.clock.sleep(300)
        blue, green = self.cards()
        assert "its stack is UPDATE_FAILED" in green
        assert LIVE in blue

    def test_a_system_that_is_not_there_says_so(self) -> None:
        reconcile.down(self.work, frozenset({GREEN}))
        blue, green = self.cards()
        assert "it is not built" in green
        assert LIVE in blue

    def test_a_site_whose_production_address_reaches_nothing_has_no_live_system(self) -> None:
        for balancer in self.cloud.load_balancers.all():
            self.cloud.other_user.delete_load_balancer(balancer.id)
        assert not any(LIVE in card for card in self.cards())
        assert "Production reaches no system of this site." in self.text("now", "shop")

    def test_a_site_that_lost_its_servers_says_how_many_are_up(self) -> None:
        for server in self.work.observe().systems[BLUE].servers:
            self.cloud.other_user.delete_server(server.id)
        self.work.clock.sleep(60)
        blue, _ = self.cards()
        assert "0 of 2" in blue
        assert LIVE in blue
