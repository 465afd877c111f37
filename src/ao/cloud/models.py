"""What a cloud tells about its resources, as frozen values."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Self


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A Heat stack."""

    id: str
    name: str
    action: str
    """What Heat did last: CREATE, UPDATE, DELETE, …"""
    status: str
    """How that went: IN_PROGRESS, COMPLETE or FAILED."""
    reason: str
    """Heat's words on the status."""
    tags: frozenset[str]
    """Tags given when the stack was created or updated."""
    updated_at: str
    """When it was last created or updated: ISO 8601, UTC."""
    read: float = field(default=0.0, compare=False)
    """When it was read, in seconds since 1970: by Heat's clock if its answers tell the time, else
    by ours."""

    @property
    def busy(self) -> bool:
        """Whether Heat is working on it."""
        return self.status == "IN_PROGRESS"

    @property
    def failed(self) -> bool:
        """Whether Heat's last action failed."""
        return self.status == "FAILED"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of a stack, or of one nested in it."""

    name: str
    type: str
    """Resource type, or the name of a nested template."""
    status: str
    """Action and status, for example CREATE_IN_PROGRESS."""
    reason: str
    physical_id: str
    """ID of the real thing; empty while there is none."""
    stack_name: str
    """Name of the stack, perhaps a nested one, that the resource is in."""
    stack_id: str
    """ID of that stack."""
    parent: str
    """Name of the resource that the nested stack is; empty at the top."""
    updated_at: str = field(default="", compare=False)
    """When Heat last wrote something of it: ISO 8601, UTC; empty when that is not told."""

    @property
    def changing(self) -> bool:
        """Whether Heat is at work on it."""
        return self.status.endswith("IN_PROGRESS")

    @property
    def failed(self) -> bool:
        """Whether Heat's last action on it failed."""
        return self.status.endswith("FAILED")


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A signal on which a resource of a stack acted."""

    resource: str
    """Name of that resource."""
    at: str
    """When it had acted: ISO 8601, UTC."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """A HOT template with the templates that it uses as resource types."""

    body: str
    """Text of the template."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Texts of the nested templates, by file name."""


@dataclass(frozen=True, kw_only=True)
class FloatingIP:
    """A floating IP of the project."""

    id: str
    address: str
    network_id: str
    """ID of the external network."""
    port_id: str | None
    """ID of the port it points to; None when it points nowhere."""
    status: str
    description: str
    revision: int
    """Neutron's revision number, for writes on condition that nobody else wrote."""


@dataclass(frozen=True, kw_only=True)
class Vip:
    """The address of a load balancer, by which users reach a site without floating IPs."""

    address: str
    port_id: str
    """Port that has it."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """An Octavia load balancer."""

    id: str
    name: str
    description: str
    provider: str
    vip_address: str
    vip_port_id: str
    provisioning_status: str
    operating_status: str
    pool_ids: tuple[str, ...]
    flavor_id: str | None = None
    """ID of Octavia's flavor by which it was built; None for none, or where it is not told."""
    availability_zone: str | None = None
    """Name of Octavia's availability zone in which it was built; None as with the flavor."""
    updated_at: str = field(default="", compare=False)
    """When it was last written, as its provisioning status is: ISO 8601, UTC; empty where Octavia
    does not tell."""
    enabled: bool = field(default=True, compare=False)
    """Whether it is to serve: somebody may have switched it off."""
    tags: frozenset[str] = field(default=frozenset(), compare=False)
    """Octavia's tags, which anybody with a role in the project writes."""
    vip_subnet_id: str = field(default="", compare=False)
    vip_network_id: str = field(default="", compare=False)
    """Subnet and network of its address."""
    more_vips: tuple[str, ...] = field(default=(), compare=False)
    """Further addresses of it."""

    @property
    def failed(self) -> bool:
        """Whether it is in provisioning status ERROR: it takes no change until a failover."""
        return self.provisioning_status == "ERROR"

    @property
    def pending(self) -> bool:
        """Whether a change of it is under way, and it takes no other."""
        return self.provisioning_status.startswith("PENDING")


