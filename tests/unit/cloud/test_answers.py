"""Answers of services that are none: told as such by every method, and never taken for one."""

import dataclasses
import json
import random
import re
import types
import typing
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ao import cloud as face
from ao.cloud import (
    Alarm,
    Cloud,
    FloatingIP,
    L7Policy,
    Listener,
    ListenerSettings,
    LoadBalancer,
    Lock,
    Monitor,
    Pool,
    PoolSettings,
    Resource,
    SoftwareConfig,
    Stack,
    Template,
    requests,
)
from ao.errors import AoError, CloudError, NotAuthenticated, NotFound, Unavailable
from ao.operations.overview import overview
from tests.unit.cloud import openstack
from tests.unit.cloud.cloud_calls import methods
from tests.unit.cloud.openstack import (
    ANSWERS,
    CONTAINER,
    SECRET,
    Handler,
    Server,
    connect,
    login,
    serving,
    token,
)

STACK = Stack(
    id="s-1", name="ao-shop", action="", status="", reason="", tags=frozenset(), updated_at=""
)
RESOURCE = Resource(
    name="lock_network",
    type="",
    status="",
    reason="",
    physical_id="n-1",
    stack_name="ao-shop",
    stack_id="s-1",
    parent="",
)
IP = FloatingIP(
    id="f-1", address="", network_id="", port_id=None, status="", description="", revision=1
)
BALANCER = LoadBalancer(
    id="lb-1",
    name="ao-shop",
    description="",
    provider="",
    vip_address="",
    vip_port_id="",
    provisioning_status="",
    operating_status="",
    pool_ids=(),
)
LISTENER = Listener(id="l-1", name="", default_pool_id=None)
L7_POLICY = replace(L7Policy.redirect("https", "https://shop.example"), id="l7-1")
POOL = Pool(id="pool-1", name="", description="", operating_status="", members=0)
LOCK = Lock(
    id="p-1", name="", network_id="n-1", description="", revision=1, created=0, written=0, read=0
)
MONITOR = Monitor(id="h-1", type="HTTP", domain_name=None, http_version=None, tags=frozenset())
RECORD = SoftwareConfig(id="c-1", name="", created_at="")
ALARM = Alarm(id="a-1", name="", enabled=True, state="", reason="")
TEMPLATE = Template(body="")
NOV_2026 = datetime(2026, 11, 1, tzinfo=UTC)

