"""Open vSwitch and OVN: Debian 13's programs on Debian 12, and their databases.

Debian 12's Open vSwitch 3.1 aborts in its userspace connection tracking when floating IPs move
under load (`lib/conntrack.c`, CT_CONN_TYPE_DEFAULT). Debian 13's programs run here unpacked,
through the loader and the libraries of their own release.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from string import Template

from box import debian
from box.home import Home
from box.networks import Network
from box.steps import Step

SUITE = "trixie"
PACKAGES = ("openvswitch-switch", "ovn-central", "ovn-host")

PROGRAMS = (
    "usr/bin/ovn-appctl",
    "usr/bin/ovn-controller",
    "usr/bin/ovn-nbctl",
    "usr/bin/ovn-northd",
    "usr/bin/ovn-sbctl",
    "usr/bin/ovn-trace",
    "usr/bin/ovs-appctl",
    "usr/bin/ovs-ofctl",
    "usr/bin/ovs-vsctl",
    "usr/bin/ovsdb-client",
    "usr/bin/ovsdb-tool",
    "usr/lib/openvswitch-switch/ovs-vswitchd",
    "usr/sbin/ovsdb-server",
)

SCHEMA = "usr/share/openvswitch/vswitch.ovsschema"
"""That of the switch's own database, in the packages."""

DATAPATH = "ovs-netdev"
"""The device that the userspace datapath itself makes."""

WRAPPER = """#!/bin/sh
export OVS_RUNDIR={run}/openvswitch OVN_RUNDIR={run}/ovn
{exec}{tree}/usr/lib64/ld-linux-x86-64.so.2 --argv0 {name} \\
    --library-path {tree}/usr/lib/x86_64-linux-gnu {tree}/{program} "$@"
"""


WATCHED = "ovsdb-client"
"""What Neutron's Open vSwitch agent starts and then looks for by the command line that it gave, or
one that begins with an interpreter (`neutron/agent/linux/utils.py`: `cmd_matches_expected`): the
wrapper's shell stays."""


def install(step: Step, home: Home) -> None:
    """Download and unpack the programs unless they are there, and write their wrappers."""
    tree = home.switch_tree
    complete = tree / ".complete"
    if not complete.exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir()
        archives = debian.download(PACKAGES, SUITE, home.root / "debian13-archives")
        debian.unpack([path for path in archives if _is_wanted(path.name)], tree)
        shutil.rmtree(home.root / "debian13-archives")
        complete.touch()
    for program in PROGRAMS:
        name = Path(program).name
        wrapper = home.bin / name
        stays = name == WATCHED
        wrapper.write_text(
            WRAPPER.format(
                run=home.run,
                tree=tree,
                name=name,
                program=program,
                exec="" if stays else "exec ",
            )
        )
        wrapper.chmod(0o755)


def _is_wanted(archive: str) -> bool:
    """Tell the programs and the libraries from the rest of the packages' dependencies."""
    return archive.startswith(("openvswitch", "ovn", "lib"))


def make_databases(step: Step, home: Home, network: Network) -> None:
    """Create the switch's and the network's databases, or bring them to the programs' schema."""
    folder = home.data / "ovn"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, schema in {"switch.db": SCHEMA, **network.schemas}.items():
        action = "convert" if (folder / name).exists() else "create"
        step.run(home.bin / "ovsdb-tool", action, folder / name, home.switch_tree / schema)
        (folder / f".{name}.~lock~").unlink(missing_ok=True)


def configure(step: Step, home: Home, network: Network, known: Mapping[str, str]) -> None:
    """Tell the switch about its bridges, and its network's programs what they ask it for.

    Needs ovsdb, not ovs-vswitchd.
    """
    vsctl = (home.bin / "ovs-vsctl", "--no-wait", "--timeout=20", "--")
    told = {name: Template(value).substitute(known) for name, value in network.switch.items()}
    if told:
        step.run(*vsctl, "set", "open", ".", *(f"external-ids:{k}={v}" for k, v in told.items()))
    for bridge in ("br-int", "br-ex"):
        step.run(
            *vsctl, "--may-exist", "add-br", bridge, "--",
            "set", "bridge", bridge, "datapath_type=netdev",
        )  # fmt: skip
    step.run(*vsctl, "set", "bridge", "br-int", "fail-mode=secure")


def devices(home: Home) -> list[str]:
    """Return the network devices that the switch's database names; it need not be served."""
    database = home.data / "ovn/switch.db"
    if not database.exists():
        return []
    select = {"op": "select", "table": "Interface", "where": [], "columns": ["name"]}
    query = json.dumps(["Open_vSwitch", select])
    answer = subprocess.run(
        [home.bin / "ovsdb-tool", "query", database, query],
        capture_output=True,
        text=True,
        check=True,
    )
    [result] = json.loads(answer.stdout)
    return [DATAPATH, *(row["name"] for row in result["rows"])]
