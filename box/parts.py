"""What runs in a box: with which network, and with which of the parts that can be left out."""

from collections.abc import Collection, Mapping

from box import key_manager, telemetry
from box.networks import Network
from box.services import SERVICES, Service

PARTS: Mapping[str, tuple[Service, ...]] = {
    "key-manager": key_manager.SERVICES,
    "telemetry": telemetry.SERVICES,
}
"""The services of each part by its name, as `box up --without` takes it."""


def services(network: Network, without: Collection[str] = ()) -> tuple[Service, ...]:
    """Return all services with a network, but those of the parts that are left out."""
    return (
        *SERVICES,
        *network.services,
        *(service for name, part in PARTS.items() if name not in without for service in part),
    )
