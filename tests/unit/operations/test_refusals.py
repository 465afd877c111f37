"""What is refused, and that nothing is changed then."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ao import fake
from ao.cloud import Template
from ao.colour import Colour
from ao.errors import (
    BuildFailed,
    ConfigError,
    Conflict,
    Forbidden,
    NotFound,
    QuotaExceeded,
    Refused,
)
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.plan import requirements
from ao.site import Method, Site
from ao.site.rules import After, Standby
from ao.site.servers import AntiAffinity, IngressRule, Servers
from ao.site.status_codes import StatusCodes
from ao.visit import Answer
from ao.work import Work
from tests.unit.listeners import Notes
from tests.unit.operations.sites import SITES, built, deployed, start, state, told, writes

BLUE, GREEN = Colour


def test_a_reader_changes_nothing(work: Work) -> None:
    reader = replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, reader=True))
    before = work.observe()
    for command in (reconcile.switch, lambda work: reconcile.deploy(work, "2.0")):
        with pytest.raises(Forbidden):
            command(reader)
    assert work.observe() == before


def test_a_login_that_heat_can_create_no_stack_for_builds_nothing_and_releases(site: Site) -> None:
    stranger = start(site)
    untrusted = replace(
        stranger, cloud=fake.Cloud(openstack=stranger.cloud.openstack, trusts=False)
    )
    with pytest.raises(Forbidden, match="restricted"):
        reconcile.up(untrusted)
    assert not writes(untrusted.cloud)
    reconcile.up(stranger)
    reconcile.deploy(untrusted, "2.0")
    reconcile.switch(untrusted)
    assert told(stranger, "production") == ("green", "2.0")


def test_a_deploy_waits_for_no_other_version_but_for_the_same(site: Site) -> None:
    work = built(site)
    work.cloud.faults.kill("stacks.update", after=True)
    with pytest.raises(fake.Killed):
        reconcile.deploy(work, "2.0")
    work.cloud.process.restart()
    assert work.observe().systems[GREEN].obstacle() == "Heat is at work on it (UPDATE_IN_PROGRESS)"
    with pytest.raises(Refused, match=r"Heat is at work on green \(UPDATE of version 2\.0\)"):
        reconcile.deploy(work, "3.0")
    assert state(reconcile.deploy(work, "2.0")) == state(deployed(site).observe())


def test_a_deploy_is_refused_while_a_switch_is_not_finished(site: Site) -> None:
    work = deployed(site)
    first = {Method.ADDRESS: "floating_ips.point", Method.POOL: "load_balancers.set_default_pool"}
    work.cloud.faults.kill(first[site.switch.method], after=True)
    with pytest.raises(fake.Killed):
        reconcile.switch(work)
    work.cloud.process.restart()
    with pytest.raises(Refused, match="a switch to green was begun and is not finished"):
        reconcile.deploy(work, "3.0")
    moved = site.switch.method is Method.POOL
    assert state(reconcile.up(work))[:3] == ((GREEN, BLUE, None) if moved else (BLUE, GREEN, None))


def test_the_live_system_is_neither_deleted_nor_redeployed(work: Work) -> None:
    before = len(writes(work.cloud))
    with pytest.raises(Refused, match="blue is live"):
        reconcile.down(work, frozenset([BLUE]))
    assert len(writes(work.cloud)) == before
    live = work.observe().systems[BLUE]
    reconcile.deploy(work, "2.0")
    reconcile.deploy(work, "3.0")
    assert work.observe().systems[BLUE] == live


def test_a_switch_to_a_system_that_is_not_whole_is_refused(work: Work) -> None:
    work.cloud.other_user.break_server(work.observe().systems[GREEN].servers[0].id)
    work.clock.sleep(30)
    before = len(writes(work.cloud))
    with pytest.raises(Refused, match="1 of 2 servers pass the health check"):
        reconcile.switch(work)
    assert len(writes(work.cloud)) == before
    assert reconcile.switch(work, options=SwitchOptions(degraded=True)).live is GREEN


def test_a_site_too_large_for_the_quota_is_refused_before_anything_is_built(
    site: Site,
) -> None:
    work = start(site, limits={"instances": 3})
    with pytest.raises(QuotaExceeded, match=r"instances: 4 more needed, 3 free \(0 of 3 used\)"):
        reconcile.up(work)
    assert writes(work.cloud) == []


@pytest.mark.parametrize("lacking", ["image", "flavor", "keypair"])
def test_what_the_cloud_lacks_is_told_before_anything_is_built(lacking: str, site: Site) -> None:
    group = replace(site.group, **{lacking: "no-such-thing"})
    work = start(replace(site, group=group))
    with pytest.raises(NotFound, match="no-such-thing"):
        reconcile.up(work)
    assert writes(work.cloud) == []


@pytest.mark.parametrize("name", ["no-such-group", "twice", "ao-shop-blue"])
def test_a_security_group_that_servers_cannot_be_given_is_told_before(
    name: str, site: Site
) -> None:
    """It is not there, there are several of the name, or it goes with a system."""
    work = built(site)
    for group in ("ops", "twice", "twice"):
        work.cloud.other_user.create_security_group(group)
    servers = Servers(security_groups=("ops", name))
    places = {"servers.security_groups": "ao.yaml:7", "servers.security_groups.1": "ao.yaml:9"}
    asking = replace(work, site=replace(site, servers=servers, places=places))
    before = len(writes(work.cloud))
    with pytest.raises((NotFound, Conflict, ConfigError), match=rf"ao\.yaml:.*{name}") as caught:
        reconcile.deploy(asking, "2.0")
    assert caught.value.cure
    assert len(writes(work.cloud)) == before


def test_servers_get_the_groups_of_the_file_at_the_next_deploy_and_ao_deletes_none(
    site: Site,
) -> None:
    work = built(site)
    group = work.cloud.other_user.create_security_group("ops")
    ssh = IngressRule(protocol="tcp", ports=(22, 22), source="192.0.2.0/24")
    servers = Servers(security_groups=("ops", group), rules=(ssh,))
    asking = replace(work, site=replace(site, servers=servers))
    before, live = (work.cloud.servers.named(it) for it in (["shop-"], ["shop-blue-"]))
    reconcile.up(asking)
    assert work.cloud.servers.named(["shop-"]) == before, "what stands keeps its definition"
    reconcile.deploy(asking, "2.0")
    assert work.cloud.servers.named(["shop-blue-"]) == live
    inside = work.cloud.openstack.project("shop")
    given = {
        it.name.split("-")[1]: len(it.port.security_group_ids)
        for it in inside.nova.servers.values()
    }
    assert given == {"blue": 1, "green": 2}
    reconcile.down(asking, frozenset(Colour))
    assert [it.name for it in inside.neutron.security_groups.values()] == ["default", "ops"]


def test_a_zone_that_the_cloud_lacks_is_told_before_with_those_that_it_has(site: Site) -> None:
    work = start(site)
    zones = {BLUE: "nova", GREEN: "az2"}
    places = {
        "servers.availability_zone": "ao.yaml:8",
        "servers.availability_zone.green": "ao.yaml:9",
    }
    site = replace(site, servers=Servers(availability_zones=zones), places=places)
    with pytest.raises(NotFound, match=r"ao\.yaml:9: .*no availability zone 'az2'") as caught:
        reconcile.up(replace(work, site=site))
    assert caught.value.cure == "Write one of these in servers.availability_zone: nova."
    assert writes(work.cloud) == []
    work.cloud.openstack.availability_zones = ("nova", "az2")
    reconcile.up(replace(work, site=site))
    servers = work.cloud.openstack.project("shop").nova.servers.values()
    assert {(it.name.split("-")[1], it.availability_zone) for it in servers} == {
        ("blue", "nova"),
        ("green", "az2"),
    }


def test_the_servers_of_each_system_are_a_group_that_goes_with_it(site: Site) -> None:
    work = start(site)
    servers = Servers(
        anti_affinity=AntiAffinity.SOFT, config_drive=True, metadata={"get_param": "team"}
    )
    asking = replace(work, site=replace(site, servers=servers))
    reconcile.up(asking)
    nova = work.cloud.openstack.project("shop").nova
    for it in nova.servers.values():
        assert it.group is not None
        assert (it.group.name, it.group.policy) == (
            f"ao-shop-{it.name.split('-')[1]}",
            "soft-anti-affinity",
        )
        assert it.config_drive
        assert it.metadata["get_param"] == "team", "no function of Heat's"
        assert it.metadata["ao_site"] == "shop"
    reconcile.down(asking, frozenset(Colour))
    assert not nova.server_groups


def test_more_members_than_a_server_group_may_have_are_refused_before(site: Site) -> None:
    work = start(site, limits={"server group members": 3})
    servers = Servers(anti_affinity=AntiAffinity.STRICT)
    with pytest.raises(QuotaExceeded, match=r"server group members: 4 more needed, 3 free"):
        reconcile.up(replace(work, site=replace(site, servers=servers)))
    assert writes(work.cloud) == []


def test_of_strict_anti_affinity_a_deploy_without_hosts_fails_and_production_stays(
    site: Site,
) -> None:
    work = start(site)
    strict = replace(site, servers=Servers(anti_affinity=AntiAffinity.STRICT))
    asking = replace(work, site=strict)
    work.cloud.openstack.compute_hosts = 3
    reconcile.up(asking)
    with pytest.raises(BuildFailed, match="No valid host was found"):
        reconcile.deploy(asking, "2.0")
    assert told(asking, "production") == ("blue", "1.0")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("images", {"status": "deactivated"}),
        ("images", {"min_ram": 999}),
        ("images", {"min_disk": 99}),
        ("images", {"size": 99 * 1024**3}),
        ("flavors", {"disk": 0}),
    ],
)
def test_servers_that_nova_makes_not_are_refused_before_and_else_nova_refuses_them(
    kind: str, change: dict[str, object], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = start(site)
    offered = getattr(work.cloud.openstack, kind)
    offered[0] = replace(offered[0], **change)
    with pytest.raises(ConfigError, match=kind[:-1] if kind == "flavors" else "image"):
        reconcile.up(work)
    assert writes(work.cloud) == []
    monkeypatch.setattr(requirements, "check", lambda *_: ())
    with pytest.raises(BuildFailed, match="HTTP 400"):
        reconcile.up(work)


def test_a_deploy_is_refused_that_nova_has_no_image_for_and_production_still_moves(
    site: Site,
) -> None:
    work = deployed(site)
    images = work.cloud.openstack.images
    images[0] = replace(images[0], status="deactivated")
    before = len(writes(work.cloud))
    with pytest.raises(ConfigError, match="is deactivated in Glance"):
        reconcile.deploy(work, "3.0")
    assert len(writes(work.cloud)) == before
    assert reconcile.switch(work).live is GREEN
    assert reconcile.up(work).live is GREEN


def test_a_version_that_makes_the_user_data_too_long_is_not_deployed(site: Site) -> None:
    text = "$AO_VERSION" + "#" * (49_149 - len("1.0"))
    work = built(replace(site, group=replace(site.group, user_data=text)))
    before = len(writes(work.cloud))
    with pytest.raises(ConfigError, match="it has 65,536 characters"):
        reconcile.deploy(work, "1.0.1")
    assert len(writes(work.cloud)) == before


def test_an_address_of_another_external_network_is_refused(site: Site) -> None:
    work = start(site, external_networks=("other", "public"))
    address = work.cloud.other_user.allocate_address()
    work = replace(work, site=replace(site, production_address=address.address))
    with pytest.raises(ConfigError, match="and external_network is public"):
        reconcile.up(work)
    assert writes(work.cloud) == []


def test_a_complaint_of_the_clouds_names_the_line_of_the_site_file(site: Site) -> None:
    group = replace(site.group, flavor="no-such-thing")
    work = start(replace(site, group=group, places={"flavor": "ao.yaml:9"}))
    with pytest.raises(NotFound, match=r"^ao\.yaml:9: flavor: there is no flavor"):
        reconcile.up(work)


def test_servers_pass_by_the_status_that_the_site_file_expects() -> None:
    site = SITES[Method.POOL]
    check = replace(site.health_check, type="HTTP", path="/health", expect=StatusCodes.of({204}))

    def application(server: fake.Server, path: str) -> Answer | None:
        told = fake.answer(server, path)
        return replace(told, status=204) if told and path == "/health" else told

    work = start(replace(site, health_check=check), application=application)
    assert reconcile.up(work).live is BLUE


@pytest.mark.parametrize("name", ["ao-shop", "ao-shop-blue", "ao-shop-green"])
def test_a_stack_of_somebody_else_with_the_name_of_one_of_the_site_is_left_alone(
    name: str, site: Site
) -> None:
    work = start(site)
    work.cloud.stacks.create(name, Template(body="resources: {}"), {}, frozenset(), 60.0)
    with pytest.raises(Refused, match=f"there is a stack {name} that does not carry"):
        reconcile.up(work)
    assert writes(work.cloud) == ["stacks.create"]
    reconcile.down(work, frozenset(Colour))
    assert work.cloud.stacks.get(name) is not None


def test_a_production_address_that_the_project_has_is_taken_only_when_told(site: Site) -> None:
    work = start(site)
    neighbour = replace(work, site=replace(work.site, name="old"))
    reconcile.up(neighbour)
    address = neighbour.observe().production
    assert address is not None
    work = replace(work, site=replace(site, production_address=address.address))
    assert reconcile.up(work).foreign
    assert neighbour.observe().live is BLUE
    with pytest.raises(Refused, match="which is not of this site"):
        reconcile.switch(work, BLUE)
    assert neighbour.observe().live is BLUE
    assert reconcile.switch(work, BLUE, SwitchOptions(take_over=True)).live is BLUE
    assert told(work, "production") == ("blue", "1.0")


def test_a_site_whose_own_address_was_released_takes_another_as_told(site: Site) -> None:
    work = start(site)
    first, second = (work.cloud.other_user.allocate_address() for _ in range(2))
    work = replace(work, site=replace(site, production_address=first.address))
    reconcile.up(work)
    work.cloud.other_user.delete_address(first.id)
    with pytest.raises(NotFound) as told_of:
        reconcile.up(work)
    assert "write another one, and `ao up` leads it to the live system" in told_of.value.cure
    work = replace(work, site=replace(site, production_address=second.address))
    assert reconcile.up(work).live is BLUE
    assert told(work, "production") == ("blue", "1.0")


@pytest.mark.parametrize(
    ("key", "change"),
    [
        (
            "health_check.timeout",
            lambda site: replace(site, health_check=replace(site.health_check, timeout=10)),
        ),
        (
            "network.blue",
            lambda site: replace(site, group=replace(site.group, minimum=1, maximum=251)),
        ),
        (
            "standby.size",
            lambda site: replace(
                site, rules=replace(site.rules, standby=Standby(after=After.SHRINK, size=9))
            ),
        ),
    ],
)
def test_a_site_that_was_built_before_it_would_be_refused_gets_its_next_version(
    site: Site, key: str, change: Callable[[Site], Site]
) -> None:
    notes = Notes()
    work = replace(built(site), site=change(site), progress=notes)
    facts = reconcile.deploy(work, "2.0")
    assert facts.systems[Colour.GREEN].version == "2.0"
    assert [text for text in notes.notes if text.startswith(f"{key}: ")]
    with pytest.raises(ConfigError, match=key):
        reconcile.up(replace(start(site), site=change(site)))
