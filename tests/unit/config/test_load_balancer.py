"""How a load balancer serves, in the site file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ao import config
from ao.config import stored
from ao.errors import ConfigError
from ao.site import Site
from ao.site.session_persistence import SessionPersistence
from ao.site.timeouts import Timeouts
from tests.unit.config.test_agreement import FILE

SHOP = Path(__file__).parents[3] / "examples" / "shop"

Written = Callable[..., Site]


def file_of(balancer: dict[str, object]) -> config.SiteFile:
    """A site file with that load balancer."""
    return config.SiteFile.model_validate({**FILE, "load_balancer": balancer})


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write the demo shop with other keys of its load balancer, and load it."""

    def write(*keys: str, provider: str = "amphora") -> Site:
        text = (SHOP / "ao.yaml").read_text(encoding="utf-8").replace("haproxy", provider)
        more = "".join(f"  {key}\n" for key in keys)
        text = text.replace("load_balancer:\n", f"load_balancer:\n{more}")
        (tmp_path / "ao.yaml").write_text(text, encoding="utf-8")
        for file in SHOP.iterdir():
            if file.name != "ao.yaml":
                (tmp_path / file.name).write_bytes(file.read_bytes())
        return config.load(tmp_path / "ao.yaml")

    return write


def test_a_file_that_says_nothing_of_it_asks_for_nothing(written: Written) -> None:
    balancer = written().load_balancer
    assert balancer.timeouts is None
    assert balancer.insert_headers is None
    assert balancer.allowed_from is None


def test_time_outs_are_durations(written: Written) -> None:
    balancer = written("timeouts: {client: 2m, connect: 0.5}").load_balancer
    assert balancer.timeouts == Timeouts(client=120.0, server=None, connect=0.5)


def test_headers_and_networks_are_lists(written: Written) -> None:
    balancer = written(
        "insert_headers: [X-Forwarded-For]", "allowed_from: [198.51.100.0/24, 192.0.2.1]"
    ).load_balancer
    assert balancer.insert_headers == ("X-Forwarded-For",)
    assert balancer.allowed_from == ("198.51.100.0/24", "192.0.2.1/32")


def test_users_are_known_by_a_cookie_of_the_application(written: Written) -> None:
    balancer = written("session_persistence: {type: APP_COOKIE, cookie: JSESSIONID}").load_balancer
    known = SessionPersistence(type="APP_COOKIE", cookie="JSESSIONID")
    assert balancer.session_persistence == known


def test_servers_that_speak_tls_do_so_on_its_port(written: Written) -> None:
    balancer = written("server_tls: {ca: servers-ca}").load_balancer
    assert balancer.reencrypts
    assert balancer.server_tls is not None
    assert balancer.server_tls.named == (("ca", "servers-ca"),)


def test_the_port_of_servers_that_speak_tls_is_443_by_default() -> None:
    values = {"provider": "amphora", "server_tls": {}}
    assert file_of(values).server_port == 443
    assert file_of({**values, "server_tls": {"enabled": False}}).server_port == 80
    assert file_of({**values, "server_port": 8443}).server_port == 8443


def test_what_is_kept_tells_it_again(written: Written) -> None:
    site = written(
        "timeouts: {client: 2m, server: 90}",
        "insert_headers: []",
        "allowed_from: [198.51.100.0/24]",
        "session_persistence: {type: HTTP_COOKIE}",
    )
    kept = stored.Document.model_validate_json(site.source).site_file
    file = config.SiteFile.model_validate({**kept, "user_data": "user-data"})
    assert file.load_balancer.timeouts is not None
    assert file.load_balancer.timeouts.value() == site.load_balancer.timeouts
    assert file.load_balancer.insert_headers == ()
    assert file.load_balancer.allowed_from == site.load_balancer.allowed_from
    assert file.load_balancer.session_persistence is not None
    assert file.load_balancer.session_persistence.type == "HTTP_COOKIE"


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("timeouts: {client: 0}", "load_balancer.timeouts.client"),
        ("timeouts: {client: 9000h}", "a duration is a year at most"),
        ("insert_headers: [X-Real-IP]", "load_balancer.insert_headers"),
        ("insert_headers: [X-Forwarded-For, X-Forwarded-For]", "one of them is there twice"),
        ("allowed_from: []", "load_balancer.allowed_from"),
        ("allowed_from: [198.51.100.7/24]", "load_balancer.allowed_from"),
        ("allowed_from: ['2001:db8::/32']", "load_balancer.allowed_from"),
        ("session_persistence: {type: APP_COOKIE}", "APP_COOKIE needs `cookie`"),
        ("session_persistence: {type: SOURCE_IP, cookie: sid}", "`cookie` is of APP_COOKIE"),
        (
            "session_persistence: {type: APP_COOKIE, cookie: 'a b'}",
            "load_balancer.session_persistence.cookie",
        ),
        ("session_persistence: {type: LUCK}", "load_balancer.session_persistence.type"),
        ("server_tls: {crl: revoked}", "`crl` revokes certificates of authorities"),
        ("server_tls: {versions: [TLSv1.3, TLSv1.3]}", "one of them is there twice"),
        ("proxy_protocol: 2", "Heat builds no pool that speaks version 2"),
        ("proxy_protocol: 3", "load_balancer.proxy_protocol"),
        ("flavor: ''", "load_balancer.flavor"),
        ("protocol: UDP", "Ao moves no UDP"),
        ("protocol: SCTP", "Ao moves no SCTP"),
    ],
)
def test_what_no_load_balancer_takes_is_told_with_its_place(
    written: Written, key: str, complaint: str
) -> None:
    with pytest.raises(ConfigError) as told:
        written(key)
    assert complaint in str(told.value)
    assert "ao.yaml:" in str(told.value)
