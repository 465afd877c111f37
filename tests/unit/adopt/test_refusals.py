"""What is not adopted, each with its reason and its cure."""

from dataclasses import dataclass, replace

import pytest

from ao import fake
from ao.adopt import reader
from ao.adopt.inventory import BalancerTree, HeatStack
from ao.adopt.refusals import of_tree
from ao.cloud.models import L7Policy, L7Rule, Listener, LoadBalancer, Template
from ao.errors import NotFound, Refused
from ao.http.handshake import NoHandshake, Served
from ao.message import message
from tests.unit.adopt.sites import Built, openstack, shop

STACK = Template(
    body="""
heat_template_version: 2021-04-16
parameters:
  subnet: {type: string}
resources:
  balancer:
    type: OS::Octavia::LoadBalancer
    properties: {name: by-heat, description: '', provider: amphora, vip_subnet: {get_param: subnet}}
"""
)


def lead(pool_id: str, kind: str, value: str, key: str | None = None) -> L7Policy:
    """An L7 policy that leads some requests to a pool."""
    rule = L7Rule(type=kind, compare="EQUAL_TO", value=value, key=key)
    return L7Policy(name="some", action="REDIRECT_TO_POOL", redirect_pool_id=pool_id, rules=(rule,))


def no_handshake(address: str, port: int, name: str, deadline: float) -> Served:
    raise NoHandshake(message("no connection"))


def refused(built: Built, name: str = "shop-lb") -> str:
    with pytest.raises(Refused) as told:
        reader.read(built.cloud, name, no_handshake)
    return str(told.value)


def test_a_listener_is_adopted_with_all_that_lead_to_its_pool() -> None:
    built = shop()
    for name in ("shop-http", "shop-https", built.plain, built.balancer, "shop-lb"):
        tree = reader.read(built.cloud, name, no_handshake).tree
        assert [it.port for it in tree.adopted] == [443, 80]


@pytest.mark.parametrize("protocol", ["UDP", "SCTP", "PROMETHEUS"])
def test_a_listener_of_another_protocol_is_refused(protocol: str) -> None:
    built = shop()
    built.cloud.owner.change(built.plain, protocol=protocol)
    told = refused(built, built.plain)
    assert f"80/{protocol} shop-http ({built.plain}) is one of protocol {protocol}" in told
    assert "Name a listener of HTTP, TERMINATED_HTTPS, HTTPS or TCP." in told


def test_a_listener_of_another_protocol_beside_is_left_as_it_is() -> None:
    built = shop()
    pool = built.cloud.owner.pool(built.balancer, "log", "UDP")
    other = built.cloud.owner.listener(built.balancer, "log", "UDP", 514, pool)
    tree = reader.read(built.cloud, "shop-lb", no_handshake).tree
    assert [it.id for it in tree.others] == [other]


def test_listeners_that_read_requests_and_others_do_not_share_a_pool() -> None:
    built = shop()
    built.cloud.owner.listener(built.balancer, "raw", "TCP", 9000, built.pool)
    told = refused(built)
    assert "of which some read requests and some do not" in told
    assert "Give one kind a pool of its own" in told


def test_a_load_balancer_with_several_systems_has_to_be_named_by_listener() -> None:
    built = shop()
    pool = built.cloud.owner.pool(built.balancer, "api")
    other = built.cloud.owner.listener(built.balancer, "api", "HTTP", 9000, pool)
    told = refused(built)
    assert "shop-lb" in told
    assert all(it in told for it in (built.secure, built.plain, other))
    assert "Name one of its listeners by its ID" in told
    tree = reader.read(built.cloud, built.plain, no_handshake).tree
    assert tree.pool is not None
    assert tree.pool.id == built.pool


def test_two_pools_of_one_name_are_told_apart_by_their_ids() -> None:
    built = shop()
    other = built.cloud.owner.pool(built.balancer, "shop-web")
    built.cloud.owner.listener(built.balancer, "second", "HTTP", 9000, other)
    built.cloud.owner.member(other, built.servers[0])
    for name, pool in (("second", other), ("shop-https", built.pool)):
        assert reader.read(built.cloud, name, no_handshake).pool.id == pool


