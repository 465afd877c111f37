"""The cloud that the user of the dashboard has logged in to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import openstack.connection
from django.conf import settings
from django.http import HttpRequest
from keystoneauth1 import access
from keystoneauth1.identity.access import AccessInfoPlugin
from keystoneauth1.session import Session

import ao
from ao.cloud import Cloud, of

TIMEOUT = 30.0
"""Seconds that a service has for an answer to an action."""
PROJECTS = 1000
"""Projects of which this process remembers where their services have which version of an API."""


def cloud(request: HttpRequest, patience: float = TIMEOUT) -> Cloud:
    """Return the cloud of the user's project, by the token that Horizon has; Keystone is not asked.

    The token has the rights of the user, and no more. A service has `patience` seconds for an
    answer.
    """
    user: Any = request.user
    auth = AccessInfoPlugin(access.create(body=_token(user), auth_token=user.token.id))
    session = Session(
        auth=auth,
        verify=_verify(),
        app_name="ao-dashboard",
        timeout=patience,
        discovery_cache=_versions(user.token.project["id"]),
    )
    connection = openstack.connection.Connection(
        session=session,
        region_name=user.services_region,
        interface=settings.OPENSTACK_ENDPOINT_TYPE.removesuffix("URL"),
        app_name="ao-dashboard",
        app_version=ao.__version__,
    )
    return of(connection)


@lru_cache(maxsize=PROJECTS)
def _versions(project_id: str) -> dict[str, Any]:
    """Return what the services of a project told of the versions of their APIs, by address.

    The first page fills it in, so that others need not ask for that before all else.
    """
    return {}


def _verify() -> bool | str:
    """Return how Horizon checks certificates: whether at all, or by which file of authorities."""
    if settings.OPENSTACK_SSL_NO_VERIFY:
        return False
    return settings.OPENSTACK_SSL_CACERT or True


def _token(user: Any) -> dict[str, object]:
    """Return what Keystone told Horizon of the token (openstack_auth/user.py: Token)."""
    token = user.token
    return {
        "token": {
            "methods": ["token"],
            "user": {"id": token.user["id"], "name": token.user["name"], "domain": {}},
            "project": {
                "id": token.project["id"],
                "name": token.project["name"],
                "domain": {"id": token.project["domain_id"]},
            },
            "roles": token.roles,
            "catalog": token.serviceCatalog,
            "expires_at": token.expires.isoformat(),
            "issued_at": token.expires.isoformat(),
        }
    }