CASES: dict[str, Callable[[Cloud], object]] = {
    "stacks.all": lambda cloud: cloud.stacks.all(),
    "stacks.tagged": lambda cloud: cloud.stacks.tagged("ao:site=shop"),
    "stacks.get": lambda cloud: cloud.stacks.get("ao-shop"),
    "stacks.create": lambda cloud: cloud.stacks.create("ao-shop", TEMPLATE, {}, frozenset(), 60),
    "stacks.update": lambda cloud: cloud.stacks.update(STACK, TEMPLATE, {}, frozenset(), 60),
    "stacks.repair": lambda cloud: cloud.stacks.repair(STACK, {}, 60),
    "stacks.preview": lambda cloud: cloud.stacks.preview(STACK, TEMPLATE, {}, keeps=True),
    "stacks.preview_new": lambda cloud: cloud.stacks.preview_new("ao-shop", TEMPLATE, {}),
    "stacks.validate": lambda cloud: cloud.stacks.validate(TEMPLATE, {}),
    "stacks.parameters": lambda cloud: cloud.stacks.parameters(STACK),
    "stacks.delete": lambda cloud: cloud.stacks.delete(STACK),
    "stacks.cancel": lambda cloud: cloud.stacks.cancel(STACK),
    "stacks.resources": lambda cloud: cloud.stacks.resources(STACK),
    "stacks.mark_unhealthy": lambda cloud: cloud.stacks.mark_unhealthy(RESOURCE, "broken"),
    "stacks.last_signal": lambda cloud: cloud.stacks.last_signal(STACK),
    "stacks.output": lambda cloud: cloud.stacks.output(STACK, "address"),
    "floating_ips.all": lambda cloud: cloud.floating_ips.all(),
    "floating_ips.find": lambda cloud: cloud.floating_ips.find("id", {"f-1"}),
    "floating_ips.point": lambda cloud: cloud.floating_ips.point(IP, "p-1", "ao"),
    "load_balancers.all": lambda cloud: cloud.load_balancers.all(),
    "load_balancers.get": lambda cloud: cloud.load_balancers.get("lb-1"),
    "load_balancers.status": lambda cloud: cloud.load_balancers.status("lb-1"),
    "load_balancers.listeners": lambda cloud: cloud.load_balancers.listeners(),
    "load_balancers.pools": lambda cloud: cloud.load_balancers.pools(),
    "load_balancers.members": lambda cloud: cloud.load_balancers.members("pool-1"),
    "load_balancers.set_default_pool": lambda cloud: cloud.load_balancers.set_default_pool(
        LISTENER, "pool-1"
    ),
    "load_balancers.monitor": lambda cloud: cloud.load_balancers.monitor("h-1"),
    "load_balancers.write_monitor": lambda cloud: cloud.load_balancers.write_monitor(MONITOR),
    "load_balancers.api_version": lambda cloud: cloud.load_balancers.api_version(),
    "load_balancers.configure": lambda cloud: cloud.load_balancers.configure(
        LISTENER, ListenerSettings(hsts_max_age=60)
    ),
    "load_balancers.configure_pool": lambda cloud: cloud.load_balancers.configure_pool(
        POOL, PoolSettings(persistence="SOURCE_IP")
    ),
    "load_balancers.remove_listener": lambda cloud: cloud.load_balancers.remove_listener(LISTENER),
    "load_balancers.l7_policies": lambda cloud: cloud.load_balancers.l7_policies("l-1"),
    "load_balancers.l7_policies_named": lambda cloud: cloud.load_balancers.l7_policies_named(
        "https"
    ),
    "load_balancers.set_l7_policy": lambda cloud: cloud.load_balancers.set_l7_policy(
        L7_POLICY, "why", enabled=True
    ),
    "load_balancers.create_l7_policy": lambda cloud: cloud.load_balancers.create_l7_policy(
        LISTENER, L7_POLICY
    ),
    "load_balancers.create_l7_rule": lambda cloud: cloud.load_balancers.create_l7_rule(
        L7_POLICY, L7_POLICY.rules[0]
    ),
    "load_balancers.remove_l7_policy": lambda cloud: cloud.load_balancers.remove_l7_policy(
        L7_POLICY
    ),
    "load_balancers.reload": lambda cloud: cloud.load_balancers.reload(BALANCER),
    "load_balancers.failover": lambda cloud: cloud.load_balancers.failover(BALANCER),
    "load_balancers.statistics": lambda cloud: cloud.load_balancers.statistics(BALANCER),
    "servers.active": lambda cloud: cloud.servers.active(),
    "servers.named": lambda cloud: cloud.servers.named(["web", "shop-"]),
    "servers.get": lambda cloud: cloud.servers.get("i-1"),
    "servers.details": lambda cloud: cloud.servers.details("i-1"),
    "servers.volume": lambda cloud: cloud.servers.volume("v-1"),
    "servers.is_active": lambda cloud: cloud.servers.is_active("i-1"),
    "servers.console": lambda cloud: cloud.servers.console("i-1", 50),
    "alarms.all": lambda cloud: cloud.alarms.all(),
    "alarms.get": lambda cloud: cloud.alarms.get("a-1"),
    "alarms.enable": lambda cloud: cloud.alarms.enable(ALARM, False, "down"),
    "metrics.query": lambda cloud: cloud.metrics.query("up"),
    "metrics.range": lambda cloud: cloud.metrics.range("up", 0, 60, 15),
    "ports.of_subnet": lambda cloud: cloud.ports.of_subnet("sub-1"),
    "ports.get": lambda cloud: cloud.ports.get("p-1"),
    "ports.of_device": lambda cloud: cloud.ports.of_device("i-1"),
    "ports.sweep": lambda cloud: cloud.ports.sweep("sub-1"),
    "locks.all": lambda cloud: cloud.locks.all(),
    "locks.find": lambda cloud: cloud.locks.find("n-1"),
    "locks.get": lambda cloud: cloud.locks.get("p-1"),
    "locks.mark": lambda cloud: cloud.locks.mark(LOCK, "ao:asked=1"),
    "locks.take": lambda cloud: cloud.locks.take("n-1", "ao-shop-lock", "{}"),
    "locks.renew": lambda cloud: cloud.locks.renew(LOCK, "{}"),
    "locks.remove": lambda cloud: cloud.locks.remove(LOCK),
    "software_configs.listing": lambda cloud: cloud.software_configs.listing(),
    "software_configs.all": lambda cloud: cloud.software_configs.all("ao.site/"),
    "software_configs.since": lambda cloud: cloud.software_configs.since(NOV_2026),
    "software_configs.read": lambda cloud: cloud.software_configs.read(RECORD),
    "software_configs.add": lambda cloud: cloud.software_configs.add("ao.site/shop/1", "x"),
    "software_configs.remove": lambda cloud: cloud.software_configs.remove(RECORD),
    "certificates.find": lambda cloud: cloud.certificates.find("shop"),
    "certificates.get": lambda cloud: cloud.certificates.get(SECRET["secret_ref"]),
    "certificates.stored": lambda cloud: cloud.certificates.stored("shop"),
    "certificates.beginning": lambda cloud: cloud.certificates.beginning("sho"),
    "certificates.store": lambda cloud: cloud.certificates.store("shop", b"PKCS12"),
    "certificates.payload": lambda cloud: cloud.certificates.payload(SECRET["secret_ref"]),
    "certificates.public": lambda cloud: cloud.certificates.public(CONTAINER["container_ref"]),
    "certificates.readers": lambda cloud: cloud.certificates.readers(CONTAINER["container_ref"]),
    "certificates.remove": lambda cloud: cloud.certificates.remove(SECRET["secret_ref"]),
    "lookup.external_network": lambda cloud: cloud.lookup.external_network("public"),
    "lookup.subnet": lambda cloud: cloud.lookup.subnet("dmz", "front"),
    "lookup.network": lambda cloud: cloud.lookup.network("dmz"),
    "lookup.volume_type": lambda cloud: cloud.lookup.volume_type("fast"),
    "lookup.router": lambda cloud: cloud.lookup.router("edge"),
    "lookup.image": lambda cloud: cloud.lookup.image("debian"),
    "lookup.flavor": lambda cloud: cloud.lookup.flavor("small"),
    "lookup.keypair": lambda cloud: cloud.lookup.keypair("mine"),
    "lookup.security_group": lambda cloud: cloud.lookup.security_group("ops"),
    "lookup.availability_zones": lambda cloud: cloud.lookup.availability_zones(),
    "lookup.providers": lambda cloud: cloud.lookup.providers(),
    "lookup.balancer_flavor": lambda cloud: cloud.lookup.balancer_flavor("large"),
    "lookup.balancer_zone": lambda cloud: cloud.lookup.balancer_zone("az-1"),
    "lookup.services": lambda cloud: cloud.lookup.services(),
    "quotas": lambda cloud: cloud.quotas(),
    "check_trusts": lambda cloud: cloud.check_trusts(),
    "user": lambda cloud: cloud.user,
    "user_id": lambda cloud: cloud.user_id,
}
"""Every method that asks a service something."""
BY_LOGIN = ("load_balancers.api_version", "lookup.services", "user", "user_id")
"""Those that the login alone answers, or the service's versions, which it need not tell."""
ASKING = [name for name in CASES if name not in BY_LOGIN]
SENT: dict[str, int] = {}
"""Requests that each sends to services that have told their versions."""
SILENT = {"known_as", "name", "requests"}
"""Those that ask nothing."""


