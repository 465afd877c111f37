"""A site as an earlier version of Ao has left it in the cloud is read, and carried on.

`recorded/` has the sites of version 0.1.0 (commit f8f847e), one of each method. That version's
own code wrote them on its own fake cloud: `ao up`, findings that `ao doctor` keeps, `ao release
2.0` until it waits for an approval, `ao lock`. A parameter that names a thing of the cloud, whose
ID is another in each cloud, says which.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ao import config, fake, lock, release
from ao.cloud import Stack, Template
from ao.colour import Colour
from ao.doctor import kept_findings
from ao.doctor.findings import Fate
from ao.journal import Journal, Outcome
from ao.operations import operations, reconcile
from ao.release import WaitingForApproval
from ao.release.open_releases import approve, open_release
from ao.work import Work
from tests.unit.release.releases import Listener, options

RECORDINGS = sorted((Path(__file__).parent / "recorded").glob("*.json"))
BLUE, GREEN = Colour
KEPT = "ao.site/shop/"


def stack(cloud: fake.Cloud, name: str) -> Stack:
    """The stack of that name, once Heat has done with it."""
    while True:
        found = cloud.stacks.get(name)
        assert found is not None
        if not found.busy:
            assert found.status == "COMPLETE", found.reason
            return found
        cloud.clock.sleep(1)


def ids(cloud: fake.Cloud, name: str) -> Mapping[str, str]:
    """Physical IDs of the resources of a stack, by name."""
    return {it.name: it.physical_id for it in cloud.stacks.resources(stack(cloud, name))}


def parameter(cloud: fake.Cloud, value: object) -> object:
    """A recorded parameter, with the ID that the thing it names has in this cloud."""
    match value:
        case {"resource": str(name)}:
            return ids(cloud, "ao-shop")[name]
        case {"image": str(name)}:
            return cloud.lookup.image(name).id
        case {"flavor": str(name)}:
            return cloud.lookup.flavor(name).id
        case {"external_network": str(name)}:
            return cloud.lookup.external_network(name).id
    return value


def restored(recorded: Mapping[str, Any]) -> fake.Cloud:
    """A cloud with all that was recorded in it."""
    cloud = fake.Cloud()
    templates = {name: Template(**it) for name, it in recorded["templates"].items()}
    for it in recorded["stacks"]:
        parameters = {key: parameter(cloud, value) for key, value in it["parameters"].items()}
        template, tags = templates[it["template"]], frozenset(it["tags"])
        cloud.stacks.create(it["name"], template, parameters, tags, 600.0)
        stack(cloud, it["name"])
    own = ids(cloud, "ao-shop")
    balancers = {it.name: it for it in cloud.load_balancers.all()}
    for name, it in recorded["floating_ips"].items():
        (address,) = (found for found in cloud.floating_ips.all() if found.id == own[name])
        vip = ids(cloud, it["balancer_of"])["load_balancer"]
        (balancer,) = (found for found in balancers.values() if found.id == vip)
        cloud.floating_ips.point(address, balancer.vip_port_id, it["description"])
    for name, pool in recorded["listeners"].items():
        (listener,) = (found for found in cloud.load_balancers.listeners() if found.id == own[name])
        cloud.load_balancers.set_default_pool(listener, own[pool])
        cloud.clock.sleep(5)
    for it in recorded["software_configs"]:
        cloud.software_configs.add(it["name"], it["text"])
    for it in recorded["locks"]:
        cloud.locks.take(own["lock_network"], it["name"], it["description"])
    cloud.clock.sleep(30)
    cloud.calls.clear()
    return cloud


@pytest.fixture(params=RECORDINGS, ids=lambda path: path.stem)
def work(request: pytest.FixtureRequest) -> Work:
    """Work on a recorded site, with the site file that its project keeps."""
    cloud = restored(json.loads(request.param.read_text()))
    site = replace(config.load_stored(cloud, "shop"), folder=Path())
    listener = Listener()
    return Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit, progress=listener)


def written(work: Work) -> list[str]:
    assert isinstance(work.cloud, fake.Cloud)
    return [call.name for call in work.cloud.calls if call.writes]


def test_its_systems_are_seen_as_they_were(work: Work) -> None:
    facts = work.observe()
    assert (facts.live, facts.previewed, facts.switching_to) == (BLUE, GREEN, None)
    assert {colour: it.version for colour, it in facts.systems.items()} == {
        BLUE: "1.0",
        GREEN: "2.0",
    }
    assert [facts.systems[colour].obstacle() for colour in Colour] == [None, None]
    assert facts.newer == ()


def test_a_site_that_is_whole_is_left_as_it_is(work: Work) -> None:
    reconcile.up(work)
    assert written(work) == []


def test_its_kept_site_file_is_taken(work: Work) -> None:
    assert work.site.rules.approve == "manual"
    assert work.site.group.size == 2
    assert work.site.left_out == ()


def test_its_findings_are_recalled(work: Work) -> None:
    found = kept_findings.recall(work)
    assert found is not None
    assert (found.provider, found.address.fate) == ("amphora", Fate.RESET)


def test_its_lock_locks(work: Work) -> None:
    holder = lock.holder(work)
    assert holder is not None
    assert holder.claim is not None
    assert (holder.by_hand, holder.over, holder.claim.purpose) == (
        True,
        "",
        "a look at the database",
    )
    with pytest.raises(lock.Locked, match="operator on ci-1"):
        operations.deploy(work, "3.0")


def test_its_release_goes_on_and_keeps_production(work: Work) -> None:
    lock.release(work, force=True)
    unfinished = open_release(Journal(work))
    assert unfinished is not None
    with pytest.raises(WaitingForApproval):
        release.resume(work, options(work))
    approve(work)
    assert release.resume(work, options(work)) is Outcome.RELEASED
    assert work.observe().live is GREEN
    acts = [(it.id, it.outcome) for it in Journal(work).operations() if it.act == "release"]
    assert acts == [(unfinished.id, Outcome.RELEASED)]


def test_it_is_deployed_to_and_switched(work: Work) -> None:
    lock.release(work, force=True)
    reconcile.deploy(work, "3.0")
    assert reconcile.switch(work).live is GREEN
    assert work.observe().systems[GREEN].version == "3.0"
    assert reconcile.switch(work).live is BLUE


def test_the_next_up_keeps_the_site_file_anew(work: Work, tmp_path: Path) -> None:
    """What this version keeps replaces what the earlier one kept."""
    site = replace(work.site, source='{"format":1,"site_file":{},"user_data":"$AO_VERSION"}')
    reconcile.up(replace(work, site=site))
    (record,) = work.cloud.software_configs.all(KEPT)
    assert work.cloud.software_configs.read(record) == site.source
