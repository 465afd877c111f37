"""Servers with volumes, and with ports in further networks."""

from dataclasses import replace

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import ConfigError, NotFound, QuotaExceeded
from ao.operations import reconcile
from ao.site import Site
from ao.site.servers import Servers, Volume
from ao.work import Work
from tests.unit.samples import SITE

BLUE, GREEN = Colour
BOOT, DATA = Volume(size=20, type="ssd"), Volume(size=50)
WITH = replace(
    SITE,
    servers=Servers(boot_volume=BOOT, volumes=(DATA,), networks=("backend",)),
    group=replace(SITE.group, size=1),
)


def start(site: Site = WITH, **limits: int) -> Work:
    openstack = fake.OpenStack.offering(site)
    openstack._limits = limits
    cloud = fake.Cloud(openstack=openstack)
    return Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit)


def volumes(work: Work) -> dict[str, list[str]]:
    """Volumes that each server has; those of none are of ""."""
    found: dict[str, list[str]] = {}
    for volume in work.cloud._project.cinder.volumes.values():  # type: ignore[attr-defined]
        found.setdefault(volume.server_id, []).append(f"{volume.size} {volume.type}")
    return found


def servers(work: Work, colour: Colour) -> set[str]:
    return {server.id for server in work.observe().systems[colour].servers}


@pytest.fixture
def work() -> Work:
    work = start()
    reconcile.up(work)
    reconcile.switch(work, BLUE)
    return work


def test_each_server_has_its_own_volumes_and_starts_from_the_first(work: Work) -> None:
    both = servers(work, BLUE) | servers(work, GREEN)
    assert volumes(work) == {it: ["20 ssd", "50 None"] for it in both}


def test_a_new_version_gets_new_volumes_and_leaves_none_behind(work: Work) -> None:
    before = servers(work, GREEN)
    reconcile.deploy(work, "2.0")
    after = servers(work, GREEN)
    assert after
    assert not after & before
    assert volumes(work).keys() == after | servers(work, BLUE)


def test_a_server_that_is_gone_is_replaced_with_its_volumes(work: Work) -> None:
    (lost,) = servers(work, BLUE)
    work.cloud.other_user.delete_server(lost)  # type: ignore[attr-defined]
    reconcile.up(work)
    (found,) = servers(work, BLUE)
    assert volumes(work).keys() == {found} | servers(work, GREEN)


def test_a_group_that_shrinks_takes_the_volumes_along(work: Work) -> None:
    reconcile.scale(work, GREEN, 3)
    assert len(volumes(work)) == 4
    reconcile.scale(work, GREEN, 1)
    assert volumes(work).keys() == servers(work, BLUE) | servers(work, GREEN)


def test_with_the_site_its_volumes_go(work: Work) -> None:
    reconcile.down(work, frozenset(Colour))
    assert volumes(work) == {}


def test_the_pool_has_the_address_in_the_systems_own_network(work: Work) -> None:
    system = work.observe().systems[BLUE]
    assert system.online == 1
    (server,) = (work.cloud._project.nova.servers[it.id] for it in system.servers)  # type: ignore[attr-defined]
    assert [member.address for member in system.members] == [server.port.address]
    assert len(server.more_ports) == 1


def test_a_cloud_without_cinder_is_told_with_the_place_before_anything_is_built() -> None:
    work = start()
    work.cloud.openstack.services -= {"block-storage"}  # type: ignore[attr-defined]
    with pytest.raises(NotFound, match=r"servers.boot_volume: the cloud has no Cinder"):
        reconcile.up(work)
    assert not work.cloud.stacks.all()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"boot_volume": Volume(size=20, type="nvme")}, "servers.boot_volume.type: there is no"),
        ({"volumes": (DATA, Volume(size=1, type="x"))}, "servers.volumes.1.type: there is no"),
        ({"networks": ("backend", "nowhere")}, "servers.networks.1: there is no network"),
    ],
)
def test_what_the_cloud_does_not_have_is_told_with_its_place(
    more: dict[str, object], said: str
) -> None:
    work = start()
    site = replace(WITH, servers=replace(WITH.servers, **more))  # type: ignore[arg-type]
    with pytest.raises(NotFound, match=said):
        reconcile.up(replace(work, site=site))
    assert not work.cloud.stacks.all()


def test_a_network_of_a_site_of_aos_is_refused(work: Work) -> None:
    other = replace(WITH, name="other", servers=Servers(networks=("ao-shop-blue",)))
    with pytest.raises(ConfigError, match="ao-shop-blue is of site shop"):
        reconcile.up(replace(work, site=other))


def test_volumes_that_the_quota_has_no_room_for_are_refused_before_anything_is_built() -> None:
    work = start(volumes=3)
    with pytest.raises(QuotaExceeded, match="volumes: 4 more needed, 3 free"):
        reconcile.up(work)
    assert not work.cloud.stacks.all()


def test_a_deploy_needs_the_standbys_volumes_twice() -> None:
    work = start(gigabytes=200)
    reconcile.up(work)
    reconcile.switch(work, BLUE)
    with pytest.raises(QuotaExceeded, match="gigabytes: 70 more needed, 60 free"):
        reconcile.deploy(work, "2.0")
