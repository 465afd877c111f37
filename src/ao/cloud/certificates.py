"""Certificates in Barbican, with their keys, and secrets of the application.

Nothing of a key is asked for: Octavia reads it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, TypeVar
from urllib.parse import quote_plus

from keystoneauth1 import exceptions as keystone
from openstack import connection, exceptions
from pydantic import AfterValidator

from ao.cloud.certificate_errors import (
    no_key_manager,
    not_shown,
    only,
    shown,
    too_large,
)
from ao.cloud.models import StoredCertificate
from ao.cloud.rest import PAGES, Answer, Moment, barbican, path
from ao.cloud.sdk_errors import asking
from ao.cloud.secret_references import Kind, SecretReference
from ao.errors import Forbidden
from ao.message import message
from ao.untrusted.printable import printable

T = TypeVar("T")

LONGEST_MEDIA = 100
"""Characters of a secret's media type."""
PAGE = 100
"""Things that are asked for at once: the most that Barbican lists (barbican/common/config.py:
max_limit_paging)."""


class Certificates:
    """Certificates of a project, kept with Barbican's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._barbican = barbican(cloud)

    def find(self, name_or_ref: str) -> StoredCertificate:
        """Return the one certificate of that name, reference or ID."""
        if SecretReference.read(name_or_ref) and (found := self.get(name_or_ref)):
            return found
        return only(name_or_ref, self.stored(name_or_ref))

    def get(self, ref: str) -> StoredCertificate | None:
        """Return the certificate of that reference or ID, or None."""
        wanted = SecretReference.read(ref)
        if wanted is None:
            return None
        with _asking(message("look for certificate %(id)s", id=wanted.id)):
            for kind in wanted.kinds:
                try:
                    return _told(self._barbican.ask("GET", _place(kind, wanted.id)), kind)
                except exceptions.NotFoundException:
                    continue
        return None

    def stored(self, name: str) -> tuple[StoredCertificate, ...]:
        """Return all certificates of that name, oldest first.

        Barbican filters by a pattern (barbican/model/repositories.py: get_secret_list), and reads
        what asks for secrets, unlike what asks for containers, once more as a URL
        (barbican/api/controllers/secrets.py: on_get).
        """
        # The escape character of patterns, which is no wish of a name.
        found = self._like(name.replace("\\", "_"), name)
        return tuple(it for it in found if it.name == name)

    def beginning(self, prefix: str) -> tuple[StoredCertificate, ...]:
        """Return all certificates whose names begin so, oldest first."""
        found = self._like(f"{prefix}%", prefix)
        return tuple(it for it in found if it.name.startswith(prefix))

    def _like(self, pattern: str, name: str) -> tuple[StoredCertificate, ...]:
        """Return the certificates whose names match a pattern of SQL's LIKE, oldest first."""
        with _asking(message("list the certificates %(name)s", name=shown(name))):
            secrets = self._list("secrets", list[_Secret], quote_plus(pattern))
            containers = self._list("containers", list[_Container], pattern)
        found = (
            *(_secret(it) for it in secrets if it.secret_type in SECRETS),
            *(_container(it) for it in containers if it.type == CERTIFICATE),
        )
        return tuple(sorted(found, key=lambda it: (it.created, it.ref)))

    def store(self, name: str, pkcs12: bytes) -> StoredCertificate:
        """Keep a certificate with its key, a PKCS12 without a password, under a name.

        Never with an expiration: Barbican would answer 404 after it, and a load balancer leave its
        listener out.
        """
        payload = base64.b64encode(pkcs12).decode()
        secret = {
            "name": name,
            "secret_type": OPAQUE,
            "payload": payload,
            "payload_content_type": "application/octet-stream",
            "payload_content_encoding": "base64",
        }
        with _asking(message("store certificate %(name)s", name=shown(name))):
            try:
                answer = self._barbican.ask("POST", "/secrets", json=secret, secret=True)
            except exceptions.HttpException as error:
                if error.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                    raise
                raise too_large(name, len(payload)) from error
            stored = _id(answer.value(_Stored).secret_ref)
            return _told(self._barbican.ask("GET", _place("secret", stored)), "secret")

    def payload(self, ref: str) -> bytes:
        """Return what a secret holds. Raises NotFound for what is gone, or is no secret.

        Barbican gives any payload as application/octet-stream but a text as text/plain
        (barbican/plugin/util/translations.py: denormalize_after_decryption), and its metadata tell
        which it has.
        """
        wanted = SecretReference.read(ref)
        with _asking(message("read a secret")):
            where = path("secrets", wanted.id if wanted else "")
            types = self._barbican.get(where, dict[str, str], "content_types")
            media = printable(types.get("default", "application/octet-stream"), LONGEST_MEDIA)
            answer = self._barbican.ask(
                "GET", f"{where}/payload", headers={"Accept": media}, secret=True
            )
            told = answer.response.headers.get("Content-Type", "").partition(";")[0]
            if told != media.partition(";")[0] or not answer.response.content:
                raise answer.unreadable()
            return answer.response.content

    def public(self, ref: str) -> bytes | None:
        """Return a container's certificate, in PEM and without its key; None for what is none.

        barbican/model/models.py: Container has the names of its secrets.
        """
        found = self.get(ref)
        if found is None or found.kind != "container":
            return None
        with _asking(message("look for certificate %(id)s", id=found.id)):
            container = self._barbican.get(_place("container", found.id), _Container)
        parts = (it.secret_ref for it in container.secret_refs if it.name == CERTIFICATE)
        part = next(parts, None)
        return None if part is None else self.payload(part)

    def readers(self, ref: str) -> frozenset[str] | None:
        """Return the IDs of the users who may read a certificate though in no role.

        Octavia adds its own to the list of a secret, and to those of each secret in a container
        (octavia/certificates/manager/barbican_legacy.py: set_acls).
        """
        found = self.get(ref)
        if found is None:
            return None
        with _asking(message("read who may read certificate %(name)s", name=shown(found.name))):
            try:
                users = [self._users(it) for it in self._secrets(found)]
            except exceptions.NotFoundException:
                return None
        return frozenset.intersection(*users) if users else frozenset()

    def remove(self, ref: str) -> None:
        """Remove a certificate, whoever uses it; nothing happens when it is gone."""
        wanted = SecretReference.read(ref)
        if wanted is None:
            return
        with _asking(message("remove certificate %(id)s", id=wanted.id)):
            for kind in wanted.kinds:
                self._barbican.delete(_place(kind, wanted.id))

    def _secrets(self, found: StoredCertificate) -> list[str]:
        """IDs of the secrets that a certificate consists of."""
        if found.kind == "secret":
            return [found.id]
        container = self._barbican.get(_place("container", found.id), _Container)
        return [_id(it.secret_ref) for it in container.secret_refs]

    def _users(self, secret_id: str) -> frozenset[str]:
        """Users whom the read ACL of a secret names; no ACL names none."""
        where = path("secrets", secret_id, "acl")
        return frozenset(self._barbican.get(where, _Acl, "read").users)

    def _list(self, kind: str, items: type[list[T]], name: str) -> list[T]:
        """Return all things of a kind whose names match a pattern."""
        found: list[T] = []
        for _ in range(PAGES):
            params = {"name": name, "limit": PAGE, "offset": len(found)}
            answer = self._barbican.ask("GET", f"/{kind}", params=params)
            page = answer.value(items, kind)
            found += page
            if not page or len(found) >= answer.value(int, "total"):
                return found
        raise answer.unreadable()


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Do what `asking` does, with what to do about a missing service or role of Barbican."""
    try:
        with asking(what):
            try:
                yield
            except (
                exceptions.ServiceDisabledException,
                exceptions.EndpointNotFound,
                keystone.EndpointNotFound,
            ) as error:
                raise no_key_manager() from error
    except Forbidden as error:
        raise not_shown(error.message, error.request_id) from error


SECRETS = ("opaque", "certificate")
"""Types of the secrets that may be certificates: a PKCS12, or one in PEM without a key."""
OPAQUE = SECRETS[0]
CERTIFICATE = "certificate"
"""Type of the containers that are certificates."""


def _id(ref: str) -> str:
    """Return the ID that a reference ends in. Raises ValueError where it is none."""
    read = SecretReference.read(ref)
    if read is None:
        raise ValueError(ref)
    return read.id


def _is_reference(text: str) -> str:
    _id(text)
    return text


_Reference = Annotated[str, AfterValidator(_is_reference)]


@dataclass(frozen=True)
class _Stored:
    secret_ref: _Reference
    # What a container calls it.
    name: str | None = None


@dataclass(frozen=True)
class _Secret:
    secret_ref: _Reference
    status: str
    secret_type: str
    created: Moment
    name: str | None = None
    expiration: Moment | None = None


@dataclass(frozen=True)
class _Container:
    container_ref: _Reference
    status: str
    type: str
    created: Moment
    secret_refs: list[_Stored]
    name: str | None = None


@dataclass(frozen=True)
class _Acl:
    users: tuple[str, ...] = ()


def _place(kind: Kind, id_: str) -> str:
    return path(f"{kind}s", id_)


def _told(answer: Answer, kind: Kind) -> StoredCertificate:
    return (
        _secret(answer.value(_Secret)) if kind == "secret" else _container(answer.value(_Container))
    )


def _secret(secret: _Secret) -> StoredCertificate:
    return StoredCertificate(
        ref=secret.secret_ref,
        name=secret.name or "",
        kind="secret",
        status=secret.status,
        created=secret.created,
        expiration=secret.expiration or "",
    )


def _container(container: _Container) -> StoredCertificate:
    return StoredCertificate(
        ref=container.container_ref,
        name=container.name or "",
        kind="container",
        status=container.status,
        created=container.created,
    )
