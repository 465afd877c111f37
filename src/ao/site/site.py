"""A site: what the operator wants, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from ao.colour import Colour
from ao.http.request_options import RequestOptions
from ao.site.adopt import Adoption
from ao.site.autoscale import Autoscale
from ao.site.checks import Checks
from ao.site.health_check import HealthCheck
from ao.site.hooks import Hook, Point
from ao.site.listeners import Backend, FurtherListener
from ao.site.logout import Logout
from ao.site.maintenance import Maintenance
from ao.site.migration import Migration
from ao.site.names import site_tag
from ao.site.network import BALANCER, Networks
from ao.site.notify import Notification
from ao.site.own_template import OwnTemplate
from ao.site.rules import Rules
from ao.site.secrets import Secrets
from ao.site.server_tls import ServerTls
from ao.site.servers import Servers
from ao.site.session_persistence import SessionPersistence
from ao.site.timeouts import Timeouts
from ao.site.tls import Redirect, Tls
from ao.site.watch import Watch
from ao.site.window import Window


@dataclass(frozen=True, kw_only=True)
class Group:
    """The servers of each system."""

    image: str
    """Name or ID of the image."""
    flavor: str
    """Name or ID of the flavor."""
    keypair: str | None
    """Name of the key pair put on the servers."""
    user_data: str
    """User data, in which $AO_SITE, $AO_COLOUR and $AO_VERSION are replaced; empty for none."""
    compressed: bool = False
    """Whether its file was compressed by gzip, so that servers may get it so."""
    size: int
    """Servers that a new system begins with."""
    minimum: int
    """Least number of servers that scaling leaves."""
    maximum: int
    """Greatest number of servers that scaling reaches."""
    delete_delay: float
    """Seconds between a server's leaving the pool and its deletion."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """How a load balancer listens and spreads requests."""

    provider: str
    """Octavia provider: `amphora`, `ovn` or another that the cloud has."""
    protocol: str
    """Protocol that users speak: HTTP, TCP, HTTPS, which is passed on to the servers, or
    TERMINATED_HTTPS."""
    algorithm: str
    """Octavia algorithm of the pool, for example ROUND_ROBIN."""
    port: int
    """Port that users reach."""
    server_port: int
    """Port that the servers listen on."""
    timeouts: Timeouts | None = None
    """None leaves those that it has."""
    insert_headers: tuple[str, ...] | None = None
    """Headers that it tells the servers of who asked; None for the usual ones where it terminates
    TLS, and else leaves those that it has."""
    allowed_from: tuple[str, ...] | None = None
    """Networks from which users may reach it, in CIDR form; None leaves those that it has."""
    session_persistence: SessionPersistence | None = None
    """None leaves what its pools have."""
    server_tls: ServerTls | None = None
    """None leaves what its pools have."""
    proxy_protocol: int | None = None
    """Version of the PROXY protocol by which the servers learn who asks; None for none."""
    flavor: str | None = None
    """Name or ID of Octavia's flavor by which it is built; None for its default."""
    availability_zone: str | None = None
    """Name of Octavia's availability zone in which it is built; None for its default."""

    @property
    def terminates(self) -> bool:
        """Whether it terminates TLS."""
        return self.protocol == "TERMINATED_HTTPS"

    @property
    def reencrypts(self) -> bool:
        """Whether it speaks TLS to the servers."""
        return self.server_tls is not None and self.server_tls.enabled

    @property
    def is_secure(self) -> bool:
        """Whether users speak HTTPS, wherever TLS ends."""
        return self.protocol in {"HTTPS", "TERMINATED_HTTPS"}

    def octavia_protocol(self, protocol: str) -> str:
        """Return Octavia's word for a protocol that users speak.

        With provider ovn, which passes on whatever comes, it is always TCP.
        """
        return "TCP" if self.provider == "ovn" and protocol == "HTTPS" else protocol

    def pool_protocol(self, protocol: str) -> str:
        """Return Octavia's word for the protocol of a pool whose users speak that one."""
        if self.proxy_protocol is not None:
            return "PROXY"
        return "HTTP" if protocol == "TERMINATED_HTTPS" else self.octavia_protocol(protocol)


class Method(StrEnum):
    """How production is switched."""

    ADDRESS = "address"
    """Each system has a load balancer, and the production address moves."""
    POOL = "pool"
    """Both systems share one load balancer, and its listener's default pool changes."""


class Preview(StrEnum):
    """By what a request reaches the standby, where both systems share one load balancer."""

    PORT = "port"
    """A listener of its own."""
    HEADER = "header"
    """A header of the request, on production's listener."""
    COOKIE = "cookie"
    """A cookie of the request, on production's listener."""


