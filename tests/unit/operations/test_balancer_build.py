"""By which flavor, and in which zone, Octavia builds a site's load balancers."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.errors import ConfigError, NotFound
from ao.operations import reconcile
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, start, writes
from tests.unit.release.releases import Listener

BLUE, GREEN = Colour
CLOUD = {"balancer_flavors": ["small", "large"], "balancer_zones": ["az-1", "az-2"]}


def built_by(site: Site, **balancer: object) -> Site:
    """The site with proxies of a flavor or zone."""
    return replace(site, load_balancer=replace(SITES[Method.POOL].load_balancer, **balancer))


@pytest.fixture(params=list(Method), ids=str)
def bare(request: pytest.FixtureRequest) -> Site:
    return built_by(SITES[request.param])


@pytest.fixture
def site(bare: Site) -> Site:
    return built_by(bare, flavor="large", availability_zone="az-1")


def balancers(work: Work) -> list[tuple[str | None, str | None]]:
    """Flavor, by name, and zone of each load balancer."""
    openstack = work.cloud.openstack
    names = {it.id: it.name for it in openstack.balancer_flavors}
    there = openstack.project("shop").octavia.balancers.values()
    return [(names.get(it.flavor_id or ""), it.availability_zone) for it in there]


def notes(work: Work) -> str:
    assert isinstance(work.progress, Listener)
    return "\n".join(work.progress.notes)


def anew(work: Work, site: Site) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site, looks={}, progress=Listener())


def test_they_are_built_so(site: Site) -> None:
    work = start(site, **CLOUD)
    reconcile.up(work)
    assert set(balancers(work)) == {("large", "az-1")}


def test_a_file_that_says_nothing_of_it_asks_for_neither(bare: Site) -> None:
    work = start(bare, **CLOUD)
    reconcile.up(work)
    assert set(balancers(work)) == {(None, None)}
    asked = {it.name for it in work.cloud.calls}
    assert not asked & {"lookup.balancer_flavor", "lookup.balancer_zone"}


def test_a_flavor_is_known_by_its_id_too(bare: Site) -> None:
    work = start(bare, **CLOUD)
    flavor = work.cloud.openstack.balancer_flavors[0]
    reconcile.up(replace(work, site=built_by(bare, flavor=flavor.id)))
    assert set(balancers(work)) == {("small", None)}


@pytest.mark.parametrize("key", ["flavor", "availability_zone"])
def test_what_the_cloud_has_not_is_refused_before_anything_is_built(bare: Site, key: str) -> None:
    named = replace(built_by(bare, **{key: "huge"}), places={f"load_balancer.{key}": "ao.yaml:7"})
    work = start(named, **CLOUD)
    with pytest.raises(NotFound, match=f"ao.yaml:7: load_balancer.{key}: .*'huge'"):
        reconcile.up(work)
    assert writes(work.cloud) == []


@pytest.mark.parametrize(
    ("key", "value", "api"),
    [("flavor", "large", (2, 5)), ("availability_zone", "az-1", (2, 13))],
)
def test_an_octavia_that_is_too_old_refuses_a_key_before_anything_is_built(
    bare: Site, key: str, value: str, api: tuple[int, int]
) -> None:
    work = start(built_by(bare, **{key: value}), octavia_api=api, **CLOUD)
    with pytest.raises(ConfigError, match=f"load_balancer.{key}: it needs version"):
        reconcile.up(work)
    assert writes(work.cloud) == []


def test_one_that_is_there_stays_and_is_told(bare: Site, site: Site) -> None:
    work = start(bare, **CLOUD)
    reconcile.up(work)
    second = anew(work, site)
    reconcile.up(second)
    assert set(balancers(work)) == {(None, None)}
    assert "which Octavia does not change" in notes(second)


def test_one_that_is_as_the_file_says_is_not_told(site: Site) -> None:
    work = start(site, **CLOUD)
    reconcile.up(work)
    second = anew(work, site)
    reconcile.up(second)
    assert "which Octavia does not change" not in notes(second)


def test_a_deploy_builds_the_standby_s_own_anew() -> None:
    bare = built_by(SITES[Method.ADDRESS])
    work = start(bare, **CLOUD)
    reconcile.up(work)
    later = anew(work, built_by(bare, flavor="large"))
    facts = reconcile.deploy(later, "2.0")
    assert facts.live is BLUE
    assert sorted(balancers(work), key=str) == [("large", None), (None, None)]
    assert facts.previewed is GREEN
    facts = reconcile.switch(anew(work, later.site))
    assert facts.live is GREEN
    assert facts.systems[GREEN].version == "2.0"
