"""A site that was made by hand on the fake cloud: balancer, listeners, pool, monitor, servers."""

from dataclasses import dataclass, replace

from ao import fake
from ao.cloud.models import ListenerSettings, PoolSettings
from ao.colour import Colour
from ao.fake.nova import Server
from ao.fake.octavia import Listener, Octavia, Pool
from ao.fake.web_application import answer
from ao.site import Preview, Site
from ao.site.adopt import Adoption
from ao.site.listeners import FurtherListener
from ao.site.network import Networks, SubnetName
from ao.visit import Answer
from ao.work import Work
from tests.unit import samples
from tests.unit.certificates import HOST, issue

BLUE, GREEN = Colour
THERE = SubnetName(network="old-net", subnet="old-subnet")
FLOATING_IP = True


def application(server: Server, path: str) -> Answer | None:
    """Answer as the owner's servers do, who know of no colours, and as the shop on those of Ao."""
    if "ao_colour" in server.metadata:
        return answer(server, path)
    if path not in {"/", "/health", "/version"}:
        return Answer(status=404, headers={}, body="")
    return Answer(status=200, headers={"x-made-by": "hand"}, body="<title>The old shop</title>")


@dataclass(frozen=True)
class Owned:
    """What the owner has made, and Ao must not touch."""

    work: Work
    octavia: Octavia
    main: Listener
    further: tuple[Listener, ...]
    pool: Pool

    @property
    def site(self) -> Site:
        """The site as `ao.yaml` describes it."""
        return self.work.site

    def objects(self) -> dict[str, object]:
        """The API's answers of all that is the owner's, but for what only counts and times."""
        octavia = self.octavia
        balancer = self.main.balancer
        nova = self.project.nova
        neutron = self.project.neutron
        return {
            "balancer": (balancer.id, balancer.name, balancer.description, balancer.provider),
            "listeners": [
                (it.id, it.name, it.port, it.protocol, it.pool_id, it.settings, tuple(it.policies))
                for it in octavia.listeners.values()
            ],
            "pools": [
                (it.id, it.name, it.description, it.settings, dict(it.members))
                for it in octavia.pools.values()
            ],
            "monitors": [
                (it.id, it.pool.id, it.kind, it.path, it.expected, it.domain_name, it.tags)
                for it in octavia.monitors.values()
            ],
            "servers": sorted(it.id for it in nova.servers.values()),
            "ports": sorted(neutron.ports),
            "networks": sorted(neutron.networks),
            "subnets": sorted(neutron.subnets),
            "floating IPs": [
                (it.id, it.address, it.port_id, it.description)
                for it in neutron.floating_ips.values()
            ],
            "security groups": sorted(neutron.security_groups),
        }

    @property
    def project(self) -> fake.project.Project:  # type: ignore[name-defined]
        return self.work.cloud.openstack.project("shop")  # type: ignore[attr-defined]


def by_hand(
    *,
    preview: Preview = Preview.HEADER,
    servers: int = 2,
    ports: tuple[int, ...] = (80,),
    protocol: str = "HTTP",
    floats: bool = True,
    colour: Colour = BLUE,
    name: str = "the shop's balancer",
    provider: str = "amphora",
    cloud: fake.Cloud | None = None,
) -> Owned:
    """Make a site by plain calls, serving users, and describe it as Ao's."""
    shop = cloud or fake.Cloud(openstack=fake.OpenStack(application=application))
    project = shop.openstack.project("shop")
    neutron, octavia, nova = project.neutron, project.octavia, project.nova
    network = neutron.create_network("old-net", reachable=not floats)
    subnet = neutron.create_subnet("old-subnet", network, "10.60.0.0/24")
    external = shop.lookup.external_network("public")
    if floats:
        neutron.add_interface(neutron.create_router("edge", external.id), subnet)
    balancer = octavia.create_balancer(name, "made by hand", provider, subnet)
    octavia.mark(balancer, "ACTIVE")
    pool = Pool(
        id=shop.openstack.identifiers.uuid(),
        name="web",
        description="made by hand",
        balancer=balancer,
        protocol="HTTP" if protocol == "TERMINATED_HTTPS" else protocol,
        settings=PoolSettings(),
    )
    octavia.pools[pool.id] = pool
    octavia.create_monitor(pool, "/health", "HTTP", "200", "GET")
    ref = None
    if protocol == "TERMINATED_HTTPS":
        ref = shop.certificates.store("the shop's", issue().bundle.pkcs12()).ref
    listeners = [
        octavia.create_listener(
            balancer,
            f"web-{port}",
            protocol if port == ports[0] else "HTTP",
            port,
            pool.id,
            ListenerSettings(tls_ref=ref if port == ports[0] else None),
            None,
        )
        for port in ports
    ]
    for number in range(servers):
        server = nova.create(
            name=f"old-{number}",
            image=shop.lookup.image("ao-demo"),
            flavor=shop.lookup.flavor("web.small"),
            network_id=network,
            subnet_id=subnet,
            user_data="",
            metadata={},
            tags=frozenset(),
        )
        server.status, server.up_at = "ACTIVE", 0.0
        octavia.add_member(pool, subnet, server.port.address, 80)
    address = None
    if floats:
        given = neutron.allocate(external, "the shop's address")
        address = neutron.point(given.id, given.revision, balancer.vip.id, None).address
    main, *further = listeners
    site = replace(
        samples.POOL_SITE,
        external_network="public" if floats else None,
        host=HOST if protocol == "TERMINATED_HTTPS" else None,
        production_address=address,
        cidrs={},
        balancer_cidr=None,
        networks=Networks(subnets=dict.fromkeys(("blue", "green", "balancer"), THERE)),
        load_balancer=replace(samples.POOL_SITE.load_balancer, protocol=protocol, port=ports[0]),
        switch=replace(samples.POOL_SITE.switch, preview=preview),
        listeners=tuple(
            FurtherListener(
                name=f"web-{port}",
                port=port,
                protocol="HTTP",
                server_port=80,
                preview_port=None,
                timeouts=None,
                insert_headers=None,
                allowed_from=None,
                certificate=None,
                sni=(),
                health_check=samples.POOL_SITE.health_check,
            )
            for port in ports[1:]
        ),
        adopt=Adoption(
            load_balancer=balancer.id,
            listeners=tuple(it.id for it in listeners),
            pool=pool.id,
            floating_ip=address,
            colour=colour,
        ),
        places={"": "ao.yaml", "adopt": "ao.yaml:3", "load_balancer": "ao.yaml:9"},
    )
    work = Work(cloud=shop, site=site, clock=shop.clock, visit=shop.visit)
    return Owned(work=work, octavia=octavia, main=main, further=tuple(further), pool=pool)


def looked(work: Work) -> str:
    """Who answers production now: a colour, or the owner's servers."""
    facts = work.observe()
    assert facts.production is not None
    answered = work.visit(
        work.site.url(facts.production.address, "/version"), 3.0, work.request_options
    )
    assert answered.status == 200
    return answered.headers.get("x-ao-colour") or answered.headers["x-made-by"]
