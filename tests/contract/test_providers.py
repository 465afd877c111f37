"""What a provider of load balancers refuses, which Ao refuses before anything is built."""

from collections.abc import Mapping

import pytest

from ao.cloud import LoadBalancer, Stack, Template
from tests.contract.environment import DEADLINE, Bench

HEAD = "heat_template_version: 2021-04-16\nparameters: {balancer: {type: string}}\nresources:\n"
POOL = """\
  pool:
    type: OS::Octavia::Pool
    properties:
      name: refused
      description: ''
      loadbalancer: {get_param: balancer}
      protocol: %(protocol)s
      lb_algorithm: %(algorithm)s
"""
LISTENER = """\
  listener:
    type: OS::Octavia::Listener
    properties:
      name: refused
      description: ''
      loadbalancer: {get_param: balancer}
      protocol: %(protocol)s
      protocol_port: 7999
      allowed_cidrs: %(allowed)s
"""
MONITOR = """\
  monitor:
    type: OS::Octavia::HealthMonitor
    properties:
      pool: {get_resource: pool}
      type: %(kind)s
      delay: 2
      timeout: 2
      max_retries: 2
"""
EXPECTING = MONITOR + "      url_path: /health\n      expected_codes: '%(expected)s'\n"
ON_OVN = {
    "protocol": "TCP",
    "algorithm": "SOURCE_IP_PORT",
    "kind": "TCP",
    "allowed": "[]",
}


def built(bench: Bench, balancer: LoadBalancer, body: str, words: Mapping[str, str]) -> Stack:
    """A stack of things on a load balancer, at rest; it is deleted again."""
    name = f"{bench.site.stack}-refused"
    template = Template(body=HEAD + body % words)
    tags = frozenset({bench.site.tag})
    bench.cloud.stacks.create(name, template, {"balancer": balancer.id}, tags, DEADLINE)
    try:
        return bench.at_rest(name)
    finally:
        bench.delete(name)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (POOL, {"algorithm": "ROUND_ROBIN"}),
        (POOL, {"protocol": "HTTP"}),
        (POOL + MONITOR, {"kind": "HTTP"}),
        (LISTENER, {"protocol": "HTTP"}),
        (LISTENER, {"allowed": "[192.0.2.0/24]"}),
    ],
)
def test_ovn_refuses_what_it_lacks(
    bench: Bench, blue: Stack, body: str, wrong: dict[str, str]
) -> None:
    balancer = bench.balancer(blue)
    assert built(bench, balancer, body, ON_OVN | wrong).failed


def test_ovn_takes_what_ao_asks_it_for(bench: Bench, blue: Stack) -> None:
    stack = built(bench, bench.balancer(blue), POOL + MONITOR, ON_OVN)
    assert not stack.failed, stack.reason


@pytest.mark.parametrize(
    ("kind", "expected", "taken"), [("HTTP", "204", True), ("TCP", "204", False)]
)
def test_a_proxy_is_told_which_answer_is_healthy_where_it_asks_for_one(
    shared: Bench, kind: str, expected: str, taken: bool
) -> None:
    words = {
        "protocol": "HTTP",
        "algorithm": "ROUND_ROBIN",
        "kind": kind,
        "expected": expected,
    }
    balancer = shared.balancer(shared.stack(shared.site.stack))
    assert built(shared, balancer, POOL + EXPECTING, words).failed is not taken
