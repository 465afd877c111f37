"""Commands killed at every write of a site without floating IPs, in a network that was there."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.operations import reconcile
from ao.site import Site
from ao.site.network import LockName, Networks, SubnetName
from ao.work import Work
from tests.unit.operations.sites import Case, start, state
from tests.unit.operations.test_kills import killed, run
from tests.unit.samples import POOL_SITE

BLUE, GREEN = Colour
KEYS = ("blue", "green", "balancer")
THERE = SubnetName(network="provider", subnet="provider-subnet")
PLACED = replace(
    POOL_SITE,
    external_network=None,
    cidrs={},
    balancer_cidr=None,
    networks=Networks(
        subnets=dict.fromkeys(KEYS, THERE),
        lock=LockName(network="provider", subnet="provider-subnet", address="198.51.100.250"),
    ),
)


def empty(site: Site) -> Work:
    work = start(site)
    neutron = work.cloud.openstack.project("shop").neutron  # type: ignore[attr-defined]
    network = neutron.create_network("provider", reachable=True)
    pools = (("198.51.100.2", "198.51.100.99"),)
    neutron.create_subnet("provider-subnet", network, "198.51.100.0/24", pools=pools)
    return work


def built(site: Site) -> Work:
    work = empty(site)
    reconcile.up(work)
    return work


def removed(work: Work) -> None:
    reconcile.down(work, frozenset(Colour))


CASES = {
    "up": Case(empty, reconcile.up, served=False),
    "switch": Case(built, lambda work: reconcile.switch(work, GREEN)),
    "down": Case(built, removed, served=False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_ends_alike_when_said_again(name: str) -> None:
    case = CASES[name]
    end, calls, written = run(case, PLACED)
    for work in killed(case, PLACED, calls, written):
        neutron = work.cloud.openstack.project("shop").neutron  # type: ignore[attr-defined]
        assert [it.name for it in neutron.networks.values()] == ["provider"]
        facts = work.observe()
        if case.served:
            assert facts.production is not None
            url = work.site.url(facts.production.address, "/version")
            assert work.visit(url, 3.0).headers["x-ao-colour"] in list(Colour)
        case.command(work)
        assert state(work.observe()) == end
        assert neutron.floating_ips == {}
        assert [it.name for it in neutron.subnets.values()] == ["provider-subnet"]
