"""L7 policies that lead users elsewhere, off and on, and requests that pass them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ao.clock import Ready, Waiting
from ao.cloud import L7Policy, L7Rule, Stack
from ao.errors import CloudError, NotFound
from ao.http.request_options import RequestOptions
from ao.plan import maintenance
from ao.plan.maintenance import Note
from ao.plan.maintenance_policy import HEADER, NAME
from ao.visit import Answer, NoAnswer
from tests.contract.environment import Bench
from tests.contract.test_load_balancers import (
    NO_ID,
    await_active,
    balancer,
    built,
    change,
    listener,
)

PAGE = "https://status.example/shop"
PASS = "ao-pass-0123456789abcdef0123456789abcdef"
THEIRS = RequestOptions(passes=((HEADER, PASS),))


def wanted(page: str | None = PAGE, pool_id: str | None = None) -> L7Policy:
    note = Note(since=1.0, who="kim", reason="新しい表")
    return maintenance.policy(passing=PASS, page=page, pool_id=pool_id, previews=(), note=note)


@pytest.fixture
def clean(shared: Bench) -> Iterator[Bench]:
    """The site without policies, and its address on the load balancer."""
    shared.cloud.floating_ips.point(shared.address("production"), balancer(shared).vip_port_id)
    yield shared
    for policy in shared.cloud.load_balancers.l7_policies(listener(shared, "production").id):
        change(shared, lambda it=policy: shared.cloud.load_balancers.remove_l7_policy(it))  # type: ignore[misc]
    shared.cloud.floating_ips.point(shared.address("production"), None)


def made(bench: Bench, policy: L7Policy) -> L7Policy:
    """A policy with its rules, off as it is made."""
    found: list[L7Policy] = []
    there = listener(bench, "production")
    change(bench, lambda: found.append(bench.cloud.load_balancers.create_l7_policy(there, policy)))
    for rule in policy.rules:
        change(bench, lambda it=rule: bench.cloud.load_balancers.create_l7_rule(found[0], it))  # type: ignore[misc]
    return found[0]


def switched(bench: Bench, policy: L7Policy, *, enabled: bool) -> None:
    balancers = bench.cloud.load_balancers
    change(bench, lambda: balancers.set_l7_policy(policy, policy.description, enabled=enabled))


def answer(bench: Bench, options: RequestOptions = RequestOptions()) -> Answer:  # noqa: B008
    """What a path of production is answered with once it answers."""

    def look() -> Ready[Answer] | Waiting:
        url = bench.site.url(bench.address("production").address, "/cart?x=1")
        try:
            return Ready(bench.visit(url, 3.0, options))
        except NoAnswer as error:
            return Waiting(str(error))

    return bench.clock.until(look, what="production to answer", deadline=60)


def see(bench: Bench, options: RequestOptions, right: Callable[[Answer], bool]) -> None:
    """See production answer so."""

    def look() -> Ready[None] | Waiting:
        got = answer(bench, options)
        return Ready(None) if right(got) else Waiting(f"HTTP {got.status} {got.headers}")

    bench.clock.until(look, what="that answer", deadline=60)


def as_made(policy: L7Policy) -> tuple[L7Policy, frozenset[L7Rule]]:
    """A policy, whose rules are told in any order."""
    return replace(policy, rules=()), frozenset(policy.rules)


def leads(got: Answer) -> bool:
    return got.status == 302 and got.headers.get("location") == PAGE


def test_a_policy_is_told_as_it_was_made(clean: Bench) -> None:
    policy = wanted()
    one = made(clean, policy)
    (found,) = clean.cloud.load_balancers.l7_policies_named(NAME)
    assert as_made(found) == as_made(replace(policy, id=one.id, position=1))
    assert found.description == policy.description
    assert found.listener_id == listener(clean, "production").id
    assert listener(clean, "production").policy_ids == (one.id,)
    assert clean.cloud.load_balancers.l7_policies_named("ao-nobody") == ()


def test_one_that_is_off_leads_nobody_and_one_that_is_on_all_but_those_who_pass(
    clean: Bench,
) -> None:
    one = made(clean, wanted())
    see(clean, RequestOptions(), lambda got: got.status == 503)
    switched(clean, one, enabled=True)
    see(clean, RequestOptions(), leads)
    see(clean, THEIRS, lambda got: got.status == 503)
    wrong = RequestOptions(passes=((HEADER, f"{PASS}0"),))
    see(clean, wrong, leads)
    switched(clean, one, enabled=False)
    see(clean, RequestOptions(), lambda got: got.status == 503)


def test_a_description_is_changed(clean: Bench) -> None:
    one = made(clean, wanted())
    change(clean, lambda: clean.cloud.load_balancers.set_l7_policy(one, "another", enabled=False))
    (found,) = clean.cloud.load_balancers.l7_policies_named(NAME)
    assert (found.description, found.enabled) == ("another", False)


def test_a_pool_of_another_load_balancer_is_refused(clean: Bench) -> None:
    await_active(clean)
    with pytest.raises(CloudError):
        clean.cloud.load_balancers.create_l7_policy(
            listener(clean, "production"), wanted(None, NO_ID)
        )


def test_a_pool_of_the_load_balancer_is_taken(clean: Bench) -> None:
    policy = wanted(None, built(clean, "green_pool"))
    one = made(clean, policy)
    (found,) = clean.cloud.load_balancers.l7_policies_named(NAME)
    assert as_made(found) == as_made(replace(policy, id=one.id, position=1))


def test_a_policy_that_is_not_there_is_told(clean: Bench) -> None:
    gone = replace(wanted(), id=NO_ID)
    with pytest.raises(NotFound):
        clean.cloud.load_balancers.set_l7_policy(gone, "", enabled=True)


def test_a_rule_needs_a_header_s_name(clean: Bench) -> None:
    one = made(clean, replace(wanted(), rules=()))
    await_active(clean)
    nameless = L7Rule(type="HEADER", compare="EQUAL_TO", value=PASS, invert=True)
    with pytest.raises(CloudError):
        clean.cloud.load_balancers.create_l7_rule(one, nameless)


def test_ovn_leads_nobody_elsewhere(bench: Bench, blue: Stack) -> None:
    (there, *_) = bench.cloud.load_balancers.listeners(bench.balancer(blue).id)
    with pytest.raises(CloudError, match="does not support"):
        bench.cloud.load_balancers.create_l7_policy(there, wanted())
