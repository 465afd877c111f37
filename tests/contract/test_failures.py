"""What Heat cannot do, how it tells, and how it goes on.

The second system asks for the network of the first, on the same router: Heat allows it,
Neutron does not.
"""

from collections.abc import Iterator

import pytest

from ao.cloud import Stack
from ao.colour import Colour
from tests.contract.environment import Bench

BLUE, GREEN = Colour


@pytest.fixture(scope="module")
def failed(bench: Bench, _blue: str) -> Iterator[Stack]:
    """A system that could not be built."""
    stack = bench.create_system(GREEN, {"cidr": bench.site.cidrs[BLUE]})
    yield stack
    bench.delete(stack.name)


@pytest.fixture(scope="module")
def mended(bench: Bench, failed: Stack) -> Stack:
    """The same system, updated to a network of its own."""
    return bench.update_system(GREEN, "1.0")


def test_a_failed_resource_is_told_with_its_reason(bench: Bench, failed: Stack) -> None:
    assert (failed.action, failed.status) == ("CREATE", "FAILED")
    assert failed.reason.startswith("Resource CREATE failed: ")
    (resource,) = bench.resources(failed, "OS::Neutron::RouterInterface")
    assert resource.status == "CREATE_FAILED"
    assert "overlaps" in resource.reason
    assert resource.reason in failed.reason


def test_an_update_of_a_failed_stack_goes_on(bench: Bench, failed: Stack, mended: Stack) -> None:
    assert (mended.id, mended.action, mended.status) == (failed.id, "UPDATE", "COMPLETE")
    bench.await_online(mended)


def test_a_system_that_an_address_points_to_goes_and_the_address_points_nowhere(
    bench: Bench, mended: Stack
) -> None:
    """The router keeps the interface for the floating IP until the VIP has gone.

    Heat asks again when a deletion is a conflict (heat/engine/resource.py: delete).
    """
    vip = bench.balancer(mended).vip_port_id
    bench.cloud.floating_ips.point(bench.address("production"), vip)
    bench.delete(mended.name)
    assert bench.cloud.stacks.get(mended.name) is None
    assert bench.address("production").port_id is None
    assert bench.other_user.things_named(f"{bench.site.name}-green") == []
