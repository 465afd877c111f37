"""The part of ao.yaml that tells what the servers have of the cloud."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from ao.colour import Colour
from ao.config.section import Section
from ao.redaction import is_secret_name
from ao.site.servers import IngressRule, Servers, Volume
from ao.untrusted.printable import printable

HIGHEST_PORT = 65535
MOST_GROUPS = 10
"""Security groups that a server may be given."""
MOST_RULES = 50
"""Rules that a system's security group may be given; Neutron's quota of a project is 100."""
MOST_METADATA = 100
"""Words of metadata that a server may be given: Nova takes 128 by default, and Ao sets four."""
MOST_VOLUMES = 10
"""Volumes that a server may be given beside the one that it starts from."""
MOST_NETWORKS = 8
"""Networks that a server may have a port in beside the system's own."""
LARGEST = 65_536
"""GiB that a volume may have."""
LONGEST = 255
"""Characters of a name, and of a word of metadata, that Nova takes."""
OWN = ("ao_", "metering.server_group")
"""How the metadata begins that Ao sets."""
_PORT = r"[1-9][0-9]{0,4}"
_PORTS = rf"^{_PORT}(?:-{_PORT})?$"
_METADATA_KEY = r"[a-zA-Z0-9_:. -]{1,255}"
"""Keys of metadata (nova/api/validation/parameter_types.py: metadata)."""


def _ports(value: object) -> tuple[int, int]:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(_PORTS, text):
        raise ValueError("it is a port from 1 to 65535, or a range of them: 22, 9100-9110")
    first, _, last = text.partition("-")
    low, high = int(first), int(last or first)
    if high > HIGHEST_PORT:
        raise ValueError("the highest port is 65535")
    if low > high:
        raise ValueError(f"the range begins after it ends; write {high}-{low}")
    return low, high


def _source(value: object) -> str:
    text = value if isinstance(value, str) else ""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(
            "it is a network in CIDR form, or an address; for everybody write 0.0.0.0/0"
        ) from error
    if "/" in text and str(ipaddress.ip_interface(text).ip) != str(network.network_address):
        raise ValueError(f"it has host bits set; write {network}")
    return str(network)


def _zones(value: object) -> dict[str, str] | None:
    if isinstance(value, list | tuple):
        raise ValueError(
            "the servers of a system are members of one Heat autoscaling group, which are all "
            "alike, so that they are in one zone; write its name, or `{blue: az1, green: az2}`"
        )
    colours = [str(colour) for colour in Colour]
    zones = dict.fromkeys(colours, value) if isinstance(value, str) else value
    if zones is None:
        return None
    if not isinstance(zones, dict) or sorted(map(str, zones)) != sorted(colours):
        raise ValueError("it is the name of a zone, or one for each: `{blue: az1, green: az2}`")
    for zone in zones.values():
        if not isinstance(zone, str) or not 0 < len(zone) <= LONGEST:
            raise ValueError(f"the name of a zone is text of up to {LONGEST} characters")
    return zones


