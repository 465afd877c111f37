"""Where the box keeps everything it owns."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from box.errors import BoxError

LONGEST_ROOT = 60
"""Characters. A Unix socket's whole path may have 107, and libvirt's are the deepest here."""

OCTAVIA_SOCKETS = Path("/run/octavia")
"""Where octavia-lib looks for Octavia's driver agent; it has no setting for that."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folders and files of one box, below one root that no checkout owns."""

    root: Path
    """The home itself, `/var/lib/ao-box` unless `AO_BOX_HOME` says otherwise."""

    @classmethod
    def from_environment(cls) -> "Home":
        """Return the home that this user asked for."""
        return cls(root=Path(os.environ.get("AO_BOX_HOME", "/var/lib/ao-box")).absolute())

    @property
    def bin(self) -> Path:
        """Commands of Open vSwitch and OVN that talk to this box."""
        return self.root / "bin"

    @property
    def etc(self) -> Path:
        """Rendered configuration, with passwords."""
        return self.root / "etc"

    @property
    def log(self) -> Path:
        """One file a service."""
        return self.root / "log"

    @property
    def setup_log(self) -> Path:
        """One file a step of `up`."""
        return self.log / "setup"

    @property
    def run(self) -> Path:
        """Sockets, pid files and locks; worth nothing after a restart."""
        return self.root / "run"

    @property
    def data(self) -> Path:
        """What the services keep: databases, images, guests."""
        return self.root / "data"

    @property
    def switch_tree(self) -> Path:
        """Debian 13's Open vSwitch and OVN, unpacked."""
        return self.root / "debian13"

    @property
    def image(self) -> Path:
        """The guest image and what it is built from."""
        return self.root / "image"

    @property
    def marks(self) -> Path:
        """What has been done and need not be done again."""
        return self.data / "marks"

    @property
    def passwords(self) -> Path:
        """The passwords made for this box."""
        return self.root / "passwords.json"

    @property
    def network(self) -> Path:
        """Which network the box has."""
        return self.root / "network"

    @property
    def clouds(self) -> Path:
        """The users' `clouds.yaml`."""
        return self.root / "clouds.yaml"

    @property
    def authority(self) -> Path:
        """The certificate of the box's certificate authority, for those who check the others."""
        return self.root / "authority.pem"

    @property
    def authority_key(self) -> Path:
        """What the certificate authority signs with."""
        return self.root / "authority-key.pem"

    @property
    def supervisor_socket(self) -> Path:
        """Where the supervisor listens."""
        return self.run / "supervisor.sock"

    def temporary(self, user: str) -> Path:
        """Return the folder for the temporary files of a user's services."""
        return self.run / f"tmp-{user}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other commands away from this home, which exists.

        Raises BoxError when one is at work.
        """
        folder = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise BoxError(f"another command is at work on {self.root}; try again later") from error
        finally:
            os.close(folder)

    def make(self) -> None:
        """Create the folders, and close to everyone but its owner what is not a program.

        `etc`, `run` and `data` are passed through by MariaDB, RabbitMQ and memcached, each a user
        of its own. What lies in them is closed, also what a service or an earlier release made.
        """
        for folder in (self.root, self.bin, self.etc, self.run, self.data):
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            folder.chmod(0o711)
        for folder in (self.log, self.setup_log, self.image):
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.etc, self.run, self.data):
            for path in folder.iterdir():
                if path.is_dir():
                    path.chmod(0o700)
