"""What belongs to one load balancer on this machine, by name."""

from dataclasses import dataclass
from pathlib import Path

NAMESPACES = Path("/run/netns")
"""Where `ip netns` keeps them."""


def namespace(balancer: str) -> str:
    """Return the name of a load balancer's network namespace."""
    return f"haproxy-{balancer}"


@dataclass(frozen=True, kw_only=True)
class Place:
    """The names of one load balancer's files, namespace and device."""

    id: str
    """The load balancer's ID."""

    folder: Path
    """Its own folder: configuration, certificates, log, and what survives a reload."""

    socket: Path
    """HAProxy's statistics socket. Short: a Unix socket's path has at most 107 characters, and
    HAProxy adds up to 14 while it binds."""

    @classmethod
    def of(cls, balancer: str, *, folder: Path, sockets: Path) -> "Place":
        """Return the place of a load balancer below the two folders of all."""
        return cls(id=balancer, folder=folder / balancer, socket=sockets / f"{balancer[:11]}.sock")

    @property
    def configuration(self) -> Path:
        """What Octavia's template made."""
        return self.folder / "haproxy.cfg"

    @property
    def log(self) -> Path:
        """What HAProxy says."""
        return self.folder / "haproxy.log"

    @property
    def pid(self) -> Path:
        """The master's process id."""
        return self.folder / "haproxy.pid"

    @property
    def servers_state(self) -> Path:
        """What a new worker has to know of the members' health; the template names this file."""
        return self.folder / "servers-state"

    @property
    def counters(self) -> Path:
        """The statistics that Octavia's database has already."""
        return self.folder / "counters.json"

    @property
    def rebuild(self) -> Path:
        """There while somebody has asked for a failover."""
        return self.folder / "rebuild"

    @property
    def namespace(self) -> str:
        """Its network namespace."""
        return namespace(self.id)

    @property
    def namespace_file(self) -> Path:
        """There while the namespace is."""
        return NAMESPACES / self.namespace


def device(port: str) -> str:
    """Return the name of the network device on a Neutron port."""
    return f"hap{port[:11]}"
