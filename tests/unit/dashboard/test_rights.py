"""What the roles of a user allow, by the policies that come with Horizon and heat-dashboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import heat_dashboard
import openstack_dashboard
import yaml
from django.test import override_settings
from openstack_auth import policy

from ao_dashboard import rights
from ao_dashboard.bluegreen.actions import ACTIONS
from tests.unit.dashboard.visitor import VisitorTest

FILES = {
    "network": (openstack_dashboard, "neutron"),
    "orchestration": (heat_dashboard, "heat"),
}
CONF = {kind: Path(module.__file__).parent / "conf" for kind, (module, _) in FILES.items()}
POLICIES = {kind: CONF[kind] / f"{name}_policy.yaml" for kind, (_, name) in FILES.items()}
DEFAULTS = {
    kind: CONF[kind] / "default_policies" / f"{name}.yaml" for kind, (_, name) in FILES.items()
}
OFFERED = set(ACTIONS) - {
    *("back", "approve", "continue", "pause", "abort", "unlock"),
    *("maintenance-on", "maintenance-off"),
}
"""What there is to do to a site that is built, while nobody holds its lock."""


class RightsTest(VisitorTest):
    @contextmanager
    def role(self, name: str, *services: str) -> Iterator[None]:
        """While the user has but one role, and Horizon has the policies of some services."""
        self.setActiveUser(
            id=self.user.id,
            token=self.token,
            username=self.user.name,
            tenant_id=self.tenant.id,
            service_catalog=self.service_catalog,
            roles=[{"name": name}],
        )
        there = services or tuple(FILES)
        with override_settings(
            POLICY_CHECK_FUNCTION="openstack_auth.policy.check",
            POLICY_FILES={kind: str(POLICIES[kind]) for kind in there},
            DEFAULT_POLICY_FILES={kind: str(DEFAULTS[kind]) for kind in there},
            POLICY_DIRS={},
        ):
            policy.reset()
            try:
                yield
            finally:
                policy.reset()

    def offered(self) -> set[str]:
        text = self.text("now", "shop")
        return {it for it in ACTIONS if f'data-action="{it}"' in text}

    def test_every_act_has_its_rules(self) -> None:
        assert set(rights.NEEDS) == set(ACTIONS)

    def test_the_services_have_rules_of_these_names(self) -> None:
        for kind, path in DEFAULTS.items():
            names = {rule["name"] for rule in yaml.safe_load(path.read_text())}
            wanted = {rule for needs in rights.NEEDS.values() for it, rule in needs if it == kind}
            assert wanted
            assert not wanted - names

    def test_a_member_is_offered_all_that_there_is_to_do(self) -> None:
        with self.role("member"):
            assert self.offered() == OFFERED

    def test_a_reader_is_offered_nothing(self) -> None:
        with self.role("reader"):
            assert not self.offered()

    def test_a_reader_is_offered_nothing_where_horizon_has_the_rules_of_neutron_alone(
        self,
    ) -> None:
        with self.role("reader", "network"):
            assert not self.offered()
