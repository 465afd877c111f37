"""What the parts of ao.yaml have in common."""

from __future__ import annotations

import ipaddress
import math
import re
from typing import Annotated, Any, AnyStr, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
)

from ao import duration
from ao.site.names import HOST_NAME
from ao.site.status_codes import HIGHEST, LOWEST, PATTERN, StatusCodes
from ao.untrusted.bounds import YEAR
from ao.untrusted.pattern import Pattern
from ao.untrusted.printable import printable

T = TypeVar("T")
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]{0,99}"


def _seconds(value: object) -> float:
    if isinstance(value, str):
        value = duration.parse(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        if math.isinf(value):
            raise ValueError("a duration is not infinite")
        if value > YEAR:
            raise ValueError("a duration is a year at most")
        return float(value)
    raise ValueError("a duration is text such as 30s, 5m or 1h, or a number of seconds")


def _whole(value: object) -> object:
    if not isinstance(value, str):
        return value
    seconds = duration.parse(value)
    if not seconds.is_integer():
        raise ValueError("it is a number of whole seconds")
    return int(seconds)


def _network(value: object) -> str:
    return str(ipaddress.ip_network(value if isinstance(value, str) else ""))


def _address(value: str) -> str:
    return str(ipaddress.ip_address(value))


def _wide(network: str) -> str:
    found = ipaddress.ip_network(network)
    if found.max_prefixlen - found.prefixlen < 4:
        raise ValueError("the network must hold 16 addresses or more: /28 or wider")
    return network


def wide_network(text: str) -> str:
    """Return a network for servers, in CIDR form. Raises ValueError for what is none."""
    return _wide(_network(text))


def _host_name(name: str) -> str:
    if not name.isascii():
        raise ValueError(
            "a host name has ASCII letters: write the form of it that begins with xn-- (IDNA)"
        )
    if not re.fullmatch(HOST_NAME, name):
        raise ValueError(
            "it is no host name such as shop.example: up to 253 letters, digits and hyphens, dots "
            "between its parts, and neither scheme, port nor address"
        )
    return name


def _status_codes(value: object) -> object:
    """Return the set that a code, a text, or a list of both tells."""
    parts = value if isinstance(value, list | tuple) else [value]
    if isinstance(value, StatusCodes):
        return value
    if not parts or any(isinstance(it, bool) or not isinstance(it, int | str) for it in parts):
        raise ValueError("it is a status from 200 to 599, or several: `[200, 204]`, `200-204, 301`")
    return StatusCodes.parse(",".join(map(str, parts)))


def _variable(value: object) -> str:
    # What was given is not repeated: it may be the secret itself.
    if not isinstance(value, str) or not re.fullmatch(_VARIABLE, value):
        raise ValueError("it is the name of a variable of the environment, never its value")
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        shown = printable(repr(name), 60)
        raise ValueError(f"{shown} is no time zone that IANA names") from error
    return name


def read_expression(text: AnyStr) -> Pattern[AnyStr]:
    """Return the pattern of a regular expression. Raises ValueError for one that is none."""
    try:
        return Pattern(text)
    except ValueError as error:
        raise ValueError(f"not a regular expression: {error}") from error


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": duration.PATTERN}, {"type": "number"}]}
    ),
]
WholeSeconds = Annotated[
    int,
    BeforeValidator(_whole),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": duration.PATTERN}, {"type": "integer"}]}
    ),
]
Network = Annotated[str, BeforeValidator(_network)]
Address = Annotated[str, AfterValidator(_address)]
HostName = Annotated[
    str,
    AfterValidator(_host_name),
    WithJsonSchema({"type": "string", "pattern": HOST_NAME, "maxLength": 253}),
]
Codes = Annotated[
    StatusCodes,
    BeforeValidator(_status_codes),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST},
                {"type": "string", "pattern": PATTERN},
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "anyOf": [
                            {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST},
                            {"type": "string", "pattern": PATTERN},
                        ]
                    },
                },
            ]
        }
    ),
]
Variable = Annotated[
    str,
    BeforeValidator(_variable),
    WithJsonSchema({"type": "string", "pattern": f"^{_VARIABLE}$"}),
]
WideNetwork = Annotated[Network, AfterValidator(_wide)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """A part of ao.yaml: strict, and knows no keys but its own."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )

    def into(self, kind: type[T], **differing: object) -> T:
        """Return the value of a kind, a dataclass, that this section describes.

        Each field of it is the section's of the same name, but for those that differ. Types are
        checked, and words become members of an enum.
        """
        if kind not in _adapters:
            _adapters[kind] = TypeAdapter(kind)
        value: T = _adapters[kind].validate_python({**dict(self), **differing})
        return value


_adapters: dict[object, TypeAdapter[Any]] = {}
"""Adapters of the kinds that sections were made into; it takes long to make one."""
