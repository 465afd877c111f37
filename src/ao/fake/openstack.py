"""The fake OpenStack: what all its projects share."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Self, TypeVar
from urllib.parse import urlsplit

from ao.cloud.models import Flavor, Named
from ao.fake.identifiers import Identifiers
from ao.fake.project import Project
from ao.fake.timeline import Timeline
from ao.fake.web_application import Application, answer
from ao.site import Site
from ao.visit import Answer, NoAnswer

T = TypeVar("T", bound=Named)


class OpenStack:
    """A cloud in memory, with its own time, catalogue and projects."""

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
        seed: int = 0,
    ) -> None:
        """Offer these things, by name.

        `flavors` gives processors and MiB of memory; `limits` the quotas that differ from
        a usual cloud's; `services` those of the
        catalogue that not every cloud has; `application` what the servers answer. The same
        seed gives the same IDs.
        """
        self.lock = threading.RLock()
        """Held by whoever reads or changes anything."""
        self.timeline = Timeline()
        self.identifiers = Identifiers(seed)
        self.application = application
        self.providers = providers
        self.services = frozenset(services)
        self.images = [Named(id=self.identifiers.uuid(), name=name) for name in images]
        self.external_networks = [
            Named(id=self.identifiers.uuid(), name=name) for name in external_networks
        ]
        self.keypairs = [Named(id=name, name=name) for name in keypairs]
        self.flavors = [
            Flavor(id=self.identifiers.uuid(), name=name, vcpus=vcpus, ram=ram)
            for name, (vcpus, ram) in (flavors or {"web.small": (1, 128)}).items()
        ]
        self._limits = limits or {}
        self._projects: dict[str, Project] = {}
        self._allocated = 0

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
        """The project of that name; a new one when there is none yet."""
        if name not in self._projects:
            self._projects[name] = Project(self, self._limits)
        return self._projects[name]

    def free_address(self) -> str:
        """An address of the external network that was never used."""
        self._allocated += 1
        return f"203.0.113.{9 + self._allocated}"

    @staticmethod
    def pick(offers: Iterable[T], name_or_id: str) -> T | None:
        """The thing of that name or ID among those that are offered, or None."""
        return next((item for item in offers if name_or_id in (item.id, item.name)), None)

    def visit(self, url: str, timeout: float) -> Answer:
        """Visit a floating IP, as `ao.visit.visit` does; nothing ever takes time."""
        parts = urlsplit(url)
        try:
            return self._serve(parts.hostname or "", parts.port or 80, parts.path or "/")
        except NoAnswer as error:
            raise NoAnswer(f"{url}: {error}") from error

    def _serve(self, address: str, port: int, path: str) -> Answer:
        for project in self._projects.values():
            for floating_ip in project.neutron.addresses.values():
                if floating_ip.address == address and floating_ip.port_id is not None:
                    return project.octavia.serve(floating_ip.port_id, port, path)
        raise NoAnswer("timed out")
