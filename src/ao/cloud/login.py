"""Who is logged in, as Keystone tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from keystoneauth1.access import AccessInfoV3
from keystoneauth1.identity.base import BaseIdentityPlugin
from openstack import connection

from ao.cloud.answers import reader, understanding
from ao.cloud.rest import ID
from ao.errors import NotAuthenticated
from ao.message import message

T = TypeVar("T")


@dataclass(frozen=True)
class Credential:
    """The application credential that a login is by."""

    id: ID
    name: str
    restricted: bool = False
    """Whether it may make no other credentials, nor trusts."""


@dataclass(frozen=True)
class _Service:
    type: str


def user(cloud: connection.Connection) -> str:
    """Return the name of the user who is logged in."""

    def ask() -> object:
        auth = cloud.session.auth
        if isinstance(auth, BaseIdentityPlugin):
            return auth.get_access(cloud.session).username
        return cloud.current_user_id

    return _told(ask, str)


def user_id(cloud: connection.Connection) -> str:
    """Return the ID of the user who is logged in; empty where the login tells none."""
    return _told(lambda: cloud.session.get_user_id() or "", str)


def project(cloud: connection.Connection) -> str:
    """ID of the project that is logged in to. Raises NotAuthenticated when that is none."""

    def ask() -> object:
        project = cloud.current_project_id
        if project is None:
            raise NotAuthenticated(
                message("the login is to no project"),
                cure=message("Name one in clouds.yaml, or with OS_PROJECT_NAME."),
            )
        return project

    return _told(ask, str)


def credential(cloud: connection.Connection) -> Credential | None:
    """Return the application credential that the login is made with, or None."""

    def ask() -> object:
        auth = cloud.session.auth
        access = auth.get_access(cloud.session) if isinstance(auth, BaseIdentityPlugin) else None
        if isinstance(access, AccessInfoV3) and access.application_credential_id is not None:
            return [access.application_credential]
        return []

    return next(iter(_told(ask, list[Credential])), None)


def services(cloud: connection.Connection) -> frozenset[str]:
    """Return the types of the services in Keystone's catalogue."""
    return frozenset(it.type for it in _told(lambda: cloud.service_catalog, list[_Service]))


def _told(ask: Callable[[], object], model: type[T]) -> T:
    """Read what Keystone answered as a model. Raises Unreadable."""
    with understanding("Keystone"):
        return reader(model).validate_python(ask())
