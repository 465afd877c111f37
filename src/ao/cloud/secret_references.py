"""References of Barbican, as it tells them and as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["secret", "container"]
"""What a reference names."""
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_REFERENCE = re.compile(
    rf"(?:https?://[^\s?#]{{1,200}}/)?(?P<kind>secret|container)s/(?P<id>{_UUID})/?",
    re.IGNORECASE,
)
_ID = re.compile(_UUID, re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """What a reference says, whatever host it is of."""

    kind: Kind | None
    """None for an ID alone, which may be of either."""
    id: str

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What it may name."""
        return (self.kind,) if self.kind else ("secret", "container")

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a URL, its end or an ID alone; None for what is another text, such as a name."""
        if found := _REFERENCE.fullmatch(text):
            container = found["kind"].lower() == "container"
            return cls(kind="container" if container else "secret", id=found["id"].lower())
        return cls(kind=None, id=text.lower()) if _ID.fullmatch(text) else None
