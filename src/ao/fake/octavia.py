"""Octavia: the load balancers of a project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from ao.cloud.models import HEALTH_CHECKS, L7Policy, L7Rule, ListenerSettings, PoolSettings
from ao.errors import CloudError, Conflict, NotFound
from ao.fake.barbican import Barbican, Unreadable
from ao.fake.deployment import Deployment
from ao.fake.failure import Failure
from ao.fake.neutron import Neutron, Port
from ao.fake.nova import Nova, Server
from ao.fake.quotas import Quotas
from ao.fake.timeline import TICK, Job
from ao.fake.web_application import Application
from ao.visit import Answer, NoAnswer
from ao.x509.bundle import Bundle

BUILD = 3.0
"""Seconds until a new load balancer is ACTIVE."""
CHANGE = 1.0
"""Seconds that a change of a load balancer takes, during which it is immutable."""


_UNSUPPORTED: Mapping[str, Mapping[str, frozenset[str]]] = {
    # ovn_octavia_provider/common/constants.py
    "ovn": {
        "protocol": frozenset({"HTTP", "TERMINATED_HTTPS"}),
        "algorithm": frozenset({"ROUND_ROBIN", "LEAST_CONNECTIONS"}),
        "health monitor type": frozenset({"HTTP"}),
    },
    # octavia/api/drivers/amphora_driver/v2/driver.py
    "amphora": {"algorithm": frozenset({"SOURCE_IP_PORT"})},
}
"""What providers do not support, by name of the provider and of what is asked for."""
TERMINATED = "TERMINATED_HTTPS"
"""Protocol of a listener that decrypts."""
POOLS: Mapping[str, frozenset[str]] = {
    "TCP": frozenset({"HTTP", "HTTPS", "PROXY", "PROXYV2", "TCP"}),
    "HTTP": frozenset({"HTTP", "PROXY", "PROXYV2"}),
    "HTTPS": frozenset({"HTTPS", "PROXY", "PROXYV2", "TCP"}),
    TERMINATED: frozenset({"HTTP", "PROXY", "PROXYV2"}),
}
"""Protocols that a listener's pools may have, by its own (octavia/common/constants.py:
VALID_LISTENER_POOL_PROTOCOL_MAP)."""
VERSIONS = frozenset({"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"})
ALPN = frozenset({"h2", "http/1.1", "http/1.0"})
PERSISTENCE = frozenset({None, "SOURCE_IP", "HTTP_COOKIE", "APP_COOKIE"})
AUTHENTICATIONS = frozenset({"NONE", "OPTIONAL", "MANDATORY"})
NO_HEADERS: Mapping[str, str] = {}
LONGEST_DESCRIPTION = 255
"""Characters of a description (octavia/api/v2/types/l7policy.py)."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
COMPARISONS = frozenset({"REGEX", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUAL_TO"})
MOST_RULES = 50
"""Rules that a policy has at most (octavia/common/constants.py)."""
ORDER = ("REJECT", "REDIRECT_PREFIX", "REDIRECT_TO_URL", "REDIRECT_TO_POOL")
"""Order in which they act, whatever their positions (octavia: doc/source/user/guides/l7.rst)."""
RULES = frozenset({"HOST_NAME", "PATH", "FILE_TYPE", "HEADER", "COOKIE"})
CIPHERS = "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
PLAIN = ListenerSettings(client_timeout=50_000, member_timeout=50_000, connect_timeout=5_000)
"""What a listener has where nothing is said (octavia/common/config.py)."""
DEFAULTS = replace(
    PLAIN,
    versions=frozenset({"TLSv1.2", "TLSv1.3"}),
    ciphers=CIPHERS,
    alpn=("h2", "http/1.1", "http/1.0"),
)
"""What one that decrypts has."""
HEADERS = frozenset({"X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"})
CLIENT_HEADERS = frozenset(
    f"X-SSL-{it}"
    for it in (
        "Client-Verify",
        "Client-Has-Cert",
        "Client-DN",
        "Client-CN",
        "Issuer",
        "Client-SHA1",
        "Client-Not-Before",
        "Client-Not-After",
    )
)
"""Headers that a listener inserts, and those that only one which decrypts does (octavia_lib/common/
constants.py)."""
LONGEST_TIMEOUT = 31_536_000_000
"""Milliseconds that a time-out has at most (octavia/common/constants.py: MAX_TIMEOUT)."""
SINCE: Mapping[str, tuple[int, int]] = {
    "client_timeout": (2, 1),
    "member_timeout": (2, 1),
    "connect_timeout": (2, 1),
    "allowed_cidrs": (2, 12),
    "client_ca_ref": (2, 8),
    "client_crl_ref": (2, 8),
    "client_authentication": (2, 8),
    "ciphers": (2, 15),
    "versions": (2, 17),
    "alpn": (2, 20),
    "hsts_max_age": (2, 27),
    "hsts_subdomains": (2, 27),
    "hsts_preload": (2, 27),
}
"""Version of the API that a setting came with (octavia/api/root_controller.py)."""
POOL_SINCE: Mapping[str, tuple[int, int]] = {
    "encrypts": (2, 8),
    "tls_ref": (2, 8),
    "ca_ref": (2, 8),
    "crl_ref": (2, 8),
    "ciphers": (2, 15),
    "versions": (2, 18),
}
"""The same of a pool's."""


@dataclass(eq=False, kw_only=True)
class Balancer:
    """A load balancer."""

    id: str
    name: str
    description: str
    provider: str
    vip: Port
    flavor_id: str | None = None
    availability_zone: str | None = None
    provisioning_status: str = "PENDING_CREATE"
    updated_at: str = ""
    """When its provisioning status was last written."""
    reloads: int = 0
    """Number of changes that it has carried out; a proxy reloads at each."""
    served: int = 0
    """Number of requests, each on a connection of its own."""
    enabled: bool = True
    tags: frozenset[str] = frozenset()


@dataclass(eq=False, kw_only=True)
class Listener:
    """A listener."""

    id: str
    name: str
    balancer: Balancer
    port: int
    protocol: str
    pool_id: str | None = None
    """ID of its default pool, as Octavia's API shows it."""
    serving: str | None = None
    """ID of the pool that requests go to, which follows the default pool after `CHANGE / 2`."""
    settings: ListenerSettings = field(default_factory=ListenerSettings)
    provisioning_status: str = "ACTIVE"
    policies: list[L7Policy] = field(default_factory=list)
    """Its L7 policies, in the order of their positions, as Octavia's API shows them."""
    acting: tuple[L7Policy, ...] = ()
    """Those that are acted on: first those that refuse, then those that lead to a URL, then those
    that lead to a pool."""
    back_ends: dict[str, float] = field(default_factory=dict)
    """Pools that it has servers of and checks, by ID, with the moment from which on it has."""
    certificates: tuple[Bundle, ...] = ()
    """Certificates that it serves, the default one first."""
    enabled: bool = True
    description: str = ""
    tags: frozenset[str] = frozenset()
    connection_limit: int = -1
    """Connections that it takes at once; -1 for any number."""

    @property
    def pools(self) -> tuple[str, ...]:
        """IDs of the pools that it leads to, its default pool first.

        octavia/db/models.py: Listener.pools.
        """
        acting = (it.redirect_pool_id for it in self.policies if it.enabled and it.rules)
        return tuple(dict.fromkeys(it for it in (self.pool_id, *acting) if it))

    def certificate(self, host: str) -> Bundle | None:
        """Return the certificate that is served to who asks for a host, or None."""
        fits = (it for it in self.certificates if it.certificate.covers(host))
        return next(fits, next(iter(self.certificates), None))


@dataclass(eq=False, kw_only=True)
class Member:
    """A member of a pool: the address of a server."""

    id: str
    subnet_id: str
    address: str
    port: int = 80
    provisioning_status: str = "ACTIVE"
    weight: int = 1
    enabled: bool = True
    backup: bool = False


@dataclass(eq=False, kw_only=True)
class Pool:
    """A pool."""

    id: str
    name: str
    description: str
    balancer: Balancer
    protocol: str
    members: dict[str, Member] = field(default_factory=dict)
    settings: PoolSettings = field(default_factory=PoolSettings)
    algorithm: str = "ROUND_ROBIN"
    provisioning_status: str = "ACTIVE"
    enabled: bool = True
    tags: frozenset[str] = frozenset()


@dataclass(eq=False, kw_only=True)
class Monitor:
    """A health monitor."""

    id: str
    pool: Pool
    kind: str
    """Its type: HTTP, TCP, …"""
    path: str | None
    """Path that it requests; None if it only connects."""
    method: str = "GET"
    expected: str = "200"
    """HTTP statuses of a healthy answer: one, a list, or one range."""
    domain_name: str | None = None
    """Host name that it requests; None for none."""
    http_version: float | None = None
    """None for 1.0."""
    tags: frozenset[str] = frozenset()
    interval: int = 5
    timeout: int = 3
    """Seconds between two checks, and after which one has failed."""
    rise: int = 2
    """Checks in a row that a member passes to get requests; three failed ones take it out."""
    enabled: bool = True

    def expects(self, status: int) -> bool:
        """Return whether an answer of that status is healthy (octavia: expand_expected_codes)."""
        parts = (part.strip().partition("-") for part in self.expected.split(","))
        return any(int(low) <= status <= int(high or low) for low, _, high in parts)


def refuse_unsupported(balancer: Balancer, what: str, wanted: str) -> None:
    """Raise Failure if the provider of a load balancer does not support a value of `what`."""
    if wanted in _UNSUPPORTED.get(balancer.provider, {}).get(what, ()):
        raise Failure(
            "ServerFault",
            f"Provider '{balancer.provider}' does not support a requested option: "
            f"{what} {wanted} (HTTP 501)",
        )


class Octavia:
    """Load balancers of a project with their listeners, pools and health monitors, by ID."""

    def __init__(
        self,
        deployment: Deployment,
        quotas: Quotas,
        neutron: Neutron,
        nova: Nova,
        barbican: Barbican,
        application: Application,
    ) -> None:
        self._barbican = barbican
        self._deployment = deployment
        self._quotas = quotas
        self._neutron = neutron
        self._nova = nova
        self._application = application
        self._turn = 0
        self.balancers: dict[str, Balancer] = {}
        self.listeners: dict[str, Listener] = {}
        self.pools: dict[str, Pool] = {}
        self.monitors: dict[str, Monitor] = {}
        self._stale_subnets: set[str] = set()
        """IDs of the subnets where a server was gone before its member was."""
        quotas.count("load balancers", lambda: len(self.balancers))
        quotas.count("listeners", lambda: len(self.listeners))
        quotas.count("pools", lambda: len(self.pools))
        quotas.count("health monitors", lambda: len(self.monitors))

    def change(self, balancer: Balancer) -> Job:
        """Wait until a load balancer takes a change, then take the time of one.

        One in ERROR takes none, and Heat asks again and again
        (heat/engine/resources/openstack/octavia/octavia_base.py). A change that has begun is
        carried out, even if whoever waits for it ends.
        """
        while balancer.provisioning_status != "ACTIVE":
            yield TICK
        self.mark(balancer, "PENDING_UPDATE")
        try:
            yield CHANGE
        finally:
            self.mark(balancer, "ACTIVE")
            self._reload(balancer)

    def mark(self, balancer: Balancer, status: str) -> None:
        """Write the provisioning status of a load balancer."""
        balancer.provisioning_status = status
        balancer.updated_at = self._deployment.timeline.date()

    def set_default_pool(self, listener: Listener, pool_id: str | None) -> None:
        """Change a listener's default pool. Raises Conflict as `begin_change` does."""
        if pool_id is not None:
            check_pool(listener, self.pools[pool_id])
        self.begin_change(listener.balancer)
        listener.pool_id = pool_id

    def create_listener(
        self,
        balancer: Balancer,
        name: str,
        protocol: str,
        port: int,
        pool_id: str | None,
        settings: ListenerSettings,
        user_id: str | None,
    ) -> Listener:
        """Create a listener, which a load balancer that takes a change serves at once.

        Raises CloudError (octavia/api/v2/controllers/listener.py: _validate_create_listener).
        """
        if not settings.tls_ref and not settings.sni_refs and protocol == TERMINATED:
            raise CloudError(
                "An SNI or default certificate container reference must be provided for "
                f"{TERMINATED} protocol listeners. (HTTP 400)"
            )
        listener = Listener(
            id=self._deployment.identifiers.uuid(),
            name=name,
            balancer=balancer,
            port=port,
            protocol=protocol,
            pool_id=pool_id,
            settings=replace(
                DEFAULTS if protocol == TERMINATED else PLAIN,
                tls_ref=settings.tls_ref,
                sni_refs=settings.sni_refs,
                allowed_cidrs=settings.allowed_cidrs,
            ),
        )
        self._check_refs(listener, settings, user_id)
        if any(it.balancer is balancer and it.port == port for it in self.listeners.values()):
            raise Conflict(
                "Another Listener on this Load Balancer is already using protocol "
                f"{protocol} and protocol_port {port} (HTTP 409)"
            )
        if pool_id in self.pools:
            check_pool(listener, self.pools[pool_id])
        self._quotas.claim(listeners=1)
        self.listeners[listener.id] = listener
        self._render(listener)
        return listener

    def configure(
        self, listener: Listener, change: Mapping[str, object], user_id: str | None
    ) -> None:
        """Change settings of a listener, over the API. Raises CloudError and Conflict.

        A setting of None or without content takes its default. As
        octavia/api/v2/controllers/listener.py has it: _validate_listener_PUT, _set_default_on_none.
        """
        for name in change:
            if SINCE.get(name, (2, 0)) > self._deployment.octavia_api:
                raise CloudError(f"Unknown attribute for argument listener_: {name} (HTTP 400)")
        defaults = DEFAULTS if listener.protocol == TERMINATED else PLAIN
        wanted = replace(
            listener.settings,
            **{  # type: ignore[arg-type]
                name: getattr(defaults, name) if value in (None, (), frozenset()) else value
                for name, value in change.items()
            },
        )
        self._check_settings(listener, wanted, change)
        _check_traffic(listener, wanted)
        self._check_refs(
            listener,
            ListenerSettings(
                tls_ref=wanted.tls_ref if "tls_ref" in change else None,
                sni_refs=wanted.sni_refs if "sni_refs" in change else (),
                client_ca_ref=wanted.client_ca_ref,
                client_crl_ref=wanted.client_crl_ref,
            ),
            user_id,
        )
        self.begin_change(listener.balancer)
        listener.settings = wanted

    def configure_pool(self, pool: Pool, change: Mapping[str, object], user_id: str | None) -> None:
        """Change settings of a pool, over the API. Raises CloudError and Conflict.

        As octavia/api/v2/controllers/pool.py: _validate_pool_PUT, octavia/common/validate.py:
        check_session_persistence, and ovn_octavia_provider/driver.py:
        _check_for_supported_session_persistence have it.
        """
        for name in change:
            if POOL_SINCE.get(name, (2, 0)) > self._deployment.octavia_api:
                raise CloudError(f"Unknown attribute for argument pool_: {name} (HTTP 400)")
        wanted = replace(pool.settings, **change)  # type: ignore[arg-type]
        if wanted.crl_ref and not wanted.ca_ref:
            raise CloudError(
                "A CA reference is required to specify a certificate revocation list. (HTTP 400)"
            )
        if odd := sorted((wanted.versions or frozenset()) - VERSIONS):
            raise CloudError(f"Invalid TLS versions: {', '.join(odd)} (HTTP 400)")
        self._check_readable(
            [str(it) for name in ("tls_ref",) if (it := change.get(name))],
            [it for it in (wanted.ca_ref, wanted.crl_ref) if it],
            user_id,
        )
        kind, cookie = wanted.persistence, wanted.cookie
        if kind not in PERSISTENCE:
            raise CloudError("Invalid input for field type (HTTP 400)")
        if cookie and kind != "APP_COOKIE":
            raise CloudError(
                'Field "cookie_name" can only be specified with session persistence of type '
                '"APP_COOKIE". (HTTP 400)'
            )
        if kind == "APP_COOKIE" and not cookie:
            raise CloudError(
                'Field "cookie_name" must be specified when using the "APP_COOKIE" session '
                "persistence type. (HTTP 400)"
            )
        if pool.balancer.provider == "ovn" and kind not in {None, "SOURCE_IP"}:
            raise CloudError(
                f"OVN provider does not support {kind} session persistence. Only SOURCE_IP type is "
                "supported. (HTTP 501)"
            )
        self.begin_change(pool.balancer)
        pool.settings = wanted

    def _check_settings(
        self, listener: Listener, wanted: ListenerSettings, change: Mapping[str, object]
    ) -> None:
        """Raise CloudError for settings that contradict each other or the listener's protocol."""
        if wanted.client_authentication not in AUTHENTICATIONS:
            raise CloudError("Invalid input for field client_authentication (HTTP 400)")
        if wanted.client_authentication != "NONE" and not wanted.client_ca_ref:
            raise CloudError(
                f"Client authentication setting {wanted.client_authentication} requires a client "
                "CA container reference. (HTTP 400)"
            )
        if wanted.client_crl_ref and not wanted.client_ca_ref:
            raise CloudError(
                "A client authentication CA reference is required to specify a client "
                "authentication revocation list. (HTTP 400)"
            )
        if odd := sorted((wanted.versions or frozenset()) - VERSIONS):
            raise CloudError(f"Invalid TLS versions: {', '.join(odd)} (HTTP 400)")
        if odd := sorted(set(wanted.alpn) - ALPN):
            raise CloudError(f"Invalid ALPN protocol: {', '.join(odd)} (HTTP 400)")
        if (change.get("hsts_subdomains") or change.get("hsts_preload")) and (
            listener.settings.hsts_max_age is None and wanted.hsts_max_age is None
        ):
            raise CloudError(
                "Cannot enable hsts_include_subdomains or hsts_preload if hsts_max_age was not set "
                "as well. (HTTP 400)"
            )
        if change.get("hsts_max_age") is not None and listener.protocol != TERMINATED:
            raise CloudError(
                f"The HSTS feature can only be used for listeners using the {TERMINATED} protocol. "
                "(HTTP 400)"
            )

    def _check_refs(self, listener: Listener, named: ListenerSettings, user_id: str | None) -> None:
        """Let Octavia read what a request names. Raises CloudError where it cannot."""
        refs = [*named.sni_refs, *([named.tls_ref] if named.tls_ref else [])]
        texts = [it for it in (named.client_ca_ref, named.client_crl_ref) if it]
        if (refs or named.client_ca_ref) and listener.protocol != TERMINATED:
            raise CloudError(
                "Certificate container references are not allowed on "
                f"{listener.protocol} protocol listeners. (HTTP 400)"
            )
        self._check_readable(refs, texts, user_id)

    def _check_readable(self, refs: list[str], texts: list[str], user_id: str | None) -> None:
        """Let Octavia read certificates and texts. Raises CloudError where it cannot."""
        bad = []
        for ref in [*refs, *texts]:
            try:
                self._barbican.grant(ref, user_id)
                if ref in refs:
                    self._barbican.read(ref)
                else:
                    self._barbican.read_text(ref)
            except Unreadable:
                bad.append(ref)
        if bad:
            raise CloudError(f"Could not retrieve certificate: {bad} (HTTP 400)")

    def create_policy(self, listener: Listener, policy: L7Policy) -> L7Policy:
        """Give a listener an L7 policy without rules, the last. Raises CloudError and Conflict."""
        if policy.action == "REDIRECT_PREFIX":
            if not re.fullmatch(r"https?://[\w.\[\]:-]+(/\S*)?", policy.redirect_prefix or ""):
                raise CloudError(f"{policy.redirect_prefix} is no valid URL (HTTP 400)")
        elif policy.action == "REDIRECT_TO_URL":
            if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", policy.redirect_url or ""):
                raise CloudError(f"{policy.redirect_url} is no valid URL (HTTP 400)")
        elif policy.action == "REDIRECT_TO_POOL":
            pool = self.pools.get(policy.redirect_pool_id or "")
            if pool is None or pool.balancer is not listener.balancer:
                raise NotFound(f"Pool {policy.redirect_pool_id} not found. (HTTP 404)")
            check_pool(listener, pool)
        elif policy.action != "REJECT":
            raise CloudError(f"the fake cloud knows no action {policy.action} (HTTP 400)")
        if policy.redirect_code not in {*REDIRECTS, None}:
            raise CloudError("Invalid input for field redirect_http_code (HTTP 400)")
        if len(policy.description) > LONGEST_DESCRIPTION:
            raise CloudError("Invalid input for field description (HTTP 400)")
        self._check_layer_7(listener.balancer, "l7policies")
        made = replace(
            policy,
            id=self._deployment.identifiers.uuid(),
            redirect_code=(policy.redirect_code or 302)
            if policy.redirect_prefix or policy.redirect_url
            else None,
            listener_id=listener.id,
            position=len(listener.policies) + 1,
            rules=(),
            provisioning_status="PENDING_CREATE",
        )
        listener.policies.append(made)
        return made

    def _check_pool(self, listener: Listener, pool_id: str) -> None:
        """Raise CloudError for a pool that an L7 policy of a listener cannot lead to."""
        pool = self.pools.get(pool_id)
        if pool is None or pool.balancer is not listener.balancer:
            raise NotFound(f"Pool {pool_id} not found. (HTTP 404)")
        check_pool(listener, pool)

    def set_policy(self, policy_id: str, description: str, *, enabled: bool) -> None:
        """Switch an L7 policy on or off, and describe it. Raises CloudError, and Conflict."""
        listener, policy = self.policy(policy_id)
        if len(description) > LONGEST_DESCRIPTION:
            raise CloudError("Invalid input for field description (HTTP 400)")
        self.begin_change(listener.balancer)
        self._put_policy(listener, replace(policy, description=description, enabled=enabled))

    def create_rule(self, policy_id: str, rule: L7Rule) -> None:
        """Give an L7 policy a rule. Raises CloudError, and Conflict."""
        listener, policy = self.policy(policy_id)
        token = re.fullmatch(r"[\w!#$%&'*+.^`|~-]*", rule.key or "")
        if rule.type in {"HEADER", "COOKIE"} and not token:
            raise CloudError("Invalid header or cookie name (HTTP 400)")
        if len(policy.rules) >= MOST_RULES:
            raise Conflict("Too many rules on this L7 policy (HTTP 409)")
        if rule.type not in RULES or rule.compare not in COMPARISONS or not rule.value:
            raise CloudError("Invalid L7 rule (HTTP 400)")
        if rule.type in {"HEADER", "COOKIE"} and not rule.key:
            raise CloudError("L7 rule type requires a key (HTTP 400)")
        self._check_layer_7(listener.balancer, "l7rules")
        self._put_policy(listener, replace(policy, rules=(*policy.rules, rule)))

    def remove_listener(self, listener_id: str) -> None:
        """Delete a listener, over the API; nothing happens if it does not exist."""
        listener = self.listeners.get(listener_id)
        if listener is None:
            return
        self.begin_change(listener.balancer)
        del self.listeners[listener_id]

    def remove_policy(self, policy_id: str) -> None:
        """Take an L7 policy off, over the API; nothing happens if it does not exist."""
        if policy_id not in {it.id for of in self.listeners.values() for it in of.policies}:
            return
        listener, policy = self.policy(policy_id)
        self.begin_change(listener.balancer)
        left = (it for it in listener.policies if it is not policy)
        listener.policies = [replace(it, position=n) for n, it in enumerate(left, 1)]

    def policy(self, policy_id: str) -> tuple[Listener, L7Policy]:
        """Return an L7 policy, with the listener that it is of. Raises NotFound."""
        for listener in self.listeners.values():
            for policy in listener.policies:
                if policy.id == policy_id:
                    return listener, policy
        raise NotFound(f"L7 policy {policy_id} not found. (HTTP 404)")

    def _check_layer_7(self, balancer: Balancer, what: str) -> None:
        """Begin a change that only a provider takes that understands HTTP."""
        if balancer.provisioning_status == "ACTIVE" and balancer.provider == "ovn":
            raise CloudError(
                "Provider 'ovn' does not support a requested action: This provider does not "
                f"support creating {what}. (HTTP 501)"
            )
        self.begin_change(balancer)

    def _put_policy(self, listener: Listener, policy: L7Policy) -> None:
        listener.policies[listener.policies.index(self.policy(policy.id)[1])] = policy

    def begin_change(self, balancer: Balancer) -> None:
        """Begin a change that is requested over the API.

        The API tells it at once, the load balancer carries it out before it is ACTIVE again.
        Raises Conflict while another change is under way.
        """
        if balancer.provisioning_status != "ACTIVE":
            raise Conflict(
                f"Load Balancer {balancer.id} is immutable and cannot be updated. (HTTP 409)",
                cure="Look at its state and run the command again.",
            )
        self.mark(balancer, "PENDING_UPDATE")
        self._deployment.timeline.start(self._carry_out(balancer))

    def failover(self, balancer: Balancer) -> None:
        """Begin to build a load balancer anew, which is ACTIVE or in ERROR. Raises Conflict."""
        if balancer.provider == "ovn":
            raise CloudError(
                "Provider 'ovn' does not support a requested action: OVN provider does not "
                "support loadbalancer failover (HTTP 501)"
            )
        if balancer.provisioning_status not in {"ACTIVE", "ERROR"}:
            raise Conflict(f"Load Balancer {balancer.id} is immutable. (HTTP 409)")
        self.mark(balancer, "PENDING_UPDATE")
        self._deployment.timeline.start(self._rebuild(balancer))

    def _rebuild(self, balancer: Balancer) -> Job:
        yield BUILD
        self._reload(balancer)
        self.mark(balancer, "ACTIVE")

    def _carry_out(self, balancer: Balancer) -> Job:
        yield CHANGE / 2
        self._reload(balancer)
        yield CHANGE / 2
        self.mark(balancer, "ACTIVE")

    def _reload(self, balancer: Balancer) -> None:
        """Let the listeners of the load balancer serve their default pools."""
        balancer.reloads += 1
        for listener in self.listeners.values():
            if listener.balancer is balancer:
                self._render(listener)

    def _render(self, listener: Listener) -> None:
        """Let a listener serve its default pool by its policies and certificates.

        The amphora driver reads all certificates of the load balancer again at each of its changes.
        A listener of which, or of whose pool, it cannot read one is left out, and in ERROR
        (octavia/amphorae/drivers/haproxy/rest_api_driver.py: update_amphora_listeners).
        """
        listener.serving = listener.pool_id
        listener.policies = [replace(it, provisioning_status="ACTIVE") for it in listener.policies]
        acting = (it for it in listener.policies if it.enabled and it.rules)
        listener.acting = tuple(sorted(acting, key=lambda it: ORDER.index(it.action)))
        now = self._deployment.timeline.now()
        listener.back_ends = {it: listener.back_ends.get(it, now) for it in listener.pools}
        settings = listener.settings
        refs = [it for it in (settings.tls_ref, *settings.sni_refs) if it]
        try:
            listener.certificates = tuple(self._barbican.read(it) for it in refs)
            pool = self.pools.get(listener.pool_id or "")
            servers = pool.settings if pool else PoolSettings()
            if servers.tls_ref:
                self._barbican.read(servers.tls_ref)
            texts = (settings.client_ca_ref, settings.client_crl_ref)
            for ref in (*texts, servers.ca_ref, servers.crl_ref):
                if ref:
                    self._barbican.read_text(ref)
        except Unreadable:
            listener.certificates = ()
            listener.provisioning_status = "ERROR"
            return
        listener.provisioning_status = "ACTIVE"

    def create_balancer(
        self,
        name: str,
        description: str,
        provider: str,
        subnet_id: str,
        flavor: str | None = None,
        zone: str | None = None,
        address: str | None = None,
    ) -> Balancer:
        """Create a load balancer in status PENDING_CREATE, by a flavor and in a zone.

        Its address is the given one, or any of the subnet.

        Raises Failure (octavia/api/v2/controllers/load_balancer.py: _validate_flavor,
        _validate_availability_zone); OVN's provider knows neither.
        """
        self._quotas.claim(load_balancers=1, ports=1)
        if provider not in self._deployment.providers:
            raise Failure("BadRequest", f"Provider '{provider}' is not enabled. (HTTP 400)")
        found = self._deployment.balancer_flavor(flavor) if flavor else None
        if flavor and found is None:
            raise Failure("BadRequest", "Invalid flavor_id. (HTTP 400)")
        if zone and self._deployment.balancer_zone(zone) is None:
            raise Failure("BadRequest", "Invalid availability zone. (HTTP 400)")
        if provider == "ovn" and (flavor or zone):
            raise Failure(
                "ServerFault",
                "Provider 'ovn' does not support a requested action: This provider does not "
                "support flavors or availability zones. (HTTP 501)",
            )
        balancer_id = self._deployment.identifiers.uuid()
        balancer = Balancer(
            id=balancer_id,
            name=name,
            description=description,
            provider=provider,
            vip=self._neutron.create_port(
                subnet_id, "Octavia", address, device_id=f"lb-{balancer_id}"
            ),
            flavor_id=found.id if found else None,
            availability_zone=zone,
        )
        self.balancers[balancer.id] = balancer
        return balancer

    def delete_balancer(self, balancer_id: str) -> None:
        """Delete a load balancer with all that is in it."""
        balancer = self.balancers.pop(balancer_id, None)
        if balancer is None:
            return
        for listener in [item for item in self.listeners.values() if item.balancer is balancer]:
            del self.listeners[listener.id]
        for pool in [item for item in self.pools.values() if item.balancer is balancer]:
            self.delete_pool(pool.id)
        self._neutron.delete_port(balancer.vip.id)

    def is_named(self, pool_id: str) -> bool:
        """Return whether an L7 policy names a pool, which Octavia does not delete then.

        octavia/api/v2/controllers/pool.py: delete.
        """
        policies = (it for listener in self.listeners.values() for it in listener.policies)
        return any(it.redirect_pool_id == pool_id for it in policies)

    def delete_pool(self, pool_id: str) -> None:
        """Delete a pool with its members and its health monitor."""
        pool = self.pools.pop(pool_id, None)
        for monitor in [item for item in self.monitors.values() if item.pool is pool]:
            self.delete_monitor(monitor.id)

    def delete_monitor(self, monitor_id: str) -> None:
        """Delete a health monitor and the port that its checks came from.

        OVN's provider keeps that port for a member that its server left first
        (ovn_octavia_provider/helper.py: _clean_up_hm_port).
        """
        monitor = self.monitors.pop(monitor_id, None)
        if monitor is None:
            return
        subnet_id = monitor.pool.balancer.vip.subnet_id
        if subnet_id not in self._stale_subnets:
            self.sweep(subnet_id)

    def sweep(self, subnet_id: str) -> None:
        """Delete the ports in a subnet from which health checks came."""
        for port in list(self._neutron.ports.values()):
            if (port.subnet_id, port.owner) == (subnet_id, HEALTH_CHECKS):
                self._neutron.delete_port(port.id)

    def create_monitor(
        self,
        pool: Pool,
        path: str | None,
        kind: str = "TCP",
        expected: str | None = None,
        method: str | None = None,
    ) -> Monitor:
        """Create a health monitor; OVN's provider adds a port for its checks.

        Raises Failure for what the provider cannot do, and for what only monitors of HTTP(S) have
        (octavia/api/v2/controllers/health_monitor.py: _validate_create_hm).
        """
        self._quotas.claim(health_monitors=1)
        balancer = pool.balancer
        refuse_unsupported(balancer, "health monitor type", kind)
        if kind not in {"HTTP", "HTTPS"} and (path or expected or method):
            raise Failure("BadRequest", f"a {kind} health monitor asks for no path (HTTP 400)")
        if balancer.provider == "ovn":
            self._neutron.create_port(balancer.vip.subnet_id, HEALTH_CHECKS)
        monitor = Monitor(
            id=self._deployment.identifiers.uuid(),
            pool=pool,
            kind=kind,
            path=path,
        )
        self.define_monitor(monitor, path, expected, method)
        self.monitors[monitor.id] = monitor
        return monitor

    def define_monitor(
        self, monitor: Monitor, path: str | None, expected: str | None, method: str | None
    ) -> None:
        """Give a monitor what Heat can say of its requests; None stands for Octavia's default.

        Raises Failure for what Octavia does not take (octavia/api/v2/types/health_monitor.py), or
        its database does not keep (octavia/db/models.py: HealthMonitor).
        """
        if expected and not (
            re.fullmatch(r"\d{3}(\s*,\s*\d{3})*|\d{3}-\d{3}", expected) and len(expected) <= 64
        ):
            raise Failure(
                "BadRequest", f"Invalid input for field expected_codes: {expected!r} (HTTP 400)"
            )
        monitor.path, monitor.expected, monitor.method = path, expected or "200", method or "GET"

    def write_monitor(
        self,
        monitor: Monitor,
        domain_name: str | None,
        http_version: float | None,
        tags: frozenset[str],
    ) -> None:
        """Change what a monitor names, over the API. Raises CloudError, and Conflict.

        As octavia/api/v2/controllers/health_monitor.py: _validate_update_hm has it, a domain name
        that is there, or comes, needs HTTP 1.1 of the request or from before.
        """
        version = http_version or monitor.http_version
        if domain_name and not version:
            raise CloudError(
                "'http_version' must be specified when 'domain_name' is provided. (HTTP 400)"
            )
        if version and version < 1.1 and (domain_name or monitor.domain_name):
            raise CloudError(f"http_version {version} is not a valid option (HTTP 400)")
        self.begin_change(monitor.pool.balancer)
        monitor.domain_name, monitor.http_version, monitor.tags = domain_name, http_version, tags

    def add_member(self, pool: Pool, subnet_id: str, address: str, port: int) -> Member:
        """Add a member to a pool."""
        member = Member(
            id=self._deployment.identifiers.uuid(),
            subnet_id=subnet_id,
            address=address,
            port=port,
        )
        pool.members[member.id] = member
        return member

    def remove_member(self, member_id: str) -> None:
        """Remove a member from its pool; nothing happens if it does not exist."""
        for pool in self.pools.values():
            member = pool.members.pop(member_id, None)
            if member and self._nova.at(member.subnet_id, member.address) is None:
                self._stale_subnets.add(member.subnet_id)

    def status(self, pool: Pool, member: Member) -> str:
        """Return the operating status of a member, as its health monitor finds it."""
        monitor = next((item for item in self.monitors.values() if item.pool is pool), None)
        if monitor is None:
            return "NO_MONITOR"
        server = self._nova.at(member.subnet_id, member.address)
        if server is None or server.status not in {"BUILD", "ACTIVE"}:
            return "ERROR"
        if not self._nova.is_up(server):
            return "OFFLINE"
        answer = self._ask(server, monitor.path or "/", monitor.domain_name)
        healthy = answer is not None and (monitor.path is None or monitor.expects(answer.status))
        return "ONLINE" if healthy else "ERROR"

    def health(self, pool: Pool) -> str:
        """Return the operating status of a pool, which follows from those of its members."""
        statuses = {self.status(pool, member) for member in pool.members.values()}
        if not statuses:
            return "OFFLINE"
        if statuses == {"ERROR"}:
            return "ERROR"
        return "ONLINE" if statuses <= {"ONLINE", "NO_MONITOR"} else "DEGRADED"

    def at(self, vip_port_id: str, port: int) -> Listener:
        """Return the listener that takes connections to a port. Raises NoAnswer without one.

        One that was left out, because a certificate could not be read, takes none.
        """
        for listener in self.listeners.values():
            if (
                listener.balancer.vip.id == vip_port_id
                and listener.port == port
                and listener.provisioning_status != "ERROR"
            ):
                return listener
        raise NoAnswer("connection refused")

    def serve(
        self, listener: Listener, path: str, host: str, headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        """Answer a request to a listener, which names a host, from one member after another.

        A proxy redirects before it goes by rules that choose a pool (HAProxy's configuration.txt:
        use_backend).

        Raises NoAnswer when OVN has no member that is up; a proxy answers 503 then.
        """
        listener.balancer.served += 1
        pool_id = listener.serving
        for policy in listener.acting:
            if all(_holds(rule, path, host, headers) for rule in policy.rules):
                if policy.redirect_pool_id is None:
                    return _answer_of(policy, path)
                pool_id = policy.redirect_pool_id
                break
        answer = self._serve_pool(listener, pool_id, path, host)
        hsts = listener.settings.hsts_max_age
        if hsts is None:
            return answer
        told = [f"max-age={hsts}"]
        told += ["includeSubDomains"] if listener.settings.hsts_subdomains else []
        told += ["preload"] if listener.settings.hsts_preload else []
        headers = {**answer.headers, "strict-transport-security": "; ".join(told)}
        return replace(answer, headers=headers)

    def _serve_pool(self, listener: Listener, pool_id: str | None, path: str, host: str) -> Answer:
        answers = [answer for answer in self._answers(pool_id, path, host) if answer is not None]
        if answers:
            self._turn += 1
            return answers[self._turn % len(answers)]
        if listener.balancer.provider == "ovn":
            raise NoAnswer("connection refused")
        return Answer(status=503, headers={}, body="no server is available")

    def _answers(self, pool_id: str | None, path: str, host: str) -> list[Answer | None]:
        """Return the answers of all members of a pool that take requests."""
        pool = self.pools.get(pool_id or "")
        members = pool.members.values() if pool else ()
        servers = (
            self._nova.at(member.subnet_id, member.address)
            for member in members
            if pool and self.status(pool, member) in {"ONLINE", "NO_MONITOR"}
        )
        return [
            self._ask(server, path, host)
            for server in servers
            if server and self._nova.is_up(server)
        ]

    def _ask(self, server: Server, path: str, host: str | None) -> Answer | None:
        """Return a server's answer to a request that names a host, or none; None for no answer."""
        hosts = self._deployment.hosts
        if hosts is not None and host not in hosts:
            return Answer(status=404, headers={}, body="there is no such host here")
        return self._application(server, path)


def _check_traffic(listener: Listener, wanted: ListenerSettings) -> None:
    """Raise CloudError for headers, time-outs and networks that a listener does not take.

    As octavia/api/v2/controllers/listener.py: _validate_insert_headers has it, and
    ovn_octavia_provider/driver.py: _check_for_allowed_cidrs; OVN ignores the others.
    """
    if wanted.headers and listener.protocol not in {"HTTP", TERMINATED}:
        raise CloudError(
            f"insert-headers is not a valid option for a {listener.protocol} protocol listener. "
            "(HTTP 400)"
        )
    known = HEADERS | CLIENT_HEADERS if listener.protocol == TERMINATED else HEADERS
    if odd := sorted(wanted.headers - known):
        raise CloudError(f"{odd} is not a valid option for insert_headers (HTTP 400)")
    for it in (wanted.client_timeout, wanted.member_timeout, wanted.connect_timeout):
        if it is not None and not 0 <= it <= LONGEST_TIMEOUT:
            raise CloudError("Invalid input for a time-out (HTTP 400)")
    if wanted.allowed_cidrs and listener.balancer.provider == "ovn":
        raise CloudError("OVN provider does not support allowed_cidrs option (HTTP 501)")


def check_pool(listener: Listener, pool: Pool) -> None:
    """Raise CloudError where a listener's protocol cannot lead to a pool's."""
    if pool.protocol not in POOLS.get(listener.protocol, {pool.protocol}):
        raise CloudError(
            f"The pool protocol '{pool.protocol}' is invalid while the listener protocol is "
            f"'{listener.protocol}'. (HTTP 400)"
        )


def told(settings: ListenerSettings, api: tuple[int, int]) -> ListenerSettings:
    """Return settings as an API of that version tells them: nothing of what it does not know."""
    known = {
        it.name: getattr(settings, it.name)
        for it in fields(settings)
        if SINCE.get(it.name, (2, 0)) <= api
    }
    return ListenerSettings(**known)


def _holds(rule: L7Rule, path: str, host: str, headers: Mapping[str, str]) -> bool:
    """Return whether a rule holds for a request, as far as the fake cloud's requests go."""
    named = {name.lower(): value for name, value in headers.items()}
    key = rule.key or ""
    cookies = (it.strip().partition("=") for it in named.get("cookie", "").split(";"))
    said = {
        "PATH": path,
        "HOST_NAME": host,
        "HEADER": named.get(key.lower(), ""),
        "COOKIE": next((value for name, _, value in cookies if name == key), ""),
    }.get(rule.type, "")
    compared = {
        "STARTS_WITH": said.startswith(rule.value),
        "ENDS_WITH": said.endswith(rule.value),
        "CONTAINS": rule.value in said,
        "EQUAL_TO": said == rule.value,
    }
    return compared.get(rule.compare, False) is not rule.invert


def _answer_of(policy: L7Policy, path: str) -> Answer:
    if policy.action == "REJECT":
        return Answer(status=403, headers={}, body="")
    location = policy.redirect_url or f"{policy.redirect_prefix}{path}"
    return Answer(status=policy.redirect_code or 302, headers={"location": location}, body="")
