"""A site whose standby is reached by what a request says: `switch.preview` of the site file."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from ao.clock import Clock
from ao.cloud import L7Policy, L7Rule
from ao.colour import Colour
from ao.errors import Refused
from ao.operations import operations, reconcile
from ao.plan import preview
from ao.plan.preview_key import COOKIE, HEADER, NAMES, VALUE
from ao.site import Preview, Site
from ao.text_format import newer_tags
from ao.work import Work
from tests.unit import samples
from tests.unit.operations.sites import Visitor, start, writes

BLUE, GREEN = Colour
POLICY, RULE = "load_balancers.create_l7_policy", "load_balancers.create_l7_rule"
REMOVE = "load_balancers.remove_l7_policy"
LEAD = "load_balancers.set_default_pool"


def by(kind: Preview, site: Site = samples.POOL_SITE) -> Site:
    return replace(site, switch=replace(site.switch, preview=kind))


PORT = by(Preview.PORT)


@pytest.fixture(params=[Preview.HEADER, Preview.COOKIE], ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    return by(request.param)


@pytest.fixture
def work(site: Site) -> Work:
    it = start(site)
    reconcile.up(it)
    return it


def anew(work: Work, site: Site | None = None) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site or work.site, looks={}, found={})


def policies(work: Work) -> tuple[L7Policy, ...]:
    """The policies on production's listener, as Octavia has them."""
    listener = work.observe().production_listener
    assert listener is not None
    return work.cloud.load_balancers.l7_policies(listener.id)


def values(work: Work) -> set[str]:
    return {rule.value for policy in policies(work) for rule in policy.rules}


def told(work: Work, colour: Colour) -> str:
    """The colour that answers a request for a system."""
    facts = anew(work).observe()
    options = preview.asked(work.request_options, facts, colour)
    return work.visit(preview.url(work.site, facts, "/version"), 3.0, options).headers[
        "x-ao-colour"
    ]


def listener_names(work: Work) -> set[str]:
    return {it.name for it in work.cloud.load_balancers.listeners()}


def test_both_systems_are_asked_on_the_listener_of_users(work: Work, site: Site) -> None:
    facts = work.observe()
    assert (facts.live, facts.previewed, facts.switching_to) == (BLUE, GREEN, None)
    assert [told(work, it) for it in Colour] == ["blue", "green"]
    assert listener_names(work) == {"ao-shop"}
    key = COOKIE if site.switch.preview is Preview.COOKIE else HEADER
    assert {rule.key for it in policies(work) for rule in it.rules} == {key}
    assert all(VALUE.fullmatch(it) for it in values(work))
    assert len(values(work)) == 2


def test_without_the_value_nobody_sees_the_standby(work: Work) -> None:
    facts = work.observe()
    url = preview.url(work.site, facts, "/version")
    assert url == work.site.url(facts.production.address, "/version")  # type: ignore[union-attr]
    options = work.request_options.passing((HEADER, "green"), ("Cookie", "ao-preview=1"))
    assert work.visit(url, 3.0, options).headers["x-ao-colour"] == "blue"


def test_up_changes_nothing_of_a_whole_site(work: Work) -> None:
    before = values(work)
    again = anew(work)
    count = len(writes(work.cloud))  # type: ignore[arg-type]
    reconcile.up(again)
    assert not {POLICY, RULE, REMOVE, LEAD} & set(writes(work.cloud)[count:])  # type: ignore[arg-type]
    assert values(work) == before


