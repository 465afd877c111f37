"""Sites in networks that were there before."""

from dataclasses import replace

import pytest

from ao import lock
from ao.cloud import Vip
from ao.colour import Colour
from ao.doctor import examination
from ao.errors import AoError, ConfigError, NotFound, Refused
from ao.fake.neutron import Neutron
from ao.operations import reconcile
from ao.operations.overview import overview
from ao.site import Method, Site
from ao.site.network import LockName, Networks, SubnetName
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.samples import POOL_SITE, SITE

BLUE, GREEN = Colour
SHARED = SubnetName(network="shop-net", subnet="shop-subnet")


def neutron(work: Work) -> Neutron:
    return work.cloud.openstack.project("shop").neutron  # type: ignore[attr-defined,no-any-return]


def there(work: Work, cidr: str = "10.60.0.0/24", router: str | None = "edge") -> str:
    """Have the project a network with a subnet, and a router that it hangs on; return the ID."""
    project = neutron(work)
    subnet = project.create_subnet("shop-subnet", project.create_network("shop-net"), cidr)
    if router is not None:
        external = work.cloud.lookup.external_network("public").id
        project.add_interface(project.create_router(router, external), subnet)
    return subnet


def in_shared_subnet(site: Site, *keys: str, router: str | None = "edge") -> Site:
    own = {colour: cidr for colour, cidr in site.cidrs.items() if str(colour) not in keys}
    return replace(
        site,
        cidrs=own,
        balancer_cidr=None if "balancer" in keys else site.balancer_cidr,
        networks=Networks(router=router, subnets=dict.fromkeys(keys, SHARED)),
    )


def everything(work: Work) -> tuple[set[str], ...]:
    of = neutron(work)
    return set(of.networks), set(of.subnets), set(of.routers), set(of.routers and of.ports)


@pytest.mark.parametrize("site", [SITE, POOL_SITE], ids=["address", "pool"])
def test_the_networks_of_a_site_hang_on_a_router_that_is_there(site: Site) -> None:
    work = start(replace(site, networks=Networks(router="edge")))
    there(work)
    (router,) = neutron(work).routers.values()
    before = everything(work)
    reconcile.up(work)
    assert list(neutron(work).routers) == [router.id]
    assert len(router.interfaces) == (4 if site.switch.method is Method.POOL else 3)
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(work).live is GREEN
    reconcile.down(work, frozenset(Colour))
    assert everything(work) == before
    assert list(router.interfaces) == list(neutron(work).subnets)


@pytest.mark.parametrize("site", [SITE, POOL_SITE], ids=["address", "pool"])
def test_both_colours_share_a_subnet_that_is_there(site: Site) -> None:
    keys = ("blue", "green", "balancer") if site.switch.method is Method.POOL else ("blue", "green")
    work = start(in_shared_subnet(site, *keys, router=None))
    subnet = there(work)
    before = everything(work)
    facts = reconcile.up(work)
    assert len(neutron(work).routers) == 1
    # Beside the network that was there only that of the lock.
    assert len(neutron(work).networks) == 2
    servers = work.cloud.openstack.project("shop").nova.servers.values()  # type: ignore[attr-defined]
    assert {it.port.subnet_id for it in servers} == {subnet}
    assert facts.production is not None
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(work).live is GREEN
    assert reconcile.switch(work).live is BLUE
    reconcile.down(work, frozenset(Colour))
    assert everything(work) == before


def refused(work: Work, kind: type[AoError] = ConfigError) -> str:
    """Have `up` refused, with nothing built; return what it says."""
    with pytest.raises(kind) as error:
        reconcile.up(work)
    assert work.cloud.stacks.all() == ()
    return str(error.value)


def test_a_router_a_network_and_a_subnet_that_are_not_there_are_told_with_their_place() -> None:
    work = start(replace(in_shared_subnet(POOL_SITE, "blue"), places={"network": "ao.yaml:9"}))
    assert refused(work, NotFound).startswith("ao.yaml:9: network.router: there is no router")
    there(work)
    site = replace(
        work.site,
        networks=Networks(router="edge", subnets={"blue": replace(SHARED, subnet="other")}),
    )
    assert refused(replace(work, site=site), NotFound).startswith("ao.yaml:9: network.blue: there")


