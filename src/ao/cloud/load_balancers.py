"""Load balancers in Octavia."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, TypeVar

from openstack import connection, exceptions
from pydantic import StringConstraints

from ao.cloud import login
from ao.cloud.answers import Unreadable, understanding
from ao.cloud.models import (
    BalancerStatus,
    L7Policy,
    L7Rule,
    Listener,
    ListenerSettings,
    LoadBalancer,
    Member,
    Monitor,
    Pool,
    PoolSettings,
    Statistics,
)
from ao.cloud.rest import ID, Moment, Thing, octavia, path
from ao.cloud.sdk_errors import asking
from ao.message import message
from ao.redaction import MASK, remember

T = TypeVar("T")

_VERSION = re.compile(r"/v[0-9]{1,3}(\.[0-9]{1,3})?$")
"""End of an endpoint that names a version, above which the service tells all of them."""
_SHORTEST_SECRET = 16
"""Characters of a header's or a cookie's value that cannot be guessed; shorter ones, such as the
name of a colour, are in every log, and anybody in the project may write one into a rule."""


class LoadBalancers:
    """Load balancers of a project, read with Octavia's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._octavia = octavia(cloud)

    def all(self) -> tuple[LoadBalancer, ...]:
        """Return all load balancers of the project."""
        with asking(message("list the load balancers")):
            return tuple(map(_value, self._list("loadbalancers", list[_Balancer])))

    def get(self, balancer_id: str) -> LoadBalancer | None:
        """Return the load balancer of that ID, or None."""
        where = path("lbaas", "loadbalancers", balancer_id)
        with asking(message("look for load balancer %(id)s", id=balancer_id)):
            try:
                return _value(self._octavia.get(where, _Balancer, "loadbalancer"))
            except exceptions.NotFoundException:
                return None

    def status(self, balancer_id: str) -> BalancerStatus | None:
        """Return the statuses of a load balancer and of what hangs on it, or None without one.

        Octavia tells a pool under each listener that leads to it, its default pool first
        (octavia/db/models.py: Listener.pools), and one that none leads to nowhere.
        """
        where = path("lbaas", "loadbalancers", balancer_id, "status")
        with asking(message("read the statuses of load balancer %(id)s", id=balancer_id)):
            try:
                told = self._octavia.get(where, _BalancerStatus, "statuses", "loadbalancer")
            except exceptions.NotFoundException:
                return None
        return BalancerStatus(
            provisioning_status=told.provisioning_status,
            operating_status=told.operating_status,
            listeners={it.id: tuple(pool.id for pool in it.pools) for it in told.listeners},
            members={
                pool.id: tuple(map(_member, pool.members))
                for listener in told.listeners
                for pool in listener.pools
            },
        )

    def pools(self, balancer_id: str = "") -> tuple[Pool, ...]:
        """Return all pools of the project, or those of one load balancer."""
        only = {"loadbalancer_id": balancer_id} if balancer_id else {}
        with asking(message("list the pools")):
            return tuple(map(_pool, self._list("pools", list[_Pool], **only)))

    def members(self, pool_id: str) -> tuple[Member, ...]:
        """Return the members of a pool."""
        with asking(message("list the members of pool %(id)s", id=pool_id)):
            where = path("lbaas", "pools", pool_id, "members")
            return tuple(map(_member, self._octavia.all(where, list[_Member], "members")))

    def listeners(self, balancer_id: str = "") -> tuple[Listener, ...]:
        """Return all listeners of the project, or those of one load balancer."""
        only = {"loadbalancer_id": balancer_id} if balancer_id else {}
        with asking(message("list the listeners")):
            return tuple(map(_listener, self._list("listeners", list[_Listener], **only)))

    def monitor(self, monitor_id: str) -> Monitor | None:
        """Return the health monitor of that ID, or None."""
        where = path("lbaas", "healthmonitors", monitor_id)
        with asking(message("look for health monitor %(id)s", id=monitor_id)):
            try:
                found = self._octavia.get(where, _Monitor, "healthmonitor")
            except exceptions.NotFoundException:
                return None
        return Monitor(
            id=found.id,
            type=found.type,
            domain_name=found.domain_name or None,
            # Of single precision in the database.
            http_version=round(found.http_version, 1) if found.http_version else None,
            tags=frozenset(found.tags or ()),
            interval=found.delay or 0,
            timeout=found.timeout or 0,
            rise=found.max_retries or 0,
            fall=found.max_retries_down or 0,
            method=found.http_method or "",
            path=found.url_path or "",
            expected=found.expected_codes or "",
            enabled=found.admin_state_up is not False,
        )

    def write_monitor(self, monitor: Monitor) -> None:
        """Have a health monitor name this host by this HTTP version, and carry these tags.

        What is not said stays as Heat has made it. Without a name both are null: 1.0 itself would
        be refused while there is one (octavia/api/v2/controllers/health_monitor.py:
        _validate_update_hm).
        """
        with asking(message("change health monitor %(id)s", id=monitor.id)):
            change: dict[str, object] = {
                "domain_name": monitor.domain_name,
                "http_version": monitor.http_version,
                "tags": sorted(monitor.tags),
            }
            self._put(path("lbaas", "healthmonitors", monitor.id), "healthmonitor", change)

    def api_version(self) -> tuple[int, int] | None:
        """Return the newest version of the API; None where the service's root tells none.

        Each adds something to the one API (octavia/api/root_controller.py). A proxy before the
        service may keep its root from being asked.
        """
        with asking(message("ask Octavia for its versions")):
            with understanding("Octavia"):
                endpoint = self._octavia.adapter().get_endpoint() or ""
            root = _VERSION.sub("", endpoint.rstrip("/"))
            try:
                told = self._octavia.get(f"{root}/", list[_Version], "versions")
            except (exceptions.NotFoundException, Unreadable):
                return None
        return max((it.number for it in told), default=None)

    def set_default_pool(self, listener: Listener, pool_id: str | None) -> None:
        """Have a listener lead to another pool, or to none, in one request.

        The request says the pool and nothing else: what it leaves out stays as it is.
        """
        with asking(
            message("lead listener %(name)s to pool %(id)s", name=listener.name, id=pool_id)
        ):
            where = path("lbaas", "listeners", listener.id)
            self._put(where, "listener", {"default_pool_id": pool_id})

    def configure(self, listener: Listener, settings: ListenerSettings) -> None:
        """Have a listener serve by these settings, in one request that says what differs.

        None has Octavia take its default (octavia/api/v2/controllers/listener.py:
        _set_default_on_none), save that it answers 500 to no versions where minimum_tls_version is
        configured (octavia/common/validate.py: check_tls_version_min).
        """
        told, wanted = _in_api(listener.settings), _in_api(settings)
        change = {key: value for key, value in wanted.items() if told[key] != value}
        if not change:
            return
        with asking(message("configure listener %(name)s", name=listener.name)):
            self._put(path("lbaas", "listeners", listener.id), "listener", change)

    def configure_pool(self, pool: Pool, settings: PoolSettings) -> None:
        """Have a pool serve by these settings, in one request that says what differs.

        No persistence of sessions is null, by which Octavia deletes it (octavia/db/repositories.py:
        update_pool_and_sp).
        """
        told, wanted = _pool_in_api(pool.settings), _pool_in_api(settings)
        change = {key: value for key, value in wanted.items() if told[key] != value}
        if not change:
            return
        with asking(message("configure pool %(name)s", name=pool.name)):
            self._put(path("lbaas", "pools", pool.id), "pool", change)

    def l7_policies(self, listener_id: str) -> tuple[L7Policy, ...]:
        """Return the L7 policies of a listener, in the order of their positions.

        A list of them tells of rules no more than their IDs (octavia/api/v2/types/l7policy.py).
        """
        with asking(message("list the L7 policies")):
            policies = self._list("l7policies", list[_L7Policy], listener_id=listener_id)
            found = [_policy(it, self._rules(it)) for it in policies]
        return tuple(sorted(found, key=lambda it: it.position or 0))

    def l7_policies_named(self, name: str) -> tuple[L7Policy, ...]:
        """Return the L7 policies of that name, of all listeners of the project."""
        with asking(message("list the L7 policies")):
            policies = self._list("l7policies", list[_L7Policy], name=name)
            return tuple(_policy(it, self._rules(it)) for it in policies if it.name == name)

    def create_l7_policy(self, listener: Listener, policy: L7Policy) -> L7Policy:
        """Give a listener an L7 policy, the last, without its rules; return it with its ID.

        Octavia's API has rules in the request, for which it answers 500: only with a whole load
        balancer it makes rules of them (octavia/api/v2/controllers/l7policy.py: post,
        _graph_create).
        """
        asked = {
            "listener_id": listener.id,
            "name": policy.name,
            "action": policy.action,
            "admin_state_up": policy.enabled,
        }
        if policy.redirect_prefix is not None:
            asked["redirect_prefix"] = policy.redirect_prefix
        if policy.redirect_url is not None:
            asked["redirect_url"] = policy.redirect_url
        if policy.redirect_pool_id is not None:
            asked["redirect_pool_id"] = policy.redirect_pool_id
        if policy.redirect_code is not None:
            asked["redirect_http_code"] = policy.redirect_code
        if policy.description:
            asked["description"] = policy.description
        with asking(message("create L7 policy %(name)s", name=policy.name)):
            where = path("lbaas", "l7policies")
            answer = self._octavia.ask("POST", where, json={"l7policy": asked})
            return _policy(answer.value(_L7Policy, "l7policy"), ())

    def create_l7_rule(self, policy: L7Policy, rule: L7Rule) -> None:
        """Give an L7 policy a rule, in one request.

        One of a header or a cookie is neither logged nor told in an error: its value may be what
        only some are to know.
        """
        asked = {
            "type": rule.type,
            "compare_type": rule.compare,
            "value": rule.value,
            "invert": rule.invert,
        }
        if rule.key is not None:
            asked["key"] = rule.key
        with asking(message("give L7 policy %(name)s a rule", name=policy.name)):
            where = path("lbaas", "l7policies", policy.id, "rules")
            _remember(rule)
            with _hiding(rule.value if rule.is_secret else ""):
                answer = self._octavia.ask(
                    "POST", where, json={"rule": asked}, secret=rule.is_secret
                )
                answer.value(Thing, "rule")

    def set_l7_policy(self, policy: L7Policy, description: str, *, enabled: bool) -> None:
        """Switch an L7 policy on or off, and describe it, in one request."""
        with asking(message("change L7 policy %(name)s", name=policy.name)):
            where = path("lbaas", "l7policies", policy.id)
            self._put(where, "l7policy", {"admin_state_up": enabled, "description": description})

    def remove_l7_policy(self, policy: L7Policy) -> None:
        """Take an L7 policy with its rules off; nothing happens when it is gone."""
        with asking(message("remove L7 policy %(name)s", name=policy.name)):
            self._octavia.delete(path("lbaas", "l7policies", policy.id))

    def remove_listener(self, listener: Listener) -> None:
        """Delete a listener with its L7 policies; nothing happens when it is gone."""
        with asking(message("delete listener %(name)s", name=listener.name)):
            self._octavia.delete(path("lbaas", "listeners", listener.id))

    def reload(self, balancer: LoadBalancer) -> None:
        """Have a proxy begin anew: its unchanged name is written once more.

        The amphora driver writes and reloads HAProxy's whole configuration at every
        update, whatever changed (octavia/controller/worker/v2/tasks/amphora_driver_tasks.py:
        ListenersUpdate).
        """
        with asking(message("reload load balancer %(name)s", name=balancer.name)):
            where = path("lbaas", "loadbalancers", balancer.id)
            self._put(where, "loadbalancer", {"name": balancer.name})

    def failover(self, balancer: LoadBalancer) -> None:
        """Begin to build a load balancer anew (octavia/api/v2/controllers/load_balancer.py)."""
        with asking(message("fail load balancer %(name)s over", name=balancer.name)):
            where = path("lbaas", "loadbalancers", balancer.id, "failover")
            self._octavia.order("PUT", where, HTTPStatus.ACCEPTED)

    def statistics(self, balancer: LoadBalancer) -> Statistics:
        """Return what a load balancer counts of its connections."""
        with asking(message("read the statistics of load balancer %(name)s", name=balancer.name)):
            where = path("lbaas", "loadbalancers", balancer.id, "stats")
            return self._octavia.get(where, Statistics, "stats")

    def _list(self, kind: str, items: type[list[T]], **only: str) -> list[T]:
        project = login.project(self._cloud)
        return self._octavia.all(path("lbaas", kind), items, kind, project_id=project, **only)

    def _rules(self, policy: _L7Policy) -> tuple[L7Rule, ...]:
        """Rules of a policy; none when it is gone by now."""
        if not policy.rules:
            return ()
        where = path("lbaas", "l7policies", policy.id, "rules")
        try:
            rules = self._octavia.all_secrets(where, list[_L7Rule], "rules")
        except exceptions.NotFoundException:
            return ()
        except Unreadable:
            # How the answer begins is not told: a value may be there.
            raise Unreadable(
                message("what Octavia answers to GET %(path)s cannot be read", path=where)
            ) from None
        found = tuple(
            L7Rule(
                type=rule.type,
                compare=rule.compare_type,
                value=rule.value,
                key=rule.key,
                invert=bool(rule.invert),
            )
            for rule in rules
        )
        for rule in found:
            _remember(rule)
        return found

    def _put(self, where: str, key: str, change: dict[str, object]) -> None:
        self._octavia.ask("PUT", where, json={key: change}).value(Thing, key)


