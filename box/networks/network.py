"""What a kind of network is to the box: all in which one differs from another."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from box.services import Service


@dataclass(frozen=True, kw_only=True)
class Network:
    """A back-end of Neutron, and what the box runs, installs and says for its sake."""

    name: str
    """What `box up --network` calls it."""

    services: tuple[Service, ...]
    """What runs beside the services of every box."""

    words: Mapping[str, str]
    """What it says in the templates of every box, by the templates' words."""

    agents: Mapping[str, str]
    """The agents that Neutron must have heard of before a server is made: for the name of each
    service, the agent's type."""

    namespaces: Mapping[str, str]
    """The network namespaces that its agents make: for the beginning of the names, which end with
    an ID, the pattern of files or folders below `data/neutron` that are named by these IDs."""

    packages: tuple[str, ...] = ()
    """Debian's packages that it needs beside those of every box."""

    schemas: Mapping[str, str] = field(default_factory=dict)
    """The OVSDB databases beside the switch's own, each with its schema in Debian's packages."""

    switch: Mapping[str, str] = field(default_factory=dict)
    """What the switch's database tells whoever reads it, in the `external_ids` of its one row;
    `$words` are those of `box.config.values`."""
