"""Templates of systems whose servers have more than every server has."""

from dataclasses import replace
from typing import Any

import yaml

from ao import templates
from ao.site.servers import Servers, Volume
from ao.templates import SERVER_TEMPLATE
from ao.templates.server_parts import IN_PLACE
from tests.unit.samples import SITE

VOLUMES = Servers(boot_volume=Volume(size=20, type="ssd"), volumes=(Volume(size=5),))


def server(servers: Servers, networks: tuple[str, ...] = ()) -> dict[str, Any]:
    site = replace(SITE, servers=servers)
    content: dict[str, Any] = yaml.safe_load(
        templates.system(site, networks).files[SERVER_TEMPLATE]
    )
    return content


def test_a_site_that_asks_for_nothing_has_the_templates_of_before_byte_for_byte() -> None:
    assert templates.system(SITE) == templates.system()
    assert "first_address" in templates.system().files[SERVER_TEMPLATE]


def test_a_server_starts_from_its_volume_and_from_no_image() -> None:
    resources = server(VOLUMES)["resources"]
    properties = resources["server"]["properties"]
    assert not {"image", "image_update_policy"} & properties.keys()
    assert properties["block_device_mapping_v2"] == [
        {"volume_id": {"get_resource": "boot_volume"}, "boot_index": 0},
        {"volume_id": {"get_resource": "volume_1"}, "boot_index": -1},
    ]
    boot, data = (resources[name]["properties"] for name in ("boot_volume", "volume_1"))
    assert (boot["image"], boot["size"], boot["volume_type"]) == ({"get_param": "image"}, 20, "ssd")
    assert "image" not in data
    assert "volume_type" not in data


def test_volumes_depend_on_all_by_which_heat_replaces_the_server() -> None:
    """A new server could not have the volumes of the old one, which has them until it is gone."""
    content = server(VOLUMES, ("backend",))
    hints = yaml.safe_dump(content["resources"]["volume_1"]["properties"]["scheduler_hints"])
    for name in content["parameters"].keys() - IN_PLACE:
        assert f"get_param: {name}\n" in hints, name
    assert "backend" in hints


def test_with_several_networks_the_pool_has_the_address_in_the_systems_own() -> None:
    content = server(Servers(), ("a-id", "b-id"))
    own, *further = content["resources"]["server"]["properties"]["networks"]
    assert own["network"] == {"get_param": "network"}
    assert further == [{"network": "a-id"}, {"network": "b-id"}]
    address = content["resources"]["member"]["properties"]["address"]
    assert address == {"get_attr": ["server", "networks", {"get_param": "network"}, 0]}
