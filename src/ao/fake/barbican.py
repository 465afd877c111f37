"""Barbican: secrets of a project, and containers that put them together."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field

from ao.cloud.certificate_errors import (
    LIMIT,
    no_key_manager,
    not_shown,
    only,
    shown,
    too_large,
)
from ao.cloud.models import StoredCertificate
from ao.cloud.secret_references import SecretReference
from ao.errors import CloudError, NotFound
from ao.fake.deployment import Deployment
from ao.x509.bundle import Bundle
from ao.x509.certificate import Unusable

OCTAVIA = "id-of-octavia"
"""ID of the user that Octavia logs in with."""
_HOST = "https://key-manager.example/v1"
"""What references begin with: `host_href` of Barbican's configuration."""


class Unreadable(Exception):
    """Octavia cannot read a certificate."""


@dataclass(eq=False, kw_only=True)
class Secret:
    """A secret."""

    id: str
    name: str
    payload: bytes
    created: str
    owner: str
    readers: set[str] = field(default_factory=set)
    """Users whom its read ACL names."""
    private: bool = False
    """Whether the ACL lets none of the project read it but its owner."""

    @property
    def stored(self) -> StoredCertificate:
        """What Barbican tells of it."""
        return StoredCertificate(
            ref=f"{_HOST}/secrets/{self.id}",
            name=self.name,
            kind="secret",
            status="ACTIVE",
            created=self.created,
        )


@dataclass(eq=False, kw_only=True)
class Container:
    """A container of type `certificate`."""

    id: str
    name: str
    certificate: Secret
    private_key: Secret
    created: str

    @property
    def stored(self) -> StoredCertificate:
        """What Barbican tells of it."""
        return StoredCertificate(
            ref=f"{_HOST}/containers/{self.id}",
            name=self.name,
            kind="container",
            status="ACTIVE",
            created=self.created,
        )


