"""What somebody else's load balancer has to be, before a site is built around it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from ao import fake
from ao.cloud.models import L7Policy, L7Rule, ListenerSettings
from ao.colour import Colour
from ao.errors import AoError, Conflict, NotFound, QuotaExceeded, Refused
from ao.fake.owner import Owner
from ao.operations import operations, previews, reconcile
from ao.operations.switch_options import DEFAULT
from ao.site import Preview
from ao.site.adopt import Adoption
from ao.site.timeouts import Timeouts
from ao.work import Work
from tests.unit.adopted import Owned, by_hand

BLUE, GREEN = Colour
NOWHERE = "0e6ea11c-6a11-4b6e-9d5b-0d8f1c3f7a10"


def described(owned: Owned, **adopt: object) -> Work:
    """The site with another `adopt`."""
    assert owned.site.adopt is not None
    there = replace(owned.site.adopt, **adopt)  # type: ignore[arg-type]
    return replace(owned.work, site=replace(owned.site, adopt=there))


def balanced(owned: Owned, **values: object) -> Work:
    balancer = replace(owned.site.load_balancer, **values)  # type: ignore[arg-type]
    return replace(owned.work, site=replace(owned.site, load_balancer=balancer))


def other_pool(owned: Owned) -> Work:
    other = replace(owned.pool, id=NOWHERE)
    owned.octavia.pools[other.id] = other
    owned.main.pool_id = other.id
    return owned.work


def another_listener(owned: Owned) -> Work:
    owned.octavia.create_listener(
        owned.main.balancer, "also", "HTTP", 443, owned.pool.id, ListenerSettings(), None
    )
    return owned.work


def a_policy_to_the_pool(owned: Owned) -> Work:
    rule = L7Rule(type="PATH", compare="STARTS_WITH", value="/api")
    policy = L7Policy(
        name="api", action="REDIRECT_TO_POOL", redirect_pool_id=owned.pool.id, rules=(rule,)
    )
    owned.main.policies.append(replace(policy, id=NOWHERE, position=1))
    return owned.work


def named(owned: Owned, name: str = "", description: str = "") -> Work:
    balancer = owned.main.balancer
    balancer.name, balancer.description = name or balancer.name, description
    return owned.work


def another_port(owned: Owned) -> int:
    owned.octavia.create_listener(
        owned.main.balancer, "also", "HTTP", 8081, None, ListenerSettings(), None
    )
    return 8001


def previewed(owned: Owned, port: int) -> Work:
    switch = replace(owned.site.switch, preview=Preview.PORT, preview_port=port)
    return replace(owned.work, site=replace(owned.site, switch=switch))


def unaddressed(owned: Owned) -> Work:
    (address,) = owned.project.neutron.floating_ips.values()
    owned.project.neutron.point(address.id, address.revision, None, None)
    return owned.work


def in_error(owned: Owned) -> Work:
    owned.octavia.mark(owned.main.balancer, "ERROR")
    return owned.work


REFUSALS: dict[str, tuple[Callable[[Owned], Work], str]] = {
    "no such load balancer": (
        lambda it: described(it, load_balancer=NOWHERE),
        "ao.yaml:3: adopt.load_balancer: the project has no load balancer",
    ),
    "no load balancer of that name": (
        lambda it: described(it, load_balancer="none"),
        "ao.yaml:3: adopt.load_balancer: the project has no load balancer",
    ),
    "no such listener": (
        lambda it: described(it, listeners=(NOWHERE,)),
        "ao.yaml:3: adopt.listeners.0: .* no listener",
    ),
    "no such pool": (
        lambda it: described(it, pool=NOWHERE),
        "ao.yaml:3: adopt.pool: .* no pool",
    ),
    "a listener that leads elsewhere": (other_pool, "ao.yaml:3: adopt.listeners.0: .* leads to"),
    "another provider": (
        lambda it: balanced(it, provider="ovn", algorithm="SOURCE_IP_PORT"),
        "ao.yaml:9: load_balancer.provider",
    ),
    "another protocol": (
        lambda it: balanced(it, protocol="TCP"),
        "ao.yaml:9: load_balancer.protocol: .* speaks HTTP",
    ),
    "another port": (lambda it: balanced(it, port=81), "ao.yaml:9: load_balancer.port"),
    "other time-outs": (
        lambda it: balanced(it, timeouts=Timeouts(client=1.0, server=None, connect=None)),
        "ao.yaml:9: load_balancer.timeouts.client: the site file asks otherwise",
    ),
    "other headers": (
        lambda it: balanced(it, insert_headers=("X-Forwarded-For",)),
        "ao.yaml:9: load_balancer.insert_headers",
    ),
    "other networks": (
        lambda it: balanced(it, allowed_from=("192.0.2.0/24",)),
        "ao.yaml:9: load_balancer.allowed_from",
    ),
    "another listener of the pool": (
        another_listener,
        "ao.yaml:3: adopt.listeners: listener .* leads to the adopted pool too",
    ),
    "a policy to the pool": (a_policy_to_the_pool, "L7 policy api of the listener leads to"),
    "a controller of Kubernetes": (
        lambda it: named(it, "kube_service_prod_default_web"),
        "Kubernetes looks after",
    ),
    "a port of the preview that is taken": (
        lambda it: previewed(it, 80 + another_port(it)),
        "switch.preview_port: listener also of the load balancer has port 8081",
    ),
    "a floating IP that leads elsewhere": (unaddressed, "ao.yaml:3: adopt.floating_ip"),
    "a load balancer in ERROR": (in_error, "ERROR"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_refused_with_its_place_and_cure_and_nothing_is_changed(name: str) -> None:
    change, told = REFUSALS[name]
    owned = by_hand()
    work = change(owned)
    before = owned.objects()
    with pytest.raises((Refused, NotFound), match=told) as refused:
        operations.up(work)
    assert refused.value.cure
    assert owned.objects() == before
    assert work.cloud.stacks.all() == ()


def test_a_name_of_two_load_balancers_is_none() -> None:
    owned = by_hand(name="shop")
    balancer = owned.main.balancer
    subnet = balancer.vip.subnet_id
    owned.octavia.create_balancer("shop", "", "amphora", subnet)
    with pytest.raises(Conflict, match="2 load balancers"):
        operations.up(described(owned, load_balancer="shop"))


def test_a_name_of_one_is_taken() -> None:
    owned = by_hand(name="shop")
    assert operations.up(described(owned, load_balancer="shop")).live is BLUE


def test_a_quota_that_cannot_hold_the_second_system_is_told_first() -> None:
    owned = by_hand()
    owned.project.quotas.by_resource["instances"] = 3
    before = owned.objects()
    with pytest.raises(QuotaExceeded, match="instances"):
        operations.up(owned.work)
    assert owned.objects() == before


def test_a_built_site_is_not_taken_for_another_one() -> None:
    owned = by_hand()
    operations.up(owned.work)
    assert owned.site.adopt is not None
    for adopt in (None, replace(owned.site.adopt, colour=GREEN)):
        work = replace(owned.work, site=replace(owned.site, adopt=adopt), looks={})
        with pytest.raises(Refused, match="adopt"):
            work.observe()


def test_a_site_of_aos_own_is_not_taken_for_an_adopted_one() -> None:
    owned = by_hand()
    operations.up(owned.work)
    own = replace(owned.site, adopt=None, name="other", production_address=None)
    work = replace(owned.work, site=own, looks={})
    reconcile.up(work)
    with pytest.raises(Refused, match="load balancer of its own"):
        replace(work, site=replace(own, adopt=owned.site.adopt), looks={}).observe()


def test_the_plan_tells_each_object_each_reload_and_the_quota() -> None:
    owned = by_hand(ports=(80, 81))
    before = owned.objects()
    steps, changes = previews.changes(owned.work)
    assert owned.main.balancer.id in str(steps[0])
    made = {it.resource for it in changes}
    assert {"green_pool", "green_monitor", "lock_network"} <= made
    assert not {"blue_pool", "load_balancer", "production_listener"} & made
    told = [str(it) for it in previews.around(owned.work)]
    assert sum("4 reloads" in it for it in told) == 2
    assert any("pools 1" in it for it in told)
    assert owned.objects() == before
    operations.up(owned.work)
    assert previews.around(owned.work) == ()


def test_an_adopted_colour_in_which_nothing_passes_cannot_go_live() -> None:
    owned = by_hand(preview=Preview.PORT)
    operations.up(owned.work)
    operations.switch(owned.work, GREEN)
    for server in owned.project.nova.servers.values():
        if server.name.startswith("old"):
            server.status = "ERROR"
    with pytest.raises(AoError, match="pass the health check") as refused:
        operations.disown(owned.work, to_live=False)
    assert refused.value.cure
    assert isinstance(owned.site.adopt, Adoption)
    operations.disown(owned.work, to_live=True)


def test_a_load_balancer_of_another_site_of_aos_is_not_adopted() -> None:
    owned = by_hand()
    own = replace(owned.site, adopt=None, name="other", production_address=None)
    reconcile.up(replace(owned.work, site=own, looks={}))
    named(owned, description="ao:site=other")
    with pytest.raises(Refused, match="site other, which Ao has built"):
        operations.up(owned.work)


def test_a_pool_that_was_left_by_ao_may_be_adopted() -> None:
    owned = by_hand()
    named(owned, description="ao:site=gone")
    assert operations.up(owned.work).live is BLUE


def test_of_two_sites_that_are_begun_around_one_listener_at_once_none_leads_it() -> None:
    owned = by_hand()
    cloud = owned.work.cloud
    assert isinstance(cloud, fake.Cloud)
    works = [
        replace(owned.work, site=replace(owned.site, name=name), looks={})
        for name in ("shop", "other")
    ]

    def begin() -> None:
        with pytest.raises(fake.Killed):
            operations.up(works[1])
        cloud.process.restart()

    cloud.faults.kill("load_balancers.create_l7_policy")
    cloud.faults.meanwhile("stacks.create", begin)
    with pytest.raises(Refused, match="site other has adopted the listener already"):
        operations.up(works[0])
    with pytest.raises(Refused, match="site shop has adopted the listener already"):
        operations.up(works[1])
    assert owned.main.policies == []
    operations.disown(works[1], to_live=False)
    assert operations.up(works[0]).live is BLUE


def test_a_listener_is_of_one_site() -> None:
    owned = by_hand()
    operations.up(owned.work)
    other = replace(owned.work, site=replace(owned.site, name="other"), looks={})
    with pytest.raises(Refused, match="site shop has adopted the listener already"):
        operations.up(other)


def led(owned: Owned, port: int, pool_id: str) -> str:
    """Another listener of the owner's, by its ID."""
    balancer, settings = owned.main.balancer, owned.main.settings
    made = owned.octavia.create_listener(
        balancer, f"web-{port}", "HTTP", port, pool_id, settings, None
    )
    return made.id


