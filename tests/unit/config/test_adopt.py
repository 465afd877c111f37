"""A system that was there before, as ao.yaml names it."""

from pathlib import Path

import pytest

from ao import config
from ao.colour import Colour
from ao.config import stored
from ao.config.agreement import contradictions
from ao.config.yaml_file import dotted
from ao.errors import ConfigError
from ao.site import Site
from ao.site.adopt import Adoption
from tests.unit.config.test_agreement import FILE

LISTENER = "5c1a7d0e-3f0b-4f43-8f38-0c6f5a3b9d21"
OTHER = "6d2b8e1f-4a1c-4f43-8f38-0c6f5a3b9d22"
POOL = "b8d4a7f2-91c3-4f0d-a2c5-7e61d90f4b33"
THERE = {"network": "shop-net", "subnet": "shop-subnet"}
ADOPT = {
    "load_balancer": "shop-lb",
    "listeners": [LISTENER],
    "pool": POOL,
    "floating_ip": "203.0.113.5",
}
ADOPTED = {
    **FILE,
    "adopt": ADOPT,
    "network": {"blue": THERE, "green": THERE, "balancer": THERE},
}
TEXT = f"""site: shop
external_network: public
version: "1.0"
image: debian-12
flavor: m1.small
load_balancer: {{provider: amphora}}
identify: {{header: X-Ao-Colour}}
network:
  blue: &there {{network: shop-net, subnet: shop-subnet}}
  green: *there
  balancer: *there
adopt:
  load_balancer: shop-lb
  listeners: [{LISTENER}]
  pool: {POOL}
"""
"""A site file with its part on lines 12 to 15."""


def told(**values: object) -> list[str]:
    """Keys that are told to contradict others in a site file with these values."""
    file = config.SiteFile.model_validate({**ADOPTED, **values})
    return [dotted(found.key) for found in contradictions(file)]


def load(folder: Path, more: str = "  floating_ip: 203.0.113.5\n") -> Site:
    (folder / "ao.yaml").write_text(TEXT + more)
    return config.load(folder / "ao.yaml")


def test_the_section_is_read(tmp_path: Path) -> None:
    site = load(tmp_path)
    assert site.adopt == Adoption(
        load_balancer="shop-lb",
        listeners=(LISTENER,),
        pool=POOL,
        floating_ip="203.0.113.5",
        colour=Colour.BLUE,
    )
    assert site.production_address == "203.0.113.5"
    assert not site.makes_router


def test_what_the_project_keeps_of_it_is_taken_back(tmp_path: Path) -> None:
    source = load(tmp_path).source
    kept = stored.Document.model_validate_json(source).site_file
    assert stored.taken(kept)["adopt"] == {**ADOPT, "listeners": [LISTENER]}
    assert stored.unknown(kept) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"listeners": []},
        {"listeners": [LISTENER, LISTENER]},
        {"listeners": ["web"]},
        {"pool": "web"},
        {"pool": f"{POOL}\n"},
        {"floating_ip": "2001:db8::1"},
        {"floating_ip": "somewhere"},
        {"colour": "red"},
        {"owner": "somebody"},
    ],
)
def test_names_and_foreign_words_are_no_ids(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        config.SiteFile.model_validate({**ADOPTED, "adopt": {**ADOPT, **wrong}})


def test_one_that_agrees_is_taken() -> None:
    assert told() == []
    assert told(switch={"preview": "header"}) == []
    assert told(network={"balancer": THERE, "router": "edge"}) == []
    two = {**ADOPT, "listeners": [LISTENER, OTHER]}
    assert told(adopt=two, listeners=[{"name": "alt", "port": 81, "protocol": "HTTP"}]) == []


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"switch": {"method": "address"}}, "switch.method"),
        ({"external_network": "none"}, "adopt.floating_ip"),
        ({"adopt": {**ADOPT, "floating_ip": None}}, "external_network"),
        ({"production_address": "203.0.113.6"}, "production_address"),
        ({"redirect": {}}, "redirect"),
        ({"maintenance": {"redirect": "https://status.example/"}}, "maintenance"),
        ({"load_balancer": {"provider": "amphora", "flavor": "large"}}, "load_balancer.flavor"),
        (
            {"load_balancer": {"provider": "amphora", "availability_zone": "az"}},
            "load_balancer.availability_zone",
        ),
        ({"adopt": {**ADOPT, "listeners": [LISTENER, OTHER]}}, "adopt.listeners"),
        (
            {
                "adopt": {**ADOPT, "listeners": [LISTENER, OTHER]},
                "listeners": [{"name": "api", "port": 81, "protocol": "HTTP", "server_port": 82}],
                "switch": {"preview": "header"},
            },
            "listeners.0",
        ),
        (
            {
                "adopt": {**ADOPT, "listeners": [LISTENER, OTHER]},
                "listeners": [{"name": "a", "port": 81, "protocol": "HTTP", "preview_port": 82}],
            },
            "listeners.0.preview_port",
        ),
        (
            {
                "host": "shop.example",
                "load_balancer": {"provider": "amphora", "protocol": "TERMINATED_HTTPS"},
            },
            "adopt.listeners",
        ),
        (
            {
                "host": "shop.example",
                "load_balancer": {"provider": "amphora", "protocol": "TERMINATED_HTTPS"},
                "switch": {"preview": "header"},
                "tls": {"certificate": {"certificate": "shop.crt", "key": "shop.key"}},
            },
            "tls.certificate",
        ),
        ({"network": {"blue": THERE, "green": THERE}}, "adopt.load_balancer"),
    ],
)
def test_what_is_the_owners_to_say_is_refused(values: dict[str, object], key: str) -> None:
    assert key in told(**values)


@pytest.mark.parametrize("tls", [{}, {"tls": {"certificate": "shop"}}])
def test_https_that_the_owner_terminates_needs_no_certificate_in_the_file(
    tls: dict[str, object],
) -> None:
    assert (
        told(
            host="shop.example",
            load_balancer={"provider": "amphora", "protocol": "TERMINATED_HTTPS"},
            switch={"preview": "header"},
            **tls,
        )
        == []
    )


def test_a_contradiction_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ao\.yaml:2.*external_network"):
        load(tmp_path, more="")
