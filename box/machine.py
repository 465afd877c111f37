"""Can this machine run the box? Asked before anything on it is changed."""

import os
import platform
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from box import parts, processes
from box.errors import BoxError
from box.home import LONGEST_ROOT, Home
from box.networks import NETWORKS

GIB = 1024**3
NEEDED_MEMORY = 8 * GIB
NEEDED_DISK = 8 * GIB


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A TCP port that is taken."""

    port: int
    """Its number."""

    program: str
    """The name of the process that listens, `?` when it cannot be told."""

    ours: bool
    """Whether a box listens there: this one, or another, which `up` stops."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What matters about a machine, as read from it."""

    user: int
    """The effective user id."""

    system: str
    """`ID` and `VERSION_ID` of /etc/os-release, such as `debian 12`."""

    architecture: str
    """As the kernel calls it."""

    free_memory: int
    """Bytes that new processes can have."""

    free_disk: int
    """Bytes, on the file system that the home will be on."""

    tun: bool
    """Whether network devices of user processes are possible."""

    listeners: tuple[Listener, ...]
    """The taken TCP ports among those that the box needs."""

    foreign_switch: int | None
    """The process id of an Open vSwitch that is not a box's."""

    running: bool
    """Whether processes of a box run: then its memory is not free, but as good as that."""

    root_length: int
    """Characters of the home's path."""

    open_folder: Path | None
    """The home, when it is another user's, or a folder above in which any user may replace it."""


def read(home: Home) -> Machine:
    """Read the machine this runs on."""
    mine = {pid for root in {home.root, *processes.roots()} for pid in processes.ours(root)}
    return Machine(
        user=os.geteuid(),
        system=_system(Path("/etc/os-release")),
        architecture=platform.machine(),
        free_memory=_free_memory(),
        free_disk=shutil.disk_usage(_existing(home.root)).free,
        tun=_can_tun(),
        listeners=_listeners(mine),
        foreign_switch=_foreign_switch(mine),
        running=bool(mine),
        root_length=len(str(home.root)),
        open_folder=_open_folder(home.root),
    )


def _system(release: Path) -> str:
    words = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
    return f"{words.get('ID', '?')} {words.get('VERSION_ID', '')}".replace('"', "").strip()


def _free_memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _existing(path: Path) -> Path:
    """Return the nearest folder above that is there."""
    return path if path.exists() else _existing(path.parent)


def _open_folder(root: Path) -> Path | None:
    if root.exists() and root.stat().st_uid != 0:
        return root
    for folder in (root, *root.parents):
        mode = folder.stat().st_mode if folder.exists() else 0
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return folder
    return None


def _can_tun() -> bool:
    device = Path("/dev/net/tun")
    if not device.exists():
        return os.geteuid() == 0 and Path("/sys/class/misc/tun").exists()
    try:
        os.close(os.open(device, os.O_RDWR))
    except OSError:
        return False
    return True


def _foreign_switch(mine: set[int]) -> int | None:
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            name = path.read_text().strip()
        except OSError:
            continue  # it ended meanwhile
        if name == "ovs-vswitchd" and int(path.parts[2]) not in mine:
            return int(path.parts[2])
    return None


def _listeners(mine: set[int]) -> tuple[Listener, ...]:
    needed = {
        service.port
        for network in NETWORKS.values()
        for service in parts.services(network)
        if service.port
    }
    owners = {inode: port for inode, port in _listening().items() if port in needed}
    found = {}
    for link in Path("/proc").glob("[0-9]*/fd/*") if owners else ():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("socket:[") and (port := owners.get(target[8:-1])):
            pid = int(link.parts[2])
            program = Path(f"/proc/{pid}/comm").read_text().strip()
            found[port] = Listener(port=port, program=f"{program} ({pid})", ours=pid in mine)
    for port in set(owners.values()) - set(found):
        found[port] = Listener(port=port, program="a process of another user", ours=False)
    return tuple(found[port] for port in sorted(found))


def _listening() -> dict[str, int]:
    """Return the port of each listening TCP socket by its inode."""
    sockets = {}
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            words = line.split()
            if words[3] == "0A":
                sockets[words[9]] = int(words[1].rpartition(":")[2], 16)
    return sockets


def check(home: Home) -> None:
    """Raise BoxError, with exit code 2, when the box cannot run on this machine."""
    reason = refusal(read(home))
    if reason:
        raise BoxError(reason, exit_code=2)


def refusal(machine: Machine) -> str | None:
    """Return the first reason why the box cannot run there, in one line, or None."""
    if machine.user != 0:
        return "the box needs root: it makes network devices and namespaces; run it with sudo"
    if machine.system != "debian 12":
        return f"the box needs Debian 12, this is {machine.system}"
    if machine.architecture != "x86_64":
        return f"the box needs an amd64 machine, this is {machine.architecture}"
    if machine.root_length > LONGEST_ROOT:
        return (
            f"the path of the box's home has {machine.root_length} characters, sockets in it"
            f" allow {LONGEST_ROOT}; set AO_BOX_HOME to a shorter one"
        )
    if machine.open_folder:
        return (
            f"{machine.open_folder} is open to other users, who could put a home of their own in"
            " the box's place; set AO_BOX_HOME to a folder that only root may write to"
        )
    if not machine.running and machine.free_memory < NEEDED_MEMORY:
        return f"the box needs 8 GiB of free memory, {machine.free_memory / GIB:.1f} are free"
    if not machine.running and machine.free_disk < NEEDED_DISK:
        return f"the box needs 8 GiB of free disk, {machine.free_disk / GIB:.1f} are free"
    if not machine.tun:
        return "the box needs /dev/net/tun, and it cannot be made or opened here"
    for listener in machine.listeners:
        if not listener.ours:
            return f"port {listener.port} is taken by {listener.program}; stop that first"
    if machine.foreign_switch:
        return (
            f"another Open vSwitch runs here (process {machine.foreign_switch}), with bridges of"
            " the same names; stop it first"
        )
    return None