def _remember(rule: L7Rule) -> None:
    """Have logs mask the value of a rule that may be a secret."""
    if rule.is_secret and len(rule.value) >= _SHORTEST_SECRET:
        remember({"secret": rule.value})


@contextmanager
def _hiding(value: str) -> Iterator[None]:
    """Have no error tell a value that was asked for; empty for none that is to be hidden."""
    try:
        yield
    except Unreadable as error:
        if not value:
            raise
        raise Unreadable(str(error).replace(value, MASK)) from None
    except exceptions.HttpException as error:
        if value:
            error.message = str(error.message).replace(value, MASK)
            error.details = str(error.details).replace(value, MASK) if error.details else None
            error.args = tuple(str(it).replace(value, MASK) for it in error.args)
        raise


# What a load balancer has not, such as an address while it is made, Octavia leaves out.


@dataclass(frozen=True)
class _Vip:
    ip_address: str | None = None


@dataclass(frozen=True)
class _Balancer:
    id: ID
    provisioning_status: str
    operating_status: str
    pools: list[Thing]
    name: str | None = None
    description: str | None = None
    provider: str | None = None
    vip_address: str | None = None
    vip_port_id: str | None = None
    # Of versions 2.6 and 2.14 of the API.
    flavor_id: str | None = None
    availability_zone: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    admin_state_up: bool | None = None
    tags: list[str] | None = None
    vip_subnet_id: str | None = None
    vip_network_id: str | None = None
    # Of version 2.26.
    additional_vips: list[_Vip] | None = None


