"""Taking the box down: only what the box started, and all of it."""

import shutil
import subprocess
from pathlib import Path

from box import networks, parts, processes, switch
from box.home import OCTAVIA_SOCKETS, Home
from box.provider import place
from box.supervisor import Supervisor


def down(home: Home) -> None:
    """Stop the services and the guests; what they keep stays."""
    if home.root.exists():
        with home.alone():
            _stop(home)


def wipe(home: Home) -> None:
    """Stop everything and remove the home."""
    if home.root.exists():
        with home.alone():
            _stop(home)
            shutil.rmtree(home.root)


def _stop(home: Home) -> None:
    supervisor = Supervisor(home)
    if supervisor.is_running():
        supervisor.end(parts.services(networks.of(home)))
    processes.end(home.root)
    _remove_network(home)
    for folder in (home.run, OCTAVIA_SOCKETS):
        shutil.rmtree(folder, ignore_errors=True)


def _remove_network(home: Home) -> None:
    """Remove the switch's devices and the namespaces of Neutron's agents and load balancers.

    Only those that the home knows of: its switch's database, what the agents keep of each of
    theirs, and a folder for each load balancer.
    """
    balancers = (home.data / "haproxy").glob("*")
    for namespace in (
        *(
            f"{beginning}{path.stem}"
            for beginning, pattern in networks.of(home).namespaces.items()
            for path in (home.data / "neutron").glob(pattern)
        ),
        *(place.namespace(path.name) for path in balancers),
    ):
        if (place.NAMESPACES / namespace).exists():
            subprocess.run(["ip", "netns", "delete", namespace], check=True)
    for device in switch.devices(home):
        if Path("/sys/class/net", device).exists():
            subprocess.run(["ip", "link", "delete", device], check=True)
