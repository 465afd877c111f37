"""What is refused of certificates in Barbican, in a person's words."""

from __future__ import annotations

from ao.cloud.models import StoredCertificate
from ao.errors import CloudError, Conflict, Forbidden, NotFound
from ao.message import message
from ao.untrusted.printable import printable

LIMIT = 20_000
"""Bytes that Barbican takes of a secret in Base64, unless max_allowed_secret_in_bytes of its
configuration says otherwise (barbican/common/validators.py: secret_too_big)."""
NAMED = 100
"""Characters of a name that are shown."""


def only(name: str, found: tuple[StoredCertificate, ...]) -> StoredCertificate:
    """Return the one that was found of a name. Raises NotFound and Conflict."""
    if not found:
        raise NotFound(
            message("there is no certificate %(name)s", name=shown(name)),
            cure=message(
                "`openstack secret list` and `openstack secret container list` show what there "
                "is; one whose expiration has passed is shown nowhere."
            ),
        )
    if len(found) > 1:
        raise Conflict(
            message(
                "certificate %(name)s is there %(count)s times",
                name=shown(name),
                count=len(found),
            ),
            cure=message(
                "Anybody in the project may store another of that name. Write its reference "
                "instead; the newest is %(ref)s",
                ref=printable(found[-1].ref, 2 * NAMED),
            ),
        )
    return found[0]


def too_large(name: str, size: int) -> CloudError:
    """Return the error that a certificate is larger than Barbican takes."""
    return CloudError(
        message(
            "cannot store certificate %(name)s: with its key and chain it has %(size)s bytes in "
            "Base64, more than Barbican takes of a secret (%(limit)s unless it is configured "
            "otherwise)",
            name=shown(name),
            size=f"{size:,}",
            limit=f"{LIMIT:,}",
        ),
        cure=message(
            "Leave the authority's own certificate out of the chain: who asks has it. Or ask the "
            "cloud's administrator for a larger max_allowed_secret_in_bytes in barbican.conf."
        ),
    )


def no_key_manager() -> NotFound:
    """Return the error that the cloud keeps no certificates."""
    return NotFound(
        message("the cloud has no key manager, in which Octavia finds certificates"),
        cure=message(
            "A load balancer can decrypt HTTPS only where there is Barbican; "
            "`openstack catalog list`. Elsewhere let the servers do it, with `protocol: HTTPS`."
        ),
    )


def not_shown(happened: str, request_id: str = "") -> Forbidden:
    """Return the error that Barbican refuses the user's roles."""
    return Forbidden(
        happened,
        cure=message(
            "Barbican shows certificates to the project's members only, to the role `reader` "
            "none, and private ones to nobody but who stored them. Ask the project's "
            "administrator for the role `member` (`creator` in an older cloud), or use another "
            "--os-cloud."
        ),
        request_id=request_id,
    )


def shown(name: str) -> str:
    """Return the name of a certificate, which anybody may have chosen, safe to print."""
    return printable(name, NAMED)