def test_a_router_that_leads_elsewhere_is_refused_where_floating_ips_need_it() -> None:
    work = start(replace(POOL_SITE, networks=Networks(router="inner")))
    neutron(work).create_router("inner", None)
    assert "does not lead to external network public" in refused(work)


def test_addresses_that_overlap_with_others_on_the_router_are_refused() -> None:
    work = start(replace(POOL_SITE, networks=Networks(router="edge")))
    there(work, "10.42.0.0/16")
    told = refused(work)
    assert "network.blue: 10.42.1.0/24 overlaps with 10.42.0.0/16" in told
    assert "network.balancer: 10.42.0.0/24 overlaps" in told


def test_a_subnet_that_hangs_on_no_router_is_refused_where_a_floating_ip_leads_to_it() -> None:
    work = start(in_shared_subnet(POOL_SITE, "blue", "green", "balancer", router=None))
    there(work, router=None)
    told = refused(work)
    assert "network.balancer: shop-subnet hangs on no router" in told
    assert "network.blue" not in told


def test_a_subnet_without_room_is_refused_before_anything_is_built() -> None:
    work = start(in_shared_subnet(POOL_SITE, "blue", "green", "balancer", router=None))
    there(work, "10.60.0.0/29")
    # Five addresses, less the port for metadata; two servers a system, VIP and its machine.
    assert "shop-subnet has 4 free addresses, and 6 are needed" in refused(work)


def test_a_subnet_of_another_project_is_taken_whose_router_nobody_here_sees() -> None:
    work = start(in_shared_subnet(POOL_SITE, "blue", "green", router="edge"))
    there(work)
    neutron(work).networks.clear()
    assert "there is no network" in refused(work, NotFound)


def test_a_site_stays_in_the_networks_that_it_was_built_in() -> None:
    work = start(in_shared_subnet(POOL_SITE, "blue", "green", "balancer", router=None))
    there(work)
    reconcile.up(work)
    other = replace(work, site=POOL_SITE)
    with pytest.raises(Refused, match="was built otherwise"):
        reconcile.up(other)
    with pytest.raises(Refused, match="was built otherwise"):
        reconcile.deploy(other, "2.0")


def test_a_standby_is_built_in_another_network_only_anew() -> None:
    work = start(replace(POOL_SITE, networks=Networks(router="edge")))
    there(work)
    reconcile.up(work)
    other = replace(work, site=in_shared_subnet(POOL_SITE, "green"))
    with pytest.raises(Refused, match="green was built in another network"):
        reconcile.deploy(other, "2.0")
    reconcile.down(other, frozenset({GREEN}))
    reconcile.up(other)
    reconcile.deploy(other, "2.0")
    assert reconcile.switch(other).live is GREEN


def test_stacks_in_networks_that_were_there_tell_it_and_earlier_versions_leave_them_alone() -> None:
    work = start(in_shared_subnet(POOL_SITE, "blue", "green", "balancer", router=None))
    subnet = there(work)
    facts = reconcile.up(work)
    for stack in facts.stacks.values():
        assert {"ao:format=3", "ao:needs=0.3.0"} <= stack.tags
    assert f"ao:balancer={subnet}" in facts.stacks["ao-shop"].tags
    assert f"ao:subnet={subnet}" in facts.stacks["ao-shop-blue"].tags


def with_lock(site: Site, address: str = "10.60.0.250") -> Site:
    lock = LockName(network="shop-net", subnet="shop-subnet", address=address)
    return replace(site, networks=replace(site.networks, lock=lock))


def agreed(work: Work, **more: object) -> str:
    """Have the project a network whose last addresses Neutron gives to nobody; return the ID."""
    project = neutron(work)
    network = project.create_network("shop-net", **more)  # type: ignore[arg-type]
    subnet = project.create_subnet(
        "shop-subnet", network, "10.60.0.0/24", pools=(("10.60.0.2", "10.60.0.199"),)
    )
    external = work.cloud.lookup.external_network("public").id
    project.add_interface(project.create_router("edge", external), subnet)
    return subnet