@dataclass(frozen=True, kw_only=True)
class ListenerSettings:
    """How a listener serves: what Octavia's API says of it, and Heat does not.

    What an API is too old to tell is None or empty.
    """

    tls_ref: str | None = None
    """Reference of the certificate that is served by default, as Barbican tells it."""
    sni_refs: tuple[str, ...] = ()
    """References of those that are served to who asks for one of their names."""
    versions: frozenset[str] | None = None
    """Versions of TLS, for example `TLSv1.3`; as a wish, None for Octavia's default."""
    ciphers: str | None = None
    """Cipher suites in OpenSSL's words; as a wish, None for Octavia's default."""
    alpn: tuple[str, ...] = ()
    """Protocols that are offered, the preferred one first; as a wish, none for the default."""
    hsts_max_age: int | None = None
    """Seconds for which browsers are told to ask by HTTPS only; None where they are not told."""
    hsts_subdomains: bool = False
    hsts_preload: bool = False
    client_ca_ref: str | None = None
    """Reference of the authority by which certificates of clients are checked."""
    client_crl_ref: str | None = None
    """Reference of the list of those that it has revoked."""
    client_authentication: str = "NONE"
    """Whether clients show a certificate: `NONE`, `OPTIONAL` or `MANDATORY`."""
    client_timeout: int | None = None
    """Milliseconds of silence after which a user's connection is closed; as a wish, None for
    Octavia's default."""
    member_timeout: int | None = None
    """The same of a server's."""
    connect_timeout: int | None = None
    """Milliseconds that a connection to a server may take to come about."""
    headers: frozenset[str] = frozenset()
    """Headers that it inserts into requests, for example `X-Forwarded-For`."""
    allowed_cidrs: frozenset[str] = frozenset()
    """Networks from which it takes connections; all when empty."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A port that a load balancer listens on."""

    id: str
    name: str
    default_pool_id: str | None
    """Pool that gets what comes in; None when there is none."""
    protocol: str = ""
    """`HTTP`, `TERMINATED_HTTPS` where the load balancer decrypts, `HTTPS` where it does not, …"""
    port: int = 0
    """Port that it listens on."""
    settings: ListenerSettings = ListenerSettings()
    """How it serves."""
    provisioning_status: str = field(default="", compare=False)
    """`ERROR` where the proxy was told nothing of it: a certificate could not be read, say."""
    policy_ids: tuple[str, ...] = field(default=(), compare=False)
    """IDs of its L7 policies."""
    balancer_id: str = field(default="", compare=False)
    """ID of the load balancer that it is of."""
    description: str = field(default="", compare=False)
    tags: frozenset[str] = field(default=frozenset(), compare=False)
    """Octavia's tags, which anybody with a role in the project writes."""
    enabled: bool = field(default=True, compare=False)
    """Whether it is to serve: somebody may have switched it off."""
    connection_limit: int = field(default=-1, compare=False)
    """Connections that it takes at once; -1 for any number."""


@dataclass(frozen=True, kw_only=True)
class L7Rule:
    """What a request has to be for an L7 policy to apply to it."""

    type: str
    """What of the request is compared: `PATH`, `HEADER`, `COOKIE`, `HOST_NAME`, …"""
    compare: str
    """How: `STARTS_WITH`, `EQUAL_TO`, `REGEX`, …"""
    value: str = field(repr=False)
    """What it is compared with, which may be what only some are to know."""
    key: str | None = None
    """Name of the header or cookie; None for the other types."""
    invert: bool = False
    """Whether it holds where the comparison does not."""

    @property
    def is_secret(self) -> bool:
        """Whether its value may be a secret between a load balancer and those who ask it."""
        return self.type in {"HEADER", "COOKIE"}