class Barbican:
    """Secrets and containers of a project, by ID."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.secrets: dict[str, Secret] = {}
        self.containers: dict[str, Container] = {}

    def find(self, name_or_ref: str, user_id: str) -> StoredCertificate:
        """Return the certificate of that name or reference. Raises NotFound and Conflict."""
        return self.get(name_or_ref, user_id) or only(name_or_ref, self.named(name_or_ref))

    def get(self, ref: str, user_id: str) -> StoredCertificate | None:
        """Return the certificate of that reference or ID, or None. Raises Forbidden."""
        self.check_service()
        found = self._of(ref)
        if found is None:
            wanted = SecretReference.read(ref)
            if wanted and wanted.id in self._deployment.secret_ids:
                raise not_shown("cannot look for certificate: it is another project's (HTTP 403)")
            return None
        if isinstance(found, Secret) and found.private and found.owner != user_id:
            raise not_shown(f"cannot look for certificate {found.id}: it is private (HTTP 403)")
        return found.stored

    def named(self, name: str) -> tuple[StoredCertificate, ...]:
        """Return all certificates of that name, oldest first."""
        return tuple(it for it in self.beginning(name) if it.name == name)

    def beginning(self, prefix: str) -> tuple[StoredCertificate, ...]:
        """Return all certificates whose names begin so, oldest first."""
        self.check_service()
        there: tuple[Secret | Container, ...] = (
            *self.secrets.values(),
            *self.containers.values(),
        )
        found = (it.stored for it in there if it.name.startswith(prefix))
        return tuple(sorted(found, key=lambda it: (it.created, it.ref)))

    def store(self, name: str, payload: bytes, user_id: str) -> StoredCertificate:
        """Keep a secret under a name without the space around it (barbican: _extract_name)."""
        self.check_service()
        size = len(base64.b64encode(payload))
        if size > LIMIT:
            raise too_large(name, size)
        if not payload or len(name) > 255:
            raise CloudError(f"cannot store certificate {shown(name)}: (HTTP 400)")
        return self.add(name.strip(), payload, user_id).stored

    def add(self, name: str, payload: bytes, user_id: str) -> Secret:
        """Make a secret."""
        secret = Secret(
            id=self._deployment.identifiers.uuid(),
            name=name,
            payload=payload,
            created=self._deployment.timeline.date(),
            owner=user_id,
        )
        self.secrets[secret.id] = secret
        self._deployment.secret_ids.add(secret.id)
        return secret

    def add_container(self, name: str, certificate: bytes, key: bytes, user_id: str) -> Container:
        """Make a container of two secrets in PEM, which are stored under the empty name."""
        container = Container(
            id=self._deployment.identifiers.uuid(),
            name=name,
            certificate=self.add("", certificate, user_id),
            private_key=self.add("", key, user_id),
            created=self._deployment.timeline.date(),
        )
        self.containers[container.id] = container
        self._deployment.secret_ids.add(container.id)
        return container

    def payload(self, ref: str, user_id: str) -> bytes:
        """Return what a secret holds. Raises NotFound and Forbidden."""
        self.get(ref, user_id)
        found = self._of(ref)
        if not isinstance(found, Secret):
            raise NotFound("cannot read a secret: it is not there (HTTP 404)")
        return found.payload

    def public(self, ref: str, user_id: str) -> bytes | None:
        """Return a container's certificate without its key; None for what is none."""
        self.get(ref, user_id)
        found = self._of(ref)
        return found.certificate.payload if isinstance(found, Container) else None

    def readers(self, ref: str) -> frozenset[str] | None:
        """Return the users whom the ACLs of all secrets of a certificate name."""
        self.check_service()
        found = self._of(ref)
        if found is None:
            return None
        return frozenset.intersection(*(frozenset(it.readers) for it in self._parts(found)))

    def remove(self, ref: str) -> None:
        """Remove a secret, or a container without its secrets; nothing happens if it is gone."""
        self.check_service()
        found = self._of(ref)
        if found is not None:
            self.secrets.pop(found.id, None)
            self.containers.pop(found.id, None)
            self._deployment.secret_ids.discard(found.id)

    def hide(self, ref: str) -> None:
        """Take all rights to read a secret away but its owner's, Octavia's with them."""
        found = self._of(ref)
        for secret in self._parts(found) if found else ():
            secret.private = True
            secret.readers.clear()

    def grant(self, ref: str, user_id: str | None) -> None:
        """Let Octavia's user read, which a member of the project asks it for. Raises Unreadable.

        None stands for Heat, which acts for whoever has created the stack.
        """
        found = self._of(ref)
        if found is None:
            raise Unreadable(ref)
        if user_id and any(it.private and it.owner != user_id for it in self._parts(found)):
            raise Unreadable(ref)
        for secret in self._parts(found):
            secret.readers.add(OCTAVIA)

    def read(self, ref: str) -> Bundle:
        """Return a certificate as Octavia's user reads it. Raises Unreadable."""
        found = self._of(ref)
        if found is None or not all(self._is_readable(it) for it in self._parts(found)):
            raise Unreadable(ref)
        try:
            if isinstance(found, Container):
                return Bundle.read_pem(found.certificate.payload, found.private_key.payload)
            return Bundle.read_pkcs12(found.payload)
        except Unusable as error:
            raise Unreadable(ref) from error

    def read_text(self, ref: str) -> bytes:
        """Return the payload of a secret as Octavia's user reads it. Raises Unreadable."""
        found = self._of(ref)
        if not isinstance(found, Secret) or not self._is_readable(found):
            raise Unreadable(ref)
        return found.payload

    def check_service(self) -> None:
        """Raise NotFound if the deployment has no key manager."""
        if "key-manager" not in self._deployment.services:
            raise no_key_manager()

    def _is_readable(self, secret: Secret) -> bool:
        return OCTAVIA in secret.readers and self.secrets.get(secret.id) is secret

    def _parts(self, found: Secret | Container) -> Iterator[Secret]:
        if isinstance(found, Secret):
            yield found
        else:
            yield found.certificate
            yield found.private_key

    def _of(self, ref: str) -> Secret | Container | None:
        wanted = SecretReference.read(ref)
        if wanted is None:
            return None
        if wanted.kind != "container" and wanted.id in self.secrets:
            return self.secrets[wanted.id]
        return None if wanted.kind == "secret" else self.containers.get(wanted.id)
