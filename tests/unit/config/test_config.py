import re
from pathlib import Path

import pytest

import ao
from ao import config
from ao.colour import Colour
from ao.errors import ConfigError
from ao.site.tls import CertificateFiles
from tests.unit.authority import Authority

GOOD = """\
site: shop
cloud: mycloud
external_network: public
version: "1.0"
image: debian-12
flavor: m1.small
user_data: user-data.sh
load_balancer:
  provider: amphora
identify:
  header: X-Ao-Colour
"""


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "user-data.sh").write_text("#!/bin/sh\necho $AO_VERSION\n")

    def write(text: str) -> Path:
        path = tmp_path / "ao.yaml"
        path.write_text(text)
        return path

    return write


def complaint(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return str(caught.value)


def test_a_short_file_becomes_a_site_with_defaults(write) -> None:
    site = config.load(write(GOOD))
    assert site.name == "shop"
    assert site.group.user_data == "#!/bin/sh\necho $AO_VERSION\n"
    assert (site.group.minimum, site.group.size, site.group.maximum) == (1, 2, 4)
    assert site.cidrs[Colour.BLUE] != site.cidrs[Colour.GREEN]
    assert site.production_address is None
    assert (site.load_balancer.protocol, site.health_check.type) == ("HTTP", "HTTP")


def test_ovn_gets_the_only_protocol_and_algorithm_that_it_has(write) -> None:
    site = config.load(write(GOOD.replace("amphora", "ovn")))
    assert site.load_balancer.protocol == "TCP"
    assert site.load_balancer.algorithm == "SOURCE_IP_PORT"
    assert site.health_check.type == "TCP"


def test_a_health_check_takes_no_longer_than_its_interval_unless_told(write) -> None:
    assert config.load(write(GOOD)).health_check.timeout == 3
    assert config.load(write(GOOD + "health_check: {interval: 2}\n")).health_check.timeout == 2
    said = config.load(write(GOOD + "health_check: {interval: 2, timeout: 9}\n"))
    assert said.health_check.timeout == 9


def test_the_times_of_the_health_check_may_be_written_with_units(write) -> None:
    check = config.load(write(GOOD + "health_check: {interval: 1m, timeout: 4s}\n")).health_check
    assert (check.interval, check.timeout) == (60, 4)
    assert "whole seconds" in complaint(write(GOOD + "health_check: {interval: 1.5s}\n"))


def test_a_site_tells_where_its_file_says_a_key(write) -> None:
    site = config.load(write(GOOD))
    assert site.place("load_balancer.provider").endswith("ao.yaml:9: load_balancer.provider")
    assert site.place("group.size").endswith("ao.yaml:1: group.size")


def test_durations_may_be_written_with_units(write) -> None:
    site = config.load(write(GOOD + "deadlines: {build: 1h, switch: 90s, serve: 30}\n"))
    assert (site.deadlines.build, site.deadlines.switch, site.deadlines.serve) == (3600, 90, 30)


def test_a_production_address_that_the_project_has_is_kept(write) -> None:
    site = config.load(write(GOOD + "production_address: 203.0.113.10\n"))
    assert site.production_address == "203.0.113.10"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "flavour: big\n", "ao.yaml:12: flavour: unknown key; did you mean `flavor`?"),
        (GOOD + "zzz: 1\n", "ao.yaml:12: zzz: unknown key; known here: site, cloud,"),
        (GOOD + "group: {sise: 2}\n", "ao.yaml:12: group.sise: unknown key; did you mean `size`?"),
        (
            GOOD.replace("image: debian-12\n", ""),
            "ao.yaml:1: image: the key is missing; write for example `image: debian-12`",
        ),
        (
            GOOD.replace("image: debian-12", 'image: ""'),
            "ao.yaml:5: image: ",
        ),
        (
            GOOD.replace('"1.0"', "1.0"),
            "ao.yaml:4: version: should be text, in quotes where it looks like a number, not 1.0; "
            "write for example `version: '1.0'`",
        ),
        (
            GOOD + "group: {size: two}\n",
            "ao.yaml:12: group.size: should be a whole number, not 'two'; "
            "write for example `size: 2`",
        ),
        (
            GOOD.replace("  provider", "provider"),
            "ao.yaml:9: provider: unknown key here; indent it below `load_balancer`",
        ),
        (
            GOOD.replace("  provider", "provider"),
            "ao.yaml:8: load_balancer: should be keys with values, indented below it, not nothing",
        ),
        (
            GOOD + "hooks: {before_switch: ./a.sh}\n",
            "hooks.before_switch: should be a list, each of its items after `- `, not './a.sh'",
        ),
        (
            GOOD + "notify: [{webhook: 'https://a.example', events: []}]\n",
            "ao.yaml:12: notify.0.events: should have at least 1 item;",
        ),
        (GOOD + "group: {size: 9, max: 4}\n", "min <= group.size <= max does not hold for 1, 9, 4"),
        (GOOD.replace("site: shop", "site: Shop"), "ao.yaml:1: site: 'Shop' does not match"),
        (GOOD + "deadlines: {build: soon}\n", "'soon' is not a duration such as 30s, 5m or 1h"),
        (GOOD + "production_address: here\n", "ao.yaml:12: production_address:"),
        (GOOD + "network: {dns: [ns.example]}\n", "ao.yaml:12: network.dns.0: "),
        (GOOD + "deadlines: {build: 0}\n", "ao.yaml:12: deadlines.build: should be greater than 0"),
        (GOOD + "health_check: {expect: 100}\n", "ao.yaml:12: health_check.expect: "),
        (GOOD + "network: {blue: 10.0.0.0/8}\n", "overlap; they hang on one router"),
        (GOOD + "network: {blue: 10.0.0.0/30}\n", "ao.yaml:12: network.blue: the network must"),
        (
            GOOD.replace("provider: amphora", "provider: ovn\n  protocol: HTTP"),
            "ao.yaml:10: load_balancer.protocol: provider ovn balances TCP only",
        ),
        (
            GOOD.replace("header: X-Ao-Colour", "path: /version"),
            "ao.yaml:10: identify: give header or body, one of the two",
        ),
        (
            GOOD.replace("header: X-Ao-Colour", "body: (blue"),
            "ao.yaml:11: identify.body: not a regular expression",
        ),
        (GOOD + "site: other\n", "ao.yaml:12: site: given twice, first on line 1"),
        (GOOD + "a: [\n", "ao.yaml:13: not YAML"),
        ("- shop\n", "ao.yaml:1: the file must hold `key: value` lines"),
        (
            GOOD.replace("user-data.sh", "missing.sh"),
            "ao.yaml:7: user_data: cannot read",
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_cure(write, text: str, said: str) -> None:
    assert said in complaint(write(text))


def test_everything_wrong_is_told_at_once_in_the_order_of_the_lines(write) -> None:
    text = GOOD.replace("debian-12", "12").replace('"1.0"', "1") + "group: {size: x}\n"
    lines = complaint(write(text)).splitlines()
    assert [line.split(":")[1] for line in lines] == ["4", "5", "12"]


def test_user_data_that_nova_would_refuse_is_refused_before(write, tmp_path: Path) -> None:
    path = write(GOOD)
    fits = 49_149 - len("1.0")
    (tmp_path / "user-data.sh").write_text("$AO_VERSION" + "#" * fits)
    assert config.load(path).version == "1.0"
    (tmp_path / "user-data.sh").write_text("$AO_VERSION" + "#" * (fits + 1))
    assert "encoded in base64; Nova takes 65,535" in complaint(path)


def test_user_data_that_is_the_same_for_every_version_is_refused(write, tmp_path: Path) -> None:
    path = write(GOOD)
    (tmp_path / "user-data.sh").write_text("#!/bin/sh\n")
    assert "ao.yaml:7: user_data:" in complaint(path)
    assert "does not say $AO_VERSION" in complaint(path)


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    assert "`ao init` writes a starter file" in complaint(tmp_path / "ao.yaml")


def test_the_schema_knows_every_key_and_forbids_others() -> None:
    schema = config.schema()
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) >= {"site", "image", "flavor", "load_balancer", "identify"}
    assert schema["properties"]["site"]["description"]