ACME_CHALLENGE = "/.well-known/acme-challenge/"
"""Where the paths begin that a certificate authority asks for by plain HTTP (RFC 8555, 8.3)."""


@dataclass(frozen=True, kw_only=True)
class L7Policy:
    """What a listener does with the requests for which all of a policy's rules hold.

    Proxies leave out one without rules (octavia/common/jinja/haproxy/combined_listeners/templates/
    macros.j2: l7policy).
    """

    id: str = ""
    """Empty for one that is not made yet."""
    name: str
    action: str
    """`REDIRECT_PREFIX`, `REDIRECT_TO_URL`, `REDIRECT_TO_POOL` or `REJECT`."""
    redirect_prefix: str | None = None
    """URL that is put before the request's path; None for another action."""
    redirect_url: str | None = None
    """URL that requests are sent to, whatever their path; None for another action."""
    redirect_pool_id: str | None = None
    """ID of the pool that requests go to; None for another action."""
    redirect_code: int | None = None
    """HTTP status of a redirect; None for another action."""
    position: int | None = None
    """Place among the listener's policies, from 1; None for one that is not made yet."""
    rules: tuple[L7Rule, ...] = ()
    provisioning_status: str = field(default="", compare=False)
    enabled: bool = True
    description: str = field(default="", compare=False)
    """What is written about it, by anybody with a role in the project."""
    listener_id: str = field(default="", compare=False)
    """ID of the listener that it is of; empty for one that is not made yet."""

    @property
    def acts(self) -> bool:
        """Whether proxies act on it: they leave out one that is off, or has no rules."""
        return self.enabled and bool(self.rules)

    @classmethod
    def redirect(cls, name: str, prefix: str, except_path: str | None = None) -> Self:
        """Return one that sends all requests for good to the same path behind a prefix.

        Those whose paths begin with `except_path` are let through.
        """
        rule = L7Rule(
            type="PATH",
            compare="STARTS_WITH",
            value=except_path or "/",
            invert=except_path is not None,
        )
        return cls(
            name=name,
            action="REDIRECT_PREFIX",
            redirect_prefix=prefix,
            redirect_code=301,
            rules=(rule,),
        )


