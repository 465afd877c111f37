"""Certificates of private authorities that a file beside ao.yaml holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from ao.files.input_file import Unreadable, read_text
from ao.untrusted.printable import printable

LONGEST = 65_536
"""Bytes of a file with authorities' certificates."""
_PEM = re.compile(
    r"(?:\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)+\s*"
)


def are_authorities(text: str) -> bool:
    """Return whether a text is one or more certificates in PEM form, and nothing else.

    Comments are taken, as those that tell whose certificate follows; a private key is not.
    """
    import ssl

    if len(text) > LONGEST or not text.isascii():
        return False
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    if not _PEM.fullmatch("\n".join(lines)):
        return False
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        return False
    return True


def _read(name: str, info: ValidationInfo) -> str:
    """Return the certificates in a file, whose path is relative to the context's `folder`."""
    folder: Path = info.context["folder"] if info.context else Path()
    shown = printable(name, 60)
    try:
        text = read_text(folder / name, LONGEST)
    except Unreadable as error:
        raise ValueError(
            f"cannot read {shown}: {error.why}; the path is relative to the site file"
        ) from error
    if not are_authorities(text):
        raise ValueError(
            f"{shown} holds no certificates in PEM form, or something else beside them: write each "
            "from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, and no key"
        )
    return text


Authority = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_read)]
"""The file's name in ao.yaml; its text in the section."""
