"""What Heat cannot do, how it tells, and how it goes on.

The second system asks for the network of the first, on the same router: Heat allows it,
Neutron does not.
"""

import pytest

from ao.cloud import Stack
from ao.colour import Colour
from tests.contract.bench import Bench

BLUE, GREEN = Colour


@pytest.fixture(scope="module")
def failed(bench: Bench, _blue: str) -> Stack:
    """A system that could not be built."""
    return bench.create_system(GREEN, {"cidr": bench.site.cidrs[BLUE]})


def test_a_failed_resource_is_told_with_its_reason(bench: Bench, failed: Stack) -> None:
    assert (failed.action, failed.status) == ("CREATE", "FAILED")
    assert failed.reason.startswith("Resource CREATE failed: ")
    (resource,) = bench.resources(failed, "OS::Neutron::RouterInterface")
    assert resource.status == "CREATE_FAILED"
    assert "overlaps" in resource.reason
    assert resource.reason in failed.reason


def test_an_update_of_a_failed_stack_goes_on(bench: Bench, failed: Stack) -> None:
    stack = bench.update_system(GREEN, "1.0")
    assert (stack.id, stack.action, stack.status) == (failed.id, "UPDATE", "COMPLETE")
    bench.await_online(stack)


def test_a_system_that_an_address_points_to_cannot_be_deleted(bench: Bench, failed: Stack) -> None:
    """The router keeps the interface that the floating IP needs."""
    green = bench.balancer(failed)
    pointed = bench.cloud.addresses.point(bench.address("production"), green.vip_port_id)
    bench.delete(failed.name)
    stack = bench.stack(failed.name)
    assert (stack.action, stack.status) == ("DELETE", "FAILED")
    (interface,) = bench.resources(stack, "OS::Neutron::RouterInterface")
    assert interface.status == "DELETE_FAILED"
    assert "floating IP" in interface.reason
    assert bench.address("production").id == pointed.id


def test_a_deletion_that_failed_goes_on_when_it_is_asked_for_again(
    bench: Bench, failed: Stack
) -> None:
    address = bench.address("production")
    if address.port_id:
        bench.cloud.addresses.point(address, None)
    bench.delete(failed.name)
    assert bench.cloud.stacks.get(failed.name) is None
    assert bench.others.things_named(failed.name) == []
