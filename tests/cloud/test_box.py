"""What the box itself sees to, beneath OpenStack."""

import ipaddress
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from openstack.connection import Connection

from ao.colour import Colour
from ao.work import Work
from box import networks, parts, processes
from box.config import ADDRESS
from box.environment import venv
from box.home import OCTAVIA_SOCKETS, Home
from box.passwords import load
from tests.cloud import nobody
from tests.cloud.sites import soon
from tests.cloud.sockets import Listener, listeners

HOME = Home.from_environment()
UP = 1

GUARDED = {
    "aodh-api": ("/v2/alarms", 401),
    "barbican": ("/v1/secrets", 401),
    "glance": ("/v2/images", 401),
    "heat-api": ("/v1/0/stacks", 401),
    "horizon": ("/project/instances/", 302),
    "keystone": ("/v3/users", 401),
    "neutron-api": ("/v2.0/networks", 401),
    "nova-api": ("/v2.1/servers", 401),
    "nova-metadata": ("/latest/meta-data/", 400),
    "octavia-api": ("/v2/lbaas/loadbalancers", 401),
    "placement": ("/resource_providers", 401),
}
"""For each service that speaks HTTP, something that it must not tell anyone, and how it refuses:
Horizon sends to its login, and the metadata service misses the agent's signature."""
LOGS_IN = """
import sys
import amqp
address, user, *password = sys.argv[1:]
try:
    amqp.Connection(f"{address}:5672", user, "".join(password), connect_timeout=10).connect()
except Exception as error:
    print(type(error).__name__)
"""
"""A program that says how RabbitMQ takes an account."""
DATABASE_CLIENTS = ("ovn-nbctl", "ovn-sbctl") if networks.of(HOME).schemas else ()
"""What asks OVN's databases, where the box's network has them."""
PASSWORD = {"rabbitmq"}
"""Services on ports that ask for a password by a protocol of their own."""

pytestmark = pytest.mark.skipif(not HOME.clouds.exists(), reason="the box is not on this machine")


def test_a_guests_device_that_was_left_down_is_set_up(work: Work, other_user: Connection) -> None:
    """As when libvirt and Open vSwitch both write the flags of a new one."""
    server = work.observe().systems[Colour.BLUE].servers[0]
    (port,) = other_user.network.ports(device_id=server.id)
    device = f"tap{port.id[:11]}"
    flags = Path("/sys/class/net") / device / "flags"
    subprocess.run(["ip", "link", "set", "dev", device, "down"], check=True)
    assert soon(lambda: bool(int(flags.read_text(), 16) & UP), 10)


@pytest.fixture(scope="module")
def pids(work: Work) -> set[int]:
    """All processes of the box, which has a site: servers and load balancers run too."""
    assert work.observe().production is not None
    children = processes.children()

    def tree(pid: int) -> set[int]:
        return {pid}.union(*(tree(child) for child in children.get(pid, ())))

    [supervisor] = [row["pid"] for row in status() if row["service"] == "supervisor"]
    return tree(supervisor) | processes.ours(HOME.root)


@pytest.fixture(scope="module")
def listening(pids: set[int]) -> list[Listener]:
    """Everything that they listen on."""
    found = listeners(pids)
    programs = {it.program for it in found}
    assert {"uwsgi", "beam.smp", "mariadbd", "qemu-system-x86", "haproxy"} <= programs
    return found


def status() -> list[dict[str, Any]]:
    command = (sys.executable, "-m", "box", "status", "--format", "json")
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    rows: list[dict[str, Any]] = json.loads(shown.stdout)
    return rows


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    """The port of each service that runs and has one."""
    return {row["service"]: row["port"] for row in status() if row["port"]}


def test_the_box_listens_on_its_own_address_and_only_where_its_table_says(
    listening: list[Listener], ports: dict[str, int]
) -> None:
    found = {(it.kind, it.where) for it in listening if it.shared and it.kind != "unix"}

    assert ipaddress.ip_address(ADDRESS).is_loopback
    assert found == {("tcp", f"{ADDRESS}:{port}") for port in ports.values()}


def test_beside_the_machines_network_only_haproxy_listens_and_only_to_guests(
    listening: list[Listener],
) -> None:
    found = [it for it in listening if not it.shared and it.kind != "unix"]

    assert {(it.kind, it.program) for it in found} == {("tcp", "haproxy")}
    assert not [it for it in found if it.where.startswith(("0.0.0.0:", ":::"))]


