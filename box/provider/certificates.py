"""The certificates of a load balancer as HAProxy reads them: files in the load balancer's folder.

They are those of Octavia's amphora: a PEM for each certificate with its key and intermediates, one
for each authority and revocation list, and for each listener a list of its certificates, whose name
is the listener's ID. The trees here are Octavia's data models, or anything with the same
attributes.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from box.provider.statuses import is_going


class UnreadableError(Exception):
    """A certificate, an authority or a revocation list cannot be read; the message says which."""


class Source(Protocol):
    """Where certificates are kept. Both methods raise UnreadableError."""

    def chains(self, owner: Any) -> Sequence[bytes]:
        """Return the certificates of a listener or a pool, the default one first.

        Each is a PEM of the certificate, its key and its intermediates.
        """

    def secret(self, project: str, reference: str) -> bytes:
        """Return an authority's certificate or a revocation list, in PEM."""


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """What HAProxy needs for some listeners, and which of them cannot be served."""

    listeners: tuple[Any, ...] = ()
    """The listeners all of whose certificates were read, also those that have none."""

    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Why a listener cannot be served, by the IDs of all others."""

    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The files' contents by their names in the load balancer's folder."""

    names: Mapping[str, Any] = field(default_factory=dict)
    """What Octavia's template takes as `tls_certs`: a file's name by the reference of an authority
    or a revocation list, and the paths that a pool needs by the pool's ID."""


def collect(listeners: Iterable[Any], source: Source, folder: Path) -> Certificates:
    """Read what listeners need, leaving out each of which something cannot be read.

    `folder` is where the files will be.
    """
    served: list[Any] = []
    unreadable: dict[str, str] = {}
    files: dict[str, bytes] = {}
    names: dict[str, Any] = {}
    for listener in listeners:
        try:
            its_files, its_names = _of_listener(listener, source, folder)
        except UnreadableError as error:
            unreadable[listener.id] = str(error)
        else:
            served.append(listener)
            files |= its_files
            names |= its_names
    return Certificates(listeners=tuple(served), unreadable=unreadable, files=files, names=names)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files that are missing or differ, each whole or not at all; only root reads them.

    What HAProxy may still be started with stays: a name means one content for ever, but for the
    listeners' lists.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, content in files.items():
        path = folder / name
        if path.exists() and path.read_bytes() == content:
            continue
        draft = path.with_name(f"{name}.new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_bytes(content)
        draft.replace(path)


def remove_others(folder: Path, files: Iterable[str]) -> None:
    """Remove the certificates in a folder but for the files of these names."""
    kept = set(files)
    for path in (*folder.glob("*.pem"), *folder.glob("*.pem.new")):
        if path.name not in kept:
            path.unlink()


def _of_listener(
    listener: Any, source: Source, folder: Path
) -> tuple[dict[str, bytes], dict[str, Any]]:
    files: dict[str, bytes] = {}
    names: dict[str, Any] = {}

    def keep(content: bytes) -> str:
        # By what is in it, not by the certificate alone: two secrets may hold one certificate with
        # different intermediates.
        name = f"{hashlib.sha256(content).hexdigest()}.pem"
        files[name] = content
        return name

    if listener.tls_certificate_id or listener.sni_containers:
        paths = [folder / keep(chain) for chain in source.chains(listener)]
        files[f"{listener.id}.pem"] = "".join(f"{path}\n" for path in paths).encode()
    for reference in (listener.client_ca_tls_certificate_id, listener.client_crl_container_id):
        if reference:
            names[reference] = keep(source.secret(listener.project_id, reference))
    for pool in _pools(listener):
        its = names[pool.id] = {}
        if pool.tls_certificate_id:
            [chain] = source.chains(pool)
            its["client_cert"] = str(folder / keep(chain))
        for key, reference in (
            ("ca_cert", pool.ca_tls_certificate_id),
            ("crl", pool.crl_container_id),
        ):
            if reference:
                its[key] = str(folder / keep(source.secret(pool.project_id, reference)))
    return files, names


def _pools(listener: Any) -> Iterator[Any]:
    """Return each pool that the listener's configuration names, once."""
    seen = set()
    redirects = (policy.redirect_pool for policy in listener.l7policies if not is_going(policy))
    for pool in (*listener.pools, *redirects):
        if pool is not None and pool.id not in seen and not is_going(pool):
            seen.add(pool.id)
            yield pool
