"""Trusts, by which Heat acts for the user who created a stack."""

from __future__ import annotations

import secrets

from keystoneauth1.access import AccessInfoV3
from keystoneauth1.identity.base import BaseIdentityPlugin
from openstack import connection, exceptions

from ao.cloud.translate import asking
from ao.errors import Forbidden


def check(cloud: connection.Connection) -> None:
    """See that Keystone lets this login make trusts. Raises Forbidden.

    Heat makes one for each stack that it creates, and none to change a stack of the same user
    (heat/engine/stack.py: store, _check_refresh_cred). Keystone refuses them to restricted
    application credentials, and since the fix of its bug 2150089 to all, unless its option
    says otherwise. That is asked by a trust for nobody: whether one may be made is looked at
    before whom it is for (keystone/api/trusts.py: post).
    """
    with asking("log in"):
        auth = cloud.session.auth
        access = auth.get_access(cloud.session) if isinstance(auth, BaseIdentityPlugin) else None
    if not isinstance(access, AccessInfoV3) or access.application_credential_id is None:
        return
    nobody = secrets.token_hex(16)
    wanted = {
        "trustor_user_id": access.user_id,
        "trustee_user_id": nobody,
        "impersonation": True,
    }
    with asking("see whether Heat can get a trust"):
        answer = cloud.identity.post("/OS-TRUST/trusts", json={"trust": wanted})
        if answer.status_code not in (403, 404):
            exceptions.raise_from_response(answer)
    if answer.status_code == 403:
        raise _refusal(access)


def _refusal(access: AccessInfoV3) -> Forbidden:
    credential = access.application_credential
    password = (
        "Build with the user's password (`ao up`); releases then go well with this credential. "
    )
    if credential.get("restricted"):
        return Forbidden(
            f"the application credential {credential['name']} is restricted: Keystone lets it "
            "make no trust, which Heat needs to create a stack",
            cure=password + "Or make one with `openstack application credential create "
            "--unrestricted`; Keystone since the fix of its bug 2150089 refuses that one too.",
        )
    return Forbidden(
        f"the application credential {credential['name']} is unrestricted, and yet Keystone lets "
        "it make no trust, which Heat needs to create a stack",
        cure=password + "Or ask the cloud's administrator for "
        "allow_insecure_application_credential_trust_escalation in keystone.conf.",
    )
