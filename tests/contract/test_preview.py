"""Policies that lead requests to a pool by a header or a cookie: what Octavia makes of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao.cloud import L7Policy, L7Rule, Listener
from ao.colour import Colour
from ao.errors import AoError, CloudError
from ao.plan.preview_key import COOKIE, PreviewKey
from ao.site import Preview
from tests.contract.environment import Bench
from tests.contract.test_load_balancers import await_active, balancer, built

VALUE = "5f0c2a91be7d4c3e8a6b1d2f3c4e5a6b"
NO_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def listener(shared: Bench) -> Iterator[Listener]:
    """Production's listener of a site whose systems share a load balancer."""
    there = production(shared)
    yield there
    for policy in shared.cloud.load_balancers.l7_policies(there.id):
        await_active(shared)
        shared.cloud.load_balancers.remove_l7_policy(policy)
    await_active(shared)


def production(bench: Bench) -> Listener:
    id_ = built(bench, "production_listener")
    return next(
        it for it in bench.cloud.load_balancers.listeners(balancer(bench).id) if it.id == id_
    )


def give(bench: Bench, listener: Listener, wanted: L7Policy) -> L7Policy:
    """Give a listener a policy with its rules."""
    balancers = bench.cloud.load_balancers
    await_active(bench)
    made = balancers.create_l7_policy(listener, wanted)
    for rule in wanted.rules:
        await_active(bench)
        balancers.create_l7_rule(made, rule)
    await_active(bench)
    return made


@pytest.mark.parametrize("kind", [Preview.HEADER, Preview.COOKIE], ids=str)
def test_a_policy_to_a_pool_is_read_as_it_was_made(
    shared: Bench, listener: Listener, kind: Preview
) -> None:
    wanted = PreviewKey(kind=kind, value=VALUE).policy(Colour.GREEN, built(shared, "green_pool"))
    made = give(shared, listener, wanted)
    (found,) = shared.cloud.load_balancers.l7_policies(listener.id)
    assert found == replace(wanted, id=made.id, position=1)
    assert found.rules == wanted.rules
    assert VALUE not in repr(found)


def test_a_pool_that_a_policy_leads_to_belongs_to_the_listener(
    shared: Bench, listener: Listener
) -> None:
    pool_id = built(shared, "green_pool")
    status = shared.cloud.load_balancers.status(balancer(shared).id)
    assert status is not None
    assert pool_id not in status.listeners[listener.id]
    key = PreviewKey(kind=Preview.HEADER, value=VALUE)
    give(shared, listener, key.policy(Colour.GREEN, pool_id))
    status = shared.cloud.load_balancers.status(balancer(shared).id)
    assert status is not None
    assert status.listeners[listener.id] == (listener.default_pool_id, pool_id)


def test_a_policy_to_a_pool_that_is_not_there_is_refused(shared: Bench, listener: Listener) -> None:
    key = PreviewKey(kind=Preview.HEADER, value=VALUE)
    await_active(shared)
    with pytest.raises(AoError):
        shared.cloud.load_balancers.create_l7_policy(listener, key.policy(Colour.BLUE, NO_ID))


@pytest.mark.parametrize(
    "rule",
    [
        L7Rule(type="HEADER", compare="EQUAL_TO", value=VALUE),
        L7Rule(type="HEADER", compare="EQUAL_TO", key="X Ao", value=VALUE),
        L7Rule(type="COOKIE", compare="SAME_AS", key=COOKIE, value=VALUE),
    ],
)
def test_a_rule_that_is_none_is_refused_without_its_value(
    shared: Bench, listener: Listener, rule: L7Rule
) -> None:
    bare = replace(
        PreviewKey(kind=Preview.HEADER, value=VALUE).policy(
            Colour.GREEN, built(shared, "green_pool")
        ),
        rules=(),
    )
    made = give(shared, listener, bare)
    with pytest.raises(CloudError) as caught:
        shared.cloud.load_balancers.create_l7_rule(made, rule)
    assert VALUE not in f"{caught.value!r}"
