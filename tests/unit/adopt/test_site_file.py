"""The site file that describes a system which exists."""

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ao import config, fake
from ao.adopt import reader, site_file
from ao.adopt.inventory import HeatStack, Inventory, Label, ServedCertificate
from ao.adopt.site_file import Draft, site_name
from ao.cloud.models import L7Policy, L7Rule, ListenerSettings, Monitor, PoolSettings
from ao.config.site_file import SiteFile
from ao.errors import ConfigError
from ao.http.handshake import NoHandshake, Served
from ao.message import message
from ao.site import Preview, Site
from ao.site.names import NAME
from ao.site.network import SubnetName
from ao.untrusted.printable import printable
from tests.unit.adopt.sites import SCRIPT, Built, openstack, shop
from tests.unit.certificates import issue

HOSTILE = ("\x1b[31mred", "a: {b: [", "two\nlines: evil", "\u202eright", "- yes", "'\"#", "青い店")


def inventory(built: Built, name: str = "shop-lb", *, admin: bool = True) -> Inventory:
    cloud = built.administrator if admin else built.cloud

    return reader.read(cloud, name, built.cloud.served)


def draft(built: Built, name: str = "shop-lb", *, admin: bool = True) -> Draft:
    return site_file.draft(inventory(built, name, admin=admin))


def values(drawn: Draft) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(drawn.text())
    return found


def load(drawn: Draft, folder: Path) -> Site:
    """The site as the file describes it; what is adopted with it where site files know that."""
    known = SiteFile.model_fields
    entries = tuple(it for it in drawn.entries if it.key in known)
    assert {it.key for it in drawn.entries} - {it.key for it in entries} <= {"adopt"}
    (folder / "ao.yaml").write_text(replace(drawn, entries=entries).text())
    if drawn.user_data:
        (folder / drawn.user_data_file).write_bytes(drawn.user_data.content)
    return config.load(folder / "ao.yaml")


def test_what_was_read_is_a_site_file(tmp_path: Path) -> None:
    built = shop()
    site = load(draft(built), tmp_path)
    assert site.name == "shop"
    assert site.external_network == "public"
    assert site.host == "shop.example"
    assert site.production_address == built.address
    group = site.group
    assert (group.image, group.flavor, group.keypair) == ("shop-web", "web.small", "ops")
    assert (group.size, group.minimum, group.maximum) == (2, 1, 4)
    assert group.user_data.startswith(SCRIPT)
    assert site.servers.security_groups == ("web",)
    assert site.servers.metadata == {"team": "shop"}
    balancer = site.load_balancer
    assert (balancer.provider, balancer.protocol) == ("amphora", "TERMINATED_HTTPS")
    assert (balancer.port, balancer.server_port) == (443, 8080)
    assert balancer.algorithm == "ROUND_ROBIN"
    assert [(it.name, it.port, it.protocol) for it in site.listeners] == [("shop-http", 80, "HTTP")]
    assert site.switch.preview is Preview.HEADER
    check = site.health_check
    assert (check.type, check.path, check.interval) == ("HTTP", "/health", 5)
    web, dmz = SubnetName(network="web", subnet="web"), SubnetName(network="dmz", subnet="dmz")
    assert site.networks.subnets == {"blue": web, "green": web, "balancer": dmz}


def test_what_is_adopted_is_named_by_ids(tmp_path: Path) -> None:
    built = shop()
    assert values(draft(built))["adopt"] == {
        "load_balancer": built.balancer,
        "listeners": [built.secure, built.plain],
        "pool": built.pool,
        "floating_ip": built.address,
    }


def test_a_site_of_ovn_is_a_site_file_with_a_port_for_the_preview(tmp_path: Path) -> None:
    built = shop(provider="ovn")
    built.cloud.owner.listener(built.balancer, "admin", "TCP", 8080)
    drawn = draft(built)
    site = load(drawn, tmp_path)
    assert site.switch.preview is Preview.PORT
    assert site.switch.preview_port == 8081
    assert site.health_check.type == "TCP"
    assert any("at which port" in it for it in drawn.questions)


def test_a_site_without_floating_ip_is_reached_at_its_load_balancer(tmp_path: Path) -> None:
    drawn = draft(shop(floats=False))
    site = load(drawn, tmp_path)
    assert site.external_network is None
    assert site.production_address is None
    assert "floating_ip" not in values(drawn)["adopt"]


def test_nothing_is_changed_in_the_cloud() -> None:
    built = shop()
    draft(built)
    assert not [it for it in built.administrator.calls if it.writes]


