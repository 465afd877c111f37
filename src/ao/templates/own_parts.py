"""The templates of a system with those of the operator's own in them.

Ao's template of a group's member stays around that of a server: it has the place in the pool, and
the delay by which a server leaves it first.
"""

from __future__ import annotations

from typing import Any

from ao.cloud.models import Template
from ao.site.own_template import (
    RESOURCES_FILE,
    RESOURCES_GIVES,
    SERVER_FILE,
    SERVER_GIVES,
    OwnTemplate,
)
from ao.templates import composition
from ao.templates.server_parts import FIRST_ADDRESS, SERVER_TEMPLATE, replaced

RESOURCES = "system_resources"
"""Name of the resource that a system's further ones are nested in."""


def with_own(
    template: Template, server: OwnTemplate | None, resources: OwnTemplate | None
) -> Template:
    """Return the template of a system with the operator's own, which keeps that of before else."""
    if server is None and resources is None:
        return template
    system = composition.content(template.body)
    member = composition.content(template.files[SERVER_TEMPLATE])
    files = dict(template.files)
    if resources is not None:
        files |= {**resources.files, RESOURCES_FILE: resources.body}
        _add_resources(system, resources)
    if server is not None:
        files |= {**server.files, SERVER_FILE: server.body}
        outputs = resources.outputs if resources else ()
        taken = tuple(it for it in outputs if it in server.parameters)
        _give_outputs(system, member, server, taken)
        _put_server(member, server, taken)
    files[SERVER_TEMPLATE] = composition.written(member)
    return Template(body=composition.written(system), files=files)


def _members(system: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that a system gives the members of its group."""
    properties: dict[str, Any] = system["resources"]["group"]["properties"]["resource"][
        "properties"
    ]
    return properties


def _add_resources(system: dict[str, Any], resources: OwnTemplate) -> None:
    """Give a system further resources: after what its group comes after, with what members have."""
    given = {**_members(system), "router": {"get_param": "router"}}
    system["resources"][RESOURCES] = {
        "type": RESOURCES_FILE,
        "depends_on": system["resources"]["group"]["depends_on"],
        "properties": {
            name: given[name] for name in resources.parameters if name in RESOURCES_GIVES
        },
    }


def _give_outputs(
    system: dict[str, Any],
    member: dict[str, Any],
    server: OwnTemplate,
    outputs: tuple[str, ...],
) -> None:
    """Have the members be given the outputs of the further resources that a server takes."""
    for name in outputs:
        _members(system)[name] = {"get_attr": [RESOURCES, name]}
        member["parameters"][name] = {"type": server.parameters[name]}


def _put_server(member: dict[str, Any], server: OwnTemplate, outputs: tuple[str, ...]) -> None:
    """Put the operator's template of a server in the place of Ao's own."""
    usual = member["resources"]["server"]["properties"]
    # What Ao's own server is given as it is written, and all others by their parameters.
    composed = {"name", "user_data", "metadata", "tags"}
    given = {
        name: usual[name] if name in composed else {"get_param": name}
        for name in server.parameters
        if name in SERVER_GIVES or name in outputs
    }
    address = {"get_attr": ["server", "address"]}
    resources = replaced(member["resources"], FIRST_ADDRESS, address)
    member["resources"] = {
        **resources,
        "server": {"type": SERVER_FILE, "properties": given},
    }