def test_a_site_makes_no_network_at_all_where_the_lock_is_an_agreed_address() -> None:
    work = start(
        with_lock(in_shared_subnet(POOL_SITE, "blue", "green", "balancer", router=None)),
        limits={"networks": 1, "subnets": 1},
    )
    subnet = agreed(work)
    reconcile.up(work)
    assert list(neutron(work).subnets) == [subnet]
    other = replace(work, looks={}, found={}, told={})
    with lock.acquire(work, "release"):
        held = lock.holder(other)
        assert held is not None
        assert held.claim is not None
        assert held.claim.purpose == "release"
        with pytest.raises(lock.Locked, match="is locked by"), lock.acquire(other, "freeze"):
            pass
        (port,) = (it for it in neutron(work).ports.values() if it.owner == "ao:lock")
        assert (port.subnet_id, port.address) == (subnet, "10.60.0.250")
        assert lock.list_holders(work.cloud).keys() == {"shop"}
        reconcile.down(replace(work, lock=None), frozenset({GREEN}))
    assert lock.holder(other) is None
    with lock.acquire(other, "freeze"):
        pass


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.60.0.9", "10.60.0.9 is in an allocation pool of shop-subnet"),
        ("10.61.0.9", "10.61.0.9 is none of shop-subnet, which has 10.60.0.0/24"),
    ],
)
def test_an_address_that_cannot_be_the_locks_is_refused(address: str, told: str) -> None:
    keys = ("blue", "green", "balancer")
    work = start(with_lock(in_shared_subnet(POOL_SITE, *keys, router=None), address))
    agreed(work)
    assert f"network.lock.address: {told}" in refused(work)


def test_the_lock_is_in_no_subnet_of_another_project_which_lets_nobody_choose_an_address() -> None:
    keys = ("blue", "green", "balancer")
    work = start(with_lock(in_shared_subnet(POOL_SITE, *keys, router=None)))
    agreed(work, owned=False)
    assert "network.lock: shop-subnet is of another project" in refused(work)


def without_floating_ip(site: Site = POOL_SITE, **more: object) -> Site:
    """A site whose load balancer is in a provider network, and its servers in two of Ao's."""
    balancer = SubnetName(network="provider", subnet="provider-subnet")
    return replace(
        site,
        external_network=None,
        balancer_cidr=None,
        networks=Networks(subnets={"balancer": balancer}),
        **more,  # type: ignore[arg-type]
    )


def provider_network(work: Work, cidr: str = "198.51.100.0/24") -> str:
    project = neutron(work)
    network = project.create_network("provider", owned=False, reachable=True)
    return project.create_subnet("provider-subnet", network, cidr)


def test_users_reach_the_load_balancer_itself_where_there_is_no_floating_ip() -> None:
    work = start(without_floating_ip(), limits={"routers": 0, "floating ips": 0})
    provider_network(work)
    before = everything(work)
    facts = reconcile.up(work)
    assert neutron(work).floating_ips == {}
    assert isinstance(facts.production, Vip)
    assert facts.shared is not None
    assert facts.production.address == facts.shared.vip_address
    assert (facts.live, facts.previewed, facts.connected) == (BLUE, GREEN, True)
    url = work.site.url(facts.production.address, "/version")
    assert work.visit(url, 3.0).headers["x-ao-colour"] == "blue"
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(work).live is GREEN
    assert work.visit(url, 3.0).headers["x-ao-version"] == "2.0"
    (glance,) = overview(work.cloud).sites
    assert (glance.address, glance.live) == (facts.production.address, GREEN)
    reconcile.down(work, frozenset(Colour))
    assert everything(work) == before


