"""How long a certificate is valid yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ao.x509.certificate import Certificate


@dataclass(frozen=True, kw_only=True)
class Validity:
    """The time that a certificate has left at a moment."""

    certificate: Certificate
    at: datetime
    warn: float | None = None
    """Seconds before its end from which on somebody wants to be warned; None for never."""

    @property
    def left(self) -> timedelta:
        """The time until its last moment (RFC 5280, 4.1.2.5); negative after it."""
        return self.certificate.not_after - self.at

    @property
    def has_ended(self) -> bool:
        """Whether it is not valid any more."""
        return self.left < timedelta(0)

    @property
    def days(self) -> int:
        """Whole days until it ends; negative when it has."""
        return self.left // timedelta(days=1)

    @property
    def ends_soon(self) -> bool:
        """Whether it is still valid, and ends within the time of the warning."""
        if self.warn is None or self.has_ended:
            return False
        return self.left < timedelta(seconds=self.warn)