def test_a_neighbour_finds_no_port_of_the_box_on_this_machines_addresses(
    ports: dict[str, int],
) -> None:
    shown = subprocess.run(["ip", "-j", "address"], capture_output=True, text=True, check=True)
    addresses = [
        about["local"]
        for device in json.loads(shown.stdout)
        for about in device["addr_info"]
        if about["family"] == "inet" and not about["local"].startswith("127.")
    ]

    assert addresses
    assert nobody.connects(product(addresses, ports.values())) == []
    assert nobody.connects((ADDRESS, port) for port in ports.values())


@pytest.fixture(scope="module")
def names(listening: list[Listener]) -> set[Path]:
    """Each path that leads to a Unix socket of the box."""
    kept = {it for it in (*content(HOME.root), *content(OCTAVIA_SOCKETS)) if it.is_socket()}
    files = {(about.st_dev, about.st_ino) for about in map(os.stat, kept)}
    named = {it: Path(it.where) for it in listening if it.kind == "unix" and it.where[0] == "/"}
    for it, path in named.items():
        # What libvirt's mount namespace shows elsewhere is in the home.
        seen = Path(f"/proc/{it.pid}/root{path}")
        if not path.exists() and seen.exists():
            about = seen.stat()
            assert (about.st_dev, about.st_ino) in files, it
    return kept | {path for path in named.values() if path.exists()}


def test_no_socket_has_a_name_that_needs_no_rights(listening: list[Listener]) -> None:
    """An abstract name has no folder and no mode."""
    assert not [it for it in listening if it.kind == "unix" and not it.where.startswith("/")]


def test_each_socket_or_a_folder_above_it_is_closed_to_all_but_its_owner(
    names: set[Path],
) -> None:
    def is_closed(path: Path) -> bool:
        return mode(path) & 0o077 == 0

    assert not [it for it in names if not any(map(is_closed, (it, *it.parents)))]


def test_nobody_gets_into_a_socket(names: set[Path]) -> None:
    """Nobody is a user of this machine like any other."""
    assert HOME.supervisor_socket in names
    assert nobody.enters(names) == []


@pytest.mark.parametrize(
    "command",
    [
        ("/usr/bin/mariadb", f"--socket={HOME.run}/mariadb/mariadb.sock", "--user=root"),
        (
            "/usr/bin/python3",
            "-c",
            f"import libvirt; libvirt.open('qemu:///system?socket={HOME.run}/libvirt/libvirt-sock')",
        ),
        (f"{HOME.bin}/ovs-vsctl", "--timeout=5", "show"),
        *((f"{HOME.bin}/{it}", "--timeout=5", "show") for it in DATABASE_CLIENTS),
        (f"{HOME.bin}/ovs-appctl", "--timeout=5", "version"),
    ],
    ids=lambda command: Path(command[0]).name,
)
def test_a_client_is_refused_to_nobody_and_works_for_root(command: tuple[str, ...]) -> None:
    assert subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0
    refused = nobody.run(*command)
    assert refused.returncode != 0
    assert "ermission denied" in refused.stderr or "(13)" in refused.stderr


@pytest.mark.parametrize("account", ["guest guest", "openstack", "openstack openstack"])
def test_the_message_queue_wants_a_password(account: str) -> None:
    python = venv(HOME) / "bin/python"
    refused = nobody.run(python, "-c", LOGS_IN, ADDRESS, *account.split())
    assert refused.stdout.strip() == "AccessRefused", refused.stderr


def test_the_message_queue_has_no_port_for_other_nodes(listening: list[Listener]) -> None:
    erlang = [it for it in listening if it.program in {"beam.smp", "epmd"} and it.kind != "unix"]
    assert [it.where for it in erlang] == [f"{ADDRESS}:5672"]


@pytest.mark.parametrize("service", GUARDED)
def test_an_api_turns_away_who_has_no_token(service: str, ports: dict[str, int]) -> None:
    if service not in ports:
        pytest.skip(f"the box runs without {service}")
    path, status = GUARDED[service]
    answer = httpx.get(f"http://{ADDRESS}:{ports[service]}{path}", timeout=20)
    assert answer.status_code == status
    assert answer.next_request is None or answer.next_request.url.path == "/auth/login/"


def test_every_port_has_a_guard_or_a_reason_to_have_none() -> None:
    services = [it for it in parts.services(networks.of(HOME)) if it.port is not None]

    assert {it.name for it in services if not it.unguarded} == GUARDED.keys() | PASSWORD


