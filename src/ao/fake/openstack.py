"""The fake OpenStack: a deployment with its projects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

from ao.fake.deployment import Deployment
from ao.fake.project import Project
from ao.fake.web_application import Application, answer
from ao.http.request_options import RequestOptions
from ao.message import joined
from ao.site import Site
from ao.visit import AS_URL, Answer, NoAnswer


class OpenStack(Deployment):
    """A cloud in memory, with its own time, images, flavors and projects."""

    def __init__(
        self,
        *,
        images: Iterable[str] = ("ao-demo",),
        flavors: Mapping[str, tuple[int, int]] | None = None,
        external_networks: Iterable[str] = ("public",),
        keypairs: Iterable[str] = ("demo",),
        providers: tuple[str, ...] = ("amphora", "ovn"),
        services: Iterable[str] = ("alarming", "metric-storage"),
        limits: Mapping[str, int] | None = None,
        application: Application = answer,
        hosts: Collection[str] | None = None,
        octavia_api: tuple[int, int] = (2, 30),
        seed: int = 0,
    ) -> None:
        """Offer these images, flavors, networks and key pairs by name.

        `flavors` gives processors and MiB of memory; `limits` the quotas that differ from
        a usual cloud's; `services` those of Keystone's catalogue that not every cloud has;
        `application` what the servers answer; `hosts` the host names that they answer to, with 404
        for all others, and to any without; `octavia_api` the version of Octavia's API. The same
        seed gives the same IDs.
        """
        super().__init__(
            images=images,
            flavors=flavors or {"web.small": (1, 128)},
            external_networks=external_networks,
            keypairs=keypairs,
            providers=providers,
            services=services,
            hosts=hosts,
            octavia_api=octavia_api,
            seed=seed,
        )
        self._limits = limits or {}
        self._application = application
        self._projects: dict[str, Project] = {}

    @classmethod
    def offering(cls, site: Site, *, application: Application = answer) -> Self:
        """A cloud that has what a site names: image, flavor, keypair, network and provider.

        `application` is what the site's servers answer: by default as the demo shop, which tells
        colour and version in the headers `X-Ao-Colour` and `X-Ao-Version` of all its pages.
        """
        group = site.group
        return cls(
            images=[group.image],
            flavors={group.flavor: (1, 512)},
            external_networks=[site.external_network],
            keypairs=[group.keypair] if group.keypair else [],
            providers=(site.load_balancer.provider,),
            application=application,
        )

    def project(self, name: str) -> Project:
        """Return the project of that name, a new one if there is none yet."""
        if name not in self._projects:
            self._projects[name] = Project(self, self._limits, self._application)
        return self._projects[name]

    def visit(self, url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        """Request a URL at a floating IP, as `ao.visit.visit` does; it takes no virtual time."""
        parts = urlsplit(url)
        usual = 443 if parts.scheme == "https" else 80
        address, port = parts.hostname or "", parts.port or usual
        try:
            answer = self._serve(address, port, parts.path or "/", options.host or address)
        except NoAnswer as error:
            raise NoAnswer(joined(": ", [url, error])) from error
        return replace(answer, body="") if options.method == "HEAD" else answer

    def _serve(self, address: str, port: int, path: str, host: str) -> Answer:
        for project in self._projects.values():
            for floating_ip in project.neutron.floating_ips.values():
                if floating_ip.address == address and floating_ip.port_id is not None:
                    return project.octavia.serve(floating_ip.port_id, port, path, host)
        raise NoAnswer("timed out")