def test_user_data_that_nova_does_not_tell_is_asked_for() -> None:
    drawn = draft(shop(), admin=False)
    assert drawn.user_data is None
    assert "user_data" not in values(drawn)
    assert any("169.254.169.254/openstack/latest/user_data" in it for it in drawn.questions)
    assert "# user_data: shop-user-data" in drawn.text()


def test_user_data_gets_a_place_for_the_version(tmp_path: Path) -> None:
    drawn = draft(shop())
    assert drawn.user_data is not None
    assert drawn.user_data.content.startswith(SCRIPT.encode())
    assert b"$AO_VERSION" in drawn.user_data.content
    assert any("takes the version" in it for it in drawn.questions)


def test_user_data_stands_in_no_text_of_the_site_file() -> None:
    assert "httpd" not in draft(shop()).text()
    assert "httpd" not in repr(draft(shop()))
    assert base64.b64encode(SCRIPT.encode()).decode()[:12] not in repr(inventory(shop()))


def different(built: Built, **more: Any) -> None:
    """A third server, which is not like the others."""
    other = built.cloud.owner.server("odd", built.subnet, keypair="ops", user_data=SCRIPT, **more)
    built.cloud.owner.member(built.pool, other, 8080)


@pytest.mark.parametrize(
    ("more", "key", "told"),
    [
        ({"image": "other"}, "image", "other"),
        ({"flavor": "web.large"}, "flavor", "web.large"),
        ({}, "security_groups", "-"),
    ],
)
def test_servers_that_differ_are_a_question(more: dict[str, str], key: str, told: str) -> None:
    built = shop()
    if key == "security_groups":
        more = {"security_group_ids": (built.cloud.owner.security_group("ops"),)}  # type: ignore
        told = "ops"
    different(built, **more)
    drawn = draft(built)
    assert any(it.endswith(f"Some of the present ones have {told}") for it in drawn.questions)


def test_servers_in_two_subnets_are_a_question() -> None:
    built = shop()
    other = built.cloud.owner.subnet("annex", "10.1.2.0/24")
    server = built.cloud.owner.server("far", other)
    built.cloud.owner.member(built.pool, server, 8080)
    drawn = draft(built)
    assert values(drawn)["network"]["green"] == {"network": "web", "subnet": "web"}
    assert any(it.endswith("have annex (10.1.2.0/24)") for it in drawn.questions)


def test_servers_at_two_ports_are_a_question() -> None:
    built = shop()
    built.cloud.owner.change(built.members[0], port=9090)
    different(built)
    drawn = draft(built)
    assert values(drawn)["load_balancer"]["server_port"] == 8080
    assert any(it.endswith("have 9090") for it in drawn.questions)


def test_a_server_that_is_none_of_the_projects_is_a_question() -> None:
    built = shop()
    built.cloud.other_user.delete_server(built.servers[0])
    assert any("what is at 10.1.1.2?" in it for it in draft(built).questions)


def test_a_server_that_starts_from_a_volume_is_described_with_it(tmp_path: Path) -> None:
    cloud = fake.Cloud(openstack=openstack())
    cloud.openstack.services |= {"block-storage"}
    built = shop(cloud)
    for server in built.servers:
        cloud.other_user.delete_server(server)
    for number in (1, 2, 3):
        server = cloud.owner.server(f"disk-{number}", built.subnet, boot_volume=20)
        built.cloud.owner.member(built.pool, server, 8080)
    site = load(draft(built), tmp_path)
    assert site.group.image == "shop-web"
    assert site.servers.boot_volume is not None
    assert site.servers.boot_volume.size == 20


def test_further_networks_of_servers_are_named(tmp_path: Path) -> None:
    built = shop()
    back = built.cloud.owner.subnet("backend", "10.1.3.0/24")
    network = next(it.network_id for it in built.cloud.ports.of_subnet(back))
    for number in (3, 4, 5):
        server = built.cloud.owner.server(
            f"web-{number}", built.subnet, more_network_ids=(network,)
        )
        built.cloud.owner.member(built.pool, server, 8080)
    assert load(draft(built), tmp_path).servers.networks == ("backend",)


def test_metadata_that_is_called_like_a_secret_is_left_out_and_asked_for(tmp_path: Path) -> None:
    built = shop()
    for number in (3, 4):
        server = built.cloud.owner.server(
            f"web-{number}", built.subnet, metadata={"db_password": "hush", "ao_site": "x"}
        )
        built.cloud.owner.member(built.pool, server, 8080)
    for server in built.servers:
        built.cloud.other_user.delete_server(server)
    drawn = draft(built)
    assert "hush" not in drawn.text()
    assert any("db_password" in it for it in drawn.questions)
    load(drawn, tmp_path)


