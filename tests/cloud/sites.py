"""Sites on a real cloud: the box, or any other cloud that has what the shop names."""

import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import openstack
import pytest
import yaml
from openstack.connection import Connection

from ao import config
from ao.cloud import Cloud, connect
from ao.colour import Colour
from ao.errors import BuildFailed
from ao.journal import Journal
from ao.operations import reconcile
from ao.site import Method, Site
from ao.visit import visit
from ao.work import Work
from tests.cloud.operator import PATIENCE, Operator
from tests.contract.other_user import RealOtherUser
from tests.visitors import SHOP, shop_visitors

ANNEX = "annex"
"""The cloud of clouds.yaml that is another project."""
RULES = {
    "group": {"size": 1, "min": 1, "max": 2, "delete_delay": "1s"},
    "switch": {"method": "pool", "probe_new": 20, "probe_kept": 4},
    "checks": {"all": [{"name": "version", "http": {"path": "/version"}}]},
    "watch": {"for": "10s", "interval": "2s", "forgive": "4s", "requests": 20},
}
"""What the shop's site file says differently."""


visitors = shop_visitors()


@pytest.fixture(scope="session")
def cloud_name(request: pytest.FixtureRequest) -> str:
    name: str | None = request.config.getoption("--cloud")
    if name is None:
        pytest.fail("the cloud tests need --cloud NAME; scripts/test gives it")
    return name


@pytest.fixture(scope="session")
def cloud(cloud_name: str) -> Cloud:
    return connect(cloud_name)


@pytest.fixture(scope="session")
def other_user(cloud_name: str) -> Connection:
    """Somebody else in the same project, who knows nothing of Ao."""
    return openstack.connect(cloud=cloud_name)


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site file of the shop: one server a system, and a short decision window."""
    described = yaml.safe_load((SHOP / "ao.yaml").read_text())
    file = tmp_path_factory.mktemp("shop") / "shop.yaml"
    name = f"test-{secrets.token_hex(3)}"
    file.write_text(yaml.safe_dump({**described, "site": name, **RULES}))
    (file.parent / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    return file


@pytest.fixture(scope="session")
def site(site_file: Path) -> Site:
    return config.load(site_file)


@pytest.fixture(scope="session")
def work(
    cloud: Cloud, cloud_name: str, other_user: Connection, site: Site, site_file: Path
) -> Iterator[Work]:
    """The shop of nearly all tests (pool method, HAProxy): to build one takes minutes.

    It is built by `openstack`, and deleted at the end. A test finds it whole and unlocked, with no
    release open, and leaves it so; which system is live, and with which version, it asks. Only the
    screen's tests, which come first, know it as it was built, and those of test_tls.py, which come
    last, take it from HTTP to HTTPS.
    """
    work = Work(cloud=cloud, site=site)
    program = Path(sys.executable).with_name("openstack")
    create = ("bluegreen", "site", "create", site.name, "--config", str(site_file))
    subprocess.run([program, "--os-cloud", cloud_name, *create], check=True, timeout=PATIENCE)
    yield work
    _delete(work, other_user)


def _delete(work: Work, other_user: Connection) -> None:
    """Delete a site and its journal, and see nothing of it left.

    A server that an outage has left, and that Heat knows no more, goes as the error says.
    """
    try:
        reconcile.down(work, frozenset(Colour))
    except BuildFailed as error:
        for server in set(
            re.findall(r"`openstack server remove port ([0-9a-f-]{36}) ", error.cure)
        ):
            assert other_user.compute.get_server(server).name.startswith(f"{work.site.name}-")
            RealOtherUser(other_user).delete_server(server)
        reconcile.down(work, frozenset(Colour))
    Journal(work).forget()
    left = RealOtherUser(other_user).things_named(work.site.name)
    assert not left, f"{work.site.name} is deleted and has left {', '.join(left)}"


@pytest.fixture
def operator(site_file: Path, cloud_name: str) -> Operator:
    return Operator(site_file, cloud_name)


Delete = Callable[[Work, Connection], None]


@pytest.fixture(scope="session")
def delete() -> Iterator[Delete]:
    """Deletes a site, and its journal, while later tests run; the last of them waits for it.

    One site at a time: a project has few routers.
    """
    deletions: list[Future[None]] = []

    def begin(work: Work, other_user: Connection) -> None:
        for deletion in deletions:
            deletion.result()
        deletions.append(pool.submit(_delete, work, other_user))

    with ThreadPoolExecutor(max_workers=1) as pool:
        yield begin
    for deletion in deletions:
        deletion.result()


@pytest.fixture(scope="module")
def moving(site: Site, delete: Delete) -> Iterator[Work]:
    """A shop of the address method on OVN in another project, deleted at the end."""
    moving = replace(
        site,
        name=f"moving-{secrets.token_hex(3)}",
        load_balancer=replace(
            site.load_balancer, provider="ovn", protocol="TCP", algorithm="SOURCE_IP_PORT"
        ),
        health_check=replace(site.health_check, type="TCP"),
        switch=replace(site.switch, method=Method.ADDRESS),
    )
    work = Work(cloud=connect(ANNEX), site=moving)
    reconcile.up(work)
    yield work
    delete(work, openstack.connect(cloud=ANNEX))


Visited = Callable[[Work], AbstractContextManager[visitors.Tally]]


@pytest.fixture(scope="session")
def visited() -> Visited:
    """Visitors of production, each visit on a new connection, while the body runs.

    They come by HTTP, and go where they are led.
    """

    @contextmanager
    def visited(work: Work) -> Iterator[visitors.Tally]:
        production = work.observe().production
        assert production is not None
        way = visitors.Way(f"http://{work.site.host or production.address}", production.address)
        if work.site.tls is not None:
            way.tls.load_verify_locations(cadata=work.site.tls.ca)
        tally, stop = visitors.Tally(), threading.Event()
        threads = [
            threading.Thread(target=visitors.keep_visiting, args=(way, tally, stop))
            for _ in range(visitors.VISITORS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield tally
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    return visited


def soon(look: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes to be within a time that a quiet machine would take.

    A second on a machine with more work than processors counts as the part of it that the machine
    gives; after four times the seconds it is over all the same.
    """
    left, end = seconds, time.monotonic() + 4 * seconds
    while left > 0 and time.monotonic() < end:
        if look():
            return True
        time.sleep(2)
        left -= 2 * min(1.0, (os.cpu_count() or 1) / max(os.getloadavg()[0], 0.01))
    return False


def told(work: Work, role: str) -> tuple[str, str]:
    """Colour and version that production or the preview answers with."""
    facts = work.observe()
    address = facts.production if role == "production" else facts.preview
    assert address is not None
    url = work.site.url if role == "production" else work.site.preview_url
    answer = visit(url(address.address, "/version"), 5, work.site.request_options)
    return answer.headers["x-ao-colour"], answer.headers["x-ao-version"]
