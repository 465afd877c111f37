"""What the servers have of the cloud, as ao.yaml says it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import config
from ao.colour import Colour
from ao.config.agreement import contradictions
from ao.errors import ConfigError
from ao.site import Site
from ao.site.servers import AntiAffinity, IngressRule, Servers, Volume
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


def test_zone_hosts_drive_and_metadata_are_read(tmp_path: Path) -> None:
    servers = load(
        tmp_path,
        "availability_zone: az1",
        "anti_affinity: strict",
        "config_drive: true",
        "metadata: {team: shop, cost.centre: '42'}",
    ).servers
    assert servers.availability_zones == {Colour.BLUE: "az1", Colour.GREEN: "az1"}
    assert servers.anti_affinity is AntiAffinity.STRICT
    assert servers.config_drive
    assert servers.metadata == {"team": "shop", "cost.centre": "42"}


def test_each_system_may_have_a_zone_of_its_own(tmp_path: Path) -> None:
    zones = load(tmp_path, "availability_zone: {blue: az1, green: az2}").servers.availability_zones
    assert zones == {Colour.BLUE: "az1", Colour.GREEN: "az2"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("availability_zone: [az1, az2]", "members of one Heat autoscaling group"),
        ("availability_zone: [az1, az2]", "write its name, or `{blue: az1, green: az2}`"),
        ("availability_zone: {blue: az1}", "or one for each: `{blue: az1, green: az2}`"),
        ("availability_zone: {blue: az1, green: 7}", "is text of up to 255 characters"),
        ("availability_zone: ''", "is text of up to 255 characters"),
        ("availability_zone: 7", "it is the name of a zone"),
        ("anti_affinity: always", "'soft' or 'strict'"),
        ("config_drive: 'on'", "write for example `config_drive: true`"),
        ("metadata: {team: 7}", "should be text, in quotes where it looks like a number"),
        ("metadata: {ao_site: other}", "ao_site is set by Ao; write another key"),
        ("metadata: {metering.server_group: x}", "is set by Ao"),
        ("metadata: {a/b: x}", "Nova does not take the key a/b"),
        ("metadata: {db_password: hunter22}", "have the servers fetch secrets themselves"),
        (f"metadata: {{team: {'x' * 256}}}", "Nova takes 255 characters; team has 256"),
        (
            f"metadata: {{{', '.join(f'k{n}: x' for n in range(101))}}}",
            "100 words of metadata at most",
        ),
    ],
)
def test_what_nova_would_refuse_is_told_with_its_line(line: str, said: str, tmp_path: Path) -> None:
    told = refusal(tmp_path, line)
    assert f"{tmp_path}/ao.yaml:10: servers.{line.partition(':')[0]}" in told
    assert said in told
    assert "hunter22" not in told


def test_volumes_and_networks_are_read_and_kept_for_those_without_the_file(tmp_path: Path) -> None:
    site = load(
        tmp_path,
        "boot_volume: {size: 20, type: ssd}",
        "volumes: [{size: 100}]",
        "networks: [backend]",
    )
    assert site.servers == Servers(
        boot_volume=Volume(size=20, type="ssd"), volumes=(Volume(size=100),), networks=("backend",)
    )
    assert [it.size for it in site.servers.all_volumes] == [20, 100]
    assert '"boot_volume":{"size":20,"type":"ssd"}' in site.source


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("boot_volume: {type: ssd}", "servers.boot_volume.size: the key is missing"),
        ("boot_volume: {size: 0}", "ao.yaml:10: servers.boot_volume.size"),
        ("volumes: [{size: 5}, {size: 70000}]", "servers.volumes.1.size"),
        ("networks: [backend, backend]", "'backend' is there twice"),
        ("networks: ['']", "ao.yaml:10: servers.networks.0"),
    ],
)
def test_volumes_and_networks_that_cannot_be_are_refused(
    tmp_path: Path, line: str, said: str
) -> None:
    assert said in refusal(tmp_path, line)
