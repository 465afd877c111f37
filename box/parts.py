"""The parts of the box that can be left out, and what runs with and without them."""

from collections.abc import Collection, Mapping

from box import key_manager, telemetry
from box.services import SERVICES, Service

PARTS: Mapping[str, tuple[Service, ...]] = {
    "key-manager": key_manager.SERVICES,
    "telemetry": telemetry.SERVICES,
}
"""The services of each part by its name, as `box up --without` takes it."""


def services(without: Collection[str] = ()) -> tuple[Service, ...]:
    """Return all services but those of the parts that are left out."""
    return (
        *SERVICES,
        *(service for name, part in PARTS.items() if name not in without for service in part),
    )