def test_a_switch_is_one_request(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    count = len(writes(work.cloud))  # type: ignore[arg-type]
    facts = reconcile.switch(anew(work))
    changed = [it for it in writes(work.cloud)[count:] if it.startswith("load_balancers")]  # type: ignore[arg-type]
    assert changed == [LEAD]
    assert (facts.live, facts.previewed) == (GREEN, BLUE)
    assert [told(work, it) for it in Colour] == ["blue", "green"]
    assert reconcile.switch(anew(work), BLUE).live is BLUE


def test_no_server_that_was_not_checked_takes_traffic_after_a_switch(work: Work) -> None:
    """The pool that production moves to has been one of its listener's for a check at least."""
    octavia = work.cloud.openstack.project("shop").octavia  # type: ignore[attr-defined]
    check = work.site.health_check
    reconcile.deploy(work, "2.0")
    for to in (GREEN, BLUE) * 5:
        facts = work.observe()
        (listener,) = octavia.listeners.values()
        pool_id = facts.systems[to].pool_id
        since = listener.back_ends[pool_id]
        assert work.clock.now() - since >= check.interval + check.timeout
        assert set(listener.back_ends) == set(facts.pools.values())
        reconcile.switch(anew(work), to)
        assert (listener.serving, listener.back_ends[pool_id]) == (pool_id, since)


def test_by_a_port_the_pool_is_new_to_the_listener_at_a_switch() -> None:
    """What the proof above would see if it were not so."""
    work = start(PORT)
    reconcile.up(work)
    octavia = work.cloud.openstack.project("shop").octavia  # type: ignore[attr-defined]
    pool_id = work.observe().systems[GREEN].pool_id
    listener = next(it for it in octavia.listeners.values() if it.name == "ao-shop")
    assert pool_id not in listener.back_ends


@pytest.mark.parametrize("colour", list(Colour))
def test_a_policy_that_is_gone_comes_back_before_a_switch(work: Work, colour: Colour) -> None:
    reconcile.deploy(work, "2.0")
    gone = next(it for it in policies(work) if it.name == NAMES[colour])
    work.cloud.load_balancers.remove_l7_policy(gone)
    begin = work.clock.now()
    assert reconcile.switch(anew(work)).live is GREEN
    assert [told(work, it) for it in Colour] == ["blue", "green"]
    check = work.site.health_check
    assert work.clock.now() - begin >= check.interval + check.timeout


SPOILT: list[Callable[[L7Policy], L7Policy]] = [
    lambda it: replace(it, enabled=False),
    lambda it: replace(it, rules=()),
    lambda it: replace(it, rules=(replace(it.rules[0], value="green"),)),
    lambda it: replace(it, rules=(replace(it.rules[0], invert=True),)),
    lambda it: replace(it, rules=(replace(it.rules[0], compare="CONTAINS"),)),
    lambda it: replace(it, rules=(replace(it.rules[0], key="X-Other"),)),
    lambda it: replace(
        it, rules=(*it.rules, L7Rule(type="PATH", compare="STARTS_WITH", value="/x"))
    ),
    lambda it: replace(it, action="REJECT", redirect_pool_id=None),
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_policy_that_somebody_has_changed_is_made_anew(
    work: Work, spoil: Callable[[L7Policy], L7Policy]
) -> None:
    reconcile.deploy(work, "2.0")
    (listener,) = work.cloud.openstack.project("shop").octavia.listeners.values()  # type: ignore[attr-defined]
    listener.policies = [spoil(it) for it in listener.policies]
    assert work.observe().previewed in {GREEN, None}
    reconcile.up(anew(work))
    assert [told(work, it) for it in Colour] == ["blue", "green"]
    assert sorted(it.name for it in policies(work)) == sorted(NAMES.values())


def test_two_systems_with_one_value_get_values_of_their_own(work: Work) -> None:
    (listener,) = work.cloud.openstack.project("shop").octavia.listeners.values()  # type: ignore[attr-defined]
    first, second = listener.policies
    listener.policies = [first, replace(second, rules=first.rules)]
    reconcile.up(anew(work))
    assert len(values(work)) == 2


def test_a_policy_of_somebody_else_stays(work: Work) -> None:
    listener = work.observe().production_listener
    assert listener is not None
    foreign = L7Policy(name="theirs", action="REJECT")
    made = work.cloud.load_balancers.create_l7_policy(listener, foreign)
    work.clock.sleep(2.0)
    rule = L7Rule(type="PATH", compare="STARTS_WITH", value="/admin")
    work.cloud.load_balancers.create_l7_rule(made, rule)
    work.clock.sleep(2.0)
    reconcile.new_preview_key(anew(work))
    reconcile.up(anew(work))
    assert "theirs" in {it.name for it in policies(work)}


def test_new_values_come_before_the_old_ones_go(work: Work) -> None:
    before = values(work)
    facts = work.observe()
    old = preview.asked(work.request_options, facts, GREEN)
    url = preview.url(work.site, facts, "/version")
    seen: list[set[str]] = []

    def sleep(seconds: float) -> None:
        by_old = work.visit(url, 3.0, old).headers["x-ao-colour"]
        seen.append({by_old, told(work, GREEN)})
        work.clock.sleep(seconds)

    watched = replace(anew(work), clock=Clock(now=work.clock.now, sleep=sleep))
    facts = reconcile.new_preview_key(watched)
    assert not before & values(work)
    assert {facts.preview_key(it).value for it in Colour} == values(work)  # type: ignore[union-attr]
    assert all("green" in it for it in seen)
    assert work.visit(url, 3.0, old).headers["x-ao-colour"] == "blue"
    assert [told(anew(work), it) for it in Colour] == ["blue", "green"]


def test_a_change_of_values_stands_in_the_journal_without_them(work: Work) -> None:
    operations.new_preview_key(anew(work), "the old one leaked")
    kept = json.dumps(
        [work.cloud.software_configs.read(it) for it in work.cloud.software_configs.all("ao")]
    )
    assert "the old one leaked" in kept
    assert not any(it in kept for it in values(work))


def test_no_value_stands_in_a_stack_a_text_or_a_repr(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    reconcile.switch(anew(work))
    facts = work.observe()
    texts = [repr(facts), repr(work), repr(preview.asked(work.request_options, facts, GREEN))]
    texts += [repr(policies(work)), repr(facts.preview_key(GREEN))]
    texts += [work.cloud.software_configs.read(it) for it in work.cloud.software_configs.all("ao")]
    heat = work.cloud.openstack.project("shop").heat  # type: ignore[attr-defined]
    texts += [repr(vars(it)) for it in heat.stacks.values()]
    assert not [text for text in texts if any(it in text for it in values(work))]


def test_a_preview_that_does_not_answer_is_told_without_its_value(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    openstack = work.cloud.openstack  # type: ignore[attr-defined]

    def visit(url: str, timeout: float, options: object = None, /) -> object:
        answer = openstack.visit(url, timeout, options)
        return replace(answer, status=503)

    with pytest.raises(Exception, match="preview") as caught:
        reconcile.switch(replace(anew(work), visit=visit))  # type: ignore[arg-type]
    words = f"{caught.value!r} {caught.value} {getattr(caught.value, 'cure', '')}"
    assert "ao preview" in words
    assert not any(it in words for it in values(work))


def test_production_that_does_not_answer_is_switched_back(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    openstack = work.cloud.openstack  # type: ignore[attr-defined]

    def visit(url: str, timeout: float, options, /):  # type: ignore[no-untyped-def]
        answer = openstack.visit(url, timeout, options)
        bad = answer.headers["x-ao-colour"] == "green" and not options.passes
        return replace(answer, status=500) if bad else answer

    with pytest.raises(Exception, match="back on blue"):
        reconcile.switch(replace(anew(work), visit=visit))
    assert work.observe().live is BLUE


def seen_while(work: Work, change: Callable[[Work], object]) -> list[str]:
    visitor = Visitor(work)
    change(visitor.watch())
    return visitor.seen


@pytest.mark.parametrize("live", list(Colour))
def test_a_port_becomes_a_header_and_a_port_again(live: Colour) -> None:
    """Users see one colour all the time, and each pool is led to all the time."""
    work = start(PORT)
    reconcile.up(work)
    reconcile.deploy(work, "2.0")
    if live is GREEN:
        reconcile.switch(work)
    octavia = work.cloud.openstack.project("shop").octavia  # type: ignore[attr-defined]
    pools = set(work.observe().pools.values())
    led: list[set[str]] = []

    def watched(site: Site) -> Work:
        def sleep(seconds: float) -> None:
            work.clock.sleep(seconds)
            led.append({it for at in octavia.listeners.values() for it in at.back_ends})

        return replace(anew(work, site), clock=Clock(now=work.clock.now, sleep=sleep))

    header, port = by(Preview.HEADER), PORT
    assert set(seen_while(watched(header), reconcile.up)) == {str(live)}
    facts = anew(work, header).observe()
    assert (facts.live, facts.previewed, facts.previews_by_request) == (live, live.other, True)
    assert listener_names(work) == {"ao-shop"}
    assert set(seen_while(watched(port), reconcile.up)) == {str(live)}
    facts = anew(work, port).observe()
    assert (facts.live, facts.previewed, facts.previews_by_request) == (live, live.other, False)
    assert listener_names(work) == {"ao-shop", "ao-shop-preview"}
    assert policies(work) == ()
    assert all(pools <= it for it in led)


def test_a_header_becomes_a_cookie() -> None:
    work = start(by(Preview.HEADER))
    reconcile.up(work)
    cookie = anew(work, by(Preview.COOKIE))
    reconcile.up(cookie)
    assert {rule.type for it in policies(cookie) for rule in it.rules} == {"COOKIE"}
    assert [told(cookie, it) for it in Colour] == ["blue", "green"]


def test_a_switch_with_an_earlier_site_file_goes_by_what_is_built(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(anew(work, PORT)).live is GREEN
    assert len(policies(work)) == 2


def test_a_site_file_that_is_ahead_of_what_is_built_changes_nothing_at_a_switch() -> None:
    work = start(PORT)
    reconcile.up(work)
    reconcile.deploy(work, "2.0")
    ahead = anew(work, by(Preview.HEADER))
    assert reconcile.switch(ahead).live is GREEN
    assert policies(work) == ()


def test_down_removes_the_policies_before_the_pools(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    reconcile.down(anew(work), frozenset({GREEN}))
    assert len(policies(work)) == 2
    reconcile.down(anew(work), frozenset(Colour))
    assert work.cloud.load_balancers.all() == ()
    assert writes(work.cloud).index(REMOVE) < len(writes(work.cloud))  # type: ignore[arg-type]


def test_down_removes_the_policies_of_a_site_whose_file_speaks_of_a_port(work: Work) -> None:
    reconcile.down(anew(work, PORT), frozenset(Colour))
    assert work.cloud.load_balancers.all() == ()


def test_an_earlier_ao_leaves_the_site_alone(work: Work) -> None:
    stack = work.observe().stack
    assert stack is not None
    newer = newer_tags(stack.tags, 2)
    assert newer is not None
    assert newer.needs == "0.3.0"


def test_new_values_are_refused_where_there_are_none() -> None:
    work = start(PORT)
    reconcile.up(work)
    with pytest.raises(Refused, match="on a port"):
        reconcile.new_preview_key(work)


def test_a_plain_site_is_asked_for_no_policies() -> None:
    work = start(PORT)
    reconcile.up(work)
    reconcile.deploy(work, "2.0")
    reconcile.switch(work)
    called = {it.name for it in work.cloud.calls}  # type: ignore[attr-defined]
    assert "load_balancers.l7_policies" not in called


def test_a_switch_that_was_broken_off_right_after_it_goes_on_the_same_way(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    killed = anew(work)
    with pytest.raises(Killed):
        operations.switch(killed_after(killed, LEAD))
    work.clock.sleep(600.0)
    assert anew(work).observe().live is GREEN
    assert operations.switch(anew(work)).live is GREEN
    assert operations.switch(anew(work)).live is BLUE


class Killed(Exception):
    """The process ends here."""


def killed_after(work: Work, call: str) -> Work:
    """The work, whose process ends at the wait that follows a write."""
    count = writes(work.cloud).count(call)  # type: ignore[arg-type]

    def sleep(seconds: float) -> None:
        if writes(work.cloud).count(call) > count:  # type: ignore[arg-type]
            raise Killed
        work.clock.sleep(seconds)

    visits = work.visit

    def visit(url: str, timeout: float, options, /):  # type: ignore[no-untyped-def]
        if writes(work.cloud).count(call) > count:  # type: ignore[arg-type]
            raise Killed
        return visits(url, timeout, options)

    return replace(work, clock=Clock(now=work.clock.now, sleep=sleep), visit=visit)
