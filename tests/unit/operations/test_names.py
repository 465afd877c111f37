"""Sites whose names are those of other sites' things, and things that are called like a site's."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao.cloud import Template
from ao.colour import Colour
from ao.doctor import examination, kept_findings, trial_site
from ao.errors import Refused
from ao.operations import operations, reconcile
from ao.operations.overview import overview
from ao.site import Site
from ao.site import names as site_names
from ao.work import Work
from tests.unit.doctor.test_examination import seen
from tests.unit.operations.sites import start, state, told, writes
from tests.unit.probes import FakeProbe

BLUE, GREEN = Colour
ENDINGS = site_names.ENDINGS


def named(work: Work, ending: str) -> Work:
    """The work of a site beside it, whose name says more."""
    cidrs = {BLUE: "10.43.1.0/24", GREEN: "10.43.2.0/24"}
    name = f"{work.site.name}-{ending}"
    return replace(work, site=replace(work.site, name=name, cidrs=cidrs))


@pytest.fixture
def old_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is built meanwhile may have any name, as before names were refused."""
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(site_names, "ENDINGS", ())
        yield


@pytest.fixture(params=ENDINGS)
def other(request: pytest.FixtureRequest, site: Site, old_names: None) -> Work:
    """A site of a name that no new one may have; it was built by an earlier version."""
    work = named(start(site), request.param)
    reconcile.up(work)
    return work


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_new_site_is_not_called_like_a_thing_of_another(site: Site, ending: str) -> None:
    work = named(start(site), ending)
    with pytest.raises(Refused, match=f"a new site cannot be called shop-{ending}") as refused:
        reconcile.up(work)
    assert "`site`" in refused.value.cure
    assert writes(work.cloud) == []


def test_a_site_of_such_a_name_goes_on(other: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as today:
        today.setattr(site_names, "ENDINGS", ENDINGS)
        operations.up(other)
        operations.deploy(other, "2.0")
        operations.switch(other, GREEN)
    assert told(other, "production") == ("green", "2.0")
    (glance,) = overview(other.cloud).sites
    assert (glance.name, glance.live) == (other.site.name, GREEN)


def test_the_doctor_and_the_end_of_a_site_leave_such_a_site_alone(other: Work, site: Site) -> None:
    shop = replace(other, site=site)
    before = state(other.observe())
    examination_of(shop)
    trial_site.remove(shop)
    reconcile.down(shop, frozenset(Colour))
    assert state(other.observe()) == before
    assert told(other, "production") == ("blue", "1.0")


def test_findings_of_such_a_site_are_its_own(other: Work, site: Site) -> None:
    shop = replace(other, site=site)
    found = examination_of(other)
    kept_findings.keep(other.cloud, other.site, found)
    kept_findings.keep(shop.cloud, shop.site, replace(found, at=1.0))
    kept_findings.forget(shop.cloud, shop.site)
    assert kept_findings.recall(other) == found
    assert kept_findings.recall(shop) is None


@pytest.mark.parametrize("other", ["lock", "preview", "doctor"], indirect=True)
def test_sites_beside_each_other_are_told_apart_in_the_overview(other: Work, site: Site) -> None:
    reconcile.up(replace(other, site=site))
    assert {it.name: it.live for it in overview(other.cloud).sites} == {
        site.name: BLUE,
        other.site.name: BLUE,
    }


def test_a_site_whose_stack_would_have_the_name_of_anothers_is_refused_before(
    site: Site, old_names: None
) -> None:
    other = named(start(site), "blue")
    reconcile.up(other)
    shop = replace(other, site=site)
    before, written = state(other.observe()), writes(other.cloud)
    with pytest.raises(Refused, match="there is a stack ao-shop-blue that does not carry"):
        reconcile.up(shop)
    assert state(other.observe()) == before
    assert writes(other.cloud) == written


def test_a_stack_that_is_called_like_a_trial_site_is_left_alone(work: Work) -> None:
    name = trial_site.stack_name(work.site)
    work.cloud.stacks.create(name, Template(body="resources: {}"), {}, frozenset(), 60.0)
    with pytest.raises(Refused, match=r"there is a stack ao-shop\.doctor that does not carry"):
        examination_of(work)
    trial_site.remove(work)
    reconcile.down(work, frozenset(Colour))
    assert work.cloud.stacks.get(name) is not None


def test_a_trial_site_of_an_earlier_version_is_deleted(work: Work) -> None:
    tags = frozenset({f"ao:doctor={work.site.name}"})
    work.cloud.stacks.create("ao-shop-doctor", Template(body="resources: {}"), {}, tags, 60.0)
    trial_site.remove(work)
    assert work.cloud.stacks.get("ao-shop-doctor") is None


def test_a_site_that_somebody_elses_address_leads_to_is_not_deleted(work: Work) -> None:
    balancer = next(iter(work.cloud.load_balancers.all()))
    for address in work.cloud.floating_ips.all():
        if address.port_id == balancer.vip_port_id:
            work.cloud.other_user.point(address.id, None)
    stranger = work.cloud.other_user.allocate_address()
    work.cloud.other_user.point(stranger.id, balancer.vip_port_id)
    with pytest.raises(Refused, match=f"floating IP {stranger.address} leads to load balancer"):
        reconcile.down(work, frozenset(Colour))
    assert work.cloud.stacks.get(work.site.stack) is not None
    work.cloud.other_user.point(stranger.id, None)
    reconcile.down(work, frozenset(Colour))
    assert work.cloud.stacks.get(work.site.stack) is None


def examination_of(work: Work) -> examination.Findings:
    recordings = seen()
    return examination.examine(work, FakeProbe(see=lambda _load: next(recordings)))
