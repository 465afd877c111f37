"""The templates of a system whose servers have more than every server has.

What a site file says beside the usual is put into the templates that come with the package, so
that those of a site that says nothing of it stay as they are, byte for byte.
"""

from __future__ import annotations

from typing import Any

from ao.cloud.models import Template
from ao.site.servers import Servers, Volume
from ao.templates import composition

SERVER_TEMPLATE = "server.yaml"
"""Template of one server, and so the resource type of a group's members."""
IN_PLACE = frozenset({"delete_delay", "group", "metadata", "pool", "server_port", "site", "colour"})
"""Parameters of a server's template with which the server stays when they change, or which never
do."""
FIRST_ADDRESS = {"get_attr": ["server", "first_address"]}
"""How a server's template takes the address of a server that has one port."""


def with_parts(template: Template, servers: Servers, networks: tuple[str, ...] = ()) -> Template:
    """Return the template of a system whose servers have these volumes, and ports in `networks`.

    `networks` are IDs.
    """
    if not servers.all_volumes and not networks:
        return template
    server = composition.content(template.files[SERVER_TEMPLATE])
    if networks:
        _add_ports(server, networks)
    if servers.all_volumes:
        _add_volumes(server, servers, networks)
    return Template(
        body=template.body, files={**template.files, SERVER_TEMPLATE: composition.written(server)}
    )


def _add_ports(server: dict[str, Any], networks: tuple[str, ...]) -> None:
    """Give the server a port in each network; its place in the pool keeps that in its own.

    `first_address` is any of several (heat/engine/resources/openstack/nova/server.py).
    """
    properties = server["resources"]["server"]["properties"]
    properties["networks"] += [{"network": it} for it in networks]
    of_own_network = {"get_attr": ["server", "networks", {"get_param": "network"}, 0]}
    server["resources"] = replaced(server["resources"], FIRST_ADDRESS, of_own_network)


def replaced(value: Any, old: Any, new: Any) -> Any:
    """Return a value of a template in which something stands for something else, wherever."""
    if value == old:
        return new
    if isinstance(value, dict):
        return {key: replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, old, new) for item in value]
    return value


def _add_volumes(server: dict[str, Any], servers: Servers, networks: tuple[str, ...]) -> None:
    """Give the server volumes, which are replaced whenever the server is.

    Heat makes the new server before it deletes the old, which has its volumes until then. So they
    have a property by which Heat replaces them, and of which Cinder's scheduler knows nothing.
    Heat makes them, rather than Nova: it waits for as long as an image takes to be copied, and its
    servers know volume types only from version 26 on (properties of `block_device_mapping_v2`).
    """
    resources = server["resources"]
    properties = resources["server"]["properties"]
    lasting = {
        "image": properties["image"],
        "volumes": [[it.size, it.type or ""] for it in servers.all_volumes],
        "networks": list(networks),
        **{key: {"get_param": key} for key in server["parameters"] if not _keeps_server(key)},
    }
    # An item that is no text is joined as JSON (heat/engine/hot/functions.py: JoinMultiple).
    mark = {"digest": ["sha256", {"list_join": ["", [[*lasting.values()]]]}]}
    devices = []
    if servers.boot_volume:
        volume = _volume(servers.boot_volume, properties["name"], mark)
        volume["properties"]["image"] = properties.pop("image")
        properties.pop("image_update_policy")
        resources["boot_volume"] = volume
        devices.append({"volume_id": {"get_resource": "boot_volume"}, "boot_index": 0})
    for number, it in enumerate(servers.volumes, 1):
        name = f"volume_{number}"
        resources[name] = _volume(it, properties["name"], mark)
        devices.append({"volume_id": {"get_resource": name}, "boot_index": -1})
    properties["block_device_mapping_v2"] = devices


def _keeps_server(parameter: str) -> bool:
    """Return whether the server stays when a parameter of its template changes."""
    return parameter in IN_PLACE or parameter.startswith("pool_")


def _volume(volume: Volume, name: object, mark: object) -> dict[str, Any]:
    kind = {} if volume.type is None else {"volume_type": volume.type}
    return {
        "type": "OS::Cinder::Volume",
        "properties": {
            "name": name,
            "size": volume.size,
            **kind,
            "scheduler_hints": {"ao_server": mark},
            "metadata": {
                "ao_site": {"get_param": "site"},
                "ao_colour": {"get_param": "colour"},
            },
        },
    }
