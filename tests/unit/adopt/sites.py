"""Sites that somebody has built by plain calls of OpenStack."""

from dataclasses import dataclass

from ao import fake
from ao.cloud.models import ListenerSettings
from tests.unit.certificates import issue

HOST = "shop.example"
SCRIPT = "#!/bin/sh\nhttpd -p 80\n"


@dataclass(frozen=True, kw_only=True)
class Built:
    """A shop by HTTPS, whose plain port leads to the same pool."""

    cloud: fake.Cloud
    administrator: fake.Cloud
    """The same project, whose user Nova tells user data."""
    balancer: str
    secure: str
    plain: str
    pool: str
    monitor: str
    servers: tuple[str, ...]
    members: tuple[str, ...]
    subnet: str
    address: str


def openstack() -> fake.OpenStack:
    return fake.OpenStack(
        images=("shop-web", "other"),
        flavors={"web.small": (1, 512), "web.large": (4, 2048)},
        keypairs=("ops",),
    )


def shop(
    cloud: fake.Cloud | None = None,
    *,
    provider: str = "amphora",
    floats: bool = True,
    trusted: bool = True,
) -> Built:
    """Build it with two servers: by provider ovn over plain TCP, without floating IP if so said."""
    cloud = cloud or fake.Cloud(openstack=openstack())
    owner, plain = cloud.owner, provider == "ovn"
    dmz = owner.subnet("dmz", "10.1.0.0/24", router="edge", reachable=not floats)
    web = owner.subnet("web", "10.1.1.0/24")
    group = owner.security_group("web")
    servers = tuple(
        owner.server(
            f"web-{number}",
            web,
            keypair="ops",
            user_data=SCRIPT,
            metadata={"team": "shop"},
            security_group_ids=(group,),
        )
        for number in (1, 2)
    )
    balancer = owner.load_balancer("shop-lb", dmz, provider)
    pool = owner.pool(
        balancer,
        "shop-web",
        "TCP" if plain else "HTTP",
        "SOURCE_IP_PORT" if plain else "ROUND_ROBIN",
    )
    ref = (
        None
        if plain
        else cloud.certificates.store("shop-2026", issue(trusted=trusted).bundle.pkcs12()).ref
    )
    secure = owner.listener(
        balancer,
        "shop-https",
        "TCP" if plain else "TERMINATED_HTTPS",
        443,
        pool,
        ListenerSettings(tls_ref=ref),
    )
    http = owner.listener(balancer, "shop-http", "TCP" if plain else "HTTP", 80, pool)
    members = tuple(owner.member(pool, it, 8080) for it in servers)
    monitor = owner.monitor(pool, "TCP", None) if plain else owner.monitor(pool)
    made = cloud.load_balancers.get(balancer)
    assert made is not None
    return Built(
        cloud=cloud,
        administrator=fake.Cloud(openstack=cloud.openstack, user="admin", admin=True),
        balancer=balancer,
        secure=secure,
        plain=http,
        pool=pool,
        monitor=monitor,
        servers=servers,
        members=members,
        subnet=web,
        address=owner.floating_ip(made.vip_port_id).address if floats else made.vip_address,
    )
