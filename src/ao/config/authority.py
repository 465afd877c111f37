"""Certificates of private authorities that a file beside ao.yaml holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from ao.files.input_file import Unreadable, read_text
from ao.untrusted.printable import printable


def _read(name: str, info: ValidationInfo) -> str:
    """Return the certificates in a file, whose path is relative to the context's `folder`."""
    import ssl

    folder: Path = info.context["folder"] if info.context else Path()
    shown = printable(name, 60)
    try:
        text = read_text(folder / name)
    except Unreadable as error:
        raise ValueError(
            f"cannot read {shown}: {error.why}; the path is relative to the site file"
        ) from error
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, TypeError, ValueError) as error:
        raise ValueError(
            f"{shown} holds no certificates as PEM, which begin with -----BEGIN CERTIFICATE-----"
        ) from error
    return text


Authority = Annotated[str, Field(min_length=1), AfterValidator(_read)]
"""The file's name in ao.yaml; its text in the section."""
