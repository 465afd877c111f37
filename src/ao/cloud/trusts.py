"""Trusts, by which Heat acts for the user who created a stack."""

from __future__ import annotations

from keystoneauth1.access import AccessInfoV3
from keystoneauth1.identity.base import BaseIdentityPlugin
from openstack import connection, exceptions

from ao.cloud.translate import asking
from ao.errors import Forbidden


def check(cloud: connection.Connection) -> None:
    """See that Keystone lets this login make trusts. Raises Forbidden.

    Heat makes one for each stack that it creates, and none for what it changes of a stack of
    the same user (heat/engine/stack.py: store, _check_refresh_cred). Keystone refuses them to
    restricted application credentials, and from 2026.2 on to all, unless its option says
    otherwise (keystone/api/trusts.py: _check_delegated_token). Then it lists none either.
    """
    with asking("log in"):
        auth = cloud.session.auth
        access = auth.get_access(cloud.session) if isinstance(auth, BaseIdentityPlugin) else None
    if not isinstance(access, AccessInfoV3) or access.application_credential_id is None:
        return
    name = access.application_credential["name"]
    with asking("list the trusts"):
        answer = cloud.identity.get("/OS-TRUST/trusts", params={"trustor_user_id": access.user_id})
        if answer.status_code != 403:
            exceptions.raise_from_response(answer)
    if answer.status_code == 403:
        raise Forbidden(
            f"this cloud's Keystone lets no application credential make trusts, {name} as little "
            "as any, and Heat needs a trust to create a stack",
            cure="Build with the user's password (`ao up`). Releases then go well with this "
            "credential. Or ask the administrator for "
            "allow_insecure_application_credential_trust_escalation in keystone.conf.",
        )
    if access.application_credential.get("restricted"):
        raise Forbidden(
            f"the application credential {name} is restricted, so it may make no trust, which "
            "Heat needs to create a stack",
            cure="`openstack application credential create --unrestricted NAME` makes one that "
            "may. Or build with the user's password (`ao up`). Releases then go well with this "
            "one.",
        )