@dataclass(frozen=True, kw_only=True)
class PoolSettings:
    """What Octavia's API says of a pool, and Heat does not take back."""

    persistence: str | None = None
    """By what a user's requests go to the same member: `SOURCE_IP`, `HTTP_COOKIE` or `APP_COOKIE`;
    None where they do not."""
    cookie: str | None = None
    """Name of the application's cookie, with `APP_COOKIE`."""
    encrypts: bool = False
    """Whether TLS is spoken to the members."""
    tls_ref: str | None = None
    """Reference of the certificate that is shown to members, as Barbican tells it."""
    ca_ref: str | None = None
    """Reference of the authority by which members' certificates are checked; None checks none."""
    crl_ref: str | None = None
    """Reference of the list of those that it has revoked."""
    versions: frozenset[str] | None = None
    """Versions of TLS; as a wish, None for Octavia's default."""
    ciphers: str | None = None
    """Cipher suites in OpenSSL's words; as a wish, None for Octavia's default."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Servers that a load balancer spreads requests over."""

    id: str
    name: str
    description: str
    operating_status: str
    """ONLINE; DEGRADED when some members fail their health checks, ERROR when all do."""
    members: int
    """How many members it has."""
    settings: PoolSettings = PoolSettings()
    protocol: str = field(default="", compare=False)
    """How its members are spoken to: `HTTP`, `TCP`, `PROXY`, …"""
    algorithm: str = field(default="", compare=False)
    """How requests are spread: `ROUND_ROBIN`, `LEAST_CONNECTIONS`, …"""
    monitor_id: str = field(default="", compare=False)
    """ID of its health monitor; empty for none."""
    provisioning_status: str = field(default="", compare=False)
    enabled: bool = field(default=True, compare=False)
    """Whether it is to serve: somebody may have switched it off."""
    tags: frozenset[str] = field(default=frozenset(), compare=False)
    """Octavia's tags, which anybody with a role in the project writes."""


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """A health monitor of a pool."""

    id: str
    type: str
    """How it checks members: HTTP, TCP, …"""
    domain_name: str | None
    """Host name that its requests name; None for none."""
    http_version: float | None
    """HTTP version of its requests, 1.0 or 1.1; None for Octavia's default, 1.0."""
    tags: frozenset[str]
    interval: int = field(default=0, compare=False)
    """Seconds between two checks."""
    timeout: int = field(default=0, compare=False)
    """Seconds after which a check has failed."""
    rise: int = field(default=0, compare=False)
    """Checks in a row that a member passes to get requests."""
    fall: int = field(default=0, compare=False)
    """Checks in a row that a member fails to get none."""
    method: str = field(default="", compare=False)
    path: str = field(default="", compare=False)
    expected: str = field(default="", compare=False)
    """Method and path of its requests, and the HTTP statuses of a healthy answer: one, a list or
    one range. Empty where it makes none."""
    enabled: bool = field(default=True, compare=False)
    """Whether it checks: somebody may have switched it off."""


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What a load balancer counts of its connections."""

    active_connections: int
    """Connections that are open. An amphora does not count those that it took before its
    last reload."""
    total_connections: int
    """Connections ever taken; health checks are not among them."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A server's place in a pool."""

    id: str
    address: str
    operating_status: str
    """ONLINE, OFFLINE, ERROR, NO_MONITOR, …"""
    provisioning_status: str
    port: int = field(default=0, compare=False)
    """Port of the address that requests go to; 0 where it is not told, as among statuses."""
    subnet_id: str = field(default="", compare=False)
    """Subnet by which it is reached; empty for that of the load balancer's address."""
    weight: int = field(default=1, compare=False)
    """Its share of what comes in."""
    enabled: bool = field(default=True, compare=False)
    """Whether it is to serve: somebody may have switched it off."""
    backup: bool = field(default=False, compare=False)
    """Whether it gets requests only while no other member is healthy."""

    @property
    def serving(self) -> bool:
        """Whether it gets requests: it passes the health check, or there is none."""
        return self.operating_status in {"ONLINE", "NO_MONITOR"}


@dataclass(frozen=True, kw_only=True)
class BalancerStatus:
    """The statuses of a load balancer and of what hangs on its listeners."""

    provisioning_status: str
    operating_status: str
    listeners: Mapping[str, tuple[str, ...]]
    """IDs of the pools that each of its listeners leads to, by the listener's ID: its default pool
    first, if it has one, then those of its L7 policies."""
    members: Mapping[str, tuple[Member, ...]]
    """Members of these pools, by the pool's ID. A pool that no listener leads to is missing."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A Nova server."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ServerDetails(Server):
    """What a Nova server was made of.

    Whoever has a role in the project may write what they like into its names and metadata.
    """

    status: str
    """ACTIVE, SHUTOFF, ERROR, …"""
    image_id: str | None
    """ID of its image; None for one that starts from a volume."""
    flavor_id: str
    keypair: str | None
    """Name of the key pair that was put on it, which is of the user who made it."""
    availability_zone: str
    """Zone in which it is, whether it was asked for or not; empty for none."""
    config_drive: bool
    metadata: Mapping[str, str]
    volume_ids: tuple[str, ...]
    """IDs of the volumes that are attached to it."""
    user_data: str | None = field(default=None, repr=False)
    """User data in base64, empty for none; None where Nova does not tell: by default it tells
    administrators alone (nova/policies/extended_server_attributes.py)."""


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume of Cinder's."""

    id: str
    size: int
    """GiB that it has."""
    type: str
    """Name of its volume type; empty for none."""
    bootable: bool
    image_id: str | None
    """ID of the image that it was made of; None for none."""


