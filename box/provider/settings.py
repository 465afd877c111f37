"""The provider's own section of Octavia's configuration file."""

from pathlib import Path

from oslo_config import cfg

from box.provider.place import Place

OPTIONS = [
    cfg.StrOpt("folder", help="Where each load balancer has a folder."),
    cfg.StrOpt("sockets", help="Where HAProxy's statistics sockets are; a short path."),
    cfg.StrOpt("vsctl", default="ovs-vsctl", help="The command that talks to Open vSwitch."),
    cfg.StrOpt(
        "wired",
        help="What Open vSwitch's database says of a device that carries traffic: a table's name,"
        " and conditions as `ovs-vsctl wait-until` takes them.",
    ),
]

cfg.CONF.register_opts(OPTIONS, "haproxy_provider")


def place(balancer: str) -> Place:
    """Return where a load balancer is on this machine."""
    section = cfg.CONF.haproxy_provider
    return Place.of(balancer, folder=Path(section.folder), sockets=sockets())


def sockets() -> Path:
    """Return the folder of the sockets, which is there only after this machine's start."""
    return Path(cfg.CONF.haproxy_provider.sockets)


def vsctl() -> str:
    """Return the command that talks to Open vSwitch."""
    return str(cfg.CONF.haproxy_provider.vsctl)


def wired() -> tuple[str, list[str]]:
    """Return a table of Open vSwitch's database and what it says there of a device that works."""
    table, *conditions = str(cfg.CONF.haproxy_provider.wired).split()
    return table, conditions


def host() -> str:
    """Return Neutron's name of this machine."""
    return str(cfg.CONF.host)