def test_what_one_of_many_servers_has_is_asked_and_not_taken(tmp_path: Path) -> None:
    cloud = fake.Cloud(openstack=openstack())
    cloud.openstack.services |= {"block-storage"}
    cloud.openstack.availability_zones = ("az1", "az2")
    built = shop(cloud)
    back = cloud.owner.subnet("backend", "10.1.3.0/24")
    network = cloud.ports.of_subnet(back)[0].network_id
    different(
        built,
        boot_volume=20,
        config_drive=True,
        more_network_ids=(network,),
        availability_zone="az2",
    )
    drawn = draft(built)
    site = load(drawn, tmp_path)
    assert site.servers.boot_volume is None
    assert not site.servers.config_drive
    assert site.servers.networks == ()
    assert not site.servers.availability_zones
    text = drawn.text()
    for key in ("boot_volume:", "config_drive: true", "networks: [backend]", "availability_zone:"):
        assert f"  # {key}" in text


def test_a_plain_listener_at_a_port_of_tls_is_a_question() -> None:
    built = shop(provider="ovn")
    built.cloud.owner.change(built.plain, port=8081)
    drawn = draft(built)
    assert values(drawn)["load_balancer"]["port"] == 443
    assert any("do users speak TLS here" in it for it in drawn.questions)


def test_a_key_pair_of_somebody_else_is_a_question(tmp_path: Path) -> None:
    built = shop()
    built.cloud.openstack.keypairs.clear()
    drawn = draft(built)
    assert "keypair" not in values(drawn)
    assert any("which key pair of yours" in it for it in drawn.questions)
    load(drawn, tmp_path)


def test_an_image_that_is_gone_is_a_question() -> None:
    built = shop()
    image = built.cloud.openstack.images.pop(0)
    drawn = draft(built)
    assert values(drawn)["image"] == image.id
    assert any("What these servers were made of is gone" in it for it in drawn.questions)


def test_an_image_whose_name_is_anothers_too_is_named_by_its_id() -> None:
    found = inventory(shop())
    (image_id,) = found.images
    twice = replace(found, images={image_id: Label(id=image_id, name="shop-web")})
    drawn = site_file.draft(twice)
    assert values(drawn)["image"] == image_id
    assert "# It is called shop-web." in drawn.text()


def test_a_version_that_the_image_tells_is_taken() -> None:
    built = shop()
    images = built.cloud.openstack.images
    images[0] = replace(images[0], version="2026.11")
    assert values(draft(built))["version"] == "2026.11"


def test_a_service_that_checks_nothing_is_a_question(tmp_path: Path) -> None:
    built = shop()
    built.cloud.owner.change(built.monitor, kind="PING", path=None)
    drawn = draft(built)
    assert load(drawn, tmp_path).health_check.type == "TCP"
    assert any("PING" in it for it in drawn.questions)


def test_a_pool_without_health_monitor_is_a_question(tmp_path: Path) -> None:
    found = replace(inventory(shop()), monitor=None)
    drawn = site_file.draft(found)
    assert load(drawn, tmp_path).health_check.type == "TCP"
    assert any("has no health monitor" in it for it in drawn.questions)


@pytest.mark.parametrize(
    "expected", ["200", "200,204", "200-204", "", "2xx", "100", "999", "204-200"]
)
def test_whatever_a_health_monitor_expects_is_a_site_file(tmp_path: Path, expected: str) -> None:
    found = inventory(shop())
    assert found.monitor is not None
    odd = replace(
        found.monitor, expected=expected, method="POST", path="no path", interval=0, timeout=9
    )
    drawn = site_file.draft(replace(found, monitor=odd))
    load(drawn, tmp_path)
    assert any("does the path answer GET as well?" in it for it in drawn.questions)


def test_a_certificate_of_several_names_is_a_question(tmp_path: Path) -> None:
    found = inventory(shop())
    assert found.served is not None
    several = replace(
        found.served.certificate, names=("*.example", "shop.example", "www.shop.example")
    )
    drawn = site_file.draft(replace(found, served=ServedCertificate(certificate=several)))
    assert values(drawn)["host"] == "shop.example"
    assert any("www.shop.example" in it for it in drawn.questions)