HEALTH_CHECKS = "ovn-lb-hm:distributed"
"""Owner of the ports from which OVN's load balancer checks servers."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """A Neutron port.

    Whoever has a role in the project may write what they like into all of it but the ID.
    """

    id: str
    name: str
    owner: str
    """What it is for: Neutron's `device_owner`, for example `compute:nova`."""
    device_id: str
    """ID of the server, router or whatever else it belongs to; empty when it is nobody's."""
    network_id: str = field(default="", compare=False)
    addresses: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """Its addresses, each with the ID of its subnet before it."""
    security_group_ids: tuple[str, ...] = field(default=(), compare=False)

    def checks_servers_of(self, subnet_id: str) -> bool:
        """Return whether it is one from which OVN's load balancer checks the servers of a subnet.

        `ao.cloud.protocols.Ports.sweep` deletes those that are left behind.
        """
        return (self.owner, self.name) == (HEALTH_CHECKS, f"ovn-lb-hm-{subnet_id}")


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm in Aodh."""

    id: str
    name: str
    enabled: bool
    """Whether it is evaluated and acts."""
    state: str
    """`ok`, `alarm`, or `insufficient data` when there is nothing to evaluate."""
    reason: str
    """Aodh's words on the state."""
    query: str = ""
    """PromQL of what it compares; empty when that is not Prometheus'."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A measure at a moment."""

    at: float
    """Seconds since 1970."""
    value: float


@dataclass(frozen=True, kw_only=True)
class StoredCertificate:
    """A certificate that the project keeps in Barbican, with its key: nothing of either."""

    ref: str
    """Its reference, as Barbican tells it: a URL, by which Octavia is told of it."""
    name: str
    kind: Literal["secret", "container"]
    """A secret has both in one PKCS12; a container names a secret for each."""
    status: str
    """`ACTIVE` when it can be read."""
    created: str = ""
    """When it was stored: ISO 8601, UTC."""
    expiration: str = ""
    """When Barbican will give it out no more: ISO 8601, UTC; empty for never."""

    @property
    def id(self) -> str:
        """Its ID, the end of the reference."""
        return self.ref.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something that a cloud offers: a network, an image, a flavor or a key pair."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet, and what is taken of its addresses as far as the project sees it."""

    id: str
    name: str
    network_id: str
    cidr: str
    owned: bool
    """Whether the project owns its network: only then it sees all ports in it."""
    free: int
    """Addresses that Neutron may still give to ports."""
    pools: tuple[tuple[str, str], ...] = ()
    """First and last address of each range that Neutron gives addresses from."""
    taken: frozenset[str] = frozenset()
    """Addresses that ports have."""
    routers: frozenset[str] = frozenset()
    """IDs of the routers that have a port in it."""
    tags: frozenset[str] = frozenset()
    """Tags of its network."""

    def holds(self, address: str) -> bool:
        """Return whether an address is one of the subnet's."""
        return ipaddress.ip_address(address) in ipaddress.ip_network(self.cidr)

    def gives(self, address: str) -> bool:
        """Return whether Neutron may give an address to any port."""
        wanted = ipaddress.ip_address(address)
        return any(
            first.version == wanted.version and int(first) <= int(wanted) <= int(last)
            for first, last in (map(ipaddress.ip_address, it) for it in self.pools)
        )

    @property
    def version(self) -> int:
        """Version of IP that its addresses are of."""
        return ipaddress.ip_network(self.cidr).version


@dataclass(frozen=True, kw_only=True)
class Router:
    """A router of the project."""

    id: str
    name: str
    external_network_id: str | None
    """ID of the network that it leads to; None for none."""
    cidrs: tuple[str, ...] = ()
    """Addresses of the subnets that hang on it."""


