"""The passwords of one box, made once and kept with it."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from box.files import write_private


def _password() -> str:
    return secrets.token_urlsafe(24)


def _sixteen_bytes_in_hex() -> str:
    return secrets.token_hex(16)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """Every secret of the box. None of them is ever printed."""

    database_password: str = field(default_factory=_password, repr=False)
    """MariaDB's only account."""

    message_password: str = field(default_factory=_password, repr=False)
    """RabbitMQ's only account."""

    service_password: str = field(default_factory=_password, repr=False)
    """The services' own accounts in Keystone."""

    metadata_secret: str = field(default_factory=_password, repr=False)
    """Shared by Nova's metadata API and Neutron's metadata agent."""

    orchestration_key: str = field(default_factory=_sixteen_bytes_in_hex, repr=False)
    """Heat encrypts what it stores with it: exactly 32 characters."""

    key_manager_key: str = field(default_factory=_fernet_key, repr=False)
    """Barbican encrypts what it stores with it: a Fernet key."""

    dashboard_key: str = field(default_factory=_password, repr=False)
    """Horizon signs its sessions with it."""

    admin: str = field(default_factory=_password, repr=False)
    """The cloud's administrator."""

    shop: str = field(default_factory=_password, repr=False)
    """The member of project shop."""

    shop_reader: str = field(default_factory=_password, repr=False)
    """The reader of project shop."""

    shop_colleague: str = field(default_factory=_password, repr=False)
    """Another member of project shop."""

    annex: str = field(default_factory=_password, repr=False)
    """The member of project annex."""


def load(path: Path) -> Passwords:
    """Read the passwords at `path`; make those that are not there yet and keep them.

    Those that only a later version knows are kept too.
    """
    known = json.loads(path.read_text()) if path.exists() else {}
    names = {one.name for one in fields(Passwords)}
    passwords = Passwords(**{name: word for name, word in known.items() if name in names})
    kept = known | asdict(passwords)
    if kept != known:
        write_private(path, json.dumps(kept, indent=2) + "\n")
    return passwords
