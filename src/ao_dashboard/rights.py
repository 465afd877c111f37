"""Rights: what the user's roles allow, as far as the dashboard can know.

The cloud decides; this only keeps from offering what it would refuse. Horizon comes with the
rules of Neutron alone (openstack_dashboard/defaults.py: POLICY_FILES); where it lacks those of
Heat and Octavia, it takes everything of theirs as allowed. So each action needs a rule of
Neutron's too: who may approve is who may move production.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest
from openstack_dashboard import policy

JOURNAL = ("orchestration", "software_configs:create")
STACK = ("orchestration", "stacks:update")
SIZE = ("orchestration", "stacks:update_patch")
"""Heat's rule of a PATCH, by which a stack keeps all but its size."""
LISTENER = ("load-balancer", "os_load-balancer_api:listener:put")
ADDRESS = ("network", "update_floatingip")
POLICY = ("load-balancer", "os_load-balancer_api:l7policy:post")
LOCK = ("network", "delete_port")
"""The rule for deleting a port: that for creating one asks whose network it is, which Horizon
does not know."""

NEEDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "deploy": (LOCK, JOURNAL, STACK),
    "scale": (LOCK, JOURNAL, SIZE),
    "switch": (LOCK, JOURNAL, LISTENER, ADDRESS),
    "back": (LOCK, JOURNAL, LISTENER, ADDRESS),
    "shrink": (LOCK, JOURNAL, SIZE),
    "maintenance-on": (LOCK, JOURNAL, POLICY, ADDRESS),
    "maintenance-off": (LOCK, JOURNAL, POLICY, ADDRESS),
    "lock": (LOCK,),
    "unlock": (LOCK,),
    "approve": (JOURNAL, ADDRESS),
    "continue": (JOURNAL, ADDRESS),
    "pause": (JOURNAL, ADDRESS),
    "abort": (LOCK, JOURNAL),
}
"""Rules of the services' policies that each action needs, by its name."""


def may(request: HttpRequest, action: str) -> bool:
    """Return whether the user may perform an action. Raises KeyError for a name of none."""
    return bool(policy.check(NEEDS[action], request))
