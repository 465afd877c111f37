"""A HOT template of the operator's own: of one server, or of further resources of a colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ao.message import Message

SERVER_FILE = "ao-server-template.yaml"
"""What Heat knows the text of `server_template` by."""
RESOURCES_FILE = "ao-system-resources.yaml"
"""What Heat knows the text of `system_resources` by."""
SERVER_GIVES: Mapping[str, str] = {
    "site": "string",
    "colour": "string",
    "version": "string",
    "name": "string",
    "image": "string",
    "flavor": "string",
    "keypair": "string",
    "user_data": "string",
    "network": "string",
    "subnet": "string",
    "security_group": "string",
    "security_groups": "comma_delimited_list",
    "availability_zone": "string",
    "server_group": "string",
    "config_drive": "boolean",
    "metadata": "json",
    "tags": "comma_delimited_list",
    "server_port": "number",
}
"""Parameters that Ao gives a server template that declares them, each with its type in Heat."""
RESOURCES_GIVES: Mapping[str, str] = {
    "site": "string",
    "colour": "string",
    "version": "string",
    "image": "string",
    "flavor": "string",
    "keypair": "string",
    "router": "string",
    "network": "string",
    "subnet": "string",
    "security_group": "string",
    "availability_zone": "string",
    "server_port": "number",
}
"""Those that it gives a template of a system's further resources."""


@dataclass(frozen=True, kw_only=True)
class OwnTemplate:
    """A template that the operator has written, with all that it is made of."""

    body: str
    """Its text."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Texts of the templates and files that it names, by what it calls them."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Parameters that it declares, each with its type."""
    required: tuple[str, ...] = ()
    """Those of them that have no default."""
    outputs: tuple[str, ...] = ()
    """Outputs that it declares."""
    demand: Mapping[str, int] = field(default_factory=dict)
    """What one of it takes of the project's quota, by the quota's name, as far as its text tells.
    Servers of the site's flavor are `servers`, all that Heat keeps are `resources`."""
    doubts: tuple[Message, ...] = ()
    """What is told of it before a build, and built all the same."""
