"""What processes of this machine listen on, as the kernel tells it of each network namespace."""

import ipaddress
from collections.abc import Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TABLES = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6")
LISTENING, UNCONNECTED = "0A", "07"
"""States of a TCP socket that takes connections, and of any other that takes anyone's packets."""
ACCEPTS = 0x10000
"""Flag of a Unix socket that takes connections."""
DATAGRAMS = "0002"
"""Type of a Unix socket that takes anyone's packets."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A socket that others can send to."""

    kind: str
    """The kernel's table, without its `6`, or `unix`."""

    where: str
    """`address:port`; of a Unix socket its path, or its abstract name after an `@`."""

    pid: int
    """A process that has it open."""

    shared: bool
    """Whether it is in the machine's own network namespace."""

    program: str
    """What that process is called."""


def listeners(pids: Set[int]) -> list[Listener]:
    """What these processes listen on; those that end meanwhile are left out."""
    machine = Path("/proc/self/ns/net").readlink()
    found: dict[tuple[Path, str], Listener] = {}
    known: dict[Path, dict[str, tuple[str, str]]] = {}
    for pid in sorted(pids):
        try:
            network = Path(f"/proc/{pid}/ns/net").readlink()
            program = Path(f"/proc/{pid}/comm").read_text().strip()
            if network not in known:
                known[network] = dict(_bound(Path(f"/proc/{pid}/net")))
            for inode in _open_sockets(pid) & known[network].keys():
                kind, where = known[network][inode]
                found.setdefault(
                    (network, inode),
                    Listener(
                        kind=kind,
                        where=where,
                        pid=pid,
                        program=program,
                        shared=network == machine,
                    ),
                )
        except (FileNotFoundError, ProcessLookupError):
            continue
    return list(found.values())


def _open_sockets(pid: int) -> set[str]:
    """Inodes of a process's sockets."""
    found = set()
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            link = str(path.readlink())
            if link.startswith("socket:["):
                found.add(link[8:-1])
    return found


def _bound(tables: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Inode of each socket that others can send to, with its kind and where it is."""
    for name in TABLES:
        path = tables / name
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            words = line.split()
            if words[3] == LISTENING or (words[3] == UNCONNECTED and "tcp" not in name):
                yield words[9], (name.removesuffix("6"), _address(words[1]))
    for line in (tables / "unix").read_text().splitlines()[1:]:
        _, _, _, flags, kind, _, inode, *name = line.split(maxsplit=7)
        if name and (int(flags, 16) & ACCEPTS or kind == DATAGRAMS):
            yield inode, ("unix", name[0])


def _address(text: str) -> str:
    """`address:port` of the kernel's hexadecimal words, each with its lowest byte first."""
    host, _, port = text.partition(":")
    words = bytes.fromhex(host)
    packed = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    return f"{ipaddress.ip_address(packed)}:{int(port, 16)}"
