"""The part of ao.yaml that tells of the site's networks."""

from __future__ import annotations

import ipaddress
from itertools import combinations
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ao.config.section import Address, Section, WideNetwork, wide_network
from ao.site.network import LockName, Networks, SubnetName

LONGEST = 255
"""Characters of a name that Neutron takes."""
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]


def _cidr(value: object) -> object:
    return {"cidr": wide_network(value)} if isinstance(value, str) else value


Ipv6Mode = Literal["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]
"""Ways by which Neutron gives addresses of IPv6 (neutron_lib/constants.py: IPV6_MODES)."""


class SubnetSection(Section):
    """Addresses: those of a network that Ao makes, in CIDR form, or a subnet that is there."""

    cidr: WideNetwork | None = Field(default=None, examples=["10.42.1.0/24"])
    """Addresses of a network that Ao makes; the same as the address range alone, without a key."""
    ipv6: Ipv6Mode | None = Field(default=None, examples=["slaac"])
    """How servers get their addresses in a network of IPv6 that Ao makes. Default: slaac."""
    network: Name | None = Field(default=None, examples=["shop-net"])
    """Network that is there, by name or ID."""
    subnet: Name | None = Field(default=None, examples=["shop-subnet"])
    """Subnet of that network, by name or ID."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        named = self.network is not None and self.subnet is not None
        some = self.network is not None or self.subnet is not None
        if (self.cidr is not None and some) or (self.cidr is None and not named):
            raise ValueError(
                "write addresses such as 10.42.1.0/24 for a network that Ao makes, or `{network: "
                "NAME, subnet: NAME}` for one that is there"
            )
        network = ipaddress.ip_network(self.cidr) if self.cidr is not None else None
        if self.ipv6 is not None and (network is None or network.version == 4):
            raise ValueError("`ipv6` is of a network of IPv6 that Ao makes; leave it out")
        if self.mode not in (None, "dhcpv6-stateful") and network and network.prefixlen != 64:
            raise ValueError(
                f"by {self.mode} servers make their addresses of a /64; write one, or `ipv6: "
                "dhcpv6-stateful`"
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the section, or of addresses alone."""
        section = handler.resolve_ref_schema(handler(core_schema))
        return {**section, "type": ["string", "object"]}

    @property
    def mode(self) -> str | None:
        """How servers get addresses of IPv6 in a network that Ao makes; None in one of IPv4."""
        if self.cidr is None or ipaddress.ip_network(self.cidr).version == 4:
            return None
        return self.ipv6 or "slaac"

    @property
    def existing(self) -> SubnetName | None:
        """The subnet that is there; None for one that Ao makes."""
        if self.network is None or self.subnet is None:
            return None
        return SubnetName(network=self.network, subnet=self.subnet)


Subnet = Annotated[SubnetSection, BeforeValidator(_cidr)]
"""The section, or addresses alone."""


class LockSection(Section):
    """Address of a subnet that is there which only the holder of the site's lock has."""

    network: Name = Field(examples=["shop-net"])
    """Network, by name or ID; the project has to own it."""
    subnet: Name = Field(examples=["shop-subnet"])
    """Subnet of that network, by name or ID."""
    address: Address = Field(examples=["192.0.2.9"])
    """Address of the subnet that nothing else may have, each site another one."""

    def value(self) -> LockName:
        """Return the place that the section describes."""
        return self.into(LockName)


class NetworkSection(Section):
    """The site's networks: those that Ao makes, which hang on one router, or that are there."""

    router: Name | None = Field(default=None, examples=["edge"])
    """Router that is there, by name or ID, on which the networks hang that Ao makes. Default: Ao
    makes one, if any network of its own needs it."""
    blue: Subnet = Field(
        default="10.42.1.0/24",
        validate_default=True,
        examples=["10.42.1.0/24", {"network": "shop-net", "subnet": "shop-subnet"}],
    )
    """Addresses of the blue system. Default: 10.42.1.0/24."""
    green: Subnet = Field(
        default="10.42.2.0/24",
        validate_default=True,
        examples=["10.42.2.0/24", {"network": "shop-net", "subnet": "shop-subnet"}],
    )
    """Addresses of the green system, perhaps the subnet of the blue one. Default:
    10.42.2.0/24."""
    balancer: Subnet = Field(
        default="10.42.0.0/24",
        validate_default=True,
        examples=["10.42.0.0/24", {"network": "dmz", "subnet": "dmz-subnet"}],
    )
    """Pool method: addresses of the load balancer that both systems share. Default:
    10.42.0.0/24."""
    lock: LockSection | None = None
    dns: tuple[Address, ...] = Field(default=(), strict=False, examples=[["192.0.2.53"]])
    """Name servers that the servers ask; the cloud's own when empty. Of a subnet that is there, its
    own stay."""

    @model_validator(mode="before")
    @classmethod
    def _one_vip(cls, values: Any) -> Any:
        if isinstance(values, dict) and "additional_vips" in values:
            raise ValueError(
                "`additional_vips` cannot be built: Heat has no property for it, and Octavia takes "
                "them only when a load balancer is created; leave it out. A subnet of IPv6 in "
                "`balancer` gives the load balancer an address of IPv6 in place of one of IPv4"
            )
        return values

    @model_validator(mode="after")
    def _apart(self) -> Self:
        networks = {
            name: ipaddress.ip_network(cidr)
            for name in ("blue", "green", "balancer")
            if (cidr := getattr(self, name).cidr) is not None
        }
        for (one, first), (other, second) in combinations(networks.items(), 2):
            if first.version == second.version and first.overlaps(second):
                raise ValueError(
                    f"{one} {first} and {other} {second} overlap; they hang on one router"
                )
        return self

    def value(self) -> Networks:
        """Return what the section names of networks that are there."""
        named = {name: getattr(self, name).existing for name in ("blue", "green", "balancer")}
        return Networks(
            router=self.router,
            subnets={name: subnet for name, subnet in named.items() if subnet is not None},
            lock=self.lock.value() if self.lock else None,
            ipv6_modes={
                name: mode for name in ("blue", "green") if (mode := getattr(self, name).mode)
            },
        )
