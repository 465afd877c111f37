"""The cloud's key manager as Octavia reads it: with its own service user, by its own client."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from keystoneauth1.exceptions import ClientException
from octavia.common import exceptions
from octavia.common.tls_utils import cert_parser
from oslo_config import cfg
from oslo_context.context import RequestContext
from stevedore.driver import DriverManager

from box.provider.certificates import UnreadableError

PATIENCE = 60.0
"""Seconds after which nothing more is asked for one load balancer. A single answer is waited for as
long as `timeout` of `[service_auth]` says."""


UNREADABLE = (exceptions.APIException, exceptions.OctaviaException, ClientException)
"""What Octavia's way to the key manager raises, whatever the reason."""


class KeyManager:
    """Reads the certificates of one load balancer, each once; another one reads them anew."""

    def __init__(self) -> None:
        self._deadline = time.monotonic() + PATIENCE
        self._chains: dict[str, Sequence[bytes]] = {}
        self._secrets: dict[str, bytes] = {}

    def chains(self, owner: Any) -> Sequence[bytes]:
        """Return the certificates of a listener or a pool, as `certificates.Source` says."""
        if owner.id not in self._chains:
            with self._asked(f"the certificates of {owner.id}"):
                found = cert_parser.load_certificates_data(_manager(), owner)
            default = [found["tls_cert"]] if found["tls_cert"] else []
            self._chains[owner.id] = [
                cert_parser.build_pem(each) for each in (*default, *found["sni_certs"])
            ]
        return self._chains[owner.id]

    def secret(self, project: str, reference: str) -> bytes:
        """Return what a secret holds, as `certificates.Source` says."""
        if reference not in self._secrets:
            with self._asked(reference):
                content = _manager().get_secret(RequestContext(project_id=project), reference)
            if not content:
                raise UnreadableError(f"{reference} holds nothing")
            self._secrets[reference] = content.encode() if isinstance(content, str) else content
        return self._secrets[reference]

    @contextmanager
    def _asked(self, what: str) -> Iterator[None]:
        if time.monotonic() > self._deadline:
            raise UnreadableError(f"{what}: the key manager took more than {PATIENCE:.0f} s")
        try:
            yield
        except UNREADABLE as error:
            raise UnreadableError(f"{what}: {error}") from error


@cache
def _manager() -> Any:
    name = cfg.CONF.certificates.cert_manager
    return DriverManager("octavia.cert_manager", name, invoke_on_load=True).driver