@dataclass(frozen=True, kw_only=True)
class SecurityGroup(Named):
    """Who may reach the ports that have it."""

    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Network(Named):
    """A network that a project may have ports in."""

    external: bool = False
    """Whether floating IPs come from it."""
    subnets: int = 1
    """How many subnets it has."""
    secured: bool = True
    """Whether its ports have security groups, unless they say otherwise."""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Image(Named):
    """What a server's disk begins with."""

    status: str = "active"
    """Glance's status: a server is made of an `active` image only."""
    size: int = 0
    """Bytes of its data; 0 where Glance does not tell."""
    min_disk: int = 0
    """Disk that it needs, in GiB."""
    min_ram: int = 0
    """Memory that it needs, in MiB."""
    version: str = ""
    """Version of the application in it, as its property `ao_version` tells, which anybody may have
    written; empty without."""


@dataclass(frozen=True, kw_only=True)
class ResourceChanges:
    """What Heat would do to the resources of a stack: their names in the template, and types."""

    made: tuple[tuple[str, str], ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    deleted: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flavor(Named):
    """A size of server."""

    vcpus: int
    ram: int
    """Memory in MiB."""
    disk: int = 0
    """Root disk in GiB; 0 for none, as for servers that start from a volume."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What a project may have of a resource, and has."""

    resource: str
    """Name in the words of the command line, for example `floating ips`."""
    limit: int
    """-1 for no limit."""
    used: int

    @property
    def free(self) -> int | None:
        """What is left; None for no limit."""
        return None if self.limit < 0 else max(0, self.limit - self.used)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request to an API of OpenStack, with its answer's figures."""

    at: float
    """When it was sent, in seconds since 1970."""
    method: str
    host: str
    """Host, with its port, that it was sent to."""
    path: str
    """Path, without a query."""
    seconds: float
    """How long the answer took."""
    status: int
    """HTTP status of the answer."""


@dataclass(frozen=True, kw_only=True)
class SoftwareConfig:
    """A text that the project keeps in Heat."""

    id: str
    name: str
    created_at: str
    """When it was written: ISO 8601, UTC."""

    @property
    def written(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.created_at).replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class SoftwareConfigList:
    """The texts that a project keeps in Heat, as one request lists them."""

    records: tuple[SoftwareConfig, ...]
    """Those that Ao has written, oldest first."""
    count: int
    """Software configs of the project in all, whoever wrote them."""

    def named(self, prefix: str) -> tuple[SoftwareConfig, ...]:
        """Return the records whose names begin so, oldest first."""
        return tuple(record for record in self.records if record.name.startswith(prefix))

    @property
    def latest(self) -> datetime | None:
        """When the newest record was written; None where there is none."""
        return max((it.written for it in self.records), default=None)

    def with_newer(self, newer: Iterable[SoftwareConfig]) -> SoftwareConfigList:
        """Return the list with records that were written since."""
        known = {it.id for it in self.records}
        more = [it for it in newer if it.id not in known]
        records = sorted((*self.records, *more), key=lambda it: it.created_at)
        return SoftwareConfigList(records=tuple(records), count=self.count + len(more))


LOCK_ADDRESS = "192.0.2.1"
"""The address that a lock holds; the subnet that it is of is in src/ao/templates/site.yaml."""


@dataclass(frozen=True, kw_only=True)
class LockAddress:
    """The address that a lock holds in a network that Ao did not make."""

    subnet_id: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A port that holds the agreed address of a network, as only one port can."""

    id: str
    name: str
    network_id: str
    description: str
    revision: int
    """Neutron's revision number, for writes on condition that nobody else wrote."""
    created: float
    """When it was created, in seconds since 1970 by Neutron's clock."""
    written: float
    """When it was last written, by the same clock."""
    read: float
    """When it was read: by Neutron's clock if its answers tell the time, else by ours."""
    tags: frozenset[str] = frozenset()
    """Neutron's tags of the port, which a renewal leaves as they are."""
    at: LockAddress | None = None
    """The address that it holds; None for that of a network which Ao made for it."""


def epoch_seconds(moment: str) -> float:
    """Return a moment of a service's, ISO 8601 and in UTC, in seconds since 1970."""
    told = datetime.fromisoformat(moment)
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