def test_the_load_balancer_gets_the_address_that_the_site_file_says() -> None:
    work = start(without_floating_ip(production_address="198.51.100.7"))
    provider_network(work)
    facts = reconcile.up(work)
    assert facts.production is not None
    assert facts.production.address == "198.51.100.7"
    # Those who have it already are the site's own.
    reconcile.up(work)
    other = start(without_floating_ip(production_address="198.51.100.3"))
    neutron(other).create_port(provider_network(other), "compute:nova", "198.51.100.3")
    assert "production_address: a port has 198.51.100.3 already" in refused(other)
    other = start(without_floating_ip(production_address="203.0.113.9"))
    provider_network(other)
    assert "203.0.113.9 is none of provider-subnet" in refused(other)


def test_a_load_balancer_that_is_gone_comes_back_with_its_address() -> None:
    work = start(without_floating_ip(production_address="198.51.100.7"))
    provider_network(work)
    before = reconcile.up(work)
    assert before.shared is not None
    octavia = work.cloud.openstack.project("shop").octavia  # type: ignore[attr-defined]
    octavia.delete_balancer(before.shared.id)
    assert work.observe().production is None
    after = reconcile.up(work)
    assert after.live is BLUE
    assert after.production is not None
    assert after.production.address == "198.51.100.7"


def test_the_doctor_has_no_floating_ip_to_move() -> None:
    work = start(without_floating_ip())
    provider_network(work)
    with pytest.raises(Refused, match="the doctor moves a floating IP"):
        examination.examine(work, lambda: pytest.fail("nothing is to be probed"))


def test_a_site_stays_with_or_without_floating_ips() -> None:
    work = start(POOL_SITE)
    provider_network(work)
    reconcile.up(work)
    with pytest.raises(Refused, match="external_network"):
        reconcile.up(replace(work, site=without_floating_ip()))


SIX = "2001:db8:1::/64"


def test_users_of_ipv6_reach_a_load_balancer_whose_servers_are_of_ipv6_too() -> None:
    site = without_floating_ip()
    provider = site.networks.subnets["balancer"]
    work = start(
        replace(
            site,
            cidrs={},
            networks=Networks(subnets=dict.fromkeys(("blue", "green", "balancer"), provider)),
        )
    )
    provider_network(work, SIX)
    facts = reconcile.up(work)
    assert facts.production is not None
    url = work.site.url(facts.production.address, "/version")
    assert url.startswith("http://[2001:db8:1::")
    assert work.visit(url, 3.0).headers["x-ao-colour"] == "blue"
    (rule,) = {
        (it["ethertype"], it["remote_ip_prefix"])
        for group in neutron(work).security_groups.values()
        for it in group.rules
        if "remote_ip_prefix" in it
    }
    assert rule == ("IPv6", SIX)
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(work).live is GREEN


def test_servers_of_ipv6_stand_behind_a_floating_ip_of_ipv4() -> None:
    cidrs = {BLUE: "fd00:1::/64", GREEN: "fd00:2::/64"}
    modes = dict.fromkeys(("blue", "green"), "slaac")
    work = start(replace(POOL_SITE, cidrs=cidrs, networks=Networks(ipv6_modes=modes)))
    facts = reconcile.up(work)
    assert {it.address[:7] for it in facts.systems[BLUE].members} == {"fd00:1:"}
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(work).live is GREEN


def test_a_subnet_of_ipv6_is_refused_where_a_floating_ip_would_lead_to_it() -> None:
    work = start(in_shared_subnet(POOL_SITE, "balancer", router=None))
    there(work, SIX)
    site = replace(work.site, networks=replace(work.site.networks, router="edge"))
    told = refused(replace(work, site=site))
    assert "network.balancer: shop-subnet is of IPv6, and Neutron has no floating IPs" in told


def test_clients_of_another_version_of_ip_than_the_address_are_refused() -> None:
    site = without_floating_ip(
        switch=replace(POOL_SITE.switch, preview_sources=("198.51.100.0/24",))
    )
    work = start(site)
    provider_network(work, SIX)
    assert "switch.preview_from: provider-subnet" in refused(work)


def test_networks_of_a_site_that_overlap_are_refused() -> None:
    work = start(in_shared_subnet(POOL_SITE, "green", router="edge"))
    there(work, "10.42.1.128/25")
    told = refused(work)
    assert "network.blue: 10.42.1.0/24 overlaps with 10.42.1.128/25, the addresses of green" in told