def test_the_starter_file_differs_from_a_good_one_only_in_the_names_of_the_cloud(
    tmp_path: Path,
) -> None:
    starter = Path(ao.__file__).parent / "starter"
    for name in ("ao.yaml", "user-data.sh"):
        (tmp_path / name).write_text((starter / name).read_text())
    site = config.load(tmp_path / "ao.yaml")
    assert site.load_balancer.provider == "amphora"


HTTPS = r"(?ms)^# HTTPS: .*?\n(?=\n)"
"""The lines of the starter file that are no defaults."""


def test_the_starter_file_shows_how_https_is_served(tmp_path: Path) -> None:
    starter = Path(ao.__file__).parent / "starter"
    (tmp_path / "user-data.sh").write_text((starter / "user-data.sh").read_text())
    (tmp_path / "authority.pem").write_text(Authority().pem)
    text = re.sub(
        HTTPS,
        lambda told: re.sub(r"(?m)^# (?!HTTPS)", "", told[0]),
        (starter / "ao.yaml").read_text(),
    ).replace("# protocol: HTTP ", "protocol: TERMINATED_HTTPS ")
    (tmp_path / "ao.yaml").write_text(text)
    site = config.load(tmp_path / "ao.yaml")
    assert site.load_balancer.terminates
    assert site.host == "shop.example"
    assert site.redirect is not None
    assert site.tls is not None
    assert site.tls.certificate == CertificateFiles(
        certificate=tmp_path / "shop.crt", key=tmp_path / "shop.key", chain=tmp_path / "chain.crt"
    )


