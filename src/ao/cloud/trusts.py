"""Trusts, by which Heat acts for the user who created a stack."""

from __future__ import annotations

import secrets
from http.client import FORBIDDEN, NOT_FOUND

from openstack import connection

from ao.cloud import login
from ao.cloud.login import Credential
from ao.cloud.rest import Thing, keystone
from ao.cloud.sdk_errors import asking
from ao.errors import Forbidden
from ao.message import joined, message


def check(cloud: connection.Connection) -> None:
    """See that Keystone lets this login make trusts. Raises Forbidden.

    Heat makes one for each stack that it creates, and none to change a stack of the same user
    (heat/engine/stack.py: store, _check_refresh_cred). Keystone refuses them to restricted
    application credentials, and since the fix of its bug 2150089 to all, unless its option
    says otherwise. That is asked by a trust for nobody: whether one may be made is looked at
    before whom it is for (keystone/api/trusts.py: post).
    """
    with asking(message("log in")):
        user_id, credential = login.user_id(cloud), login.credential(cloud)
    if credential is None:
        return
    with asking(message("see whether Heat can get a trust")):
        wanted = {
            "trustor_user_id": user_id,
            "trustee_user_id": secrets.token_hex(16),
            "impersonation": True,
        }
        answer = keystone(cloud).ask(
            "POST", "/OS-TRUST/trusts", json={"trust": wanted}, also=(FORBIDDEN, NOT_FOUND)
        )
        if answer.response.status_code not in (FORBIDDEN, NOT_FOUND):
            answer.value(Thing, "trust")
    if answer.response.status_code == FORBIDDEN:
        raise _refusal(credential)


def _refusal(credential: Credential) -> Forbidden:
    password = message(
        "Build with the user's password (`ao up`); releases then go well with this credential."
    )
    if credential.restricted:
        return Forbidden(
            message(
                "the application credential %(name)s is restricted: Keystone "
                "lets it make no trust, which Heat needs to create a stack",
                name=credential.name,
            ),
            cure=joined(
                " ",
                [
                    password,
                    message(
                        "Or make one with `openstack application credential create "
                        "--unrestricted`; Keystone since the fix of its bug 2150089 "
                        "refuses that one too."
                    ),
                ],
            ),
        )
    return Forbidden(
        message(
            "the application credential %(name)s is unrestricted, and yet "
            "Keystone lets it make no trust, which Heat needs to create a "
            "stack",
            name=credential.name,
        ),
        cure=joined(
            " ",
            [
                password,
                message(
                    "Or ask the cloud's administrator for "
                    "allow_insecure_application_credential_trust_escalation in keystone.conf."
                ),
            ],
        ),
    )