class DrainWay(StrEnum):
    """How clients that are still on the old system are got over to the new one."""

    AFTER = "after"
    """The old load balancer is reloaded once production is seen on the new system."""
    AROUND = "around"
    """The old load balancer is reloaded right before the move and right after it."""
    HOOK = "hook"
    """The operator's command has the old servers close their connections."""
    NONE = "none"
    """Nothing is done: clients stay until they close by themselves."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """How production is switched, and how the standby is reached."""

    method: Method
    preview_port: int
    """Pool method: port of the production address that reaches the standby."""
    preview_sources: tuple[str, ...]
    """Pool method: networks that may reach the standby, in CIDR form; all when empty."""
    new_per_second: float
    """Probe's requests on new connections through a switch; 0 for none."""
    kept: int
    """Probe's Keep-Alive clients through a switch; 0 for none."""
    preview: Preview = Preview.PORT
    """Pool method: by what a request reaches the standby."""

    @property
    def previews_by_request(self) -> bool:
        """Whether a request reaches the standby by what it says, and not by a port."""
        return self.preview is not Preview.PORT


@dataclass(frozen=True, kw_only=True)
class Drain:
    """How the old system is drained after a switch. Times in seconds."""

    way: DrainWay | None
    """Address method; None takes what suits provider and network."""
    hook: str | None
    """Command that has the old servers close their connections."""
    quiet: float
    """The old system is drained once it has served nobody for so long."""
    deadline: float
    """Longest wait for that."""