def test_a_certificate_of_a_wildcard_alone_leaves_the_host_open(tmp_path: Path) -> None:
    found = inventory(shop())
    assert found.served is not None
    wild = replace(found.served.certificate, names=("*.shop.example",))
    drawn = site_file.draft(replace(found, served=ServedCertificate(certificate=wild)))
    assert "host" not in values(drawn)
    assert any("*.shop.example" in it for it in drawn.questions)
    with pytest.raises(ConfigError, match="write `host: NAME`"):
        load(drawn, tmp_path)


def test_an_authority_that_is_not_trusted_here_is_a_question(tmp_path: Path) -> None:
    drawn = draft(shop(trusted=False))
    assert any("which authority signs the certificate?" in it for it in drawn.questions)
    assert "  # ca: authority.pem" in drawn.text()
    load(drawn, tmp_path)


def test_settings_of_listener_and_pool_are_a_site_file(tmp_path: Path) -> None:
    cloud = fake.Cloud(openstack=openstack())
    built = shop(cloud)
    ca = cloud.certificates.store("ca", b"x").ref
    found = inventory(built)
    main, plain = found.tree.adopted
    served = replace(
        main.settings,
        hsts_max_age=100_000,
        hsts_preload=True,
        hsts_subdomains=True,
        headers=frozenset({"X-Forwarded-For", "X-SSL-Client-CN"}),
        allowed_cidrs=frozenset({"198.51.100.0/24"}),
        client_timeout=1,
        versions=frozenset({"SSLv3", "TLSv1.2"}),
        client_authentication="OPTIONAL",
        client_ca_ref=ca,
    )
    assert found.tree.pool is not None
    pool = replace(
        found.tree.pool,
        protocol="PROXYV2",
        algorithm="LEAST_CONNECTIONS",
        settings=PoolSettings(persistence="APP_COOKIE", cookie="SID", encrypts=True, ca_ref=ca),
    )
    tree = replace(
        found.tree, listeners=(replace(main, settings=served), plain), pools={pool.id: pool}
    )
    drawn = site_file.draft(replace(found, tree=tree))
    site = load(drawn, tmp_path)
    assert site.tls is not None
    assert site.tls.versions == ("TLSv1.2",)
    assert site.load_balancer.proxy_protocol == 1
    assert any("version 1 of the PROXY protocol" in it for it in drawn.questions)


def test_what_no_switch_moves_is_said() -> None:
    built = shop()
    other = built.cloud.owner.pool(built.balancer, "api")
    log = built.cloud.owner.listener(built.balancer, "old", "HTTP", 8000)
    rule = L7Rule(type="PATH", compare="STARTS_WITH", value="/api")
    policy = L7Policy(name="api", action="REDIRECT_TO_POOL", redirect_pool_id=other, rules=(rule,))
    built.cloud.owner.policy(built.secure, policy)
    text = " ".join(draft(built).text().replace("#", "").split())
    assert f"Not adopted, and left as it is: 8000 HTTP old ({log})" in text
    assert "L7 policy api" in text


def test_the_tool_that_keeps_it_is_a_question() -> None:
    assert any("does a tool keep this as it is?" in it for it in draft(shop()).questions)


def test_the_heat_stack_that_made_it_is_a_question() -> None:
    found = inventory(shop())
    stack = HeatStack(name="owner", tags=frozenset(), is_busy=False, types=frozenset())
    tree = replace(found.tree, stacks={found.balancer.id: stack})
    questions = site_file.draft(replace(found, tree=tree)).questions
    assert any("does somebody update Heat stack owner" in it for it in questions)
    assert not any("does a tool keep" in it for it in questions)


def test_a_certificate_of_a_container_tells_the_host_where_nobody_answers() -> None:
    built = shop()
    issued = issue("other.example")
    ref = built.cloud.other_user.store_container("c", issued.certificate, issued.key)
    main = next(it for it in built.cloud.load_balancers.listeners() if it.id == built.secure)
    built.cloud.owner.change(built.secure, settings=replace(main.settings, tls_ref=ref))

    def silent(address: str, port: int, name: str, deadline: float) -> Served:
        raise NoHandshake(message("no connection"))

    drawn = site_file.draft(reader.read(built.cloud, "shop-lb", silent))
    assert values(drawn)["host"] == "other.example"
    assert values(drawn)["tls"]["certificate"] == ref


def test_a_certificate_that_nobody_shows_is_a_question() -> None:
    built = shop()
    for it in built.cloud.certificates.stored("shop-2026"):
        built.cloud.other_user.hide_certificate(it.ref)
    assert any("who may read this certificate" in it for it in draft(built).questions)