Ports = Annotated[
    tuple[int, int],
    BeforeValidator(_ports),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": HIGHEST_PORT},
                {"type": "string", "pattern": _PORTS},
            ]
        }
    ),
]
Source = Annotated[str, BeforeValidator(_source), WithJsonSchema({"type": "string"})]
_ZONE = {"type": "string", "minLength": 1, "maxLength": LONGEST}
Zones = Annotated[
    dict[str, str] | None,
    BeforeValidator(_zones),
    WithJsonSchema(
        {
            "anyOf": [
                _ZONE,
                {
                    "type": "object",
                    "properties": {str(colour): _ZONE for colour in Colour},
                    "required": [str(colour) for colour in Colour],
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        }
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class IngressRuleSection(Section):
    """Who may reach the servers beside the load balancer."""

    protocol: Literal["tcp", "udp", "icmp"] = Field(default="tcp", examples=["udp"])
    """Protocol; icmp has no port."""
    port: Ports | None = Field(default=None, examples=[22, "9100-9110"])
    """Port, or range of ports."""
    source: Source = Field(alias="from", examples=["192.0.2.0/24"])
    """Addresses that may; 0.0.0.0/0 stands for everybody."""

    @model_validator(mode="after")
    def _has_ports(self) -> Self:
        if self.protocol == "icmp" and self.port is not None:
            raise ValueError("icmp has no ports; leave `port` out")
        if self.protocol != "icmp" and self.port is None:
            raise ValueError(
                f"{self.protocol} needs `port`; write for example `port: 22`, and for all of them "
                "`port: 1-65535`"
            )
        return self

    def value(self) -> IngressRule:
        """Return the rule that the section describes."""
        return self.into(IngressRule, ports=self.port)


class VolumeSection(Section):
    """A volume of Cinder's that each server has for itself."""

    size: int = Field(ge=1, le=LARGEST, examples=[20])
    """GiB that it has."""
    type: Name | None = Field(default=None, examples=["ssd"])
    """Volume type, by name or ID; `openstack volume type list` names the cloud's."""

    def value(self) -> Volume:
        """Return the volume that the section describes."""
        return self.into(Volume)


class ServersSection(Section):
    """What the servers of each system have of the cloud, beside image and flavor."""

    security_groups: tuple[Name, ...] = Field(
        default=(), strict=False, max_length=MOST_GROUPS, examples=[["ops-access"]]
    )
    """Security groups of the project that the servers are given, by name or ID, beside the system's
    own. Ao changes and deletes none of them."""
    rules: tuple[IngressRuleSection, ...] = Field(default=(), strict=False, max_length=MOST_RULES)
    """Who may reach the servers beside the load balancer: rules of the system's own security
    group."""
    availability_zone: Zones = Field(
        default=None, examples=["az1", {"blue": "az1", "green": "az2"}]
    )
    """Availability zone of the servers, or one for each system. Default: the cloud's choice."""
    anti_affinity: Literal["soft", "strict"] | None = Field(default=None, examples=["soft"])
    """soft: the servers of a system are on different hosts as far as there are hosts. strict: on
    different ones, or they are not made; a deploy then needs twice as many hosts as servers."""
    config_drive: bool = Field(default=False, examples=[True])
    """Whether the servers have a drive with their metadata and user data, for images that do not
    ask the metadata service."""
    metadata: dict[str, str] = Field(default={}, examples=[{"team": "shop"}])
    """Metadata of the servers in Nova, which all members of the project read, beside Ao's own."""
    boot_volume: VolumeSection | None = None
    """Each server starts from a volume of its own, made of `image` and deleted with the server,
    in place of its flavor's disk. [More](servers.md#volumes)."""
    volumes: tuple[VolumeSection, ...] = Field(default=(), strict=False, max_length=MOST_VOLUMES)
    """Empty volumes that each server has for itself, deleted with it."""
    networks: tuple[Name, ...] = Field(
        default=(), strict=False, max_length=MOST_NETWORKS, examples=[["backend"]]
    )
    """Networks, by name or ID, that each server has a port in beside the system's own. Ao changes
    and deletes none of them."""

    @field_validator("metadata")
    @classmethod
    def _is_taken(cls, metadata: dict[str, str]) -> dict[str, str]:
        if len(metadata) > MOST_METADATA:
            raise ValueError(f"a server has {MOST_METADATA} words of metadata at most")
        for key, text in metadata.items():
            shown = printable(key, 60)
            if not re.fullmatch(_METADATA_KEY, key):
                raise ValueError(
                    f"Nova does not take the key {shown}; write up to {LONGEST} letters, digits, "
                    "blanks, and of -_:."
                )
            if key.startswith(OWN):
                raise ValueError(f"{shown} is set by Ao; write another key")
            if is_secret_name(key):
                raise ValueError(
                    f"all members of the project read {shown}, and it is called like a secret; "
                    "leave it out, and have the servers fetch secrets themselves"
                )
            if len(text) > LONGEST:
                raise ValueError(f"Nova takes {LONGEST} characters; {shown} has {len(text)}")
        return metadata

    @field_validator("networks")
    @classmethod
    def _are_named_once(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for number, name in enumerate(networks):
            if name in networks[:number]:
                raise ValueError(
                    f"{printable(repr(name), 60)} is there twice; a server has one port in each"
                )
        return networks

    @field_validator("rules")
    @classmethod
    def _differ(cls, rules: tuple[IngressRuleSection, ...]) -> tuple[IngressRuleSection, ...]:
        seen: dict[object, int] = {}
        for number, rule in enumerate(rules, 1):
            first = seen.setdefault((rule.protocol, rule.port, rule.source), number)
            if first != number:
                raise ValueError(
                    f"rules {first} and {number} are the same, and Neutron takes none twice; "
                    "leave one out"
                )
        return rules

    def value(self) -> Servers:
        """Return what the section describes."""
        return self.into(
            Servers,
            rules=tuple(rule.value() for rule in self.rules),
            availability_zones=self.availability_zone or {},
            boot_volume=self.boot_volume.value() if self.boot_volume else None,
            volumes=tuple(it.value() for it in self.volumes),
        )
