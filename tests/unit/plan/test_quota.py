from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.cloud import Flavor, Quota
from ao.colour import Colour
from ao.errors import QuotaExceeded
from ao.plan import plan, quota
from ao.site.network import LockName, Networks, SubnetName
from ao.site.servers import AntiAffinity, IngressRule, Servers, Volume
from tests.unit.samples import EMPTY, POOL_SITE, SITE, whole

FLAVOR = Flavor(id="1", name="web.small", vcpus=2, ram=512)


def test_a_whole_site_needs_two_systems_and_two_addresses() -> None:
    needed = quota.needs(SITE, EMPTY, plan.builds(SITE, EMPTY), FLAVOR)
    assert needed["instances"] == 4
    assert needed["cores"] == 8
    assert needed["ram"] == 2048
    assert needed["load balancers"] == 2
    assert needed["floating ips"] == 2
    assert needed["routers"] == 1
    assert needed["networks"] == 3, "one of each system, and the lock's"


def test_an_address_that_the_project_has_is_not_needed_again() -> None:
    site = replace(SITE, production_address="203.0.113.10")
    assert quota.needs(site, EMPTY, plan.builds(site, EMPTY), FLAVOR)["floating ips"] == 1


def test_a_deploy_needs_the_standbys_servers_a_second_time_and_nothing_else_again() -> None:
    steps = (plan.BuildSystem(Colour.GREEN, "2.0", 2),)
    needed = quota.needs(SITE, whole(), steps, FLAVOR)
    assert needed == Counter({"instances": 2, "cores": 4, "ram": 1024, "ports": 2})


def test_each_rule_of_a_new_systems_security_group_is_counted() -> None:
    ssh = IngressRule(protocol="tcp", ports=(22, 22), source="192.0.2.0/24")
    site = replace(SITE, servers=Servers(rules=(ssh, replace(ssh, protocol="udp"))))
    plain = quota.needs(SITE, EMPTY, plan.builds(SITE, EMPTY), FLAVOR)
    needed = quota.needs(site, EMPTY, plan.builds(site, EMPTY), FLAVOR)
    assert needed - plain == Counter({"security group rules": 4})
    steps = (plan.BuildSystem(Colour.GREEN, "2.0", 2),)
    assert "security group rules" not in quota.needs(site, whole(), steps, FLAVOR)


def test_a_server_group_is_counted_and_its_members_while_both_versions_stand() -> None:
    site = replace(SITE, servers=Servers(anti_affinity=AntiAffinity.SOFT))
    needed = quota.needs(site, EMPTY, plan.builds(site, EMPTY), FLAVOR)
    assert needed["server groups"] == 2
    assert needed["server group members"] == SITE.group.maximum, "of each group"
    steps = (plan.BuildSystem(Colour.GREEN, "2.0", 4),)
    needed = quota.needs(site, whole(), steps, FLAVOR)
    assert "server groups" not in needed
    assert needed["server group members"] == whole().systems[Colour.GREEN].size + 4


def test_of_networks_that_are_there_nothing_is_counted_but_ports() -> None:
    there = SubnetName(network="shop-net", subnet="shop-subnet")
    lock = LockName(network="shop-net", subnet="shop-subnet", address="10.60.0.250")
    keys = ("blue", "green", "balancer")
    networks = Networks(subnets=dict.fromkeys(keys, there), lock=lock)
    site = replace(POOL_SITE, networks=networks)
    needed = quota.needs(site, EMPTY, plan.builds(site, EMPTY), FLAVOR)
    assert not {"networks", "subnets", "routers"} & set(+needed)
    assert needed["floating ips"] == 1
    # VIP, health checks, lock, and the servers.
    assert needed["ports"] == 3 + 2 * site.group.size
    without = replace(site, external_network=None)
    assert "floating ips" not in +quota.needs(without, EMPTY, plan.builds(site, EMPTY), FLAVOR)
    routed = replace(POOL_SITE, networks=Networks(router="edge"))
    assert "routers" not in +quota.needs(routed, EMPTY, plan.builds(routed, EMPTY), FLAVOR)


def test_a_whole_site_needs_nothing() -> None:
    assert not quota.needs(SITE, whole(), plan.builds(SITE, whole()), FLAVOR)


def test_what_is_short_is_told_with_the_numbers() -> None:
    quotas = [
        Quota(resource="instances", limit=10, used=8),
        Quota(resource="cores", limit=-1, used=100),
        Quota(resource="ports", limit=50, used=50),
    ]
    with pytest.raises(QuotaExceeded) as caught:
        quota.check(Counter({"instances": 4, "cores": 8, "ports": 1}), quotas)
    assert "instances: 4 more needed, 2 free (8 of 10 used)" in str(caught.value)
    assert "ports: 1 more needed, 0 free (50 of 50 used)" in str(caught.value)
    assert "cores" not in str(caught.value)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_only_what_is_really_short_is_refused(limit: int, used: int, needed: int) -> None:
    quotas = [Quota(resource="instances", limit=limit, used=used)]
    short = needed > max(0, limit - used)
    if short:
        with pytest.raises(QuotaExceeded):
            quota.check(Counter({"instances": needed}), quotas)
    else:
        quota.check(Counter({"instances": needed}), quotas)


def test_volumes_and_further_ports_are_counted_for_each_server() -> None:
    servers = Servers(boot_volume=Volume(size=20), volumes=(Volume(size=5),), networks=("a", "b"))
    site = replace(SITE, servers=servers)
    steps = (plan.BuildSystem(Colour.GREEN, "2.0", 2),)
    needed = quota.needs(site, whole(), steps, FLAVOR)
    assert (needed["volumes"], needed["gigabytes"], needed["ports"]) == (4, 50, 6)
    more = (plan.ScaleSystem(Colour.GREEN, 3),)
    assert quota.needs(site, whole(), more, FLAVOR)["gigabytes"] == 25
