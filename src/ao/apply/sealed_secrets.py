"""Secrets of the application, sealed before anything of them leaves this machine.

They are one message of CMS (RFC 5652) for the certificate of the site file, whose private key is
in the image: a server opens them by `openssl cms -decrypt`. Heat and Nova get no more than that,
and so does whoever reads them.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from ao.errors import ConfigError
from ao.files.input_file import Unreadable, read_text
from ao.message import Message, joined, message
from ao.redaction import remember
from ao.site import Site
from ao.site.secrets import Secrets, SecretSource, checked_value, variables
from ao.work import Work

_SEALED = "sealed secrets"


def sealed(work: Work) -> str:
    """Return the site's secrets as user data has them, in base64; empty for none.

    They are read and sealed once for a command. Raises ConfigError for one that is not there, and
    what Barbican answers.
    """
    secrets = work.site.secrets
    if secrets is None:
        return ""
    known = work.found.get(_SEALED)
    if isinstance(known, str):
        return known
    text = seal(secrets.certificate, variables(_values(work, secrets)))
    work.found[_SEALED] = text
    return text


def seal(certificate: str, text: str) -> str:
    """Return a text that the private key of a certificate opens, in base64."""
    from cryptography import x509
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    recipient = x509.load_pem_x509_certificate(certificate.encode())
    envelope = (
        pkcs7.PKCS7EnvelopeBuilder()
        .set_data(text.encode())
        .set_content_encryption_algorithm(AES256)
        .add_recipient(recipient)
        .encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    return base64.b64encode(envelope).decode("ascii")


class _Missing(Exception):
    """A secret that is not there; nothing of it is told."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


def _values(work: Work, secrets: Secrets) -> dict[str, str]:
    found: dict[str, str] = {}
    wrong: list[str] = []
    for name, source in secrets.values.items():
        try:
            found[name] = _read(work, source)
        except _Missing as error:
            where = work.site.place(f"secrets.values.{name}")
            wrong.append(message("%(where)s: %(why)s", where=where, why=error.why))
    if wrong:
        raise ConfigError(
            joined("\n", wrong),
            cure=message(
                "Set it where `ao` runs, as one of the pipeline's secrets. The site file holds "
                "names alone."
            ),
        )
    remember({f"secret of {name}": value for name, value in found.items()})
    return found


def _read(work: Work, source: SecretSource) -> str:
    if source.env is not None:
        value = os.environ.get(source.env, "")
        if not value:
            raise _Missing(
                message("the environment variable that it names is not set, or is empty")
            )
    elif source.file is not None:
        value = _file(work.site, source.file)
    else:
        value = _of_barbican(work, source.barbican or "")
    try:
        return checked_value("it", value)
    except ValueError as error:
        raise _Missing(
            message("it is too long, or has characters that a variable cannot have")
        ) from error


def _file(site: Site, name: str) -> str:
    try:
        text = read_text((site.folder or Path()) / name).removesuffix("\n")
    except Unreadable as error:
        raise _Missing(
            message("the file that it names cannot be read: %(why)s", why=error.why)
        ) from error
    if not text:
        raise _Missing(message("the file that it names is empty"))
    return text


def _of_barbican(work: Work, name: str) -> str:
    found = work.cloud.certificates.find(name)
    try:
        return work.cloud.certificates.payload(found.ref).decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise _Missing(message("the secret of Barbican's is no UTF-8 text")) from error
