"""What the screen shows while a service of the cloud does not answer."""

from unittest import mock

from django.urls import reverse

from ao import lock
from ao.colour import Colour
from ao.errors import AoError, NotAuthenticated, NotFound
from ao.journal import Journal
from tests.unit.dashboard.visitor import PANEL, VisitorTest

HEAT = ("stacks", "software_configs")
OCTAVIA = ("load_balancers",)
NEUTRON = ("floating_ips", "locks")
LIVE = "<strong>live</strong>"
GLANCE = f'<span class="ao-chip ao-blue">blue</span> {LIVE}'
ACTIONS = (
    *("deploy", "switch", "back", "scale", "shrink", "lock", "unlock"),
    *("approve", "continue", "abort"),
)


class SilenceTest(VisitorTest):
    def fails(self, error: AoError) -> None:
        """Have the login itself fail."""
        mock.patch("ao_dashboard.bluegreen.views.cloud", side_effect=error).start()

    def test_without_heat_the_site_is_shown_as_the_other_services_know_it(self) -> None:
        lock.acquire_by_hand(self.work, "an audit", 3600.0)
        with self.silent(*HEAT):
            text = self.text("site", "shop")
        assert "stacks does not answer" in text
        assert "software_configs does not answer" in text
        assert GLANCE in " ".join(text.split())
        assert self.work.observe().production.address in text
        assert "an audit" in text

    def test_the_site_is_shown_when_heat_keeps_its_file_and_tells_no_stacks(self) -> None:
        with self.silent("stacks"):
            text = self.text("site", "shop")
        assert "stacks does not answer" in text
        assert GLANCE in " ".join(text.split())

    def test_no_system_is_live_that_octavia_or_neutron_does_not_tell_of(self) -> None:
        for services in (OCTAVIA, NEUTRON, (*HEAT, *OCTAVIA, *NEUTRON)):
            for view in ("site", "now"):
                with self.subTest(services), self.silent(*services):
                    text = self.text(view, "shop")
                    assert "does not answer" in text
                    assert LIVE not in text
                    assert "It is not known what is live." in text

    def test_no_colour_of_the_list_is_live_that_is_not_known(self) -> None:
        for services in (OCTAVIA, NEUTRON):
            with self.subTest(services), self.silent(*services):
                text = self.text("rows")
                assert "does not answer" in text
                assert 'class="ao-chip ao-blue"' not in text
                assert 'class="ao-chip ao-green"' not in text

    def test_the_list_names_the_sites_that_octavia_knows_while_heat_is_silent(self) -> None:
        with self.silent(*HEAT):
            text = self.text("rows")
        assert 'data-site="shop"' in text
        assert '<span class="ao-chip ao-blue">blue</span>' in text

    def test_a_form_without_heat_leads_to_the_sites_page_and_says_why(self) -> None:
        for action in ACTIONS:
            with self.subTest(action), self.silent(*HEAT):
                for answer in (self.page("action", "shop", action), self.post(action)):
                    assert (answer.status_code, answer.url) == (
                        302,
                        reverse(f"{PANEL}:site", args=["shop"]),
                    )
                    assert "does not answer" in self.told(answer)

    def test_no_form_does_anything_while_octavia_or_neutron_is_silent(self) -> None:
        for services in (("stacks",), OCTAVIA, NEUTRON):
            for action in ACTIONS:
                with self.subTest(action, services=services), self.silent(*services):
                    assert "does not answer" in self.text("action", "shop", action)
                    assert self.post(action).status_code in (200, 302)
        assert all(it.on_lock for it in Journal(self.work).operations())

    def test_a_site_that_the_project_lacks_leads_back_to_the_sites(self) -> None:
        for view, args in (("site", ["other"]), ("action", ["other", "switch"])):
            answer = self.page(view, *args)
            assert (answer.status_code, answer.url) == (302, reverse(f"{PANEL}:index"))
            assert "no site file of other" in self.told(answer)

    def test_something_else_that_is_not_found_does_not_lead_away(self) -> None:
        lost = NotFound("the project has no floating IP 203.0.113.10")
        with mock.patch("ao_dashboard.bluegreen.page_state.observation.read", side_effect=lost):
            assert "no floating IP 203.0.113.10" in self.text("site", "shop")

    def test_a_part_that_fails_is_none_and_tells_nothing_on_the_next_page(self) -> None:
        self.fails(NotFound("the project keeps no site file of shop"))
        for view, args in (("rows", []), ("now", ["shop"]), ("cut-over", ["shop", "1"])):
            answer = self.page(view, *args)
            assert answer.status_code == 503
            assert not self.told(answer)

    def test_a_session_that_has_ended_leads_to_the_log_in_page(self) -> None:
        self.fails(NotAuthenticated("the token has expired"))
        for view, args in (("index", []), ("site", ["shop"]), ("action", ["shop", "switch"])):
            answer = self.page(view, *args)
            assert answer.status_code == 302
            assert "/auth/" in answer.url

    def test_a_part_does_not_lead_to_the_log_in_page(self) -> None:
        self.fails(NotAuthenticated("the token has expired"))
        assert self.page("rows").status_code == 503
        assert self.page("now", "shop").status_code == 503

    def test_a_session_that_ends_within_an_action_leads_to_the_log_in_page_and_goes_on(
        self,
    ) -> None:
        """All that is asked from then on is refused, the lock's end too: it ends by itself."""
        expired = NotAuthenticated("the token has expired")
        for call in ("stacks.update", "software_configs.add", "locks.remove"):
            self.cloud.faults.fail(call, expired, skip=call == "software_configs.add")
        answer = self.post("deploy", version="2.0")
        assert answer.status_code == 302
        assert "/auth/" in answer.url
        self.cloud.faults.clear()
        self.work.clock.sleep(lock.LEASE)
        answer = self.post("deploy", version="2.0")
        assert "/auth/" not in answer.url
        green = self.work.observe().systems[Colour.GREEN]
        assert (green.version, green.stack.busy) == ("2.0", True)