@dataclass(frozen=True)
class _Version:
    id: Annotated[str, StringConstraints(pattern=r"^v[0-9]{1,3}\.[0-9]{1,3}$")]

    @property
    def number(self) -> tuple[int, int]:
        major, _, minor = self.id.removeprefix("v").partition(".")
        return int(major), int(minor)


@dataclass(frozen=True)
class _Persistence:
    type: str | None = None
    cookie_name: str | None = None


@dataclass(frozen=True)
class _Pool:
    id: ID
    operating_status: str
    members: list[Thing]
    name: str | None = None
    description: str | None = None
    session_persistence: _Persistence | None = None
    # Of versions 2.8, 2.15 and 2.18 of the API.
    tls_enabled: bool | None = None
    tls_container_ref: str | None = None
    ca_tls_container_ref: str | None = None
    crl_container_ref: str | None = None
    tls_ciphers: str | None = None
    tls_versions: list[str] | None = None
    protocol: str | None = None
    lb_algorithm: str | None = None
    healthmonitor_id: str | None = None
    provisioning_status: str | None = None
    admin_state_up: bool | None = None
    tags: list[str] | None = None


@dataclass(frozen=True)
class _Listener:
    id: ID
    name: str | None = None
    default_pool_id: str | None = None
    protocol: str | None = None
    protocol_port: int | None = None
    provisioning_status: str | None = None
    default_tls_container_ref: str | None = None
    sni_container_refs: list[str] | None = None
    client_ca_tls_container_ref: str | None = None
    client_crl_container_ref: str | None = None
    # Of versions 2.8, 2.15, 2.17, 2.20 and 2.27 of the API.
    client_authentication: str | None = None
    tls_ciphers: str | None = None
    tls_versions: list[str] | None = None
    alpn_protocols: list[str] | None = None
    hsts_max_age: int | None = None
    hsts_include_subdomains: bool | None = None
    hsts_preload: bool | None = None
    # Of versions 2.1 and 2.12.
    timeout_client_data: int | None = None
    timeout_member_data: int | None = None
    timeout_member_connect: int | None = None
    allowed_cidrs: list[str] | None = None
    insert_headers: dict[str, str] | None = None
    l7policies: list[Thing] | None = None
    loadbalancers: list[Thing] | None = None
    description: str | None = None
    tags: list[str] | None = None
    admin_state_up: bool | None = None
    connection_limit: int | None = None