def test_a_load_balancer_that_ao_has_built_is_told_before_its_systems_are() -> None:
    built = shop()
    pool = built.cloud.owner.pool(built.balancer, "standby")
    built.cloud.owner.listener(built.balancer, "preview", "HTTP", 9000, pool)
    own = {built.balancer: made_by(built, tags=frozenset({"ao:site=shop"}))}
    found = reader.read(built.cloud, built.secure, no_handshake).tree
    (told,) = of_tree(replace(found, asked="", stacks=own))
    assert told.what == "it is of site shop, which Ao looks after already"


def test_a_listener_without_a_pool_is_refused_and_the_others_are_named() -> None:
    built = shop()
    other = built.cloud.owner.listener(built.balancer, "old", "HTTP", 8000)
    told = refused(built, "old")
    assert f"listener {other} leads to no pool" in told
    assert built.secure in told


def test_a_load_balancer_without_pools_is_refused() -> None:
    cloud = fake.Cloud(openstack=openstack())
    empty = cloud.owner.load_balancer("empty", cloud.owner.subnet("dmz", "10.1.0.0/24"))
    with pytest.raises(Refused, match=rf"no listener of load balancer empty \({empty}\) leads"):
        reader.read(cloud, "empty")


@pytest.mark.parametrize(
    ("thing", "command"),
    [
        ("balancer", "loadbalancer"),
        ("plain", "loadbalancer listener"),
        ("pool", "loadbalancer pool"),
    ],
)
def test_what_is_switched_off_is_refused(thing: str, command: str) -> None:
    built = shop()
    thing_id = getattr(built, thing)
    built.cloud.owner.change(thing_id, enabled=False)
    told = refused(built)
    assert "is switched off: its admin_state_up is false" in told
    assert f"`openstack {command} set --enable {thing_id}`" in told


@pytest.mark.parametrize("thing", ["balancer", "plain", "pool"])
@pytest.mark.parametrize(
    ("status", "cure"),
    [
        ("PENDING_UPDATE", "openstack loadbalancer show"),
        ("ERROR", "openstack loadbalancer failover"),
    ],
)
def test_what_takes_no_change_is_refused(thing: str, status: str, cure: str) -> None:
    built = shop()
    built.cloud.owner.change(getattr(built, thing), provisioning_status=status)
    told = refused(built)
    assert f"is in provisioning status {status}" in told
    assert f"{cure} {built.balancer}" in told


def test_a_member_that_is_on_its_way_is_refused() -> None:
    built = shop()
    built.cloud.owner.change(built.members[0], provisioning_status="PENDING_DELETE")
    told = refused(built)
    assert "member 10.1.1.2 of pool shop-web" in told
    assert f"openstack loadbalancer member show {built.pool} {built.members[0]}" in told


def test_a_pool_with_nothing_behind_it_is_refused() -> None:
    built = shop()
    empty = built.cloud.owner.pool(built.balancer, "empty")
    built.cloud.owner.listener(built.balancer, "new", "HTTP", 9000, empty)
    told = refused(built, "new")
    assert f"nothing is behind pool empty ({empty})" in told
    assert "openstack loadbalancer member create" in told


def test_servers_that_are_none_of_the_projects_are_refused() -> None:
    built = shop()
    for server in built.servers:
        built.cloud.other_user.delete_server(server)
    told = refused(built)
    assert "no server of the project has an address of pool shop-web" in told
    assert "10.1.1.2, 10.1.1.3" in told


def test_several_sites_on_one_listener_are_refused() -> None:
    built = shop()
    other = built.cloud.owner.pool(built.balancer, "partners")
    built.cloud.owner.policy(built.secure, lead(other, "HOST_NAME", "partners.example"))
    told = refused(built)
    assert "has several sites" in told
    assert other in told
    assert "Give the site a listener of its own" in told