def truncated(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"stacks": [')
    handler.close_connection = True


def garbage(handler: Handler) -> None:
    handler.wfile.write(b"\x00\x01\x02garbage\r\n\r\n")
    handler.close_connection = True


NO_ANSWERS: dict[str, Callable[[Handler], None]] = {
    "a page": lambda it: it.reply(200, b"<html>Maintenance</html>", "text/html"),
    "a page for what is not there": lambda it: it.reply(404, b"<h1>Not here</h1>", "text/html"),
    "nothing": lambda it: it.reply(200, b""),
    "no content": lambda it: it.reply(204, b""),
    "a word": lambda it: it.json(200, "ok"),
    "an empty object": lambda it: it.json(200, {}),
    "lists of nothing": lambda it: it.json(200, dict.fromkeys(KEYS)),
    "lists of other things": lambda it: it.json(200, {key: [{"id": None}] for key in KEYS}),
    "truncated": truncated,
    "bad UTF-8": lambda it: it.reply(200, b'{"stacks": "\xff\xfe"}'),
    "very deep": lambda it: it.reply(200, b"[" * 200_000),
    "no number": lambda it: it.reply(200, b'{"stacks": NaN}'),
    "a reset": Handler.reset,
    "garbage": garbage,
    "a redirect": lambda it: it.reply(302, b"", Location=f"{it.server.url}/elsewhere"),
    "a redirect to nowhere": lambda it: it.reply(302, b""),
}
KEYS = ("stacks", "ports", "software_configs", "floatingips", "loadbalancers", "listeners")
UNDERSTOOD = {
    # Each of these is an answer to somebody.
    "no content": {
        "stacks.delete",
        "locks.remove",
        "ports.sweep",
        "software_configs.remove",
        "load_balancers.remove_listener",
        "load_balancers.remove_l7_policy",
        "certificates.remove",
    },
    # Glance tells its errors in HTML: the page may be its own.
    "a page for what is not there": {"lookup.image"},
    "a word": {"stacks.mark_unhealthy", "stacks.cancel"},
    "an empty object": {"stacks.mark_unhealthy", "stacks.cancel"},
    "lists of nothing": {"stacks.mark_unhealthy", "stacks.cancel"},
    "lists of other things": {"stacks.mark_unhealthy", "stacks.cancel"},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def _cloud(server: Server) -> Cloud:
    """A cloud whose services have told their versions."""
    cloud = face.of(connect(server))
    for name, call in CASES.items():
        server.asked.clear()
        call(cloud)
        SENT[name] = len(server.asked)
    return cloud


@pytest.fixture
def cloud(server: Server, _cloud: Cloud) -> Iterator[Cloud]:
    """A cloud that answers as its APIs say, until a test says otherwise."""
    server.asked.clear()
    yield _cloud
    server.answer, server.login = Handler.answer, login


def once(at: int, answer: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """Answer as the APIs say, but for one request."""
    count = iter(range(1_000_000))
    return lambda handler: answer(handler) if next(count) == at else handler.answer()


def is_of(value: object, wanted: Any) -> bool:
    """Whether a value is of a type, and so is all that is in it."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return any(is_of(value, it) for it in arguments)
    if origin in (tuple, frozenset):
        return isinstance(value, origin) and all(is_of(it, arguments[0]) for it in value)
    if origin is Mapping:
        return isinstance(value, dict) and all(
            is_of(key, arguments[0]) and is_of(it, arguments[1]) for key, it in value.items()
        )
    if origin is typing.Literal:
        return value in arguments
    if dataclasses.is_dataclass(wanted):
        hints = typing.get_type_hints(wanted)
        return type(value) is wanted and all(
            is_of(getattr(value, name), hint) for name, hint in hints.items()
        )
    if wanted is float:
        return type(value) in (int, float)
    return value is None if wanted is type(None) else type(value) is wanted


def test_a_method_that_is_new_has_a_case() -> None:
    assert set(CASES) | SILENT == set(methods())


@pytest.mark.parametrize("name", CASES)
def test_what_a_service_answers_is_understood(cloud: Cloud, name: str) -> None:
    value, wanted = CASES[name](cloud), methods()[name]
    assert is_of(value, wanted)
    assert wanted is type(None) or value not in ((), None)


@pytest.mark.parametrize("what", NO_ANSWERS)
@pytest.mark.parametrize("name", ASKING)
def test_what_is_no_answer_is_told_with_the_request(
    server: Server, cloud: Cloud, name: str, what: str
) -> None:
    if name in UNDERSTOOD.get(what, ()):
        return
    for at in range(SENT[name]):
        server.asked.clear()
        server.answer = once(at, NO_ANSWERS[what])
        with pytest.raises(Unavailable, match=r"^cannot ") as told:
            CASES[name](cloud)
        server.answer = Handler.answer
        method, path = server.asked[at].split()
        assert path.split("/")[-1] in told.value.message
        assert method in told.value.message or what in ("truncated", "a reset", "garbage")
        assert "again" in told.value.cure


def test_the_service_and_how_its_answer_begins_are_told_safe_to_print(
    server: Server, cloud: Cloud
) -> None:
    page = "<p>\x1b[2J\x9b31m\u202e</p> password=hush1 ".encode() + b"x" * 100_000
    server.answer = lambda it: it.reply(200, page, "text/html")
    with pytest.raises(Unavailable) as told:
        cloud.stacks.all()
    assert told.value.message.startswith(
        "cannot list the stacks: what Heat answers to GET /stacks cannot be read (HTTP 200): "
        r"<p>\x1b[2J\x9b31m\u202e</p> password=*** xxx"
    )
    assert len(told.value.message) < 300


def test_where_a_redirect_leads_is_told_and_the_token_is_not_taken_there(
    server: Server, cloud: Cloud
) -> None:
    with serving() as other:
        server.answer = lambda it: it.reply(307, b"", Location=f"{other.url}/heat/v1/p/stacks")
        with pytest.raises(Unavailable, match=f"HTTP 307.*a redirect to {other.url}/heat"):
            cloud.stacks.all()
        assert not other.asked


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 500, 502, 503])
def test_an_error_is_told_in_the_words_of_its_service_safe_to_print(
    server: Server, cloud: Cloud, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    words = {"error": {"message": "it\x1b[2J is\nso " + "x" * 1000}}
    server.answer = lambda it: it.json(status, words, x_openstack_request_id="req\x1b[2J")
    with pytest.raises(AoError, match=r"cannot list the stacks: it\\x1b\[2J is so xxx") as told:
        cloud.stacks.all()
    assert told.value.request_id == r"req\x1b[2J"
    assert not {"Cc"} & {unicodedata.category(it) for it in told.value.message}
    assert len(told.value.message) < 700


@pytest.mark.parametrize("status", [400, 403, 409, 502, 504])
def test_an_error_that_is_a_page_of_a_proxy_is_told_without_its_tags(
    server: Server, cloud: Cloud, status: int
) -> None:
    page = b"<html>\n<h1>Sorry</h1>\n" + b"".join(b"<p>%d</p>\n" % n for n in range(100_000))
    server.answer = lambda it: it.reply(status, page, "text/html")
    with pytest.raises(AoError, match=rf"cannot list the stacks: Sorry 0 1 2 .*HTTP {status}"):
        cloud.stacks.all()


@pytest.mark.parametrize("after", [-1, 3600, 10**9])
def test_how_long_to_wait_is_not_up_to_a_service(
    server: Server, cloud: Cloud, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail(f"waits for {seconds} s"))
    server.answer = lambda it: it.reply(503, b"", Retry_After=str(after))
    for call in (cloud.stacks.all, lambda: cloud.lookup.image("debian")):
        with pytest.raises(Unavailable):
            call()


@pytest.mark.parametrize(
    ("limit", "most", "why"),
    [("LARGEST", 1000, "has more than 0 MiB"), ("LONGEST", 0.2, "has not ended after 0.2 s")],
)
def test_an_answer_without_end_is_broken_off(
    server: Server,
    cloud: Cloud,
    limit: str,
    most: float,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"1\r\n[\r\n")

    monkeypatch.setattr(requests, limit, most)
    server.answer = endless
    with pytest.raises(Unavailable, match=why):
        cloud.stacks.all()


def spoilt(told: Any, luck: random.Random) -> Any:
    """The same JSON with one thing in it that is of another kind, or gone."""
    whole = json.loads(json.dumps(told))
    within, key = luck.choice(list(_places(whole)))
    if isinstance(within, dict) and luck.random() < 0.3:
        del within[key]
    else:
        within[key] = luck.choice([None, 7, -1.5, True, "", "no date", [], {}, [None], {"id": {}}])
    return whole


def _places(told: Any) -> Iterator[tuple[Any, Any]]:
    """Each place in JSON: what it is in, and its key there."""
    for key, value in list(told.items() if isinstance(told, dict) else enumerate(told)):
        yield told, key
        if isinstance(value, dict | list):
            yield from _places(value)


@pytest.mark.parametrize("name", ASKING)
def test_an_answer_with_something_wrong_in_it_is_told_or_gives_what_is_of_its_type(
    server: Server, cloud: Cloud, name: str
) -> None:
    luck = random.Random(name)

    def spoil(handler: Handler) -> None:
        status, told = next(
            reply for pattern, reply in ANSWERS.items() if re.fullmatch(pattern, handler.asked)
        )
        if told and isinstance(told, dict | list):
            handler.json(status, spoilt(told, luck))
        else:
            handler.answer()

    for at in list(range(SENT[name])) * 6:
        server.answer = once(at, spoil)
        # An output may have no value yet, and another thing's name is not the one looked for.
        may_miss = name in ("stacks.output", "certificates.find") or name.startswith("lookup.")
        with suppress(Unavailable, *([NotFound] if may_miss else [])):
            assert is_of(CASES[name](cloud), methods()[name])
        server.answer = Handler.answer


ODD: dict[str, Callable[[Any], None]] = {
    "stacks.all": lambda it: it["stacks"].append(
        {**it["stacks"][0], "id": "s-2", "tags": None, "stack_status_reason": None}
    ),
    "software_configs.all": lambda it: it["software_configs"].append(
        {**it["software_configs"][0], "id": "c-2", "name": None, "group": None}
    ),
    "floating_ips.all": lambda it: it["floatingips"].append(
        {**it["floatingips"][0], "id": "f-2", "status": None, "description": None}
    ),
    "locks.find": lambda it: it["ports"].insert(
        0, {**it["ports"][0], "id": "p-2", "name": "", "description": None, "fixed_ips": []}
    ),
    "load_balancers.all": lambda it: it["loadbalancers"].append(
        {
            "id": "lb-2",
            "name": None,
            "pools": [],
            "provisioning_status": "PENDING_CREATE",
            "operating_status": "OFFLINE",
        }
    ),
    "load_balancers.pools": lambda it: it["pools"].append(
        {"id": "pool-2", "name": None, "members": [], "operating_status": "NO_MONITOR"}
    ),
    "load_balancers.listeners": lambda it: it["listeners"].append({"id": "l-2", "name": None}),
    "alarms.all": lambda it: it.append(
        {"alarm_id": "a-2", "name": "", "enabled": False, "state": "ok", "composite_rule": {}}
    ),
}
"""Things of others as the services may tell them."""


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_about_the_things_of_others_makes_no_answer_unreadable(
    server: Server, cloud: Cloud, name: str
) -> None:
    before = CASES[name](cloud)

    def answer(handler: Handler) -> None:
        status, told = next(
            reply for pattern, reply in ANSWERS.items() if re.fullmatch(pattern, handler.asked)
        )
        told = json.loads(json.dumps(told))
        ODD[name](told)
        handler.json(status, told)

    server.answer = answer
    after = CASES[name](cloud)
    assert is_of(after, methods()[name])
    if isinstance(before, tuple):
        assert set(before) <= set(after)  # type: ignore[call-overload]
    else:
        assert (before.id, after.id) == ("p-1", "p-1")  # type: ignore[attr-defined]


def pages(handler: Handler, link: str) -> None:
    """Two pages of ports, then one that leads nowhere."""
    status, told = ANSWERS["GET /network/v2.0/ports"]
    query = handler.path.partition("?")[2]
    links = [] if "marker=p-1" in query else [{"rel": "next", "href": link}]
    handler.json(status, {**told, "ports_links": [*links, {"rel": "previous", "href": "x"}]})


def test_a_list_is_read_page_by_page_from_its_service_whatever_host_a_link_names(
    server: Server, cloud: Cloud
) -> None:
    link = "http://elsewhere.example/v2.0/ports?limit=1&marker=p-1"
    server.answer = lambda handler: pages(handler, link)
    assert len(cloud.locks.all()) == 2
    assert server.asked == ["GET /network/v2.0/ports"] * 2


@pytest.mark.parametrize("link", ["/v2.0/ports?marker=again", "http://[", "/v2.0/ports", ""])
def test_a_list_whose_pages_lead_nowhere_or_in_a_circle_is_no_answer(
    server: Server, cloud: Cloud, link: str
) -> None:
    server.answer = lambda handler: pages(handler, link)
    with pytest.raises(Unavailable, match="list the locks: what Neutron answers"):
        cloud.locks.all()
    assert len(server.asked) <= 2


def test_a_list_of_glance_leads_to_its_pages_in_its_own_way(server: Server, cloud: Cloud) -> None:
    def answer(handler: Handler) -> None:
        if handler.asked != "GET /image/v2/images":
            handler.answer()
        elif "marker=img-0" in handler.path:
            handler.json(200, {"images": [{"id": "img-1", "name": "debian", "status": "active"}]})
        else:
            handler.json(200, {"images": [], "next": "/v2/images?marker=img-0"})

    server.answer = answer
    assert cloud.lookup.image("debian").id == "img-1"


LOGINS: dict[str, Callable[[Handler], None]] = {
    **{what: it for what, it in NO_ANSWERS.items() if what != "a redirect to nowhere"},
    "no token": lambda it: it.json(201, {"token": None}, X_Subject_Token="t"),
    "an empty token": lambda it: it.json(201, {"token": {}}, X_Subject_Token="t"),
    "no ID of the token": lambda it: it.json(201, {"token": token(it.server.url)}),
    "a list": lambda it: it.json(201, ["token"], X_Subject_Token="t"),
}


@pytest.mark.parametrize("what", LOGINS)
@pytest.mark.parametrize("name", ["stacks.all", "check_trusts", "user", "user_id"])
def test_a_login_that_is_answered_with_no_answer_is_told(
    server: Server, cloud: Cloud, name: str, what: str
) -> None:
    server.login = LOGINS[what]
    with pytest.raises(Unavailable, match=r"^cannot .*/(identity/v3/auth/tokens|elsewhere)"):
        CASES[name](face.of(connect(server)))


@pytest.mark.parametrize("seed", range(15))
def test_a_login_with_something_wrong_in_it_is_told_or_understood(
    server: Server, cloud: Cloud, seed: int
) -> None:
    body = spoilt({"token": token(server.url)}, random.Random(seed))
    server.login = lambda handler: handler.json(201, body, X_Subject_Token="t")
    fresh = face.of(connect(server))
    for name in ("user", "check_trusts", "lookup.services", "stacks.all", "metrics.query"):
        with suppress(CloudError):
            assert is_of(CASES[name](fresh), methods()[name])


@pytest.mark.parametrize("what", NO_ANSWERS)
@pytest.mark.parametrize("name", ["floating_ips.all", "load_balancers.all"])
def test_versions_that_are_answered_with_no_answer_are_told(
    server: Server, cloud: Cloud, name: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openstack, "versions", lambda url: {})
    server.answer = lambda handler: NO_ANSWERS[what](handler)
    with pytest.raises(CloudError, match=r"^cannot "):
        CASES[name](face.of(connect(server)))


def test_a_name_that_no_request_can_hold_is_looked_for_all_the_same(cloud: Cloud) -> None:
    with pytest.raises(CloudError):
        cloud.lookup.image("\ud83d/../x")


def test_a_login_to_no_project_is_told(server: Server, cloud: Cloud) -> None:
    body = token(server.url)
    del body["project"]
    server.login = lambda handler: handler.json(201, {"token": body}, X_Subject_Token="t")
    with pytest.raises(NotAuthenticated, match="the login is to no project"):
        face.of(connect(server)).floating_ips.all()


def test_a_service_that_is_silent_is_waited_for_as_long_as_the_user_says_or_two_minutes(
    server: Server,
) -> None:
    connection = connect(server)
    assert connection.session.timeout is None
    face.of(connection)
    assert connection.session.timeout == 120
    connection.session.timeout = 5
    face.of(connection)
    assert connection.session.timeout == 5


@pytest.mark.parametrize("what", NO_ANSWERS)
@pytest.mark.parametrize("service", ["heat", "network", "lb"])
def test_the_overview_leaves_what_a_service_does_not_answer_as_not_known(
    server: Server, cloud: Cloud, service: str, what: str
) -> None:
    def answer(handler: Handler) -> None:
        wrong = f" /{service}/" in handler.asked
        NO_ANSWERS[what](handler) if wrong else handler.answer()

    server.answer = answer
    found = overview(cloud)
    assert found.unknown
    assert [site.name for site in found.sites] == ["shop"]