TEXTS = st.text(max_size=20)
NAMES = st.one_of(
    TEXTS, st.sampled_from(["HTTP", "TCP", "PING", "SOURCE_IP", "APP_COOKIE", "200", "/", "GET"])
)
NUMBERS = st.integers(-10, 10**9)
MONITORS = st.builds(
    Monitor,
    id=st.just("m"),
    type=NAMES,
    domain_name=st.none() | TEXTS,
    http_version=st.none(),
    tags=st.just(frozenset()),
    interval=NUMBERS,
    timeout=NUMBERS,
    rise=NUMBERS,
    fall=NUMBERS,
    method=NAMES,
    path=NAMES,
    expected=NAMES,
    enabled=st.booleans(),
)
POOLS = st.builds(
    PoolSettings,
    persistence=st.none() | NAMES,
    cookie=st.none() | TEXTS,
    encrypts=st.booleans(),
    ca_ref=st.none() | TEXTS,
    ciphers=st.none() | TEXTS,
    versions=st.none() | st.frozensets(NAMES, max_size=2),
)
LISTENERS = st.builds(
    ListenerSettings,
    tls_ref=st.none() | TEXTS,
    hsts_max_age=st.none() | NUMBERS,
    headers=st.frozensets(NAMES, max_size=2),
    allowed_cidrs=st.frozensets(NAMES, max_size=2),
    client_timeout=st.none() | NUMBERS,
    client_authentication=NAMES,
    client_ca_ref=st.none() | TEXTS,
    alpn=st.lists(NAMES, max_size=2).map(tuple),
)


@cache
def usual() -> Inventory:
    return inventory(shop())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(monitor=MONITORS, pool=POOLS, listener=LISTENERS, algorithm=NAMES, provider=NAMES)
def test_whatever_octavia_tells_is_taken_or_refused_with_its_line(
    tmp_path: Path,
    monitor: Monitor,
    pool: PoolSettings,
    listener: ListenerSettings,
    algorithm: str,
    provider: str,
) -> None:
    found = usual()
    main, plain = found.listeners
    tree = replace(
        found.tree,
        balancer=replace(found.balancer, provider=provider),
        listeners=(replace(main, settings=listener), plain),
        pools={found.pool.id: replace(found.pool, settings=pool, algorithm=algorithm)},
    )
    drawn = site_file.draft(replace(found, tree=tree, monitor=monitor))
    assert values(drawn)["site"] == "shop"
    with suppress(ConfigError):
        load(drawn, tmp_path)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_others_are_values_and_comments_and_no_more(tmp_path: Path, name: str) -> None:
    built = shop()
    for thing in (built.balancer, built.secure, built.plain, built.pool):
        built.cloud.owner.change(thing, name=name)
    for server in built.servers:
        built.cloud.other_user.rename_server(server, name)
    found = inventory(built, built.secure)
    labels = {it: Label(id=it, name=name) for it in found.images}
    odd = replace(
        found, images=labels, certificates=dict.fromkeys(found.certificates, name), cloud=name
    )
    text = site_file.draft(odd).text()
    assert all(printable(line) == line for line in text.split("\n"))
    assert (
        values(site_file.draft(odd)).keys()
        == values(site_file.draft(replace(found, cloud="x"))).keys()
    )
    load(site_file.draft(odd), tmp_path)


@given(st.lists(st.text(max_size=80), max_size=3), st.integers(0, 3))
def test_a_name_of_a_site_is_made_of_any_names(names: list[str], count: int) -> None:
    taken: set[str] = set()
    for _ in range(count):
        taken.add(site_name(*names, taken=taken))
    assert len(taken) == count
    assert re.fullmatch(NAME, site_name(*names, taken=taken))


def test_a_name_that_a_site_of_aos_has_is_not_given_again() -> None:
    found = replace(inventory(shop()), sites=frozenset({"shop", "shop-http"}))
    assert site_file.draft(found).name == "shop-web"
    assert site_name("shop", taken={"shop", "site"}) == "shop-2"


@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("shop-lb", "shop"),
        ("Shop LoadBalancer", "shop"),
        ("42-shop_https", "shop"),
        ("shop-blue", "shop"),
        ("lb", "lb"),
        ("青", "site"),
    ],
)
def test_a_site_is_called_as_its_load_balancer(name: str, site: str) -> None:
    assert site_name(name) == site


def test_a_listener_whose_name_is_none_in_a_site_file_gets_one_by_its_port(tmp_path: Path) -> None:
    built = shop()
    built.cloud.owner.change(built.plain, name="Port 80!" * 9)
    assert values(draft(built))["listeners"][0]["name"] == "http-80"
