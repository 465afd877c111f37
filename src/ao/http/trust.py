"""Trust in the servers that are asked by TLS, and why there is none, in a person's words."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass

from ao.files.input_file import Unreadable, read_bytes
from ao.http import limits
from ao.http.request_options import OwnCertificate
from ao.message import Message, joined, message
from ao.untrusted.printable import printable

LONGEST = 65_536
"""Bytes of a file with the certificate that Ao shows, or with its key."""


@dataclass(frozen=True, kw_only=True)
class Distrust:
    """Why a certificate is not trusted: the server's, or that Ao shows none."""

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
NO_CERTIFICATE = Distrust(
    why=message("it asks for a client's certificate, of which Ao has none"),
    cure=message(
        "Name the files of one by `certificate` and `key` in `tls.clients` of the site file; a "
        "site file that the cloud keeps has none."
    ),
)
"""Of a server that trusts nobody who shows no certificate."""
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
    """What TLS needs of a file cannot be read: an authority, or what Ao shows; it says why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        """Why, as a message."""


def context(ca: str | None = None, own: OwnCertificate | None = None) -> ssl.SSLContext:
    """Return a client's side of TLS that trusts the system's authorities and those of `ca`.

    `ca` is PEM text. A certificate in it is trusted whether or not it is its own issuer, and what
    is asked of certificates does not depend on Python's version. A server that asks for a
    certificate is shown `own`. Raises UnreadableAuthority.
    """
    made = ssl.create_default_context()
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    add(made, ca)
    if own is not None:
        _show(made, own)
    return made


def _show(tls: ssl.SSLContext, own: OwnCertificate) -> None:
    """Have a context show a certificate. Raises UnreadableAuthority, of which no key is told."""
    try:
        for path in (own.certificate, own.key):
            # OpenSSL would wait for the other end of a pipe.
            read_bytes(path, LONGEST)
        # Without a function it would ask the terminal for a password.
        tls.load_cert_chain(own.certificate, own.key, password=lambda: "")
    except Unreadable as error:
        why = error.why
    except ssl.SSLError as error:
        why = message("no certificate in PEM form with its key, which has no password")
        if error.reason == "KEY_VALUES_MISMATCH":
            why = message("the key is another certificate's")
    except (OSError, ValueError) as error:
        why = joined("", [printable(str(error), limits.TEXT)])
    else:
        return
    raise UnreadableAuthority(
        message(
            "the certificate that Ao shows cannot be read from %(certificate)s and %(key)s: "
            "%(why)s",
            certificate=printable(str(own.certificate), limits.TEXT),
            key=printable(str(own.key), limits.TEXT),
            why=why,
        )
    )


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
    return message("no TLS with it: %(why)s", why=words(error))


def wants_certificate(error: ssl.SSLError) -> bool:
    """Return whether a server talks to nobody who shows it no certificate (RFC 8446, 6.2)."""
    return "certificate required" in words(error)


def words(error: ssl.SSLError) -> str:
    """Return OpenSSL's reason of an error, in lower case, as `tlsv1 alert protocol version`.

    Which of them Python has a name for differs from version to version; of others it has the words.
    """
    told = error.reason or re.sub(r"^\[.*?\] | \(_ssl\.c:\d+\)$", "", str(error))
    return printable(told, limits.TEXT).replace("_", " ").lower()
