"""An outage of one of the box's services, for tests and measurements of what it does."""

from collections.abc import Iterator
from contextlib import contextmanager

from box import config, environment, networks, parts, passwords, waves
from box.errors import BoxError
from box.home import Home
from box.services import Service
from box.supervisor import Supervisor


@contextmanager
def outage(name: str, home: Home | None = None) -> Iterator[None]:
    """Have a service stopped while the body runs, and see it work again after that.

    Raises BoxError when there is none of that name, or it does not come back.
    """
    place = home or Home.from_environment()
    supervisor, service = Supervisor(place), find(name, place)
    supervisor.stop([service.name])
    try:
        yield
    finally:
        waves.start(supervisor, [service], _known(place))


def kill(name: str, home: Home | None = None) -> None:
    """Kill a service's process, which the supervisor starts again; see it work again.

    Raises BoxError as `outage` does.
    """
    place = home or Home.from_environment()
    supervisor, service = Supervisor(place), find(name, place)
    supervisor.kill(service.name)
    waves.start(supervisor, [service], _known(place))


def find(name: str, home: Home | None = None) -> Service:
    """Return the box's service of that name. Raises BoxError."""
    services = parts.services(networks.of(home or Home.from_environment()))
    for service in services:
        if service.name == name:
            return service
    names = ", ".join(sorted(service.name for service in services))
    raise BoxError(f"the box has no service {name}; it has {names}")


def _known(home: Home) -> dict[str, str]:
    known = passwords.load(home.passwords)
    return config.values(home, environment.venv(home), known, networks.of(home))