@pytest.mark.parametrize(
    "request_", ["/-/reload", "/-/quit", "/api/v1/admin/tsdb/delete_series", "/api/v1/write"]
)
def test_nobody_can_change_what_prometheus_keeps(request_: str, ports: dict[str, int]) -> None:
    if "prometheus" not in ports:
        pytest.skip("the box runs without telemetry")
    url = f"http://{ADDRESS}:{ports['prometheus']}{request_}"
    assert httpx.post(url, timeout=20).is_error


def test_no_web_page_reads_what_prometheus_keeps(ports: dict[str, int]) -> None:
    if "prometheus" not in ports:
        pytest.skip("the box runs without telemetry")
    url = f"http://{ADDRESS}:{ports['prometheus']}/api/v1/labels"
    answer = httpx.get(url, headers={"Origin": "http://page.example"}, timeout=20)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_the_key_manager_takes_little_memory() -> None:
    found = [row["memory"] for row in status() if row["service"] == "barbican"]
    if not found:
        pytest.skip("the box runs without a key manager")
    assert found[0] <= 0.3 * 2**30


def test_the_boxs_authority_signs_a_certificate_for_a_name(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "box", "certificate", "shop.example", "--into", tmp_path)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    certificate, key, authority = map(Path, said.splitlines())
    assert authority == HOME.authority
    assert key.stat().st_mode & 0o777 == 0o600
    verify = ("openssl", "verify", "-CAfile", authority, "-verify_hostname", "shop.example")
    subprocess.run([*verify, certificate], capture_output=True, check=True)


def test_nobody_reads_a_file_that_is_not_a_program(work: Work) -> None:
    assert work.observe().production is not None  # files of servers and load balancers too
    files = {it for it in content(HOME.root) if not it.is_socket()}

    assert {HOME.authority_key, HOME.clouds, HOME.passwords, HOME.log / "keystone.log"} <= files
    assert nobody.reads(files) == []


def test_nobody_finds_a_secret_in_the_programs() -> None:
    patterns = "\n".join(secrets())
    search = ("grep", "--recursive", "--files-with-matches", "--fixed-strings", "--file=-")

    found = nobody.run(*search, *map(str, programs()), text=patterns)
    assert found.stdout == ""
    assert found.returncode == 1 or "ermission denied" in found.stderr, found.stderr
    known = subprocess.run(
        [*search, HOME.etc], input=patterns, capture_output=True, text=True, check=True
    )
    assert len(known.stdout.splitlines()) > 10


def test_no_secret_is_on_a_command_line(pids: set[int]) -> None:
    seen = 0
    for pid in pids:
        try:
            line = Path(f"/proc/{pid}/cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        seen += 1
        assert not [word for word in secrets() if word in line], f"process {pid}"
    assert seen > len(parts.services(networks.of(HOME), without=parts.PARTS))


def test_the_box_keeps_nothing_where_anyone_may_be_first(pids: set[int]) -> None:
    """But for files without a name, as Open vSwitch's databases have one in /tmp."""
    found = set()
    for pid in pids:
        for link in (Path(f"/proc/{pid}/cwd"), *Path(f"/proc/{pid}/fd").glob("*")):
            with suppress(FileNotFoundError, ProcessLookupError):
                found.add(link.readlink())
    everyones = {Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")}

    assert [it for it in found if everyones & {*it.parents} and it.exists()] == []
    assert [it for it in found if HOME.run in it.parents]


def test_nobody_may_change_anything_in_the_home() -> None:
    """Neither a program that root runs, nor a folder in which it is found."""
    found = list(passable(HOME.root))

    assert HOME.bin / "ovs-vsctl" in found
    assert [it for it in found if mode(it) & (stat.S_IWOTH | stat.S_IWGRP)] == []


def programs() -> list[Path]:
    """The folders of the home that hold programs, which anyone may run."""
    trees = [HOME.bin, HOME.switch_tree, *HOME.root.glob("venv-*"), *HOME.root.glob("uv-*")]
    return [it for it in trees if it.exists()]


def content(root: Path) -> list[Path]:
    """All that lies in a folder and is no folder, but for the home's programs."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [it for it in folders if Path(folder, it) not in programs()]
        found += [Path(folder, it) for it in files]
    return found


def passable(folder: Path) -> Iterator[Path]:
    """A folder and all in it that others come to, whether or not they may list it."""
    yield folder
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            if mode(path) & stat.S_IXOTH:
                yield from passable(path)
        elif not path.is_symlink():
            yield path


def mode(path: Path) -> int:
    return path.stat().st_mode


def secrets() -> list[str]:
    return list(asdict(load(HOME.passwords)).values())
