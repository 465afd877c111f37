"""How a site's pages are asked for, beside the URL, which names the site by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RequestOptions:
    """What a request to a site says that its URL does not tell.

    The URL names the site by its floating IP, so that no name server decides whom Ao asks.
    """

    host: str | None = None
    """Host name that the request names; None names the URL's address and port."""
    method: str = "GET"
    """HTTP method, one that changes nothing: GET, HEAD or OPTIONS."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields that the request has for it, by HTTP/1.1."""
        return {"Host": self.host} if self.host else {}

    def authority(self, otherwise: str) -> str:
        """Return the host that the request names; `otherwise` is the URL's host with its port."""
        return self.host or otherwise
