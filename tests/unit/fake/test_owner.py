"""What the fake cloud refuses to somebody who builds by plain calls, as the services do."""

from collections.abc import Callable

import pytest

from ao import fake
from ao.cloud.models import L7Policy, L7Rule
from ao.errors import CloudError
from ao.fake.owner import Owner

POLICY = L7Policy(
    name="api",
    action="REJECT",
    rules=(L7Rule(type="PATH", compare="STARTS_WITH", value="/api"),),
)
REFUSED: dict[str, Callable[[Owner, str], object]] = {
    "a pool of HTTP": lambda owner, balancer: owner.pool(balancer, "web", "HTTP"),
    "an algorithm": lambda owner, balancer: owner.pool(balancer, "web", "TCP", "ROUND_ROBIN"),
    "a listener of HTTP": lambda owner, balancer: owner.listener(balancer, "web", "HTTP", 80),
    "an L7 policy": lambda owner, balancer: owner.policy(
        owner.listener(balancer, "web", "TCP", 80), POLICY
    ),
    "a check by HTTP": lambda owner, balancer: owner.monitor(
        owner.pool(balancer, "web", "TCP", "SOURCE_IP_PORT")
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_provider_ovn_refuses(what: str) -> None:
    owner = fake.Cloud().owner
    balancer = owner.load_balancer("web", owner.subnet("web", "10.1.0.0/24"), "ovn")
    with pytest.raises(CloudError):
        REFUSED[what](owner, balancer)


def test_a_provider_that_the_cloud_has_not_is_refused() -> None:
    owner = fake.Cloud().owner
    with pytest.raises(CloudError, match="is not enabled"):
        owner.load_balancer("web", owner.subnet("web", "10.1.0.0/24"), "f5")


def test_a_listener_does_not_lead_to_a_pool_of_another_protocol() -> None:
    owner = fake.Cloud().owner
    balancer = owner.load_balancer("web", owner.subnet("web", "10.1.0.0/24"))
    pool = owner.pool(balancer, "web", "TCP")
    with pytest.raises(CloudError, match="pool protocol"):
        owner.listener(balancer, "web", "HTTP", 80, pool)


def test_what_is_built_serves_users() -> None:
    cloud = fake.Cloud()
    owner = cloud.owner
    subnet = owner.subnet("web", "10.1.0.0/24", router="edge")
    balancer = owner.load_balancer("web", subnet)
    pool = owner.pool(balancer, "web")
    owner.listener(balancer, "web", "HTTP", 80, pool)
    owner.member(pool, owner.server("web-1", subnet))
    owner.monitor(pool)
    made = cloud.load_balancers.get(balancer)
    assert made is not None
    address = owner.floating_ip(made.vip_port_id)
    answer = cloud.visit(f"http://{address.address}/", 3.0)
    assert (answer.status, answer.headers["x-server"]) == (200, "web-1")
