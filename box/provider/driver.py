"""The provider's part in Octavia's API: refuse what HAProxy cannot do here, accept the rest.

Octavia commits the object as PENDING right after a method returns. The agent finds it there: the
database is the queue, and nothing is lost when a process ends.
"""

from typing import Any, NoReturn

from octavia.db import api as database
from octavia.db import repositories
from octavia_lib.api.drivers import data_models, exceptions, provider_base

from box.provider import settings

LISTENER_PROTOCOLS = ("HTTP", "HTTPS", "TCP", "TERMINATED_HTTPS")
LAYER_7_PROTOCOLS = ("HTTP", "TERMINATED_HTTPS")
POOL_PROTOCOLS = ("HTTP", "HTTPS", "PROXY", "PROXYV2", "TCP")
ALGORITHMS = ("LEAST_CONNECTIONS", "ROUND_ROBIN", "SOURCE_IP")
MONITORS = ("HTTP", "HTTPS", "TCP", "TLS-HELLO")


class Driver(provider_base.ProviderDriver):  # type: ignore[misc]  # octavia-lib has no types
    """The provider `haproxy`. Octavia itself makes the VIP port."""

    def _accept(self, *objects: Any, **options: Any) -> None:
        """Let Octavia commit."""

    loadbalancer_delete = _accept
    listener_delete = _accept
    pool_delete = _accept
    member_create = member_update = member_delete = member_batch_update = _accept
    health_monitor_update = health_monitor_delete = _accept
    l7policy_update = l7policy_delete = _accept
    l7rule_create = l7rule_update = l7rule_delete = _accept

    def loadbalancer_create(self, loadbalancer: Any) -> None:
        """Accept a load balancer with all that is below it.

        Raises UnsupportedOptionError, as all methods here do.
        """
        self._check_balancer(loadbalancer)
        for listener in _value(loadbalancer, "listeners") or ():
            self.listener_create(listener)
        for pool in _value(loadbalancer, "pools") or ():
            self.pool_create(pool)

    def loadbalancer_update(self, old_loadbalancer: Any, new_loadbalancer: Any) -> None:
        """Accept a changed load balancer."""
        self._check_balancer(new_loadbalancer)

    def loadbalancer_failover(self, loadbalancer_id: str) -> None:
        """Tell the agent to build the load balancer anew: its status alone does not say so."""
        place = settings.place(loadbalancer_id)
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.rebuild.touch()

    def listener_create(self, listener: Any) -> None:
        """Accept a listener and its policies."""
        _check_choice("listener protocol", listener.protocol, LISTENER_PROTOCOLS)
        _check_certificates(listener.protocol, _value(listener, "default_tls_container_ref"))
        if _value(listener, "l7policies"):
            _check_layer_7(listener.protocol)

    def listener_update(self, old_listener: Any, new_listener: Any) -> None:
        """Accept a changed listener."""
        default = new_listener.default_tls_container_ref
        if isinstance(default, data_models.UnsetType):
            default = _value(old_listener, "default_tls_container_ref")
        _check_certificates(old_listener.protocol, default)

    def pool_create(self, pool: Any) -> None:
        """Accept a pool and its health monitor."""
        _check_choice("pool protocol", pool.protocol, POOL_PROTOCOLS)
        self.pool_update(pool, pool)
        if monitor := _value(pool, "healthmonitor"):
            self.health_monitor_create(monitor)

    def pool_update(self, old_pool: Any, new_pool: Any) -> None:
        """Accept a changed pool."""
        if algorithm := _value(new_pool, "lb_algorithm"):
            _check_choice("algorithm", algorithm, ALGORITHMS)

    def health_monitor_create(self, healthmonitor: Any) -> None:
        """Accept a health monitor."""
        _check_choice("health monitor type", healthmonitor.type, MONITORS)

    def l7policy_create(self, l7policy: Any) -> None:
        """Accept a policy of a listener that understands HTTP."""
        session = database.get_session()
        with session.begin():
            listener = repositories.ListenerRepository().get(session, id=l7policy.listener_id)
        _check_layer_7(listener.protocol)

    def get_supported_flavor_metadata(self) -> dict[str, str]:
        """Return what a flavor may say: nothing."""
        return {}

    def validate_flavor(self, flavor_metadata: dict[str, Any]) -> None:
        """Refuse a flavor that says anything."""
        if flavor_metadata:
            _refuse("there are no flavors, all load balancers are alike")

    def get_supported_availability_zone_metadata(self) -> dict[str, str]:
        """Return what an availability zone may say: nothing."""
        return {}

    def validate_availability_zone(self, availability_zone_metadata: dict[str, Any]) -> None:
        """Refuse an availability zone that says anything."""
        if availability_zone_metadata:
            _refuse("there are no availability zones, only one machine")

    def _check_balancer(self, loadbalancer: Any) -> None:
        if _value(loadbalancer, "vip_qos_policy_id"):
            _refuse("a QoS policy of the VIP is not supported")


def _value(thing: Any, name: str) -> Any:
    """Return an attribute, None when the caller's request did not name it."""
    value = getattr(thing, name, None)
    return None if isinstance(value, data_models.UnsetType) else value


def _check_choice(what: str, chosen: str, choices: tuple[str, ...]) -> None:
    if chosen not in choices:
        _refuse(f"{what} {chosen} is not supported; choose from {', '.join(choices)}")


def _check_certificates(protocol: str, default: Any) -> None:
    """Octavia's template makes a listener with TLS only of one that has a default certificate."""
    if protocol == "TERMINATED_HTTPS" and not default:
        _refuse(
            "a listener of protocol TERMINATED_HTTPS needs a certificate of its own,"
            " default_tls_container_ref, also with others in sni_container_refs"
        )


def _check_layer_7(protocol: str) -> None:
    if protocol not in LAYER_7_PROTOCOLS:
        _refuse(
            f"L7 policies need a listener of protocol {' or '.join(LAYER_7_PROTOCOLS)},"
            f" this one's is {protocol}"
        )


def _refuse(reason: str) -> NoReturn:
    raise exceptions.UnsupportedOptionError(user_fault_string=reason, operator_fault_string=reason)
