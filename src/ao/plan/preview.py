"""How the preview is asked: on a port or an address of its own, or by what a request says. Pure."""

from __future__ import annotations

from ao.colour import Colour
from ao.http.request_options import RequestOptions
from ao.plan.facts import Facts
from ao.site import Site


def url(site: Site, facts: Facts, path: str = "") -> str:
    """Return the URL of a path of the preview; empty without an address.

    By header or cookie it is that of production.
    """
    if facts.preview is None:
        return ""
    if facts.previews_by_request:
        return site.url(facts.preview.address, path)
    return site.preview_url(facts.preview.address, path)


def asked(options: RequestOptions, facts: Facts, colour: Colour) -> RequestOptions:
    """Return how pages of a system are asked for at the preview's URL."""
    said = header(facts, colour)
    return options if said is None else options.passing(said)


def header(facts: Facts, colour: Colour) -> tuple[str, str] | None:
    """Return name and value of the header field that a request has to have; None for none."""
    key = facts.preview_key(colour) if facts.previews_by_request else None
    return key.header if key is not None else None
