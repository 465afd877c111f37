"""Values of the site file that cannot be together, whatever the cloud is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import config
from ao.config.agreement import OVN_ALGORITHMS, PROXY_ALGORITHMS, contradictions
from ao.config.yaml_file import dotted
from ao.errors import ConfigError

FILE = {
    "site": "shop",
    "external_network": "public",
    "version": "1.0",
    "image": "debian-12",
    "flavor": "m1.small",
    "user_data": "user-data.sh",
    "load_balancer": {"provider": "amphora"},
    "identify": {"header": "X-Ao-Colour"},
}
OVN = {"load_balancer": {"provider": "ovn"}}
TERMINATED = {
    "host": "shop.example",
    "load_balancer": {"provider": "amphora", "protocol": "TERMINATED_HTTPS"},
    "tls": {"certificate": "shop"},
}
PASSED = {
    "host": "shop.example",
    "load_balancer": {"provider": "amphora", "protocol": "HTTPS"},
}


def balanced(provider: str = "ovn", **keys: object) -> dict[str, object]:
    """Values of a site file whose load balancer has these keys."""
    return {"load_balancer": {"provider": provider, **keys}}


def told(**values: object) -> list[str]:
    """Keys that are told to contradict others in a site file with these values."""
    file = config.SiteFile.model_validate({**FILE, **values})
    return [dotted(found.key) for found in contradictions(file)]


def test_a_file_that_leaves_out_what_follows_from_others_is_in_agreement() -> None:
    assert told() == []
    assert told(**OVN) == []
    assert told(load_balancer={"provider": "a-vendors-own"}) == []
    assert told(**TERMINATED) == []
    assert told(**TERMINATED, redirect={}) == []
    assert told(**PASSED) == []
    assert told(**PASSED, tls={"warn_days": 7}) == []
    assert told(**TERMINATED, switch={"preview": "header"}) == []
    assert told(switch={"preview": "cookie", "preview_from": ["192.0.2.0/24"]}) == []
    assert told(host="shop.example", load_balancer={"provider": "ovn", "protocol": "HTTPS"}) == []


def test_users_are_known_by_their_addresses_everywhere() -> None:
    for provider in ("ovn", "amphora"):
        values = balanced(provider, protocol="TCP", session_persistence={"type": "SOURCE_IP"})
        assert told(**values) == []


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"load_balancer": {"provider": "ovn", "protocol": "HTTP"}}, "load_balancer.protocol"),
        (
            {"load_balancer": {"provider": "ovn", "algorithm": "ROUND_ROBIN"}},
            "load_balancer.algorithm",
        ),
        (
            {"load_balancer": {"provider": "amphora", "algorithm": "SOURCE_IP_PORT"}},
            "load_balancer.algorithm",
        ),
        ({**OVN, "health_check": {"type": "HTTP"}}, "health_check.type"),
        (
            {**OVN, "switch": {"method": "pool", "preview_from": ["192.0.2.0/24"]}},
            "switch.preview_from",
        ),
        (balanced(timeouts={"client": "1m"}), "load_balancer.timeouts"),
        (balanced(insert_headers=["X-Forwarded-For"]), "load_balancer.insert_headers"),
        (balanced(allowed_from=["192.0.2.0/24"]), "load_balancer.allowed_from"),
        (
            balanced("amphora", protocol="TCP", insert_headers=["X-Forwarded-For"]),
            "load_balancer.insert_headers",
        ),
        (
            balanced("amphora", insert_headers=["X-Forwarded-For", "X-SSL-Client-CN"]),
            "load_balancer.insert_headers",
        ),
        (
            balanced(session_persistence={"type": "HTTP_COOKIE"}),
            "load_balancer.session_persistence.type",
        ),
        (
            balanced(session_persistence={"type": "NONE"}),
            "load_balancer.session_persistence.type",
        ),
        (
            balanced("amphora", protocol="TCP", session_persistence={"type": "HTTP_COOKIE"}),
            "load_balancer.session_persistence.type",
        ),
        (balanced(server_tls={}), "load_balancer.server_tls"),
        (balanced("amphora", protocol="TCP", server_tls={}), "load_balancer.server_tls"),
        (balanced(proxy_protocol=1), "load_balancer.proxy_protocol"),
        (balanced(flavor="large"), "load_balancer.flavor"),
        (balanced(availability_zone="az-1"), "load_balancer.availability_zone"),
        ({**TERMINATED, "host": None}, "load_balancer.protocol"),
        ({**PASSED, "host": None}, "load_balancer.protocol"),
        ({**TERMINATED, "tls": None}, "load_balancer.protocol"),
        ({**TERMINATED, "tls": {"warn_days": 7}}, "tls"),
        ({"tls": {"certificate": "shop"}}, "tls"),
        ({**OVN, "tls": {"warn_days": 7}}, "tls"),
        ({**PASSED, "tls": {"certificate": "shop"}}, "tls.certificate"),
        ({**PASSED, "tls": {"warn_days": 7, "hsts": {}}}, "tls.hsts"),
        ({**TERMINATED, "load_balancer": {"provider": "ovn"}}, "tls"),
        ({"redirect": {}}, "redirect"),
        ({**PASSED, "redirect": {}}, "redirect"),
        ({**OVN, "redirect": {}}, "redirect"),
        ({**TERMINATED, "redirect": {"http": 443}}, "redirect.http"),
        ({**TERMINATED, "redirect": {"http": 8080}}, "redirect.http"),
        ({**TERMINATED, "switch": {"preview_port": 80}, "redirect": {}}, "redirect"),
        ({**PASSED, "health_check": {"path": "/ä"}}, "health_check.path"),
        ({"switch": {"preview_port": 80}}, "switch.preview_port"),
        (
            {**balanced("amphora", protocol="TCP"), "switch": {"preview": "header"}},
            "switch.preview",
        ),
        ({**OVN, "switch": {"method": "pool", "preview": "header"}}, "switch.preview"),
        ({**PASSED, "switch": {"preview": "cookie"}}, "switch.preview"),
        ({"switch": {"preview": "cookie", "method": "address"}}, "switch.preview"),
        ({"load_balancer": {"provider": "amphora", "port": 8080}}, "load_balancer.port"),
        ({"group": {"size": 9, "max": 4}}, "group.size"),
        ({"group": {"min": 5, "max": 4}}, "group"),
        ({"health_check": {"path": '/a"b'}}, "health_check.path"),
        ({"health_check": {"path": "/%zz"}}, "health_check.path"),
        ({"health_check": {"path": "/" + "a" * 255}}, "health_check.path"),
        ({"health_check": {"expect": "200-215, 301"}}, "health_check.expect"),
    ],
)
def test_what_rules_something_else_out_is_told_at_its_own_key(
    values: dict[str, object], key: str
) -> None:
    assert told(**values) == [key]


def test_the_ports_of_two_load_balancers_may_be_one() -> None:
    assert told(**{**OVN, "load_balancer": {"provider": "ovn", "port": 8080}}) == []


def test_a_path_that_octavia_does_not_ask_for_is_not_its_to_refuse() -> None:
    assert told(**OVN, health_check={"path": "/ä"}) == []


@pytest.mark.parametrize("expect", [200, [200, 301], "200-399", "200-214, 301"])
def test_octavia_takes_a_status_a_range_and_a_short_list(expect: object) -> None:
    assert told(health_check={"expect": expect}) == []


def test_a_long_list_of_statuses_is_not_octavias_to_refuse_where_it_asks_for_none() -> None:
    assert told(**OVN, health_check={"expect": "200-299, 404"}) == []


def test_a_query_may_have_what_a_path_may_not() -> None:
    assert told(health_check={"path": "/status?checks[]=db&of={a|b}"}) == []


@given(st.sampled_from(("ovn", "amphora")), st.sampled_from((*OVN_ALGORITHMS, *PROXY_ALGORITHMS)))
def test_a_provider_takes_its_own_algorithms_and_no_others(provider: str, algorithm: str) -> None:
    own = OVN_ALGORITHMS if provider == "ovn" else PROXY_ALGORITHMS
    refused = told(load_balancer={"provider": provider, "algorithm": algorithm})
    assert refused == ([] if algorithm in own else ["load_balancer.algorithm"])


def test_contradictions_are_told_with_file_and_line_in_the_order_of_the_lines(
    tmp_path: Path,
) -> None:
    (tmp_path / "user-data.sh").write_text("$AO_VERSION")
    path = tmp_path / "ao.yaml"
    path.write_text(
        "site: shop\nexternal_network: public\nversion: '1.0'\nimage: a\nflavor: b\n"
        "user_data: user-data.sh\nload_balancer:\n  provider: ovn\n  algorithm: ROUND_ROBIN\n"
        "identify: {header: X-Ao-Colour}\nhealth_check: {type: HTTP}\n"
    )
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    lines = str(caught.value).splitlines()
    assert "ao.yaml:9: load_balancer.algorithm: provider ovn does not know ROUND_ROBIN" in lines[0]
    assert "ao.yaml:11: health_check.type: provider ovn checks servers by TCP only" in lines[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("host: 203.0.113.9", "ao.yaml:11: host: it is no host name such as shop.example"),
        ("host: shop.example:80", "ao.yaml:11: host: it is no host name such as shop.example"),
        ("host: http://shop.example", "ao.yaml:11: host: it is no host name"),
        ("host: a_b.example", "ao.yaml:11: host: it is no host name"),
        ("host: " + "a" * 64 + ".example", "ao.yaml:11: host: it is no host name"),
        ("host: café.example", "ao.yaml:11: host: a host name has ASCII letters: write the form"),
        ("health_check: {method: POST}", "ao.yaml:11: health_check.method: "),
        ("health_check: {expect: 99}", "ao.yaml:11: health_check.expect: it is a status from 200"),
        ("health_check: {expect: []}", "ao.yaml:11: health_check.expect: it is a status from 200"),
        ("health_check: {expect: true}", "ao.yaml:11: health_check.expect: it is a status from"),
        ("health_check: {expect: 204-200}", "health_check.expect: the range 204-200 ends before"),
        (
            "health_check: {expect: '200-299, 404'}",
            "ao.yaml:11: health_check.expect: Octavia",
        ),
    ],
)
def test_a_host_and_statuses_that_cannot_be_are_told_with_file_and_line(
    tmp_path: Path, line: str, said: str
) -> None:
    (tmp_path / "user-data.sh").write_text("$AO_VERSION")
    path = tmp_path / "ao.yaml"
    path.write_text(
        "site: shop\nexternal_network: public\nversion: '1.0'\nimage: a\nflavor: b\n"
        "user_data: user-data.sh\nload_balancer:\n  provider: amphora\n"
        "identify:\n  header: X-Ao-Colour\n" + line + "\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(("provider", "cured"), [("ovn", False), ("amphora", True)])
def test_a_protocol_that_the_provider_has_not_is_no_cure(provider: str, cured: bool) -> None:
    values = {**PASSED, **balanced(provider, protocol="HTTPS"), "tls": {"certificate": "shop"}}
    (found,) = contradictions(config.SiteFile.model_validate({**FILE, **values}))
    assert ("TERMINATED_HTTPS" in found.what) is cured


THERE = {"network": "shop-net", "subnet": "shop-subnet"}
WITHOUT = {"external_network": "none", "network": {"balancer": THERE}}
SIX = {"network": {"blue": "fd00:1::/64"}}


def test_networks_that_are_there_agree_with_what_leads_to_them() -> None:
    everything = dict.fromkeys(("blue", "green", "balancer"), THERE)
    assert told(network={"router": "edge"}) == []
    assert told(network=everything) == []
    assert told(network={"router": "edge", "blue": THERE}) == []
    assert told(**WITHOUT) == []
    assert told(**WITHOUT, production_address="2001:db8::7") == []
    assert told(**SIX) == []
    assert told(**{**OVN, "network": {"blue": THERE, "green": THERE}}) == []


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"network": {"blue": THERE}}, "network"),
        ({"network": {"blue": THERE, "green": "10.42.2.0/24"}}, "network.green"),
        ({**OVN, "network": {"router": "edge", "balancer": THERE}}, "network.balancer"),
        ({"external_network": "none"}, "external_network"),
        (
            {"external_network": "none", "network": {"balancer": "10.42.0.0/24"}},
            "network.balancer",
        ),
        ({**OVN, "external_network": "none"}, "external_network"),
        ({"production_address": "2001:db8::7"}, "production_address"),
        ({"network": {"balancer": "fd00::/64"}}, "network.balancer"),
        ({**OVN, **SIX}, "network.blue"),
        ({**OVN, **SIX, "switch": {"method": "pool"}}, "network.blue"),
        (
            {"external_network": "none", "network": {"balancer": THERE, "blue": "fd00:1::/64"}},
            "network.blue",
        ),
        ({"switch": {"preview_from": ["2001:db8::/32"]}}, "switch.preview_from"),
        ({"servers": {"rules": [{"port": 22, "from": "2001:db8::/32"}]}}, "servers.rules.0"),
    ],
)
def test_networks_that_do_not_fit_are_told_with_their_key(
    values: dict[str, object], key: str
) -> None:
    assert told(**values) == [key]


@pytest.mark.parametrize(
    "network",
    [
        {"blue": {"network": "shop-net"}},
        {"blue": {"cidr": "10.42.1.0/24", **THERE}},
        {"blue": {"cidr": "10.42.1.0/24", "ipv6": "slaac"}},
        {"blue": "fd00:1::/80"},
        {"blue": {}},
        {"lock": THERE},
        {"additional_vips": [THERE]},
    ],
)
def test_a_network_that_is_half_said_is_refused(network: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        told(network=network)
