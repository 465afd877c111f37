"""How a site's pages are asked for, beside the URL, which names the site by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class OwnCertificate:
    """The certificate that Ao shows to servers that ask for one. Read when it is shown."""

    certificate: Path
    """PEM file with it, and with those between it and its authority's."""
    key: Path
    """PEM file with its private key, without a password."""


@dataclass(frozen=True, kw_only=True)
class RequestOptions:
    """What a request to a site says that its URL does not tell.

    The URL names the site by its floating IP, so that no name server decides whom Ao asks.
    """

    host: str | None = None
    """Host name that the request names, and by TLS that the connection asks for and the
    certificate has to name; None names the URL's address and port."""
    method: str = "GET"
    """HTTP method, one that changes nothing: GET, HEAD or OPTIONS."""
    ca: str | None = None
    """PEM text of the private authorities whose certificates are trusted beside those that the
    system trusts; None for no other."""
    own: OwnCertificate | None = None
    """Certificate that is shown to a server that asks for one; None for none."""
    passes: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Header fields, each a name and a secret, by which a load balancer leads it elsewhere than
    users: to the standby, or past a maintenance."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields that a request by HTTP/1.1 has for it."""
        named = {"Host": self.host} if self.host else {}
        return {**named, **dict(self.passes)}

    def passing(self, *fields: tuple[str, str]) -> RequestOptions:
        """Return them with such header fields, in place of those of the same names."""
        return replace(self, passes=tuple({**dict(self.passes), **dict(fields)}.items()))

    def authority(self, otherwise: str) -> str:
        """Return the host that the request names; `otherwise` is the URL's host with its port."""
        return self.host or otherwise