def test_the_starter_file_shows_the_defaults_in_its_comments(tmp_path: Path) -> None:
    starter = Path(ao.__file__).parent / "starter"
    (tmp_path / "user-data.sh").write_text((starter / "user-data.sh").read_text())
    text = re.sub(HTTPS, "", (starter / "ao.yaml").read_text())
    shown = re.sub(r"(?m)^( *)# ((?!keypair)[ a-z_]+:( .*)?)$", r"\1\2", text)
    assert shown.count("#") < text.count("#") - 15
    (tmp_path / "plain.yaml").write_text(text)
    (tmp_path / "shown.yaml").write_text(shown)
    assert config.load(tmp_path / "shown.yaml") == config.load(tmp_path / "plain.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "hooks: {end: [{webhook: 'https://x', secret_env: 's3cr-et!'}]}",
        "deadlines: {build: 'password=s3cr-et!'}",
        "hooks: {before_switch: [{webhook: 'https://x', secret_env: 's3cr-et!'}]}",
        "checks: {password: s3cr-et!}",
        "group: {size: [s3cr-et!]}",
        "deadlines: {build: {password: s3cr-et!}}",
        "drain: {way: 'https://kim:s3cr-et!@hooks.example'}",
        "drain: {way: 'token=s3cr-et!'}",
        "journal: [s3cr-et!]",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(write, text: str) -> None:
    said = complaint(write(f"{GOOD}{text}\n"))
    assert "ao.yaml:12: " in said
    assert "s3cr" not in said


def test_of_many_things_that_are_wrong_the_first_are_told_in_short_lines(write) -> None:
    keys = "\n".join(f"{'x' * 900}{number}: 1" for number in range(100))
    lines = complaint(write(f"{GOOD}{keys}\n")).split("\n")
    assert len(lines) == 21
    assert lines[-1].endswith("ao.yaml: and 80 more")
    assert max(map(len, lines)) < 700


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("identify: {body: '(', path: /}", "identify.body: not a regular expression: missing"),
        (b"identify: {body: '(\\u3042)', path: /}".decode("unicode_escape"), ""),
        (r"identify: {body: '(\N{DIGIT ONE})'}", "identify.body: not a regular expression: bad"),
        ("checks: {all: [{name: x, http: {body: '[z-$AO_VERSION]'}}]}", "not a regular expr"),
        ("window: {freezes: [{from: 9999-12-30, to: 9999-12-31, reason: x}]}", "1970 to 2199"),
        ("window: {freezes: [{from: 0001-01-01, to: 2026-12-31, reason: x}]}", "1970 to 2199"),
    ],
)
def test_what_would_fail_later_is_refused_at_reading(write, text: str, said: str) -> None:
    whole = GOOD.replace("identify:\n  header: X-Ao-Colour\n", "") if "identify" in text else GOOD
    path = write(f"{whole}{text}\n")
    if said:
        assert said in complaint(path)
    else:
        config.load(path)
