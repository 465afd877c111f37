"""The box's HAProxy provider: the contract of an amphora, seen by its users and on the machine."""

import base64
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import openstack
import pytest
from openstack.connection import Connection
from openstack.exceptions import ConflictException, HttpException, raise_from_response

from box import processes
from box.authority import Authority
from box.home import Home
from box.provider import haproxy, report
from box.provider.place import Place
from tests.cloud.wire import WebServer, Wire, answer, ask, plugged, run

BLUE, GREEN = 8001, 8002
HOME = Home.from_environment()

pytestmark = pytest.mark.skipif(not HOME.clouds.exists(), reason="the box is not on this machine")


def eventually(fact: Callable[[], bool], what: str, *, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while not fact():
        assert time.monotonic() < deadline, f"not within {patience} s: {what}"
        time.sleep(0.02)


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """One load balancer of the provider with an eye on the machine."""

    api: Any
    """Octavia."""

    id: str
    """Its ID."""

    address: str
    """Its VIP."""

    @property
    def place(self) -> Place:
        return Place.of(self.id, folder=HOME.data / "haproxy", sockets=HOME.run / "haproxy")

    def status(self) -> str:
        return str(self.api.get_load_balancer(self.id).provisioning_status)

    def settle(self) -> None:
        eventually(lambda: not self.status().startswith("PENDING"), "the change is done")
        assert self.status() == "ACTIVE"

    def worker(self) -> int | None:
        worker = report.worker(self.place)
        return worker.pid if worker else None

    def touch(self) -> None:
        """A PUT that changes nothing."""
        self.api.update_load_balancer(self.id, name="test-provider")
        self.settle()


@pytest.fixture(scope="module")
def admin() -> Connection:
    return openstack.connect(cloud="box-admin")


@pytest.fixture(scope="module")
def subnet(other_user: Connection) -> Iterator[Any]:
    network = other_user.network.create_network(name="test-provider")
    try:
        yield other_user.network.create_subnet(
            network_id=network.id, name="test-provider", ip_version=4, cidr="10.90.0.0/24"
        )
    finally:
        other_user.network.delete_network(network.id)


@pytest.fixture(scope="module")
def wire(other_user: Connection, admin: Connection, subnet: Any) -> Iterator[Wire]:
    with plugged(other_user, admin, subnet.network_id) as wire:
        yield wire


@pytest.fixture(scope="module")
def servers(wire: Wire) -> Iterator[dict[str, WebServer]]:
    servers = {"blue": WebServer(wire, BLUE, "blue"), "green": WebServer(wire, GREEN, "green")}
    yield servers
    for server in servers.values():
        server.end()


def remove(api: Any, id_: str) -> None:
    api.delete_load_balancer(id_, cascade=True)
    eventually(lambda: api.find_load_balancer(id_) is None, "the load balancer is deleted")


@pytest.fixture(scope="module")
def balancer(other_user: Connection, subnet: Any, wire: Wire) -> Iterator[Balancer]:
    api = other_user.load_balancer
    made = api.create_load_balancer(
        name="test-provider", vip_subnet_id=subnet.id, provider="haproxy"
    )
    balancer = Balancer(api=api, id=made.id, address=made.vip_address)
    try:
        balancer.settle()
        yield balancer
    finally:
        remove(api, made.id)


@pytest.fixture(scope="module")
def pools(balancer: Balancer, wire: Wire, servers: object) -> dict[str, Any]:
    """A pool for each colour, with a health monitor."""
    pools = {}
    for colour, port in (("blue", BLUE), ("green", GREEN)):
        pools[colour] = balancer.api.create_pool(
            loadbalancer_id=balancer.id, name=colour, protocol="HTTP", lb_algorithm="ROUND_ROBIN"
        )
        balancer.settle()
        balancer.api.create_member(
            pools[colour], name=colour, address=wire.address, protocol_port=port
        )
        balancer.settle()
        balancer.api.create_health_monitor(
            pool_id=pools[colour].id, type="HTTP", delay=1, timeout=1, max_retries=1,
            max_retries_down=1, url_path="/",
        )  # fmt: skip
        balancer.settle()
    return pools


@pytest.fixture(scope="module")
def listener(balancer: Balancer, pools: dict[str, Any]) -> Any:
    listener = balancer.api.create_listener(
        load_balancer_id=balancer.id, name="http", protocol="HTTP", protocol_port=80,
        default_pool_id=pools["blue"].id,
    )  # fmt: skip
    balancer.settle()
    return listener


@pytest.fixture
def colour(
    balancer: Balancer, listener: Any, wire: Wire, pools: dict[str, Any]
) -> Iterator[Callable[[str], None]]:
    """Switch production to a colour; blue again after the test."""

    def switch(colour: str) -> None:
        balancer.api.update_listener(listener.id, default_pool_id=pools[colour].id)
        balancer.settle()

    yield switch
    switch("blue")


def member_of(balancer: Balancer, pool: Any) -> Any:
    [member] = balancer.api.members(pool)
    return member


@pytest.mark.usefixtures("listener")
def test_a_listener_serves_its_default_pool(balancer: Balancer, wire: Wire) -> None:
    assert ask(wire, balancer.address, 80) == (200, "blue")


def test_a_change_is_pending_then_active_and_another_meanwhile_is_refused(
    balancer: Balancer, listener: Any
) -> None:
    answered = balancer.api.update_listener(listener.id, name="http")
    with pytest.raises(ConflictException, match="immutable"):
        balancer.api.update_listener(listener.id, name="http")

    assert answered.provisioning_status == "PENDING_UPDATE"
    balancer.settle()
    assert balancer.api.get_listener(listener).provisioning_status == "ACTIVE"


@pytest.mark.usefixtures("listener")
def test_a_put_that_changes_nothing_reloads(balancer: Balancer) -> None:
    before = balancer.worker()

    balancer.touch()

    assert balancer.worker() not in {before, None}


@pytest.mark.usefixtures("listener")
def test_a_reload_lets_a_busy_connection_finish_and_closes_it(
    balancer: Balancer, wire: Wire
) -> None:
    with wire.connect(balancer.address, 80) as busy, wire.connect(balancer.address, 80) as idle:
        answer(idle)
        busy.sendall(b"GET /slow HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.1)
        balancer.touch()
        with busy.makefile("rb") as stream:
            head = [line.strip().lower() for line in iter(stream.readline, b"\r\n")]

        assert head[0].endswith(b"200 ok")
        assert b"connection: close" in head
        assert idle.recv(1) == b""


def test_a_change_of_the_pool_loses_no_new_connection(
    balancer: Balancer, wire: Wire, colour: Callable[[str], None]
) -> None:
    seen: Counter[object] = Counter()
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.wait(0.002):
            try:
                seen[ask(wire, balancer.address, 80)] += 1
            except OSError as error:
                seen[repr(error)] += 1

    visitor = threading.Thread(target=keep_asking)
    visitor.start()
    for name in ("green", "blue", "green"):
        colour(name)
        assert ask(wire, balancer.address, 80) == (200, name)
    stop.set()
    visitor.join()

    assert set(seen) == {(200, "blue"), (200, "green")}


def test_a_dead_server_is_seen_and_a_living_one_again(
    balancer: Balancer, wire: Wire, pools: dict[str, Any], listener: Any,
    servers: dict[str, WebServer],
) -> None:  # fmt: skip
    def is_now(status: str) -> bool:
        found = member_of(balancer, pools["blue"]).operating_status
        pool = balancer.api.get_pool(pools["blue"]).operating_status
        whole = balancer.api.get_load_balancer(balancer.id).operating_status
        return {found, pool, whole} == {status}

    eventually(lambda: is_now("ONLINE"), "all is online")
    servers["blue"].end()
    eventually(lambda: is_now("ERROR"), "the dead server is in error")
    assert ask(wire, balancer.address, 80)[0] == 503
    servers["blue"] = WebServer(wire, BLUE, "blue")
    eventually(lambda: is_now("ONLINE"), "all is online again")


@pytest.mark.usefixtures("listener")
def test_a_pool_that_no_listener_uses_is_offline(balancer: Balancer, pools: dict[str, Any]) -> None:
    eventually(
        lambda: balancer.api.get_pool(pools["green"]).operating_status == "OFFLINE",
        "the pool is offline",
    )


def test_a_policy_sends_some_paths_to_another_pool(
    balancer: Balancer, wire: Wire, listener: Any, pools: dict[str, Any]
) -> None:
    policy = balancer.api.create_l7_policy(
        listener_id=listener.id, action="REDIRECT_TO_POOL", redirect_pool_id=pools["green"].id
    )
    balancer.settle()
    balancer.api.create_l7_rule(policy, type="PATH", compare_type="STARTS_WITH", value="/next")
    balancer.settle()

    assert ask(wire, balancer.address, 80, "/next")[1] == "green"
    assert ask(wire, balancer.address, 80, "/")[1] == "blue"
    assert balancer.api.get_l7_policy(policy).operating_status == "ONLINE"

    balancer.api.delete_l7_policy(policy)
    balancer.settle()
    assert ask(wire, balancer.address, 80, "/next")[1] == "blue"


@pytest.mark.usefixtures("listener")
def test_members_share_by_weight_and_one_of_weight_0_drains(
    balancer: Balancer, wire: Wire, pools: dict[str, Any]
) -> None:
    pool = pools["blue"]
    second = balancer.api.create_member(
        pool, name="green", address=wire.address, protocol_port=GREEN, weight=3
    )
    balancer.settle()
    shares = Counter(ask(wire, balancer.address, 80)[1] for _ in range(40))
    balancer.api.update_member(second.id, pool.id, weight=0)
    balancer.settle()
    drained = Counter(ask(wire, balancer.address, 80)[1] for _ in range(10))
    eventually(
        lambda: balancer.api.get_member(second, pool).operating_status == "DRAINING",
        "the member drains",
    )
    balancer.api.delete_member(second, pool)
    balancer.settle()

    assert 8 <= shares["blue"] <= 12
    assert drained == {"blue": 10}


@pytest.mark.usefixtures("listener")
def test_a_backup_member_serves_when_nobody_else_does(
    balancer: Balancer, wire: Wire, pools: dict[str, Any], servers: dict[str, WebServer]
) -> None:
    pool = pools["blue"]
    backup = balancer.api.create_member(
        pool, name="green", address=wire.address, protocol_port=GREEN, backup=True
    )
    balancer.settle()
    before = Counter(ask(wire, balancer.address, 80)[1] for _ in range(10))
    servers["blue"].end()
    eventually(lambda: ask(wire, balancer.address, 80)[1] == "green", "the backup serves")
    servers["blue"] = WebServer(wire, BLUE, "blue")
    eventually(lambda: ask(wire, balancer.address, 80)[1] == "blue", "the member serves again")
    balancer.api.delete_member(backup, pool)
    balancer.settle()

    assert before == {"blue": 10}


@pytest.mark.usefixtures("listener")
def test_sessions_stay_with_their_member(
    balancer: Balancer, wire: Wire, pools: dict[str, Any]
) -> None:
    pool = pools["blue"]
    balancer.api.update_pool(pool.id, session_persistence={"type": "HTTP_COOKIE"})
    balancer.settle()
    with wire.connect(balancer.address, 80) as client:
        _, headers, _ = answer(client)
    balancer.api.update_pool(pool.id, session_persistence=None)
    balancer.settle()

    assert headers["set-cookie"].startswith(f"SRV={member_of(balancer, pool).id}")


@pytest.mark.usefixtures("listener")
def test_statistics_grow_and_go_on_over_a_reload(balancer: Balancer, wire: Wire) -> None:
    def total() -> int:
        statistics = balancer.api.get_load_balancer_statistics(balancer.id)
        assert statistics.bytes_in
        assert statistics.bytes_out
        return int(statistics.total_connections)

    time.sleep(1.5)
    before = total()
    for _ in range(20):
        ask(wire, balancer.address, 80)
    balancer.touch()
    for _ in range(3):
        ask(wire, balancer.address, 80)

    eventually(lambda: total() >= before + 23, "all connections are counted")
    time.sleep(1.5)
    assert total() == before + 23


def test_only_allowed_networks_get_through(balancer: Balancer, wire: Wire, listener: Any) -> None:
    balancer.api.update_listener(listener.id, allowed_cidrs=["192.0.2.0/24"])
    balancer.settle()
    with pytest.raises(TimeoutError):
        wire.connect(balancer.address, 80, patience=1)
    balancer.api.update_listener(listener.id, allowed_cidrs=None)
    balancer.settle()

    assert ask(wire, balancer.address, 80)[0] == 200


def test_the_port_keeps_its_security(balancer: Balancer, admin: Connection) -> None:
    port = admin.network.get_port(balancer.api.get_load_balancer(balancer.id).vip_port_id)
    [group] = port.security_group_ids

    assert port.is_port_security_enabled
    assert admin.network.get_security_group(group).name == f"lb-{balancer.id}"


@pytest.mark.parametrize(
    ("protocol", "reason"),
    [("UDP", "protocol UDP"), ("PROMETHEUS", "protocol PROMETHEUS")],
)
def test_what_haproxy_cannot_do_is_refused_with_the_reason(
    balancer: Balancer, protocol: str, reason: str
) -> None:
    with pytest.raises(HttpException, match=reason):
        balancer.api.create_listener(
            load_balancer_id=balancer.id, protocol=protocol, protocol_port=5000
        )

    assert balancer.status() == "ACTIVE"


@pytest.mark.usefixtures("listener")
def test_more_connections_than_the_machine_has_do_no_harm(balancer: Balancer) -> None:
    greedy = balancer.api.create_listener(
        load_balancer_id=balancer.id, protocol="TCP", protocol_port=81, connection_limit=1_000_000
    )
    balancer.settle()

    assert balancer.api.get_listener(greedy).provisioning_status == "ACTIVE"
    balancer.api.delete_listener(greedy)
    balancer.settle()


def driver_agent() -> int:
    shown = run(sys.executable, "-m", "box", "status", "--format", "json")
    [pid] = [row["pid"] for row in json.loads(shown) if row["service"] == "octavia-driver-agent"]
    return int(pid)


def provider_agent(driver_agent: int) -> int:
    """The provider's own process below the driver agent's first."""
    [pid] = [
        child
        for child in processes.children()[driver_agent]
        if Path(f"/proc/{child}/cmdline").read_bytes().rstrip(b"\0").endswith(b" haproxy")
    ]
    return pid


@pytest.mark.parametrize("process", [lambda pid: pid, provider_agent], ids=["first", "provider"])
@pytest.mark.usefixtures("listener")
def test_a_killed_agent_goes_on_where_it_was(
    balancer: Balancer, wire: Wire, process: Callable[[int], int]
) -> None:
    before, master = balancer.worker(), haproxy.master(balancer.place)
    os.kill(process(driver_agent()), signal.SIGKILL)
    balancer.api.update_load_balancer(balancer.id, name="test-provider")

    assert ask(wire, balancer.address, 80)[0] == 200
    assert balancer.status() == "PENDING_UPDATE"
    eventually(lambda: balancer.status() == "ACTIVE", "the agent has gone on", patience=150)
    assert balancer.worker() not in {before, None}
    assert haproxy.master(balancer.place) == master


@pytest.mark.usefixtures("listener")
def test_a_killed_haproxy_comes_back(balancer: Balancer, wire: Wire) -> None:
    master = haproxy.master(balancer.place)
    assert master is not None
    os.kill(master, signal.SIGKILL)
    eventually(
        lambda: (
            haproxy.master(balancer.place) not in {master, None} and balancer.worker() is not None
        ),
        "HAProxy is back",
    )

    assert ask(wire, balancer.address, 80) == (200, "blue")


@pytest.mark.usefixtures("listener")
def test_a_lost_namespace_comes_back(balancer: Balancer, wire: Wire) -> None:
    master = haproxy.master(balancer.place)
    assert master is not None
    os.kill(master, signal.SIGKILL)
    run("ip", "netns", "delete", balancer.place.namespace)

    def serves() -> bool:
        try:
            return ask(wire, balancer.address, 80)[0] == 200
        except OSError:
            return False

    eventually(serves, "it serves again", patience=150)


@pytest.mark.usefixtures("listener")
def test_a_failover_builds_it_anew(balancer: Balancer, wire: Wire, admin: Connection) -> None:
    before = haproxy.master(balancer.place)
    admin.load_balancer.failover_load_balancer(balancer.id)
    balancer.settle()

    assert haproxy.master(balancer.place) not in {before, None}
    assert ask(wire, balancer.address, 80) == (200, "blue")


@pytest.mark.usefixtures("listener")
def test_a_failure_is_told_and_a_failover_repairs_it(
    balancer: Balancer, wire: Wire, admin: Connection
) -> None:
    balancer.place.configuration.with_suffix(".new").mkdir()
    balancer.api.update_load_balancer(balancer.id, name="test-provider")
    eventually(lambda: balancer.status() == "ERROR", "the failure is told")
    answered = ask(wire, balancer.address, 80)
    admin.load_balancer.failover_load_balancer(balancer.id)
    balancer.settle()

    assert answered == (200, "blue")
    assert ask(wire, balancer.address, 80) == (200, "blue")


def test_a_deleted_one_leaves_nothing(
    other_user: Connection, admin: Connection, subnet: Any, wire: Wire
) -> None:
    api = other_user.load_balancer
    made = api.create_load_balancer(
        name="test-provider-2", vip_subnet_id=subnet.id, provider="haproxy",
        listeners=[{
            "name": "tcp", "protocol": "TCP", "protocol_port": 80,
            "default_pool": {
                "name": "blue", "protocol": "TCP", "lb_algorithm": "ROUND_ROBIN",
                "members": [{"address": wire.address, "protocol_port": BLUE}],
            },
        }],
    )  # fmt: skip
    balancer = Balancer(api=api, id=made.id, address=made.vip_address)
    balancer.settle()
    answered = ask(wire, balancer.address, 80)
    master = haproxy.master(balancer.place)
    remove(api, made.id)

    assert answered == (200, "blue")
    assert not balancer.place.namespace_file.exists()
    assert not balancer.place.folder.exists()
    assert not balancer.place.socket.exists()
    assert not Path(f"/proc/{master}/exe").exists()
    assert admin.network.find_port(made.vip_port_id) is None
    assert admin.network.find_security_group(f"lb-{made.id}") is None
    ports = subprocess.run(
        [HOME.bin / "ovs-vsctl", "list-ports", "br-int"], capture_output=True, text=True, check=True
    )
    assert f"hap{made.vip_port_id[:11]}" not in ports.stdout.split()


def test_ovns_load_balancers_work_beside_it(
    other_user: Connection, subnet: Any, wire: Wire
) -> None:
    api = other_user.load_balancer
    made = api.create_load_balancer(name="test-ovn", vip_subnet_id=subnet.id)
    balancer = Balancer(api=api, id=made.id, address=made.vip_address)
    try:
        balancer.settle()
        pool = api.create_pool(
            loadbalancer_id=made.id, protocol="TCP", lb_algorithm="SOURCE_IP_PORT"
        )
        balancer.settle()
        assert made.provider == "ovn"
        assert api.get_pool(pool).provisioning_status == "ACTIVE"
        assert not balancer.place.namespace_file.exists()
    finally:
        remove(api, made.id)


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Certificates of the box's own authority in the box's key manager."""

    api: Any
    """Barbican."""

    stored: list[str] = field(default_factory=list)
    """The references of all."""

    def certificate(self, *names: str) -> str:
        """Store a certificate and its key as one PKCS12; return its reference."""
        content = Authority.of(HOME).issue(names).pkcs12()
        return self._store(
            payload=base64.b64encode(content).decode(),
            payload_content_type="application/octet-stream",
            payload_content_encoding="base64",
        )

    def text(self, content: str) -> str:
        return self._store(payload=content, payload_content_type="text/plain")

    def _store(self, **attributes: str) -> str:
        made = self.api.create_secret(name="test-provider", secret_type="opaque", **attributes)
        self.stored.append(str(made.secret_ref))
        return self.stored[-1]

    def delete(self, reference: str) -> None:
        self.api.delete_secret(reference.rpartition("/")[2])


@pytest.fixture(scope="module")
def secrets(other_user: Connection) -> Iterator[Secrets]:
    if not other_user.has_service("key-manager"):
        pytest.skip("the box runs without a key manager")
    secrets = Secrets(api=other_user.key_manager)
    yield secrets
    for reference in secrets.stored:
        secrets.delete(reference)


@dataclass(frozen=True, kw_only=True)
class HttpsBalancer(Balancer):
    """A load balancer with a listener for HTTP and one that terminates HTTPS."""

    public: str
    """Its floating IP."""

    secrets: Secrets
    """Where its certificates are."""

    @property
    def https(self) -> Any:
        [listener] = self.api.listeners(load_balancer_id=self.id, name="https")
        return listener

    def ask(self, name: str, *, http2: bool, client: Path | None = None) -> httpx.Response:
        """Ask by HTTPS for a host name, whose certificate has to be the authority's."""
        context = ssl.create_default_context(cafile=HOME.authority)
        if client is not None:
            context.load_cert_chain(client)
        with httpx.Client(http1=not http2, http2=http2, verify=context, timeout=10) as visitor:
            return visitor.get(
                f"https://{self.public}/",
                headers={"Host": name},
                extensions={"sni_hostname": name},
            )

    def serves_https(self) -> bool:
        try:
            return self.ask("shop.example", http2=False).status_code == 200
        except httpx.TransportError:
            return False

    def serves_http(self) -> bool:
        return httpx.get(f"http://{self.public}/", timeout=10).text == "blue"

    def change(self, **attributes: Any) -> None:
        """Change the listener for HTTPS, of which openstacksdk does not know all."""
        answered = self.api.put(f"/lbaas/listeners/{self.https.id}", json={"listener": attributes})
        raise_from_response(answered)
        self.settle()

    def statuses(self) -> tuple[str, str]:
        listener = self.https
        return listener.provisioning_status, listener.operating_status

    def certificates(self) -> list[Path]:
        """The files on the machine that have to do with certificates."""
        return [*self.place.folder.glob("*.pem*")]


@pytest.fixture(scope="module")
def public_address(other_user: Connection, subnet: Any) -> Iterator[Callable[[str], str]]:
    """Gives a port of the network a floating IP."""
    api = other_user.network
    public = api.find_network("public")
    router = api.create_router(
        name="test-provider", external_gateway_info={"network_id": public.id}
    )
    ips = []

    def give(port: str) -> str:
        ips.append(api.create_ip(floating_network_id=public.id, port_id=port))
        return str(ips[-1].floating_ip_address)

    try:
        api.add_interface_to_router(router, subnet_id=subnet.id)
        yield give
    finally:
        for ip in ips:
            api.delete_ip(ip)
        api.remove_interface_from_router(router, subnet_id=subnet.id)
        api.delete_router(router)


@pytest.fixture(scope="module")
def secure(
    other_user: Connection, subnet: Any, wire: Wire, servers: object, secrets: Secrets,
    public_address: Callable[[str], str],
) -> Iterator[HttpsBalancer]:  # fmt: skip
    api = other_user.load_balancer
    made = api.create_load_balancer(
        name="test-provider-https", vip_subnet_id=subnet.id, provider="haproxy",
        pools=[{
            "name": "blue", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN",
            "members": [{"address": wire.address, "protocol_port": BLUE}],
        }],
        listeners=[
            {
                "name": "http", "protocol": "HTTP", "protocol_port": 80,
                "default_pool": {"name": "blue"},
            },
            {
                "name": "https", "protocol": "TERMINATED_HTTPS", "protocol_port": 443,
                "default_pool": {"name": "blue"},
                "default_tls_container_ref": secrets.certificate("shop.example"),
                "sni_container_refs": [secrets.certificate("www.example", "*.www.example")],
            },
        ],
    )  # fmt: skip
    try:
        balancer = HttpsBalancer(
            api=api, id=made.id, address=made.vip_address, secrets=secrets,
            public=public_address(made.vip_port_id),
        )  # fmt: skip
        balancer.settle()
        eventually(balancer.serves_https, "HTTPS is served")
        yield balancer
    finally:
        remove(api, made.id)


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
@pytest.mark.parametrize("name", ["shop.example", "www.example", "new.www.example"])
def test_https_is_served_with_the_certificate_that_the_name_asks_for(
    secure: HttpsBalancer, name: str, http2: bool
) -> None:
    answered = secure.ask(name, http2=http2)

    assert (answered.status_code, answered.text) == (200, "blue")
    assert answered.http_version == ("HTTP/2" if http2 else "HTTP/1.1")


def test_a_name_that_no_certificate_has_gets_the_default_one(secure: HttpsBalancer) -> None:
    with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
        secure.ask("other.example", http2=True)


def test_certificates_are_on_the_machine_for_root_alone(secure: HttpsBalancer) -> None:
    files = secure.certificates()

    assert len(files) == 3
    for path in (secure.place.folder, *files):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_listener_asks_for_a_clients_certificate(secure: HttpsBalancer, tmp_path: Path) -> None:
    authority = secure.secrets.text(HOME.authority.read_text())
    issued = Authority.of(HOME).issue(["client.example"])
    client = tmp_path / "client.pem"
    client.write_text(issued.certificate + issued.key)
    secure.change(client_authentication="MANDATORY", client_ca_tls_container_ref=authority)
    with pytest.raises(httpx.TransportError):
        secure.ask("shop.example", http2=False)
    answered = secure.ask("shop.example", http2=False, client=client)
    secure.change(client_authentication="NONE", client_ca_tls_container_ref=None)

    assert answered.text == "blue"
    assert secure.serves_https()


def test_a_certificate_of_its_own_is_needed_beside_those_of_other_names(
    secure: HttpsBalancer,
) -> None:
    with pytest.raises(HttpException, match="needs a certificate of its own"):
        secure.api.create_listener(
            load_balancer_id=secure.id, protocol="TERMINATED_HTTPS", protocol_port=444,
            sni_container_refs=[secure.secrets.stored[0]],
        )  # fmt: skip

    assert secure.status() == "ACTIVE"


def test_without_its_certificate_a_listener_is_left_out_at_the_next_change(
    secure: HttpsBalancer,
) -> None:
    before = str(secure.https.default_tls_container_ref)
    secure.secrets.delete(before)
    killed = haproxy.master(secure.place)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    eventually(
        lambda: haproxy.master(secure.place) not in {killed, None} and secure.serves_https(),
        "a killed HAProxy serves on what it has",
    )

    secure.touch()

    assert secure.statuses() == ("ERROR", "ERROR")
    assert not secure.serves_https()
    assert secure.serves_http()
    assert secure.certificates() == []

    secure.change(default_tls_container_ref=secure.secrets.certificate("shop.example"))

    assert secure.https.provisioning_status == "ACTIVE"
    assert secure.serves_https()
    eventually(lambda: secure.statuses()[1] == "ONLINE", "the listener is online")


def test_a_listener_without_its_certificate_can_be_deleted(secure: HttpsBalancer) -> None:
    secure.secrets.delete(str(secure.https.default_tls_container_ref))
    secure.api.delete_listener(secure.https.id)
    secure.settle()

    assert list(secure.api.listeners(load_balancer_id=secure.id, name="https")) == []
    assert secure.serves_http()
    assert secure.certificates() == []
