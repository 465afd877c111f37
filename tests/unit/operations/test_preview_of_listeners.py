"""Several listeners whose standby is reached by what a request says, and maintenance beside it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ao.clock import Clock
from ao.cloud import L7Policy
from ao.colour import Colour
from ao.commands.maintenance_table import notes
from ao.http.request_options import RequestOptions
from ao.operations import maintenance, previews, reconcile
from ao.plan.maintenance_policy import NAME
from ao.plan.preview_key import NAMES
from ao.plan.stack_changes import Change, When
from ao.site import Method, Preview, Site
from ao.site.maintenance import Maintenance
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.operations.test_listeners import anew, further, leading, listeners, plain

BLUE, GREEN = Colour
WISH = Maintenance(redirect="https://status.example/shop", pool=None, during_switch=False)


def by(preview: Preview) -> Site:
    """A site with a listener of the main pools, one of others, and one that reads no requests."""
    on_port = preview is Preview.PORT
    pooled = plain(Method.POOL)
    return replace(
        pooled,
        switch=replace(pooled.switch, preview=preview),
        listeners=(
            further("admin", 9443, 8081, protocol="HTTP", preview_port=9444 if on_port else None),
            further("partners", 8443, 80, protocol="HTTP"),
            further("queue", 5671, 5671, preview_port=5672),
        ),
        maintenance=WISH,
    )


HEADER, PORT = by(Preview.HEADER), by(Preview.PORT)


def built(site: Site = HEADER) -> Work:
    work = start(site)
    reconcile.up(work)
    return anew(work)


def deployed(site: Site = HEADER) -> Work:
    work = built(site)
    reconcile.deploy(work, "2.0")
    return anew(work)


def policies(work: Work, port: int) -> dict[str, L7Policy]:
    """The policies of the listener of a port, by their names."""
    return {it.name: it for it in listeners(work)[port].policies}


def answers(work: Work, port: int, colour: Colour) -> str:
    """The colour that answers to a request for a system at a port of the production address."""
    facts = anew(work).observe()
    key, address = facts.preview_key(colour), facts.production
    assert key is not None
    assert address is not None
    options = RequestOptions().passing(key.header)
    answer = work.visit(f"http://{address.address}:{port}/version", 3.0, options)
    return answer.headers["x-ao-colour"] if answer.status == 200 else str(answer.status)


def all_pools(work: Work) -> set[str]:
    facts = anew(work).observe()
    return {pool_id for it in facts.systems.values() for pool_id in it.pool_ids.values()}


def test_each_listener_that_reads_requests_leads_to_the_pools_of_its_own_port() -> None:
    work = built()
    assert set(listeners(work)) == {80, 8443, 9443, 5671, 5672}
    pools = work.cloud.openstack.project("shop").octavia.pools
    led = {
        port: {name: pools[it.redirect_pool_id or ""].name for name, it in found.items()}
        for port in (80, 8443, 9443, 5671)
        if (found := policies(work, port)) or port == 5671
    }
    main = {NAMES[it]: f"ao-shop-{it}" for it in Colour}
    own = {NAMES[it]: f"ao-shop-{it}-http-8081" for it in Colour}
    assert led == {80: main, 8443: main, 9443: own, 5671: {}}
    for port in (80, 8443, 9443):
        assert [answers(work, port, it) for it in Colour] == ["blue", "green"]


def test_a_switch_leaves_no_pool_unchecked_and_is_over_when_all_previews_are_moved() -> None:
    work = deployed()
    facts = reconcile.switch(work)
    assert (facts.live, facts.previewed, facts.switching_to) == (GREEN, BLUE, None)
    assert not facts.previews_astray
    assert leading(work)[5672] == "ao-shop-blue-tcp-5671"
    octavia = work.cloud.openstack.project("shop").octavia
    assert all_pools(work) <= {it for at in octavia.listeners.values() for it in at.back_ends}
    reconcile.deploy(anew(work), "3.0")
    assert reconcile.switch(anew(work)).live is BLUE


def test_a_policy_of_another_value_than_the_main_ones_is_made_anew() -> None:
    work = built()
    listener = listeners(work)[8443]
    listener.policies = [
        replace(it, rules=tuple(replace(rule, value="0" * 32) for rule in it.rules))
        if it.name == NAMES[GREEN]
        else it
        for it in listener.policies
    ]
    reconcile.up(anew(work))
    assert answers(work, 8443, GREEN) == "green"


@pytest.mark.parametrize(("before", "after"), [(PORT, HEADER), (HEADER, PORT)], ids=["to", "from"])
def test_each_pool_is_led_to_while_a_port_becomes_a_header_or_a_header_a_port(
    before: Site, after: Site
) -> None:
    work = deployed(before)
    pools, octavia = all_pools(work), work.cloud.openstack.project("shop").octavia
    led: list[set[str]] = []

    def sleep(seconds: float) -> None:
        work.clock.sleep(seconds)
        led.append({it for at in octavia.listeners.values() for it in at.back_ends})

    clock = Clock(now=work.clock.now, sleep=sleep)
    facts = reconcile.up(replace(anew(work, after), clock=clock))
    assert (facts.live, facts.previewed, facts.switching_to) == (BLUE, GREEN, None)
    assert led
    assert [pools - it for it in led if not pools <= it] == []


def test_down_takes_the_policies_of_all_listeners_away_first() -> None:
    work = deployed()
    maintenance.on(work)
    reconcile.down(anew(work), frozenset(Colour))
    assert work.cloud.load_balancers.all() == ()


def passed(work: Work) -> list[str]:
    return [answers(work, port, it) for port in (80, 8443, 9443) for it in Colour]


BOTH = ["blue", "green"] * 3


@pytest.mark.parametrize(
    "change",
    [
        reconcile.new_preview_key,
        lambda work: reconcile.deploy(work, "2.0"),
        reconcile.up,
        lambda work: reconcile.up(anew(work, by(Preview.COOKIE))),
    ],
    ids=["new values", "deploy", "up", "a cookie"],
)
def test_previews_pass_a_maintenance_whatever_becomes_of_their_values(
    change: Callable[[Work], object],
) -> None:
    work = built()
    maintenance.on(anew(work))
    assert passed(work) == BOTH
    change(anew(work))
    assert passed(work) == BOTH
    for port in (80, 8443, 9443):
        there = policies(work, port)
        assert there[NAME].acts
        keys = {rule.value for it in NAMES.values() for rule in there[it].rules}
        secret = {rule.value for rule in there[NAME].rules if rule.is_secret}
        # That of the command beside those of both systems, and none from before.
        assert keys < secret
        assert len(secret) == 3


def test_previews_come_to_a_site_that_is_in_maintenance() -> None:
    work = built(PORT)
    maintenance.on(work)
    reconcile.up(anew(work, HEADER))
    assert passed(anew(work, HEADER)) == BOTH


def test_a_maintenance_is_whole_though_a_listener_reads_no_requests() -> None:
    for site in (HEADER, replace(HEADER, **_address())):
        work = built(site)
        maintenance.on(anew(work))
        found = maintenance.state(work, anew(work).observe())
        assert found.is_on
        assert found.is_whole
        assert any("users of queue are on the site" in it for it in notes(site, found))


def _address() -> dict[str, object]:
    site = plain(Method.ADDRESS)
    queue = further("queue", 5671, 5671)
    preview_named = further("preview-api", 8443, 80, protocol="HTTP")
    return {"switch": site.switch, "listeners": (queue, preview_named)}


def test_a_listener_of_users_that_is_called_a_preview_is_in_maintenance_too() -> None:
    work = built(replace(HEADER, **_address()))
    maintenance.on(anew(work))
    leads = [
        any(policy.name == NAME for policy in it.policies)
        for it in work.cloud.openstack.project("shop").octavia.listeners.values()
        if it.port == 8443
    ]
    assert leads == [True, True]


def test_the_plan_of_a_whole_site_tells_no_change_of_its_listeners() -> None:
    for site in (HEADER, PORT):
        assert previews.changes(built(site))[1] == ()


def test_the_plan_tells_which_listeners_come_with_a_port_of_the_preview() -> None:
    found = previews.changes(anew(built(), PORT))[1]
    assert {it.resource: it.change for it in found if it.when is When.NOW} == {
        "preview_admin": Change.MADE
    }
    assert not any(it.change in {Change.DELETED, Change.REPLACED} for it in found)
