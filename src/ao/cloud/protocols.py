"""The protocols of a cloud: all that Ao asks of OpenStack.

`ao.cloud.connect` gives one that speaks to OpenStack, `ao.fake.Cloud` is one in
memory. Every method raises the errors below `ao.errors.CloudError`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal, Protocol

from ao.cloud.models import (
    Alarm,
    BalancerStatus,
    Flavor,
    FloatingIP,
    Image,
    L7Policy,
    L7Rule,
    Listener,
    ListenerSettings,
    LoadBalancer,
    Lock,
    LockAddress,
    Member,
    Monitor,
    Named,
    Network,
    Pool,
    PoolSettings,
    Port,
    Quota,
    Request,
    Resource,
    ResourceChanges,
    Router,
    Sample,
    SecurityGroup,
    Server,
    ServerDetails,
    Signal,
    SoftwareConfig,
    SoftwareConfigList,
    Stack,
    Statistics,
    StoredCertificate,
    Subnet,
    Template,
    Volume,
)

FloatingIPKey = Literal["id", "address", "port_id"]
"""A field of a floating IP by which Neutron filters them."""
WRITES = frozenset(
    {
        "stacks.create",
        "stacks.update",
        "stacks.repair",
        "stacks.delete",
        "stacks.cancel",
        "stacks.mark_unhealthy",
        "floating_ips.point",
        "load_balancers.set_default_pool",
        "load_balancers.reload",
        "load_balancers.failover",
        "load_balancers.write_monitor",
        "load_balancers.configure",
        "load_balancers.configure_pool",
        "load_balancers.remove_listener",
        "load_balancers.create_l7_policy",
        "load_balancers.create_l7_rule",
        "load_balancers.set_l7_policy",
        "load_balancers.remove_l7_policy",
        "certificates.store",
        "certificates.remove",
        "alarms.enable",
        "ports.sweep",
    }
)
"""Methods that change a site, by service and name: they are for the holder of its lock."""
MOVES = frozenset({"floating_ips.point", "load_balancers.set_default_pool"})
"""Those that move production or the preview: neither Neutron nor Octavia knows of our lock."""
UNLOCKED = frozenset(
    {
        "locks.take",
        "locks.renew",
        "locks.mark",
        "locks.remove",
        "software_configs.add",
        "software_configs.remove",
    }
)
"""Methods that write and are for everybody: of locks, and of records, which tell the end also of
what lost its lock."""


class Stacks(Protocol):
    """Heat: builds, changes and deletes stacks."""

    def all(self) -> tuple[Stack, ...]:
        """Return the stacks of the project, without nested ones."""

    def tagged(self, tag: str) -> tuple[Stack, ...]:
        """Return the stacks that carry the tag, without nested ones."""

    def get(self, name: str) -> Stack | None:
        """Return the stack of that name, or None."""

    def create(
        self,
        name: str,
        template: Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to create a stack; Heat gives up after the deadline (seconds).

        Raises Conflict when there is one of that name.
        """

    def update(
        self,
        stack: Stack,
        template: Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to change a stack to this template, these parameters and tags."""

    def repair(
        self,
        stack: Stack,
        parameters: Mapping[str, object],
        deadline: float,
        template: Template | None = None,
        tags: frozenset[str] | None = None,
    ) -> None:
        """Begin to bring a stack back to its definition, save for these parameters.

        With a template, its definition is that from then on, and so with tags; all other parameters
        are kept.
        """

    def delete(self, stack: Stack) -> None:
        """Begin to delete a stack; nothing happens when it is gone."""

    def preview(
        self, stack: Stack, template: Template, parameters: Mapping[str, object], *, keeps: bool
    ) -> ResourceChanges:
        """Return what Heat would do to a stack's resources for this template; it does nothing.

        With `keeps` it has all its parameters but these, as by `repair`, else these alone, as by
        `update`. What refers to another resource by `get_resource` counts as changed: give IDs in
        the place of what is built. Resources of nested stacks are not told. Raises Forbidden for
        who may not update it.
        """

    def preview_new(
        self, name: str, template: Template, parameters: Mapping[str, object]
    ) -> ResourceChanges:
        """Return what Heat would make for a new stack, nested ones left out; it makes nothing."""

    def parameters(self, stack: Stack) -> Mapping[str, str]:
        """Return the parameters of a stack by name, as texts."""

    def cancel(self, stack: Stack) -> None:
        """Have Heat stop to create or update a stack, and those nested in it.

        What it has begun on a resource goes on to its end, no other is begun, and the stack is
        FAILED soon after. An update may begin anew then. Raises CloudError when the stack is not
        being created or updated.
        """

    def resources(self, stack: Stack) -> tuple[Resource, ...]:
        """Return the resources of a stack and of the stacks nested in it."""

    def validate(self, template: Template, parameters: Mapping[str, object]) -> None:
        """Have Heat look at a template, with those that it uses, and build nothing.

        Heat looks at resource types, their properties, references and conditions, and whether the
        cloud has the services that the types need. Raises CloudError with what it says.
        """

    def mark_unhealthy(self, resource: Resource, reason: str) -> None:
        """Have the next update of its stack replace a resource."""

    def last_signal(self, stack: Stack) -> Signal | None:
        """Return the last signal on which a resource of the stack acted, or None."""

    def output(self, stack: Stack, key: str) -> str:
        """Value of a stack's output."""


class FloatingIPs(Protocol):
    """Neutron: floating IPs of the project."""

    def all(self) -> tuple[FloatingIP, ...]:
        """Return all floating IPs of the project."""

    def find(self, key: FloatingIPKey, values: Collection[str]) -> tuple[FloatingIP, ...]:
        """Return the floating IPs of the project of which `key` has one of the values.

        In one request, and in none without values.
        """

    def point(
        self, address: FloatingIP, port_id: str | None, description: str | None = None
    ) -> FloatingIP:
        """Point a floating IP to a port, or nowhere, in one request.

        The description is written in the same request when given. Raises Changed
        when the floating IP is not as it was read, Conflict when the port's
        address has another floating IP of the same network.
        """


class LoadBalancers(Protocol):
    """Octavia: load balancers of the project."""

    def all(self) -> tuple[LoadBalancer, ...]:
        """Return all load balancers of the project."""

    def get(self, balancer_id: str) -> LoadBalancer | None:
        """Return the load balancer of that ID, or None."""

    def status(self, balancer_id: str) -> BalancerStatus | None:
        """Return the statuses of a load balancer and of what hangs on it, or None without one."""

    def listeners(self, balancer_id: str = "") -> tuple[Listener, ...]:
        """Return all listeners of the project, or those of one load balancer."""

    def pools(self, balancer_id: str = "") -> tuple[Pool, ...]:
        """Return all pools of the project, or those of one load balancer."""

    def members(self, pool_id: str) -> tuple[Member, ...]:
        """Return the members of a pool."""

    def monitor(self, monitor_id: str) -> Monitor | None:
        """Return the health monitor of that ID, or None."""

    def write_monitor(self, monitor: Monitor) -> None:
        """Have a health monitor name this host by this HTTP version, and carry these tags.

        In one request, at which a proxy is reloaded. A domain name needs HTTP 1.1. Raises Conflict
        as `set_default_pool` does, and NotFound.
        """

    def api_version(self) -> tuple[int, int] | None:
        """Return the newest version of the API; None where the service tells none."""

    def set_default_pool(self, listener: Listener, pool_id: str | None) -> None:
        """Have a listener lead to another pool, or to none, in one request.

        Raises Conflict while another change of the load balancer is under way. Octavia
        has done it when the load balancer is ACTIVE again.
        """

    def configure(self, listener: Listener, settings: ListenerSettings) -> None:
        """Have a listener serve by these settings, in one request that says what differs.

        From `listener.settings`, that is, which the listener had when it was read: take
        `dataclasses.replace` of them. Without a difference nothing is asked. Octavia sets the read
        ACL of certificates that are named, for its own user, with the caller's token; one that it
        cannot read then is refused. Raises Conflict as `set_default_pool` does, and NotFound.
        """

    def configure_pool(self, pool: Pool, settings: PoolSettings) -> None:
        """Have a pool serve by these settings, in one request that says what differs.

        As `configure` does of a listener.
        """

    def remove_listener(self, listener: Listener) -> None:
        """Delete a listener; nothing happens when it is gone.

        Raises Conflict as `set_default_pool` does.
        """

    def l7_policies(self, listener_id: str) -> tuple[L7Policy, ...]:
        """Return the L7 policies of a listener, in the order of their positions.

        In one request for all, and one for the rules of each.
        """

    def l7_policies_named(self, name: str) -> tuple[L7Policy, ...]:
        """Return the L7 policies of that name, of all listeners of the project.

        In one request for all, and one for the rules of each.
        """

    def create_l7_policy(self, listener: Listener, policy: L7Policy) -> L7Policy:
        """Give a listener an L7 policy, the last, without its rules; return it with its ID.

        Octavia takes no rules in that request, and does nothing with a policy that has none: add
        each by `create_l7_rule` when the load balancer is ACTIVE again. Raises Conflict as
        `set_default_pool` does, NotFound, and CloudError for a provider that knows none.
        """

    def create_l7_rule(self, policy: L7Policy, rule: L7Rule) -> None:
        """Give an L7 policy a rule, in one request.

        Raises Conflict as `set_default_pool` does, and NotFound.
        """

    def set_l7_policy(self, policy: L7Policy, description: str, *, enabled: bool) -> None:
        """Switch an L7 policy on or off, and describe it, in one request.

        One that is off is not acted on, so that it can be given its rules before it is switched on.
        Raises Conflict as `set_default_pool` does, and NotFound.
        """

    def remove_l7_policy(self, policy: L7Policy) -> None:
        """Take an L7 policy with its rules off; nothing happens when it is gone.

        Raises Conflict as `set_default_pool` does.
        """

    def reload(self, balancer: LoadBalancer) -> None:
        """Have a proxy begin anew with the configuration that it has, in one request.

        Connections then end after the answer under way, and new ones go on as before.
        Raises Conflict as `set_default_pool` does.
        """

    def failover(self, balancer: LoadBalancer) -> None:
        """Begin to build a load balancer anew, which keeps its ID and address.

        Octavia lets administrators do that, unless its policy says otherwise. Raises Forbidden,
        Conflict as `set_default_pool` does, and CloudError for a provider that has no failover.
        """

    def statistics(self, balancer: LoadBalancer) -> Statistics:
        """Return what a load balancer counts of its connections."""


class Servers(Protocol):
    """Nova: servers of the project."""

    def active(self) -> tuple[Server, ...]:
        """Servers of the project in status ACTIVE."""

    def named(self, prefixes: Collection[str]) -> tuple[Server, ...]:
        """Servers in status ACTIVE whose names begin with one of the prefixes, in one request.

        A prefix consists of letters, digits and hyphens.
        """

    def get(self, server_id: str) -> Server | None:
        """Return the server of that ID, of whatever status; None when there is none."""

    def details(self, server_id: str) -> ServerDetails | None:
        """Return what a server was made of; None when there is none of that ID."""

    def volume(self, volume_id: str) -> Volume | None:
        """Return a volume of Cinder's; None when there is none of that ID, or no Cinder."""

    def is_active(self, server_id: str) -> bool:
        """Return whether there is a server of that ID, in status ACTIVE."""

    def console(self, server_id: str, lines: int) -> str:
        """Return the last lines of a server's console, since it was started last.

        It is what the server wrote: an empty text at first, and anything later. Raises NotFound
        when there is no such server or it has no console, Conflict while it has no host,
        Forbidden, and CloudError where the cloud's hypervisor keeps no console.
        """


class Alarms(Protocol):
    """Aodh: alarms of the project."""

    def all(self) -> tuple[Alarm, ...]:
        """Return all alarms of the project."""

    def get(self, alarm_id: str) -> Alarm | None:
        """Return the alarm of that ID, or None."""

    def enable(self, alarm: Alarm, enabled: bool, query: str = "") -> None:
        """Enable or disable an alarm, with another query of Prometheus if one is given.

        The rest of its definition stays. An alarm that is in that state already is left as it is,
        with its query. Raises NotFound.
        """


class Metrics(Protocol):
    """Prometheus: measures of the project."""

    def query(self, promql: str) -> float | None:
        """Value of a query now; None when there is none. Of several series it is the first's."""

    def range(self, promql: str, begin: float, end: float, step: float) -> tuple[Sample, ...]:
        """Values of a query from a moment to another (seconds since 1970), each `step` seconds.

        Moments without a value are left out.
        """


class Ports(Protocol):
    """Neutron: ports that others leave behind."""

    def of_subnet(self, subnet_id: str) -> tuple[Port, ...]:
        """Return the project's ports that have an address of a subnet."""

    def get(self, port_id: str) -> Port | None:
        """Return the port of that ID, or None."""

    def of_device(self, device_id: str) -> tuple[Port, ...]:
        """Return the ports of a server, a router or another device."""

    def sweep(self, subnet_id: str) -> None:
        """Delete the health-check ports that OVN's load balancer has left in a subnet."""


class Locks(Protocol):
    """Neutron: ports that hold the one agreed address of a network of theirs."""

    def all(self) -> tuple[Lock, ...]:
        """Return all locks of the project that Ao has made, of any network."""

    def find(self, network_id: str, at: LockAddress | None = None) -> Lock | None:
        """Return the port that holds the network's agreed address, whoever made it; or None.

        That is the usual one, or the one `at` which the lock is where Ao did not make the network.
        """

    def get(self, lock_id: str) -> Lock | None:
        """Return the lock of that ID, or None. An answer is not waited for for long."""

    def take(
        self, network_id: str, name: str, description: str, at: LockAddress | None = None
    ) -> Lock:
        """Take the network's agreed address, in one request.

        The description has 255 characters at most. Raises Conflict when the address is
        held, or the project's quota of ports is used up.
        """

    def renew(self, lock: Lock, description: str) -> Lock:
        """Describe a lock anew; it counts as written only if that differs.

        Raises Changed when somebody wrote since it was read, NotFound when it is gone.
        """

    def mark(self, lock: Lock, tag: str) -> None:
        """Give a lock one tag in place of those that it has, whoever holds it.

        Raises NotFound when it is gone.
        """

    def remove(self, lock: Lock) -> None:
        """Give the address free; nothing happens when that port is gone.

        Raises Changed when somebody wrote since it was read.
        """


class SoftwareConfigs(Protocol):
    """Texts that the project keeps in Heat, for everybody with a role in it."""

    def all(self, prefix: str) -> tuple[SoftwareConfig, ...]:
        """Records whose names begin so, oldest first, without their texts."""

    def listing(self) -> SoftwareConfigList:
        """Return all records, and how many software configs the project has; in one request."""

    def since(self, moment: datetime) -> tuple[SoftwareConfig, ...]:
        """Return the records that were written at a moment or later, oldest first.

        Heat tells the newest first, so that few others are listed for that.
        """

    def read(self, record: SoftwareConfig) -> str:
        """Return the text of a record."""

    def add(self, name: str, text: str) -> None:
        """Keep a text under a name; there may be others of that name."""

    def remove(self, record: SoftwareConfig) -> None:
        """Remove a record; nothing happens when it is gone."""


class Lookup(Protocol):
    """Images, flavors, networks, key pairs and providers that the cloud offers."""

    def external_network(self, name_or_id: str) -> Named:
        """Return an external network; NotFound when there is none."""

    def subnet(self, network: str, subnet: str) -> Subnet:
        """Return a subnet of a network, each by name or ID; NotFound without either.

        Raises Conflict for a name of several.
        """

    def router(self, name_or_id: str) -> Router:
        """Return a router of the project; NotFound when there is none."""

    def image(self, name_or_id: str) -> Image:
        """Return an image; NotFound when there is none."""

    def flavor(self, name_or_id: str) -> Flavor:
        """Return a flavor; NotFound when there is none."""

    def keypair(self, name: str) -> Named:
        """Return a key pair of the user; NotFound when there is none."""

    def security_group(self, name_or_id: str) -> SecurityGroup:
        """Return a security group of the project, or one that is shared with it.

        Raises NotFound, and Conflict when the project has several of one name.
        """

    def network(self, name_or_id: str) -> Network:
        """Return a network that the project may have ports in.

        Raises NotFound, and Conflict when there are several of one name.
        """

    def volume_type(self, name_or_id: str) -> Named:
        """Return a volume type of Cinder's; NotFound when there is none, or no Cinder."""

    def providers(self) -> tuple[str, ...]:
        """Return the names of Octavia's providers."""

    def availability_zones(self) -> tuple[str, ...]:
        """Return the names of Nova's availability zones in which there are hosts."""

    def balancer_flavor(self, name_or_id: str) -> Named:
        """Return a flavor of load balancers that is enabled; NotFound when there is none."""

    def balancer_zone(self, name: str) -> Named:
        """Return an availability zone of load balancers that is enabled; NotFound without one."""

    def services(self) -> frozenset[str]:
        """Return the types of the services in Keystone's catalogue, for example `alarming`."""


class Certificates(Protocol):
    """Barbican: certificates, with their keys, that the project keeps.

    All methods raise NotFound where the cloud has no key manager, and Forbidden for a user whose
    only role is `reader`: Barbican lets it see nothing.
    """

    def find(self, name_or_ref: str) -> StoredCertificate:
        """Return the one certificate of that name, reference or ID.

        A reference may be of any host: none but its ID is used. Raises NotFound, and Conflict
        when there are several of one name, which Barbican allows.
        """

    def get(self, ref: str) -> StoredCertificate | None:
        """Return the certificate of that reference or ID, or None."""

    def stored(self, name: str) -> tuple[StoredCertificate, ...]:
        """Return all certificates of that name, oldest first."""

    def beginning(self, prefix: str) -> tuple[StoredCertificate, ...]:
        """Return all certificates whose names begin so, oldest first.

        A prefix consists of letters, digits and hyphens.
        """

    def store(self, name: str, pkcs12: bytes) -> StoredCertificate:
        """Keep a certificate with its key, a PKCS12 without a password, under a name.

        There may be others of that name. Raises CloudError when it is larger than Barbican takes:
        20,000 bytes in Base64, unless it is configured otherwise.
        """

    def readers(self, ref: str) -> frozenset[str] | None:
        """Return the IDs of the users whom its ACLs let read a certificate; None without it.

        The user that Octavia logs in with has to be one of them. All secrets of a container have
        to be read.
        """

    def payload(self, ref: str) -> bytes:
        """Return what a secret holds: a password, say. Raises NotFound, and what is no secret.

        It is neither logged nor kept.
        """

    def public(self, ref: str) -> bytes | None:
        """Return a container's certificate, in PEM and without its key; None for what is none.

        A secret holds both in one, so that nobody can ask for the certificate alone.
        """

    def remove(self, ref: str) -> None:
        """Remove a certificate, whoever uses it; nothing happens when it is gone.

        The secrets of a container stay.
        """


class Cloud(Protocol):
    """One project of one OpenStack."""

    @property
    def name(self) -> str:
        """Name of the cloud in messages."""

    @property
    def known_as(self) -> str:
        """Name of clouds.yaml that it was connected to by; empty for the OS_* variables."""

    @property
    def user(self) -> str:
        """Name of the user who is logged in."""

    @property
    def user_id(self) -> str:
        """ID of the user who is logged in: names repeat over Keystone's domains, IDs do not.

        With an application credential it is its owner's. Empty where the login tells none.
        """

    @property
    def stacks(self) -> Stacks:
        """Heat."""

    @property
    def floating_ips(self) -> FloatingIPs:
        """Neutron's floating IPs."""

    @property
    def load_balancers(self) -> LoadBalancers:
        """Octavia."""

    @property
    def servers(self) -> Servers:
        """Nova."""

    @property
    def metrics(self) -> Metrics:
        """Prometheus."""

    @property
    def alarms(self) -> Alarms:
        """Aodh."""

    @property
    def ports(self) -> Ports:
        """Neutron's ports."""

    @property
    def locks(self) -> Locks:
        """Neutron's ports that are locks."""

    @property
    def software_configs(self) -> SoftwareConfigs:
        """Texts that the project keeps."""

    @property
    def certificates(self) -> Certificates:
        """Barbican's certificates."""

    @property
    def lookup(self) -> Lookup:
        """Images, flavors, networks, key pairs and providers to build with."""

    def quotas(self, of: Collection[str] = ()) -> tuple[Quota, ...]:
        """Quotas of the project, of all services that have them.

        With names of resources, only services that have one of these need be asked.
        """

    def check_trusts(self) -> None:
        """See that Heat can create stacks for this login. Raises Forbidden.

        Heat then acts for the user by a trust, which not every application credential may make.
        """

    def requests(self, since: float) -> tuple[Request, ...]:
        """Answered requests to OpenStack's APIs, sent since a moment (seconds since 1970)."""