@pytest.mark.parametrize("name", ["ao-preview-blue", "ao-preview-green", "ao-maintenance"])
def test_a_policy_of_the_owners_that_is_called_like_aos_stays_as_it_is(name: str) -> None:
    owned = by_hand()
    other = replace(owned.pool, id=NOWHERE)
    owned.octavia.pools[other.id] = other
    policy = L7Policy(name=name, action="REDIRECT_TO_POOL", redirect_pool_id=other.id)
    Owner(owned.project).policy(owned.main.id, policy)
    before = owned.objects()
    with pytest.raises(Refused, match=f"{name}, as Ao calls its own") as refused:
        operations.up(owned.work)
    assert owned.main.policies[0].id in refused.value.cure
    assert owned.objects() == before


def test_users_are_not_split_by_a_listener_that_leads_to_the_pool_since() -> None:
    owned = by_hand()
    operations.up(owned.work)
    added = led(owned, 9090, owned.pool.id)
    for command in (
        partial(operations.switch, wanted=GREEN),
        partial(operations.deploy, version="2.0"),
    ):
        with pytest.raises(Refused, match=f"{added}.* leads to blue too"):
            command(owned.work)
    assert owned.main.pool_id == owned.pool.id
    owned.octavia.remove_listener(added)
    assert operations.switch(owned.work, GREEN).live is GREEN
    led(owned, 9090, owned.pool.id)
    assert operations.switch(owned.work, BLUE).live is BLUE
    assert operations.switch(owned.work, GREEN, replace(DEFAULT, force=True)).live is GREEN


