"""The certificate that production serves, as a page tells of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from ao.cloud import Listener
from ao.http.handshake import NoHandshake, Served, served
from ao.http.trust import EXPIRED, Distrust, other_name
from ao.message import Message, message
from ao.site import Site
from ao.untrusted.bounds import YEARS
from ao.x509.certificate import Unusable
from ao.x509.validity import Validity

NAMES = 10
"""Names of a certificate that a page shows; it may have hundreds."""


@dataclass(frozen=True, kw_only=True)
class CertificateState:
    """The certificate that a port of production has served at a moment, or why it is not known."""

    site: Site
    listener: str = ""
    """Name of a listener beside the main one, which may serve one of other names than the host;
    empty for the main one."""
    served: Served | None
    """None where this machine has seen none."""
    unseen: Message | None
    """Why it has not; None where it has."""
    at: datetime
    """The moment, by this machine's clock."""

    @classmethod
    def seen(
        cls, site: Site, address: str, seconds: float, own: Listener | None = None, name: str = ""
    ) -> CertificateState:
        """Shake hands with production as a browser does, for some seconds at most.

        At a listener of its `own`, of that name, if one is given: it is asked by a name of its
        certificate where that is not of the host.
        """
        found, unseen = None, None
        ca, host = site.tls.ca if site.tls else None, site.host or address
        port = own.port if own else site.load_balancer.port
        begin = time.monotonic()

        def shake(server_name: str) -> Served:
            left = begin + seconds - time.monotonic()
            if left <= 0:
                raise NoHandshake(message("the page had no time left to ask"))
            return served(address, port, server_name, left, ca=ca)

        try:
            found = shake(host)
            other = found.certificate.name_for(host)
            if own is not None and other not in (None, host):
                found = shake(other)
        except (NoHandshake, Unusable) as error:
            unseen = error.what if found is None else None
        return cls(site=site, listener=name, served=found, unseen=unseen, at=datetime.now(UTC))

    @property
    def names(self) -> tuple[str, ...]:
        """The first of the names that it is for."""
        return self.served.certificate.names[:NAMES] if self.served else ()

    @property
    def other_names(self) -> int:
        """How many it has beside these."""
        return len(self.served.certificate.names) - len(self.names) if self.served else 0

    @property
    def end(self) -> datetime | None:
        """Its last moment; None where it has none that a page can show (RFC 5280, 4.1.2.5)."""
        found = self.served.certificate.not_after if self.served else None
        return found if found and found.year in YEARS else None

    @property
    def validity(self) -> Validity | None:
        """How long it is valid yet; None where none was seen."""
        if self.served is None:
            return None
        warn = self.site.tls.warn if self.site.tls else None
        return Validity(certificate=self.served.certificate, at=self.at, warn=warn)

    @property
    def has_ended(self) -> bool:
        """Whether it is not valid any more."""
        return self.validity is not None and self.validity.has_ended

    @property
    def days(self) -> int:
        """Whole days until it ends; 0 when it has."""
        return max(0, self.validity.days) if self.validity else 0

    @property
    def ends_soon(self) -> bool:
        """Whether it ends within the time in which the site file wants to be warned."""
        return self.validity is not None and self.validity.ends_soon

    @property
    def faults(self) -> tuple[Distrust, ...]:
        """Why browsers do not trust it."""
        if self.served is None:
            return ()
        host = self.site.host if not self.listener else None
        found = (
            EXPIRED if self.has_ended else None,
            other_name(host) if host and not self.served.certificate.covers(host) else None,
            self.served.distrust,
        )
        return tuple(dict.fromkeys(it for it in found if it is not None))
