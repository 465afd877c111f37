"""A user of the dashboard whose site serves HTTPS."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from unittest import mock

from ao.colour import Colour
from ao.http.handshake import Served
from ao.http.trust import Distrust
from ao.x509.certificate import Certificate
from tests.unit.authority import Authority
from tests.unit.dashboard.visitor import VisitorTest

BLUE, GREEN = Colour
HOST = "shop.example"
AUTHORITY = Authority()
SERVED = "ao_dashboard.bluegreen.certificate_state.served"
ALERT = re.compile(r'<div class="alert alert-(\w+)" data-ao-say>([^<]*)</div>')
TLS = f"""
host: {HOST}
tls:
  certificate: {{certificate: shop.crt, key: shop.key}}
  warn_days: 21
redirect: {{http: 80}}
"""


def secure(text: str) -> str:
    """A site file whose load balancer terminates TLS."""
    return text.replace("haproxy", "haproxy\n  protocol: TERMINATED_HTTPS") + TLS


class SecureVisitorTest(VisitorTest):
    """Pages of the demo shop by HTTPS."""

    method = "pool"

    def site_file(self) -> Path:
        path = self.changed(
            lambda text: secure(text).replace("method: pool", f"method: {self.method}")
        )
        certificate, key = AUTHORITY.issued(HOST, "www.shop.example")
        (path.parent / "shop.crt").write_bytes(certificate)
        (path.parent / "shop.key").write_bytes(key)
        return path

    def card(self, colour: Colour, language: str = "en") -> str:
        """What the page says of a system."""
        text = self.text("now", "shop", language=language)
        return text.split(f'data-system="{colour}"')[1].split("</section>")[0]

    def certificate(self, language: str = "en") -> str:
        """What the page says of the certificate."""
        text = self.text("now", "shop", language=language)
        return text.split('class="ao-certificate"')[1].split("</section>")[0]

    def alerts(self, language: str = "en") -> list[tuple[str, str]]:
        """Kinds and texts of what the page tells above the rest."""
        found = ALERT.findall(self.text("now", "shop", language=language))
        return [(kind, unescape(said)) for kind, said in found]

    @contextmanager
    def showing(
        self,
        *names: str,
        days: tuple[int, int] = (-1, 90),
        distrust: Distrust | None = None,
        **others: object,
    ) -> Iterator[None]:
        """While production serves another certificate."""
        (shown,) = Certificate.from_pem(AUTHORITY.issued(*(names or (HOST,)), days=days)[0])

        def shake(*args: object, **more: object) -> Served:
            return Served(
                certificate=replace(shown, **others),
                chain=(),
                alpn="h2",
                version="TLSv1.3",
                distrust=distrust,
            )

        with mock.patch(SERVED, shake):
            yield
