"""The template of a site around somebody else's load balancer."""

from dataclasses import replace

import yaml

from ao import templates
from ao.colour import Colour
from ao.site.adopt import Adoption
from tests.unit.samples import POOL_SITE

ADOPTED = replace(
    POOL_SITE,
    adopt=Adoption(
        load_balancer="lb", listeners=("web",), pool="old", floating_ip=None, colour=Colour.BLUE
    ),
)


def test_nothing_of_the_owners_is_in_it() -> None:
    body = yaml.safe_load(templates.site(ADOPTED).body)
    types = {it["type"] for it in body["resources"].values()}
    assert "OS::Octavia::LoadBalancer" not in types
    assert [n for n, it in body["resources"].items() if it["type"] == "OS::Octavia::Listener"] == [
        "preview_listener"
    ]
    assert not [it for it in body["resources"].values() if "external_id" in it]


def test_what_is_of_a_colour_comes_once_ao_builds_it() -> None:
    body = yaml.safe_load(templates.site(ADOPTED).body)
    for colour in Colour:
        for name in ("pool", "monitor"):
            assert body["resources"][f"{colour}_{name}"]["condition"] == f"own_{colour}"


def test_it_is_the_same_for_all_sites_of_the_kind() -> None:
    other = replace(ADOPTED, name="other", switch=replace(ADOPTED.switch, preview_port=9090))
    assert templates.site(other) == templates.site(ADOPTED)


def test_a_site_without_one_has_the_template_that_it_had() -> None:
    assert templates.site(POOL_SITE) == templates.site()
