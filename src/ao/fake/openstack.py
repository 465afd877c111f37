"""The fake OpenStack: a deployment with its projects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from ao.cloud.models import Named
from ao.fake.deployment import Deployment
from ao.fake.octavia import TERMINATED, Listener, Octavia
from ao.fake.project import Project
from ao.fake.web_application import Application, answer
from ao.http import trust
from ao.http.handshake import NoHandshake, Served
from ao.http.request_options import RequestOptions
from ao.message import joined, message
from ao.site import Site
from ao.visit import AS_URL, Answer, NoAnswer, Untrusted
from ao.x509.certificate import Certificate


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
        services: Iterable[str] = ("alarming", "metric-storage", "key-manager"),
        limits: Mapping[str, int] | None = None,
        application: Application = answer,
        hosts: Collection[str] | None = None,
        octavia_api: tuple[int, int] = (2, 30),
        balancer_flavors: Iterable[str] = (),
        balancer_zones: Iterable[str] = (),
        seed: int = 0,
    ) -> None:
        """Offer these images, flavors, networks and key pairs by name.

        `flavors` gives processors and MiB of memory; `limits` the quotas that differ from
        a usual cloud's; `services` those of Keystone's catalogue that not every cloud has;
        `application` what the servers answer; `hosts` the host names that they answer to, with 404
        for all others, and to any without; `octavia_api` the version of Octavia's API,
        `balancer_flavors` and `balancer_zones` its flavors and availability zones. The same seed
        gives the same IDs.
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
            balancer_flavors=balancer_flavors,
            balancer_zones=balancer_zones,
            seed=seed,
        )
        self._limits = limits or {}
        self._application = application
        self._security_groups: tuple[str, ...] = ()
        """Names of security groups that each project has."""
        self._networks: tuple[str, ...] = ()
        """Names of networks that each project has."""
        self._projects: dict[str, Project] = {}

    @classmethod
    def offering(cls, site: Site, *, application: Application = answer) -> Self:
        """A cloud that has what a site names: image, flavor, network, provider and so on.

        `application` is what the site's servers answer: by default as the demo shop, which tells
        colour and version in the headers `X-Ao-Colour` and `X-Ao-Version` of all its pages.
        """
        group = site.group
        cloud = cls(
            images=[group.image],
            flavors={group.flavor: (1, 512)},
            external_networks=[it] if (it := site.external_network) else [],
            keypairs=[group.keypair] if group.keypair else [],
            providers=(site.load_balancer.provider,),
            balancer_flavors=[it] if (it := site.load_balancer.flavor) else [],
            balancer_zones=[it] if (it := site.load_balancer.availability_zone) else [],
            application=application,
        )
        zones = site.servers.availability_zones.values()
        cloud.availability_zones = tuple(dict.fromkeys((*cloud.availability_zones, *zones)))
        cloud._security_groups = site.servers.security_groups
        cloud._networks = site.servers.networks
        volumes = site.servers.all_volumes
        cloud.services |= {"block-storage"} if volumes else set()
        types = dict.fromkeys(it.type for it in volumes if it.type is not None)
        cloud.volume_types = [Named(id=cloud.identifiers.uuid(), name=it) for it in types]
        return cloud

    def project(self, name: str) -> Project:
        """Return the project of that name, a new one if there is none yet."""
        if name not in self._projects:
            project = self._projects[name] = Project(self, self._limits, self._application)
            for group in self._security_groups:
                if group != "default":
                    project.neutron.create_security_group(group)
            for number, network in enumerate(self._networks):
                network_id = project.neutron.create_network(network)
                project.neutron.create_subnet(network, network_id, f"192.168.{number}.0/24")
        return self._projects[name]

    def visit(self, url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        """Request a URL at a floating IP, as `ao.visit.visit` does; it takes no virtual time.

        By HTTPS the certificate has to name the host, and be valid. One that has signed itself has
        to be among `options.ca`; any other is of an authority that the system trusts. A client's
        certificate is good if there is one.
        """
        parts = urlsplit(url)
        usual = 443 if parts.scheme == "https" else 80
        address, port = parts.hostname or "", parts.port or usual
        host = options.host or address
        try:
            octavia, listener = self._listener(address, port)
            if parts.scheme == "https":
                self._check_trust(listener, host, options.ca)
                if listener.settings.client_authentication == "MANDATORY" and options.own is None:
                    raise Untrusted(trust.NO_CERTIFICATE.why, cure=trust.NO_CERTIFICATE.cure)
            elif listener.protocol == TERMINATED:
                raise NoAnswer("the server broke the connection off")
            answer = octavia.serve(listener, parts.path or "/", host, options.headers)
        except Untrusted as error:
            raise Untrusted(joined(": ", [url, error]), cure=error.cure) from error
        except NoAnswer as error:
            raise NoAnswer(joined(": ", [url, error])) from error
        return replace(answer, body="") if options.method == "HEAD" else answer

    def served(
        self,
        address: str,
        port: int,
        server_name: str,
        deadline: float,
        *,
        ca: str | None = None,
    ) -> Served:
        """Return the certificate that a floating IP serves, as `ao.http.handshake.served` does."""
        try:
            _, listener = self._listener(address, port)
        except NoAnswer as error:
            raise NoHandshake(message("no connection: %(words)s", words=str(error))) from error
        bundle = listener.certificate(server_name)
        if bundle is None:
            raise NoHandshake(message("it speaks no TLS"))
        settings = listener.settings
        return Served(
            certificate=bundle.certificate,
            chain=bundle.chain,
            alpn=next(iter(settings.alpn), None),
            version=max(settings.versions or {"TLSv1.2"}),
            distrust=self._distrust(bundle.certificate, server_name, ca),
        )

    def _listener(self, address: str, port: int) -> tuple[Octavia, Listener]:
        """Return what listens at a floating IP. Raises NoAnswer."""
        for project in self._projects.values():
            neutron = project.neutron
            for balancer in project.octavia.balancers.values():
                subnet = neutron.subnets[balancer.vip.subnet_id]
                network = neutron.networks[subnet.network_id]
                if network.reachable and balancer.vip.address == address:
                    return project.octavia, project.octavia.at(balancer.vip.id, port)
            for floating_ip in neutron.floating_ips.values():
                if floating_ip.address == address and floating_ip.port_id is not None:
                    return project.octavia, project.octavia.at(floating_ip.port_id, port)
        raise NoAnswer("timed out")

    def _check_trust(self, listener: Listener, host: str, ca: str | None) -> None:
        if listener.protocol == "HTTPS":
            # The servers decrypt, and all is well with their certificate.
            return
        bundle = listener.certificate(host)
        if listener.protocol != TERMINATED or bundle is None:
            raise NoAnswer("it speaks no TLS")
        distrust = self._distrust(bundle.certificate, host, ca)
        if distrust is not None:
            raise Untrusted(distrust.why, cure=distrust.cure)

    def _distrust(
        self, certificate: Certificate, host: str, ca: str | None
    ) -> trust.Distrust | None:
        """Return why a certificate is not trusted; None if it is.

        The cloud's time may be before any certificate of today, so that only its end counts.
        """
        moment = datetime.fromtimestamp(self.timeline.moment(), UTC)
        if moment > certificate.not_after:
            return trust.EXPIRED
        authorities = Certificate.from_pem(ca.encode()) if ca else ()
        if certificate.subject == certificate.issuer and certificate not in authorities:
            return trust.UNKNOWN_AUTHORITY
        return None if certificate.covers(host) else trust.other_name(host)
