"""An outage of one of the box's services, for tests and measurements of what it does."""

from collections.abc import Iterator
from contextlib import contextmanager

from box import config, environment, parts, passwords, waves
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
    supervisor, service = Supervisor(place), find(name)
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
    supervisor, service = Supervisor(place), find(name)
    supervisor.kill(service.name)
    waves.start(supervisor, [service], _known(place))


def find(name: str) -> Service:
    """Return the service of that name. Raises BoxError."""
    for service in parts.services():
        if service.name == name:
            return service
    names = ", ".join(sorted(service.name for service in parts.services()))
    raise BoxError(f"the box has no service {name}; it has {names}")


def _known(home: Home) -> dict[str, str]:
    return config.values(home, environment.venv(home), passwords.load(home.passwords))