@dataclass(frozen=True)
class _L7Policy:
    id: ID
    action: str
    position: int
    provisioning_status: str
    rules: list[Thing]
    name: str | None = None
    redirect_prefix: str | None = None
    redirect_url: str | None = None
    redirect_pool_id: str | None = None
    redirect_http_code: int | None = None
    admin_state_up: bool | None = None
    description: str | None = None
    listener_id: str | None = None


@dataclass(frozen=True)
class _L7Rule:
    id: ID
    type: str
    compare_type: str
    value: str
    key: str | None = None
    invert: bool | None = None


@dataclass(frozen=True)
class _Monitor:
    id: ID
    type: str
    # Octavia leaves out none of these, but one whose API is too old for them.
    domain_name: str | None = None
    http_version: float | None = None
    tags: list[str] | None = None
    delay: int | None = None
    timeout: int | None = None
    max_retries: int | None = None
    max_retries_down: int | None = None
    http_method: str | None = None
    url_path: str | None = None
    expected_codes: str | None = None
    admin_state_up: bool | None = None


@dataclass(frozen=True)
class _Member:
    id: ID
    address: str
    operating_status: str
    provisioning_status: str
    # Among the statuses of a load balancer nothing of these is told, but for the port.
    protocol_port: int | None = None
    subnet_id: str | None = None
    weight: int | None = None
    admin_state_up: bool | None = None
    backup: bool | None = None


