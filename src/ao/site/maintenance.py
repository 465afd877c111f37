"""Maintenance: what users get in place of a site while it has a pause."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """Where users are led meanwhile: to a page, or to servers of the operator's own."""

    redirect: str | None
    """URL of a page; None where a pool answers."""
    pool: str | None
    """Name or ID of a pool of the operator's on the same load balancer; None for a page."""
    during_switch: bool
    """Whether each switch has users there, from right before production moves until it is seen."""
