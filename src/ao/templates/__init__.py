"""The HOT templates that Ao builds sites from."""

from __future__ import annotations

from importlib import resources

from ao.cloud.models import Template

SERVER_TEMPLATE = "server.yaml"
"""Template of one server, and so the resource type of a group's members."""


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def site() -> Template:
    """Template of a site's own stack: router, addresses and shared load balancer."""
    return Template(body=_read("site.yaml"))


def system() -> Template:
    """Template of a system's stack: network, servers and a load balancer of its own."""
    return Template(body=_read("system.yaml"), files={SERVER_TEMPLATE: _read(SERVER_TEMPLATE)})


def trial_site() -> Template:
    """Template of the doctor's trial site: two load balancers, two servers, one address."""
    return Template(body=_read("trial_site.yaml"))