def test_a_policy_that_leads_to_the_pool_of_another_listener_is_refused() -> None:
    built = shop()
    other = built.cloud.owner.listener(built.balancer, "api", "HTTP", 9000)
    policy = built.cloud.owner.policy(other, lead(built.pool, "PATH", "/shop"))
    told = refused(built, built.secure)
    assert "is used twice" in told
    assert f"openstack loadbalancer l7policy delete {policy}" in told


def test_a_policy_that_leads_elsewhere_or_does_not_act_is_left_as_it_is() -> None:
    built = shop()
    other = built.cloud.owner.pool(built.balancer, "api")
    built.cloud.owner.policy(built.secure, lead(other, "PATH", "/api"))
    idle = lead(built.pool, "PATH", "/shop")
    built.cloud.owner.policy(built.secure, L7Policy(**{**vars(idle), "enabled": False}))
    reader.read(built.cloud, "shop-lb", no_handshake)


def test_a_name_of_several_things_is_refused_and_their_ids_are_named() -> None:
    built = shop()
    other = built.cloud.owner.load_balancer("shop-http", built.subnet)
    told = refused(built, "shop-http")
    assert f"load balancer {other}" in told
    assert f"listener {built.plain}" in told
    assert "Name one of them by its ID." in told


def test_what_is_not_there_is_told_with_how_to_look() -> None:
    built = shop()
    for name in ("nothing", "198.51.100.1", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(NotFound, match="openstack loadbalancer list"):
            reader.read(built.cloud, name)


class OtherProject:
    """A cloud whose administrator sees another project's load balancer by its ID."""

    def __init__(self, cloud: fake.Cloud, other: fake.Cloud) -> None:
        self._cloud, self._other = cloud, other
        self.load_balancers = self

    def __getattr__(self, name: str) -> object:
        return getattr(self._cloud, name)

    def all(self) -> tuple[LoadBalancer, ...]:
        return self._cloud.load_balancers.all()

    def listeners(self) -> tuple[Listener, ...]:
        return self._cloud.load_balancers.listeners()

    def get(self, balancer_id: str) -> LoadBalancer | None:
        return self._other.load_balancers.get(balancer_id)


def test_a_load_balancer_of_another_project_is_refused() -> None:
    built = shop()
    annex = OtherProject(fake.Cloud("annex", openstack=built.cloud.openstack), built.cloud)
    with pytest.raises(Refused, match="is of another project\nLog in to that project"):
        reader.read(annex, built.balancer)  # type: ignore[arg-type]


def test_a_floating_ip_that_leads_nowhere_is_refused() -> None:
    built = shop()
    address = built.cloud.other_user.allocate_address()
    told = refused(built, address.address)
    assert f"floating IP {address.address} leads nowhere" in told
    assert f"openstack floating ip set --port PORT {address.id}" in told


def test_servers_without_a_load_balancer_are_told_what_has_to_be_there_first() -> None:
    cloud = fake.Cloud(openstack=openstack())
    subnet = cloud.owner.subnet("web", "10.1.1.0/24", router="edge")
    server = cloud.owner.server("web-1", subnet)
    (port,) = cloud.ports.of_device(server)
    address = cloud.owner.floating_ip(port.id)
    with pytest.raises(Refused) as refusal:
        reader.read(cloud, address.address)
    told = str(refusal.value).split("\n")
    assert f"leads to server {server} itself" in told[0]
    commands = [it.strip() for it in told if it.startswith("  ")]
    assert (
        commands[0] == f"openstack loadbalancer create --name web --vip-subnet-id {subnet} --wait"
    )
    assert commands[-2] == f"openstack floating ip set --port VIP_PORT_ID {address.id}"
    assert f"--address {port.addresses[0][1]} " in "\n".join(commands)


def test_a_floating_ip_that_leads_to_something_else_is_refused() -> None:
    cloud = fake.Cloud(openstack=openstack())
    subnet = cloud.owner.subnet("web", "10.1.1.0/24", router="edge")
    port = cloud.other_user.create_port(subnet, owner="network:vpn")
    address = cloud.owner.floating_ip(port)
    with pytest.raises(Refused, match=rf"{port} \(network:vpn\)\nName a load balancer"):
        reader.read(cloud, address.id)


def test_a_provider_that_leads_nobody_anywhere_is_refused() -> None:
    built = shop()
    built.cloud.owner.change(built.balancer, provider="noop_driver")
    assert "provider noop_driver leads no users anywhere" in refused(built)


def test_a_provider_that_the_cloud_has_no_more_is_refused() -> None:
    built = shop()
    built.cloud.owner.change(built.balancer, provider="gone")
    told = refused(built)
    assert "the cloud no longer has provider gone" in told
    assert "amphora, ovn" in told


def test_a_stack_that_heat_is_at_work_on_is_refused() -> None:
    cloud = fake.Cloud(openstack=openstack())
    subnet = cloud.owner.subnet("web", "10.1.1.0/24", router="edge")
    cloud.stacks.create("shop", STACK, {"subnet": subnet}, frozenset(), 60)
    cloud.clock.sleep(1)
    (balancer,) = cloud.load_balancers.all()
    cloud.other_user.mark_load_balancer(balancer.id, "ACTIVE")
    pool = cloud.owner.pool(balancer.id, "web")
    cloud.owner.listener(balancer.id, "web", "HTTP", 80, pool)
    with pytest.raises(Refused, match="Heat is at work on stack shop"):
        reader.read(cloud, "by-heat")


@dataclass(frozen=True)
class Mark:
    """What a controller leaves on the things that it looks after."""

    thing: str
    values: dict[str, object]


MARKS = {
    "a service of Kubernetes": (
        Mark("balancer", {"name": "kube_service_prod_default_shop"}),
        "Kubernetes looks after",
    ),
    "its words": (
        Mark(
            "balancer", {"description": "Kubernetes external service default/shop from cluster c"}
        ),
        "Kubernetes looks after",
    ),
    "a listener of Kubernetes": (
        Mark("plain", {"name": "listener_0_kube_service_prod_default_shop"}),
        "Kubernetes looks after",
    ),
    "the tag of a listener": (
        Mark("plain", {"tags": frozenset({"kube_service_prod_default_shop"})}),
        "Kubernetes looks after",
    ),
    "an ingress": (Mark("balancer", {"name": "kube_ingress_prod_ns_shop"}), "Kubernetes looks"),
    "the tag of an ingress": (
        Mark("pool", {"tags": frozenset({"octavia.ingress.kubernetes.io", "ns_shop"})}),
        "Kubernetes looks after",
    ),
    "Cluster API": (
        Mark("balancer", {"name": "k8s-clusterapi-cluster-ns-c-kubeapi"}),
        "Magnum or Cluster API",
    ),
    "words of Cluster API": (
        Mark(
            "balancer",
            {"description": "Created by cluster-api-provider-openstack cluster ns-c"},
        ),
        "Magnum or Cluster API",
    ),
    "another Ao": (
        Mark("pool", {"tags": frozenset({"ao:site=other"})}),
        "it is of site other, which Ao looks after",
    ),
}


@pytest.mark.parametrize("who", MARKS)
def test_what_a_controller_keeps_as_it_is_is_refused(who: str) -> None:
    mark, words = MARKS[who]
    built = shop()
    built.cloud.owner.change(getattr(built, mark.thing), **mark.values)
    assert words in refused(built, built.secure)


def test_a_load_balancer_that_kubernetes_shares_has_listeners_of_others() -> None:
    built = shop()
    built.cloud.owner.change(built.balancer, tags=frozenset({"kube_service_prod_default_other"}))
    reader.read(built.cloud, built.secure, no_handshake)


def tree(built: Built, **values: object) -> BalancerTree:
    found = reader.read(built.cloud, "shop-lb", no_handshake).tree
    return BalancerTree(**{**vars(found), **values})  # type: ignore[arg-type]


def made_by(built: Built, **values: object) -> HeatStack:
    stack = HeatStack(name="owner", tags=frozenset(), is_busy=False, types=frozenset())
    return replace(stack, **values)  # type: ignore[arg-type]


def test_a_load_balancer_of_a_stack_of_magnums_is_told() -> None:
    built = shop()
    magnum = made_by(built, types=frozenset({"Magnum::Optional::Neutron::LBaaS::LoadBalancer"}))
    (told,) = of_tree(tree(built, stacks={built.balancer: magnum}))
    assert "Magnum or Cluster API" in told.what
    assert not of_tree(tree(built, stacks={built.balancer: made_by(built)}))


def test_a_load_balancer_of_a_site_of_aos_is_told_by_its_stack() -> None:
    built = shop()
    own = made_by(built, tags=frozenset({"ao:site=own"}))
    (told,) = of_tree(tree(built, stacks={built.pool: own}))
    assert told.what == "it is of site own, which Ao looks after already"


@pytest.mark.parametrize("thing", ["balancer", "plain", "pool"])
def test_what_says_its_site_is_of_that_as_long_as_there_is_one(thing: str) -> None:
    built = shop()
    built.cloud.owner.change(getattr(built, thing), description="ao:site=other ao:colour=blue")
    (told,) = of_tree(tree(built, sites=frozenset({"other"})))
    assert told.what == "it is of site other, which Ao looks after already"
    assert not of_tree(tree(built))


def test_a_site_of_aos_that_has_adopted_the_listener_is_told() -> None:
    built = shop()
    kept = {"first": f'{{"adopt": {{"listeners": ["{built.secure}"]}}}}'}
    (told,) = of_tree(tree(built, kept=kept))
    assert told.what == "it is of site first, which Ao looks after already"
    assert not of_tree(tree(built, kept={"other": "{}"}))


def test_what_ao_has_made_on_an_adopted_load_balancer_is_not_to_be_removed() -> None:
    built = shop()
    own = built.cloud.owner.pool(built.balancer, "ao-first-green")
    built.cloud.owner.change(own, description="ao:site=first ao:colour=green")
    built.cloud.owner.listener(built.balancer, "ao-first-preview", "HTTP", 8080, own)
    built.cloud.owner.policy(built.secure, lead(built.pool, "HEADER", "secret", "X-Ao-Preview"))
    kept = {"first": f'{{"adopt": {{"listeners": ["{built.secure}"]}}}}'}
    cloud = built.cloud
    listeners = cloud.load_balancers.listeners()
    balancer = cloud.load_balancers.get(built.balancer)
    assert balancer is not None
    found = BalancerTree(
        balancer=balancer,
        asked="",
        listeners=listeners,
        pools={it.id: it for it in cloud.load_balancers.pools()},
        policies={it.id: cloud.load_balancers.l7_policies(it.id) for it in listeners},
        stacks={},
        providers=(),
        kept=kept,
    )
    (told,) = of_tree(found)
    assert told.what == "it is of site first, which Ao looks after already"


def test_all_reasons_are_told_at_once_each_with_its_cure() -> None:
    built = shop()
    built.cloud.owner.change(built.plain, enabled=False)
    built.cloud.owner.change(built.pool, provisioning_status="ERROR")
    told = refused(built).split("\n")
    assert len(told) == 2
    assert "set --enable" in told[0]
    assert "failover" in told[1]


@pytest.mark.parametrize(
    "hostile", ["\x1b[31mred", "two\nlines", "\u202eright", "%(name)s", "x" * 255]
)
def test_names_of_others_do_no_harm_in_a_refusal(hostile: str) -> None:
    built = shop()
    for thing in (built.balancer, built.secure, built.plain, built.pool):
        built.cloud.owner.change(thing, name=hostile, enabled=True)
    built.cloud.owner.change(built.pool, provisioning_status="ERROR", enabled=False)
    told = refused(built, built.balancer)
    assert len(told.split("\n")) == 2
    assert all(it.isprintable() for it in told.split("\n"))
