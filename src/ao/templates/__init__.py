"""The HOT templates that Ao builds sites from."""

from __future__ import annotations

from importlib import resources

from ao.cloud.models import Template
from ao.site.servers import Servers
from ao.templates.server_parts import SERVER_TEMPLATE, with_parts

PLAIN = Servers()
"""Servers of which a site file says nothing."""

__all__ = ["SERVER_TEMPLATE", "site", "system", "trial_site"]


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def site() -> Template:
    """Template of a site's own stack: router, addresses and shared load balancer."""
    return Template(body=_read("site.yaml"))


def system(servers: Servers = PLAIN, networks: tuple[str, ...] = ()) -> Template:
    """Template of a system's stack: network, servers and a load balancer of its own.

    `networks` are the IDs of those that the servers have further ports in.
    """
    plain = Template(body=_read("system.yaml"), files={SERVER_TEMPLATE: _read(SERVER_TEMPLATE)})
    return with_parts(plain, servers, networks)


def trial_site() -> Template:
    """Template of the doctor's trial site: two load balancers, two servers, one address."""
    return Template(body=_read("trial_site.yaml"))