@dataclass(frozen=True)
class _PoolStatus:
    id: ID
    members: list[_Member]


@dataclass(frozen=True)
class _ListenerStatus:
    id: ID
    pools: list[_PoolStatus]


@dataclass(frozen=True)
class _BalancerStatus:
    provisioning_status: str
    operating_status: str
    listeners: list[_ListenerStatus]


def _value(balancer: _Balancer) -> LoadBalancer:
    return LoadBalancer(
        id=balancer.id,
        name=balancer.name or "",
        description=balancer.description or "",
        provider=balancer.provider or "",
        vip_address=balancer.vip_address or "",
        vip_port_id=balancer.vip_port_id or "",
        provisioning_status=balancer.provisioning_status,
        operating_status=balancer.operating_status,
        pool_ids=tuple(pool.id for pool in balancer.pools),
        flavor_id=balancer.flavor_id or None,
        availability_zone=balancer.availability_zone or None,
        updated_at=balancer.updated_at or balancer.created_at or "",
        enabled=balancer.admin_state_up is not False,
        tags=frozenset(balancer.tags or ()),
        vip_subnet_id=balancer.vip_subnet_id or "",
        vip_network_id=balancer.vip_network_id or "",
        more_vips=tuple(it.ip_address for it in balancer.additional_vips or () if it.ip_address),
    )


def _listener(listener: _Listener) -> Listener:
    return Listener(
        id=listener.id,
        name=listener.name or "",
        default_pool_id=listener.default_pool_id or None,
        protocol=listener.protocol or "",
        port=listener.protocol_port or 0,
        settings=_settings(listener),
        provisioning_status=listener.provisioning_status or "",
        policy_ids=tuple(it.id for it in listener.l7policies or ()),
        balancer_id=next((it.id for it in listener.loadbalancers or ()), ""),
        description=listener.description or "",
        tags=frozenset(listener.tags or ()),
        enabled=listener.admin_state_up is not False,
        connection_limit=-1 if listener.connection_limit is None else listener.connection_limit,
    )


def _pool(pool: _Pool) -> Pool:
    return Pool(
        id=pool.id,
        name=pool.name or "",
        description=pool.description or "",
        operating_status=pool.operating_status,
        members=len(pool.members),
        settings=_pool_settings(pool),
        protocol=pool.protocol or "",
        algorithm=pool.lb_algorithm or "",
        monitor_id=pool.healthmonitor_id or "",
        provisioning_status=pool.provisioning_status or "",
        enabled=pool.admin_state_up is not False,
        tags=frozenset(pool.tags or ()),
    )


