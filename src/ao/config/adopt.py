"""The part of ao.yaml that tells of a system that was there before Ao."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ao.colour import Colour
from ao.config.section import Section
from ao.site.adopt import Adoption

_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
"""Octavia's IDs (oslo_utils.uuidutils: generate_uuid)."""
Id = Annotated[str, Field(pattern=_ID)]


class AdoptSection(Section):
    """A system that was there before Ao, with its load balancer. [More](adopt.md)."""

    load_balancer: str = Field(
        min_length=1, max_length=255, examples=["0e6ea11c-6a11-4b6e-9d5b-0d8f1c3f7a10"]
    )
    """Load balancer that is there, by ID or name."""
    listeners: tuple[Id, ...] = Field(
        strict=False,
        min_length=1,
        max_length=21,
        examples=[["5c1a7d0e-3f0b-4f43-8f38-0c6f5a3b9d21"]],
    )
    """Its listeners that are the site's, by ID: that of `load_balancer` first, then those of
    `listeners` in their order. A switch moves all of them."""
    pool: Id = Field(examples=["b8d4a7f2-91c3-4f0d-a2c5-7e61d90f4b33"])
    """Pool that they lead to, by ID: the adopted system."""
    floating_ip: str | None = Field(default=None, examples=["203.0.113.5"])
    """Floating IP that leads to the load balancer; left out where users reach its own address."""
    colour: Literal["blue", "green"] = Field(default="blue", examples=["blue"])
    """Colour that the adopted system has in the site."""

    @field_validator("listeners")
    @classmethod
    def _once(cls, listeners: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(listeners)) < len(listeners):
            raise ValueError("one of them is there twice")
        return listeners

    @field_validator("floating_ip")
    @classmethod
    def _address(cls, text: str | None) -> str | None:
        return text if text is None else str(ipaddress.IPv4Address(text))

    def value(self) -> Adoption:
        """Return the adoption that the section describes."""
        return self.into(Adoption, colour=Colour(self.colour))
