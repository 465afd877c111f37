"""Sites that are not whole: their pages and forms stand, and say what there is."""

from ao.colour import Colour
from ao.operations import operations, reconcile
from ao_dashboard.bluegreen.actions import ACTIONS
from tests.unit.dashboard.visitor import VisitorTest

BLUE, GREEN = Colour
LIVE = "<strong>live</strong>"


class HalfBuiltTest(VisitorTest):
    def card(self, colour: Colour) -> str:
        """What the page says of a system; every page and every form stands."""
        for view, args in (("index", []), ("rows", []), ("site", ["shop"])):
            assert self.page(view, *args).status_code == 200, view
        for action in ACTIONS:
            assert self.page("action", "shop", action).status_code == 200, action
        return self.text("now", "shop").split(f'data-system="{colour}"')[1].split("</section>")[0]

    def test_a_system_that_heat_builds_shows_its_progress_and_the_other_is_live(self) -> None:
        operations.start_deploy(self.work, "2.0")
        self.work.clock.sleep(1)
        assert "<progress" in self.card(GREEN)
        assert "Heat is at work on it" in self.card(GREEN)
        assert LIVE in self.card(BLUE)

    def test_a_system_that_heat_could_not_build_says_so(self) -> None:
        self.cloud.faults.break_next("OS::Nova::Server", "no valid host")
        operations.start_deploy(self.work, "2.0")
        self.work.clock.sleep(300)
        assert "its stack is UPDATE_FAILED" in self.card(GREEN)
        assert LIVE in self.card(BLUE)

    def test_a_system_that_is_not_there_says_so(self) -> None:
        reconcile.down(self.work, frozenset({GREEN}))
        assert "it is not built" in self.card(GREEN)
        assert LIVE in self.card(BLUE)

    def test_a_site_whose_production_address_reaches_nothing_has_no_live_system(self) -> None:
        for balancer in self.cloud.load_balancers.all():
            self.cloud.other_user.delete_load_balancer(balancer.id)
        assert LIVE not in self.card(BLUE)
        assert LIVE not in self.card(GREEN)
        assert "Production reaches no system of this site." in self.text("now", "shop")

    def test_a_site_that_lost_its_servers_says_how_many_are_up(self) -> None:
        for server in self.work.observe().systems[BLUE].servers:
            self.cloud.other_user.delete_server(server.id)
        self.work.clock.sleep(60)
        assert "0 of 2" in self.card(BLUE)
        assert LIVE in self.card(BLUE)