def _member(member: _Member) -> Member:
    return Member(
        id=member.id,
        address=member.address,
        operating_status=member.operating_status,
        provisioning_status=member.provisioning_status,
        port=member.protocol_port or 0,
        subnet_id=member.subnet_id or "",
        weight=1 if member.weight is None else member.weight,
        enabled=member.admin_state_up is not False,
        backup=bool(member.backup),
    )


def _settings(listener: _Listener) -> ListenerSettings:
    return ListenerSettings(
        tls_ref=listener.default_tls_container_ref or None,
        sni_refs=tuple(listener.sni_container_refs or ()),
        versions=frozenset(listener.tls_versions or ()) or None,
        ciphers=listener.tls_ciphers or None,
        alpn=tuple(listener.alpn_protocols or ()),
        hsts_max_age=listener.hsts_max_age,
        hsts_subdomains=bool(listener.hsts_include_subdomains),
        hsts_preload=bool(listener.hsts_preload),
        client_ca_ref=listener.client_ca_tls_container_ref or None,
        client_crl_ref=listener.client_crl_container_ref or None,
        client_authentication=listener.client_authentication or "NONE",
        client_timeout=listener.timeout_client_data,
        member_timeout=listener.timeout_member_data,
        connect_timeout=listener.timeout_member_connect,
        headers=frozenset(
            name for name, on in (listener.insert_headers or {}).items() if on.lower() == "true"
        ),
        allowed_cidrs=frozenset(listener.allowed_cidrs or ()),
    )


def _in_api(settings: ListenerSettings) -> dict[str, object]:
    """Return settings in the words of the API; null is for its default, or for nothing."""
    return {
        "default_tls_container_ref": settings.tls_ref,
        "sni_container_refs": [*settings.sni_refs],
        "tls_versions": sorted(settings.versions) if settings.versions else None,
        "tls_ciphers": settings.ciphers,
        "alpn_protocols": [*settings.alpn] or None,
        "hsts_max_age": settings.hsts_max_age,
        "hsts_include_subdomains": settings.hsts_subdomains,
        "hsts_preload": settings.hsts_preload,
        "client_ca_tls_container_ref": settings.client_ca_ref,
        "client_crl_container_ref": settings.client_crl_ref,
        "client_authentication": settings.client_authentication,
        "timeout_client_data": settings.client_timeout,
        "timeout_member_data": settings.member_timeout,
        "timeout_member_connect": settings.connect_timeout,
        "insert_headers": dict.fromkeys(sorted(settings.headers), "true"),
        "allowed_cidrs": sorted(settings.allowed_cidrs),
    }


def _pool_settings(pool: _Pool) -> PoolSettings:
    persistence = pool.session_persistence or _Persistence()
    return PoolSettings(
        persistence=persistence.type or None,
        cookie=persistence.cookie_name or None,
        encrypts=bool(pool.tls_enabled),
        tls_ref=pool.tls_container_ref or None,
        ca_ref=pool.ca_tls_container_ref or None,
        crl_ref=pool.crl_container_ref or None,
        versions=frozenset(pool.tls_versions or ()) or None,
        ciphers=pool.tls_ciphers or None,
    )


def _pool_in_api(settings: PoolSettings) -> dict[str, object]:
    """Return settings of a pool in the words of the API; null is for nothing, or the default."""
    told = {"type": settings.persistence, "cookie_name": settings.cookie}
    return {
        "session_persistence": None if settings.persistence is None else told,
        "tls_enabled": settings.encrypts,
        "tls_container_ref": settings.tls_ref,
        "ca_tls_container_ref": settings.ca_ref,
        "crl_container_ref": settings.crl_ref,
        "tls_versions": sorted(settings.versions) if settings.versions else None,
        "tls_ciphers": settings.ciphers,
    }


def _policy(policy: _L7Policy, rules: tuple[L7Rule, ...]) -> L7Policy:
    return L7Policy(
        id=policy.id,
        name=policy.name or "",
        action=policy.action,
        redirect_prefix=policy.redirect_prefix or None,
        redirect_url=policy.redirect_url or None,
        redirect_pool_id=policy.redirect_pool_id or None,
        redirect_code=policy.redirect_http_code,
        position=policy.position,
        rules=rules,
        provisioning_status=policy.provisioning_status,
        enabled=policy.admin_state_up is not False,
        description=policy.description or "",
        listener_id=policy.listener_id or "",
    )
