"""Loads and recordings as JSON, between the probe's process and its parent."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from ao.http.request_options import OwnCertificate
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.site import Identify


def dumps(value: object) -> str:
    """JSON of a value: dataclasses as objects, keys as the fields are named."""
    return json.dumps(value, default=_plain, separators=(",", ":"))


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def load(data: dict[str, Any]) -> ProbeLoad:
    """Return a load from its JSON object."""
    own = data.get("own")
    if own is not None:
        own = OwnCertificate(certificate=Path(own["certificate"]), key=Path(own["key"]))
    return ProbeLoad(
        **{
            **data,
            "own": own,
            "passes": tuple((name, value) for name, value in data.get("passes", ())),
            "identify": Identify(**data["identify"]),
            "protocol": Protocol(data["protocol"]),
        }
    )
