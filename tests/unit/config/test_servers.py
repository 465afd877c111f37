"""What the servers have of the cloud, as ao.yaml says it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import config
from ao.config.agreement import contradictions
from ao.errors import ConfigError
from ao.site import Site
from ao.site.servers import IngressRule, Servers
from tests.unit.config.test_agreement import FILE, OVN

TEXT = """site: shop
external_network: public
version: "1.0"
image: debian-12
flavor: m1.small
user_data: user-data.sh
load_balancer: {provider: amphora}
identify: {header: X-Ao-Colour}
servers:
"""
"""A site file up to line 9; what follows is on lines from 10."""


def load(folder: Path, *lines: str) -> Site:
    (folder / "ao.yaml").write_text(TEXT + "\n".join(f"  {line}" for line in lines) + "\n")
    (folder / "user-data.sh").write_text("echo $AO_VERSION\n")
    return config.load(folder / "ao.yaml")


def refusal(folder: Path, *lines: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, *lines)
    return f"{caught.value.message}\n{caught.value.cure or ''}"


def test_a_file_without_them_asks_for_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "{}").servers == Servers()


def test_groups_and_rules_are_read(tmp_path: Path) -> None:
    servers = load(
        tmp_path,
        "security_groups: [ops-access, default]",
        "rules:",
        "  - {port: 22, from: 192.0.2.0/24}",
        "  - {protocol: udp, port: 9100-9110, from: 192.0.2.7}",
        "  - {protocol: icmp, from: 0.0.0.0/0}",
    ).servers
    assert servers.security_groups == ("ops-access", "default")
    assert servers.rules == (
        IngressRule(protocol="tcp", ports=(22, 22), source="192.0.2.0/24"),
        IngressRule(protocol="udp", ports=(9100, 9110), source="192.0.2.7/32"),
        IngressRule(protocol="icmp", ports=None, source="0.0.0.0/0"),
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{port: 0, from: 192.0.2.0/24}", "it is a port from 1 to 65535"),
        ("{port: 65536, from: 192.0.2.0/24}", "the highest port is 65535"),
        ("{port: 30-20, from: 192.0.2.0/24}", "write 20-30"),
        ("{port: true, from: 192.0.2.0/24}", "it is a port from 1 to 65535"),
        ("{port: ssh, from: 192.0.2.0/24}", "22, 9100-9110"),
        ("{port: 22}", "the key is missing; write for example `from: 192.0.2.0/24`"),
        ("{port: 22, from: everybody}", "for everybody write 0.0.0.0/0"),
        ("{port: 22, from: 192.0.2.1/24}", "write 192.0.2.0/24"),
        ("{port: 22, from: '2001:db8::/32'}", "which no IPv6 address reaches"),
        ("{from: 192.0.2.0/24}", "tcp needs `port`; write for example `port: 22`"),
        ("{protocol: icmp, port: 8, from: 192.0.2.0/24}", "leave `port` out"),
        ("{protocol: gre, from: 192.0.2.0/24}", "'tcp', 'udp' or 'icmp'"),
    ],
)
def test_a_rule_that_neutron_would_refuse_is_told_with_its_line(
    rule: str, said: str, tmp_path: Path
) -> None:
    told = refusal(tmp_path, "rules:", "  - {port: 80, from: 198.51.100.0/24}", f"  - {rule}")
    assert f"{tmp_path}/ao.yaml:12: servers.rules.1" in told
    assert said in told


def test_a_rule_is_said_once(tmp_path: Path) -> None:
    same = "  - {port: 22, from: 192.0.2.0/24}"
    told = refusal(tmp_path, "rules:", same, "  - {protocol: icmp, from: 192.0.2.0/24}", same)
    assert "ao.yaml:10: servers.rules: rules 1 and 3 are the same" in told
    assert "leave one out" in told


def test_so_many_groups_and_rules_are_told_to_be_too_many(tmp_path: Path) -> None:
    groups = ", ".join(f"g{number}" for number in range(11))
    assert "ao.yaml:10: servers.security_groups: should have at most 10 items" in refusal(
        tmp_path, f"security_groups: [{groups}]"
    )
    rules = [f"  - {{port: {port}, from: 192.0.2.0/24}}" for port in range(1, 52)]
    assert "should have at most 50 items" in refusal(tmp_path, "rules:", *rules)


@pytest.mark.parametrize(
    ("values", "source"),
    [
        ({}, "10.42.1.0/24"),
        ({}, "10.42.2.0/24"),
        ({}, "10.42.0.0/24"),
        (OVN, "0.0.0.0/0"),
    ],
)
def test_the_rule_for_the_load_balancer_is_not_said_again(
    values: dict[str, object], source: str
) -> None:
    rules = [{"port": 22, "from": source}, {"port": 80, "from": source}]
    file = config.SiteFile.model_validate({**FILE, **values, "servers": {"rules": rules}})
    (found,) = contradictions(file)
    assert found.key == ("servers", "rules", 1)
    assert found.what == (
        f"port 80 is open to {source} already, for the load balancer; leave the rule out"
    )


def test_that_contradiction_is_told_with_its_line(tmp_path: Path) -> None:
    told = refusal(tmp_path, "rules:", "  - {port: 80, from: 10.42.1.0/24}")
    assert "ao.yaml:11: servers.rules.0: port 80 is open to 10.42.1.0/24 already" in told


@given(st.integers(1, 65535), st.integers(1, 65535))
def test_every_range_is_read_as_it_is_written(one: int, other: int) -> None:
    low, high = sorted((one, other))
    values = {**FILE, "servers": {"rules": [{"port": f"{low}-{high}", "from": "192.0.2.0/24"}]}}
    (rule,) = config.SiteFile.model_validate(values).servers.value().rules
    assert rule.ports == (low, high)
