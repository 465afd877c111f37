"""Trust in the servers that are asked by TLS, and why there is none, in a person's words."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass

from ao.http import limits
from ao.message import Message, message
from ao.untrusted.printable import printable


@dataclass(frozen=True, kw_only=True)
class Distrust:
    """Why a certificate is not trusted."""

    why: Message
    cure: Message
    """What makes a site's certificate be trusted."""


UNKNOWN_AUTHORITY = Distrust(
    why=message("its certificate is of an authority that is not trusted here"),
    cure=message(
        "Name the file with the certificate of a private authority by `tls.ca` in the site file; "
        "of another authority its intermediate certificates have to be served too."
    ),
)
NOT_YET_VALID = Distrust(
    why=message("its certificate is not valid yet, by this machine's clock"),
    cure=message("Set this machine's clock, or have another certificate served."),
)
EXPIRED = Distrust(
    why=message("its certificate has expired"), cure=message("Have a new certificate served.")
)
_BY_CODE = {
    **dict.fromkeys((2, 18, 19, 20, 21), UNKNOWN_AUTHORITY),
    **dict.fromkeys((9, 11), NOT_YET_VALID),
    **dict.fromkeys((10, 12), EXPIRED),
}
"""What OpenSSL's verify codes mean (X509_V_ERR_* in include/openssl/x509_vfy.h.in)."""
_OTHER_NAME = frozenset({62, 64})
"""Codes of a certificate that names neither the host nor the address."""


class UnreadableAuthority(ValueError):
    """The text of an authority holds no certificate that can be read; the message says why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        """Why, as a message."""


def context(ca: str | None = None) -> ssl.SSLContext:
    """Return a client's side of TLS that trusts the system's authorities and those of `ca`.

    `ca` is PEM text. A certificate in it is trusted whether or not it is its own issuer, and what
    is asked of certificates does not depend on Python's version. Raises UnreadableAuthority.
    """
    made = ssl.create_default_context()
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    add(made, ca)
    return made


def add(tls: ssl.SSLContext, ca: str | None) -> None:
    """Have a context trust the authorities of a PEM text too. Raises UnreadableAuthority."""
    if ca is None:
        return
    try:
        # Only what stands between the certificates has other letters.
        tls.load_verify_locations(cadata=ca.encode("ascii", "replace").decode())
    except (ssl.SSLError, ValueError) as error:
        raise UnreadableAuthority(
            message("the authority to be trusted holds no certificate in PEM form")
        ) from error


def distrust(code: int, name: str, words: str) -> Distrust:
    """Return why a certificate is not trusted that has to name a host or an address.

    OpenSSL tells a verify code, and its words, which are shown where Ao has no better ones.
    """
    if code in _OTHER_NAME:
        return other_name(name)
    other = Distrust(
        why=message("its certificate is not trusted: %(why)s", why=printable(words, limits.TEXT)),
        cure=UNKNOWN_AUTHORITY.cure,
    )
    return _BY_CODE.get(code, other)


def distrusted(error: ssl.SSLCertVerificationError, name: str) -> Distrust:
    """Return why a handshake ended in which the certificate had to name a host or an address."""
    return distrust(error.verify_code, name, error.verify_message)


def other_name(name: str) -> Distrust:
    """Return that a certificate does not name a host or an address."""
    return Distrust(
        why=message("its certificate does not name %(name)s", name=printable(name, limits.TEXT)),
        cure=message(
            "`host` in the site file has to be a name of the certificate, or the certificate one "
            "for it."
        ),
    )


def failure(error: ssl.SSLError) -> Message:
    """Say why there is no TLS with a server, its certificate aside."""
    if error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}:
        return message("it speaks no TLS")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return message("it closes the connection in the midst of TLS")
    if "certificate required" in words(error):
        return message("it asks for a client's certificate, of which Ao has none")
    return message("no TLS with it: %(why)s", why=words(error))


def words(error: ssl.SSLError) -> str:
    """Return OpenSSL's reason of an error, in lower case, as `tlsv1 alert protocol version`.

    Which of them Python has a name for differs from version to version; of others it has the words.
    """
    told = error.reason or re.sub(r"^\[.*?\] | \(_ssl\.c:\d+\)$", "", str(error))
    return printable(told, limits.TEXT).replace("_", " ").lower()