@dataclass(frozen=True, kw_only=True)
class Identify:
    """How an answer tells which colour gave it."""

    path: str
    """Path of the request."""
    header: str | None
    """Response header that holds the colour."""
    body: str | None
    """Regular expression whose first group finds the colour in the body."""


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The longest that Ao waits, in seconds."""

    build: float
    """For Heat to build, update or delete a system."""
    serve: float
    """For a built system's servers to pass their health checks."""
    switch: float
    """For production to answer from the new system after a switch."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One application's production: two systems behind one production address."""

    name: str
    """Name, unique in its project."""
    folder: Path | None
    """Folder of the site file, in which hooks run; None of a site that the cloud has kept: no
    command of its runs."""
    source: str = field(compare=False)
    """What the cloud keeps of the site file, as `ao.config.stored` writes it."""
    left_out: tuple[str, ...]
    """Keys that the site file has and the cloud has not kept; none of a file itself."""
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Place in the site file, such as `ao.yaml:12`, of each key of it, such as `group.size`, and of
    the file itself by the empty key; nothing of a site that the cloud has kept."""
    cloud: str | None
    """Name of the cloud in clouds.yaml; None takes the OS_* variables."""
    external_network: str | None
    """Name or ID of the network that the floating IPs come from; None of a site that has none,
    whose users reach the address of its load balancer."""
    host: str | None
    """Host name by which users reach production, which all requests to the site's addresses name;
    None has them name the address."""
    production_address: str | None
    """Floating IP that the project already has; None has Ao allocate one. Without floating IPs the
    address that the load balancer gets; None has the cloud choose it."""
    adopt: Adoption | None = None
    """A system that was there before, and what leads to it; None where Ao has built both."""
    version: str
    """Version that a new system begins with."""
    cidrs: Mapping[Colour, str]
    """Network of each system that Ao makes one for, in CIDR form."""
    balancer_cidr: str | None
    """Network that Ao makes for the load balancer that both systems share, in CIDR form; None where
    that is in a subnet that is there."""
    networks: Networks = field(default_factory=Networks)
    """What of the networks is there already."""
    dns_nameservers: tuple[str, ...]
    """Name servers that the servers ask."""
    group: Group
    servers: Servers = field(default_factory=Servers)
    server_template: OwnTemplate | None = None
    """Template by which each server is made, in place of Ao's own; None has Ao's."""
    system_resources: OwnTemplate | None = None
    """Further resources that each system has once."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the application, which all members of the project read."""
    secrets: Secrets | None = None
    """Those that servers alone read."""
    autoscale: Autoscale | None
    """How load changes the size of the live system; None when it does not."""
    load_balancer: LoadBalancer
    """The main listener, and what all have in common."""
    listeners: tuple[FurtherListener, ...] = ()
    """Listeners beside the main one."""
    tls: Tls | None
    """None where users do not speak HTTPS, or nothing is said of it."""
    redirect: Redirect | None
    """None where no port of plain HTTP leads to HTTPS."""
    maintenance: Maintenance | None = None
    """What users get while the site has a pause; None where it has none."""
    switch: Switch
    drain: Drain
    health_check: HealthCheck
    identify: Identify
    deadlines: Deadlines
    window: Window
    watch: Watch
    rules: Rules
    checks: Checks
    """Checks of the standby before a switch."""
    hooks: Mapping[Point, tuple[Hook, ...]]
    """Commands and webhooks at moments of a release."""
    logout: Logout | None
    """Forced logout before a switch."""
    notify: tuple[Notification, ...]
    migration: Migration

    @property
    def stack(self) -> str:
        """Name of the site's own Heat stack."""
        return f"ao-{self.name}"

    def system_stack(self, colour: Colour) -> str:
        """Return the name of a system's Heat stack."""
        return f"ao-{self.name}-{colour}"

    @property
    def tag(self) -> str:
        """The word that everything of this site carries."""
        return site_tag(self.name)

    @property
    def subnet_keys(self) -> tuple[str, ...]:
        """Keys of the subnets that the site has: of its systems, and of a shared load balancer."""
        shared = (BALANCER,) if self.switch.method is Method.POOL else ()
        return (*map(str, Colour), *shared)

    @property
    def is_placed(self) -> bool:
        """Whether it uses networks that were there before, or has no floating IP."""
        return self.external_network is None or self.networks != Networks()

    @property
    def makes_router(self) -> bool:
        """Whether Ao makes a router: one for its own networks, unless they hang on none."""
        if self.networks.router is not None or self.external_network is None:
            return False
        return any(key not in self.networks.subnets for key in self.subnet_keys)

    def place(self, key: str) -> str:
        """Return a key with the place of it, or of the nearest key above, in the site file.

        So a complaint begins that comes of what the cloud says: `ao.yaml:12: group.size`.
        """
        above = key
        while above and above not in self.places:
            above = above.rpartition(".")[0]
        place = self.places.get(above)
        return f"{place}: {key}" if place else key

    def listener(self, name: str) -> FurtherListener | None:
        """Return the listener of that name, beside the main one; None where there is none."""
        return next((it for it in self.listeners if it.name == name), None)

    def backend(self, listener: FurtherListener) -> Backend | None:
        """Return what the pools are of that a listener leads to; None for the main ones."""
        balancer = self.load_balancer
        backend = Backend(listener.server_port, balancer.pool_protocol(listener.protocol))
        main = Backend(balancer.server_port, balancer.pool_protocol(balancer.protocol))
        return None if backend == main else backend

    @property
    def backends(self) -> Mapping[Backend, FurtherListener]:
        """What a system has pools of beside its main one, each with the first of its listeners."""
        found: dict[Backend, FurtherListener] = {}
        for listener in self.listeners:
            backend = self.backend(listener)
            if backend is not None:
                found.setdefault(backend, listener)
        return found

    @property
    def left_templates(self) -> tuple[str, ...]:
        """Keys of the operator's templates that the site file has and the cloud has not kept."""
        return tuple(it for it in ("server_template", "system_resources") if it in self.left_out)

    @property
    def request_options(self) -> RequestOptions:
        """How pages of production and of the preview are asked for."""
        if self.tls is None:
            return RequestOptions(host=self.host)
        own = self.tls.clients.own if self.tls.clients else None
        return RequestOptions(host=self.host, ca=self.tls.ca, own=own)

    @property
    def health_request_options(self) -> RequestOptions:
        """How the path of the health check is asked for, at production and the preview."""
        return replace(self.request_options, method=self.health_check.method)

    @property
    def unencrypted(self) -> Site:
        """The site as its load balancers would serve it if they terminated no TLS."""
        if not self.load_balancer.terminates:
            return self
        balancer = replace(self.load_balancer, protocol="HTTP")
        return replace(self, load_balancer=balancer, tls=None, redirect=None)

    @property
    def http2(self) -> bool:
        """Whether users may speak HTTP/2 with production.

        Where TLS is passed on to the servers, they decide.
        """
        return self.load_balancer.is_secure and (self.tls is None or self.tls.has_http2)

    def url(self, address: str, path: str = "") -> str:
        """URL of a path at a floating IP, or a host, on the port that users reach."""
        return self._url(address, self.load_balancer.port, path)

    def preview_url(self, address: str, path: str = "") -> str:
        """URL of a path at the floating IP that reaches the standby."""
        pool = self.switch.method is Method.POOL
        port = self.switch.preview_port if pool else self.load_balancer.port
        return self._url(address, port, path)

    def _url(self, address: str, port: int, path: str) -> str:
        scheme, usual = ("https", 443) if self.load_balancer.is_secure else ("http", 80)
        host = f"[{address}]" if ":" in address else address
        return f"{scheme}://{host}{'' if port == usual else f':{port}'}{path}"
