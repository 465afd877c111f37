"""The networks that the box can have. A box has one of them from its first `up` on."""

from collections.abc import Mapping

from box.errors import BoxError
from box.home import Home
from box.networks.l3_agent import L3_AGENT
from box.networks.network import Network
from box.networks.ovn import OVN

__all__ = ["NETWORKS", "Network", "choose", "of"]

NETWORKS: Mapping[str, Network] = {network.name: network for network in (OVN, L3_AGENT)}
"""Each by its name."""


def of(home: Home) -> Network:
    """Return the network of a box; a home that says nothing is that of an earlier version, or new.

    Raises BoxError when only a later version knows it.
    """
    name = home.network.read_text().strip() if home.network.exists() else OVN.name
    if name not in NETWORKS:
        raise BoxError(f"this box has the network {name}, which this version of it does not know")
    return NETWORKS[name]


def choose(home: Home, name: str | None) -> Network:
    """Return the network that `up` is to bring up; None asks for the one that the box has.

    Raises BoxError, with exit code 2, when the box has another one.
    """
    network = NETWORKS[name] if name else of(home)
    # Before its passwords are made, nothing of a box depends on its network.
    if home.passwords.exists() and network != of(home):
        raise BoxError(
            f"the box at {home.root} has the network {of(home).name}; give another one a home of"
            f" its own: AO_BOX_HOME=/var/lib/ao-box-{network.name}",
            exit_code=2,
        )
    return network
