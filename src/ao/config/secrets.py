"""The part of ao.yaml that tells which secrets the servers get."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from ao.config.section import Section, Variable
from ao.config.tls import FileName, Reference
from ao.files.input_file import Unreadable, read_bytes
from ao.redaction import is_secret_name
from ao.site.secrets import Secrets, SecretSource, checked_value
from ao.untrusted.printable import printable

MOST = 100
"""Variables that servers get at most, of each kind."""
LARGEST = 65_536
"""Bytes that the file with the certificate may have."""
LEAST_BITS = 2048
"""Bits that its key has to have."""


def _recipient(name: str, info: ValidationInfo) -> str:
    """Return the one certificate of RSA in a file, whose path is relative to the site file."""
    # Not at the head: few site files name one.
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    folder: Path = info.context["folder"] if info.context else Path()
    shown = printable(name, 60)
    try:
        text = read_bytes(folder / name, LARGEST)
    except Unreadable as error:
        raise ValueError(
            f"cannot read {shown}: {error.why}; the path is relative to the site file"
        ) from error
    if b"PRIVATE KEY" in text:
        raise ValueError(
            f"{shown} holds a private key, which belongs into the image and nowhere else; take it "
            "out of the file"
        )
    try:
        (found,) = x509.load_pem_x509_certificates(text)
        key: object = found.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise ValueError(
            f"{shown} holds no certificate of RSA of {LEAST_BITS} bits or more, or several; "
            "`openssl req -x509 -newkey rsa:3072 -nodes -keyout servers.key -out servers.pem -subj "
            "/CN=servers -days 3650` makes one"
        )
    return text.decode("ascii", "replace")


def plain_variables(values: dict[str, str]) -> dict[str, str]:
    """Return an environment that may be read by everybody in the project. Raises ValueError."""
    if len(values) > MOST:
        raise ValueError(f"there are {MOST} variables at most")
    for name, value in values.items():
        checked_value(name, value)
        if is_secret_name(name):
            raise ValueError(
                f"all members of the project read {name}, and it is called like a secret; write it "
                "under `secrets`"
            )
    return values


class SecretSection(Section):
    """Where a secret is taken from."""

    file: FileName | None = Field(default=None, examples=["../database-password"])
    """File whose text it is, without a line end at its end; relative to this file."""
    env: Variable | None = Field(default=None, examples=["DATABASE_PASSWORD"])
    """Variable of the environment of `ao` that holds it."""
    barbican: Reference | None = Field(default=None, examples=["shop-database-password"])
    """Name, ID or reference of a secret of Barbican's, which whoever deploys may read."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.file, self.env, self.barbican].count(None) != 2:
            raise ValueError("give one of file, env and barbican")
        return self


class SecretsSection(Section):
    """Secrets of the application, sealed so that servers alone can open them."""

    certificate: Annotated[FileName, AfterValidator(_recipient)] = Field(examples=["servers.pem"])
    """File, beside this one, with the certificate that the secrets are sealed for; its private key
    is in the image."""
    values: dict[Variable, SecretSection] = Field(
        min_length=1,
        max_length=MOST,
        examples=[{"DATABASE_PASSWORD": {"env": "DATABASE_PASSWORD"}}],
    )
    """Where each is taken from, at each deploy anew, by the name of its variable."""

    def value(self) -> Secrets:
        """Return what the section describes."""
        return self.into(
            Secrets, values={name: it.into(SecretSource) for name, it in self.values.items()}
        )
