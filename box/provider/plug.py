"""The network namespace of a load balancer, and the switch's port in it."""

import subprocess
from pathlib import Path

from box.provider import settings
from box.provider.commands import run
from box.provider.place import Place, device
from box.provider.port import Port

PATIENCE = 20
"""Seconds that Open vSwitch or Neutron's agent may take."""


def plug(place: Place, port: Port) -> None:
    """Bring the port into its namespace, from whatever state it is in.

    Raises CommandError.
    """
    name = device(port.id)
    ip = ("ip", "-netns", place.namespace)
    if not place.namespace_file.exists():
        run("ip", "netns", "add", place.namespace)
    run(*ip, "link", "set", "lo", "up")
    outside = Path("/sys/class/net", name)
    if not outside.exists() and not is_plugged(place, port.id):
        # It may have gone with a namespace, which the switch does not notice.
        _switch("--if-exists", "del-port", "br-int", name)
    _switch(
        "--may-exist", "add-port", "br-int", name, "--", "set", "Interface", name,
        "type=internal", f"mtu_request={port.mtu}",
        f"external_ids:iface-id={port.id}", f'external_ids:attached-mac="{port.mac}"',
    )  # fmt: skip
    if outside.exists():
        if is_plugged(place, port.id):
            # The one before the switch was restarted, which leads nowhere.
            run(*ip, "link", "delete", name)
        run("ip", "link", "set", name, "netns", place.namespace)
    run(*ip, "link", "set", name, "address", port.mac, "mtu", str(port.mtu))
    for address in port.addresses:
        run(*ip, "address", "replace", address, "dev", name, "nodad")
    run(*ip, "link", "set", name, "up")
    for gateway in port.gateways:
        run(*ip, "route", "replace", "default", "via", gateway)
    table, conditions = settings.wired()
    _switch("wait-until", table, name, *conditions)


def is_plugged(place: Place, port_id: str) -> bool:
    """Tell whether the port's device is in the namespace.

    It is back in the machine's own after a restart of the switch.
    """
    query = ("ip", "-netns", place.namespace, "link", "show", device(port_id))
    if not place.namespace_file.exists():
        return False
    return subprocess.run(query, capture_output=True, check=False).returncode == 0


def unplug(place: Place, port_id: str) -> None:
    """Remove the port from the switch and the namespace. Raises CommandError."""
    _switch("--if-exists", "del-port", "br-int", device(port_id))
    if place.namespace_file.exists():
        run("ip", "netns", "delete", place.namespace)


def _switch(*words: str) -> None:
    run(settings.vsctl(), f"--timeout={PATIENCE}", *words)