def test_a_listener_that_is_taken_out_of_the_file_is_neither_split_nor_left_with_policies() -> None:
    owned = by_hand(ports=(80, 81))
    before = owned.objects()
    operations.up(owned.work)
    assert owned.site.adopt is not None
    adopt = replace(owned.site.adopt, listeners=owned.site.adopt.listeners[:1])
    fewer = replace(owned.work, site=replace(owned.site, adopt=adopt, listeners=()), looks={})
    with pytest.raises(Refused, match=r"web-81 .* leads to blue too"):
        operations.switch(fewer, GREEN)
    operations.disown(fewer, to_live=False)
    assert owned.objects() == before


def test_a_listener_of_another_system_is_not_taken_in_later() -> None:
    owned = by_hand(ports=(80, 81))
    operations.up(owned.work)
    other = replace(owned.pool, id=NOWHERE)
    owned.octavia.pools[other.id] = other
    assert owned.site.adopt is not None
    added = led(owned, 82, other.id)
    adopt = replace(owned.site.adopt, listeners=(owned.main.id, added))
    further = tuple(replace(it, port=82) for it in owned.site.listeners)
    site = replace(owned.site, adopt=adopt, listeners=further)
    with pytest.raises(Refused, match=r"adopt\.listeners\.1: listener web-82 leads to pool"):
        operations.up(replace(owned.work, site=site, looks={}))
    assert owned.octavia.listeners[added].policies == []
