"""Bringing the box up, from whatever state it is in."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from box import (
    config,
    database,
    environment,
    horizon,
    image,
    machine,
    marks,
    networks,
    packages,
    parts,
    passwords,
    processes,
    programs,
    switch,
    waves,
)
from box.down import down
from box.files import write_private
from box.home import OCTAVIA_SOCKETS, Home
from box.networks import Network
from box.plugin import CHECKOUT
from box.provider import place
from box.services import Service, Wave
from box.steps import Step, Steps
from box.supervisor import Supervisor


def up(home: Home, *, network: str | None = None, without: Collection[str] = ()) -> None:
    """Install what is missing, start what does not run, seed what is not there.

    The services of the parts that are left out are stopped, and the catalogue does not name them.
    A box of another home is stopped first: ports and devices are the same in all boxes.

    Raises BoxError when the machine cannot run it, when the box has another network than the one
    named, or when a step fails.
    """
    chosen = networks.choose(home, network)
    machine.check(home)
    for other in sorted(processes.roots() - {home.root}):
        print(f"The box at {other} is stopped; what it keeps stays.", flush=True)
        down(Home(root=other))
    home.make()
    with home.alone():
        write_private(home.network, f"{chosen.name}\n")
        _up(home, chosen, without)


def _up(home: Home, network: Network, without: Collection[str]) -> None:
    services = parts.services(network, without)
    steps = Steps(home.setup_log)
    _install(steps, home, network)
    if not home.authority.exists():
        steps.do("certificate authority", lambda step: _inside(step, home, "box.authority"))
    known = _configure(home, network, services)
    supervisor = _supervise(steps, home, network, known)
    start = _starter(steps, supervisor, services, known)
    start(Wave.STORES)
    steps.do("switch settings", lambda step: switch.configure(step, home, network, known))
    steps.together(
        {
            "start switch": lambda step: waves.start(supervisor, _of(services, Wave.SWITCH), known),
            "horizon files": lambda step: horizon.make(step, home, Path(known["venv"])),
            **database.tables(home, known),
        }
    )
    start(Wave.IDENTITY)
    _write_catalogue(steps, home, without)
    start(Wave.APIS)
    start(Wave.WORKERS)
    steps.do("seed", lambda step: _inside(step, home, "box.cloud.seed"))
    environment.remove_others(home)
    print(
        f"The cloud is up. Its users: export OS_CLIENT_CONFIG_FILE={home.clouds}\n"
        f"Its dashboard: http://{config.ADDRESS}:8080\n"
        f"Its certificate authority: {home.authority}"
    )


def _install(steps: Steps, home: Home, network: Network) -> None:
    steps.do("python", lambda step: packages.install(step, packages.PYTHON))
    steps.together(
        {
            "debian packages": lambda step: packages.install(
                step, (*packages.SERVICES, *network.packages)
            ),
            "python environment": lambda step: environment.make(step, home),
            "open vswitch, ovn": lambda step: switch.install(step, home),
            "guest image": lambda step: _build_image(home),
        }
    )
    environment.add_libvirt(home)
    environment.add_plugins(home)


def _build_image(home: Home) -> None:
    image.build(home.image)


def _configure(home: Home, network: Network, services: Sequence[Service]) -> dict[str, str]:
    known = config.values(home, environment.venv(home), passwords.load(home.passwords), network)
    config.write(home, known)
    programs.write(home, known, services)
    return known


def _supervise(steps: Steps, home: Home, network: Network, known: Mapping[str, str]) -> Supervisor:
    """Return a running supervisor that knows today's configuration."""
    supervisor, venv = Supervisor(home), Path(known["venv"])
    if supervisor.is_running() and not supervisor.is_current(venv):
        steps.do("stop the earlier release", lambda step: supervisor.end(parts.services(network)))
    if not supervisor.is_running():
        steps.do("clean start", lambda step: _prepare(step, home, network))
        supervisor.start(venv)
    _make_folders(home, network)
    supervisor.reread()
    return supervisor


def _prepare(step: Step, home: Home, network: Network) -> None:
    """Make the machine ready for a start, also after all processes were killed."""
    processes.end(home.root)
    for folder in (home.run, OCTAVIA_SOCKETS):
        shutil.rmtree(folder, ignore_errors=True)
    # RabbitMQ holds nothing that outlives a start, and does not always survive a kill.
    shutil.rmtree(home.data / "rabbitmq", ignore_errors=True)
    _make_folders(home, network)
    _make_tun()
    database.make_server(step, home)
    switch.make_databases(step, home, network)


def _make_folders(home: Home, network: Network) -> None:
    """Make the folders that services expect, each closed to everyone but its owner."""
    for name in ("keystone", "glance/images", "nova/instances", "neutron", "prometheus"):
        (home.data / name).mkdir(parents=True, exist_ok=True)
    home.make()
    # The machine's own: whoever else makes a namespace finds it as `ip netns` would make it.
    place.NAMESPACES.mkdir(exist_ok=True)
    for folder, owner in (
        *((home.temporary(user), user) for user in _users(network)),
        (home.run / "mariadb", "mysql"),
        (home.run / "memcached", "memcache"),
        (home.run / "openvswitch", "root"),
        (home.run / "ovn", "root"),
        (home.run / "locks", "root"),
        (home.data / "rabbitmq", "rabbitmq"),
        (OCTAVIA_SOCKETS, "root"),
    ):
        folder.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(folder, user=owner)


def _users(network: Network) -> set[str]:
    return {service.user for service in parts.services(network)}


def _make_tun() -> None:
    device = Path("/dev/net/tun")
    if not device.exists():
        device.parent.mkdir(exist_ok=True)
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(10, 200))


def _of(services: Sequence[Service], wave: Wave) -> list[Service]:
    return [service for service in services if service.wave == wave]


def _starter(
    steps: Steps, supervisor: Supervisor, services: Sequence[Service], known: Mapping[str, str]
) -> Callable[[Wave], None]:
    def start(wave: Wave) -> None:
        steps.do(
            f"start {wave.name.lower()}",
            lambda step: waves.start(supervisor, _of(services, wave), known),
        )

    return start


def _write_catalogue(steps: Steps, home: Home, without: Collection[str]) -> None:
    arguments = [f"--without={part}" for part in sorted(set(without))]
    version = hashlib.sha256((CHECKOUT / "box/cloud/catalogue.py").read_bytes()).hexdigest()
    version = "-".join([version, *arguments])
    if not marks.is_done(home, "catalogue", version):
        steps.do("catalogue", lambda step: _inside(step, home, "box.cloud.catalogue", *arguments))
        marks.set_done(home, "catalogue", version)


def _inside(step: Step, home: Home, module: str, *arguments: str) -> None:
    """Run one of the box's own modules with the libraries of its environment."""
    step.run(
        environment.python(home),
        "-m",
        module,
        *arguments,
        environment=environment.variables(home),
    )
