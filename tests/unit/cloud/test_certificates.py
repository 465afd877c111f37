"""How certificates are asked for in Barbican."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest

from ao import cloud as face
from ao.cloud import Cloud, StoredCertificate
from ao.errors import CloudError, Conflict, Forbidden, NotFound, QuotaExceeded
from tests.unit.cloud import openstack
from tests.unit.cloud.openstack import (
    CONTAINER,
    CONTAINER_ID,
    SECRET,
    SECRET_ID,
    Handler,
    Server,
    connect,
    serving,
)

STORED = StoredCertificate(
    ref=str(SECRET["secret_ref"]),
    name="shop",
    kind="secret",
    status="ACTIVE",
    created="2026-11-23T08:15:02",
)
WHOLE = StoredCertificate(
    ref=str(CONTAINER["container_ref"]),
    name="whole",
    kind="container",
    status="ACTIVE",
    created="2026-11-24T08:15:02",
)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def cloud(server: Server) -> Cloud:
    return face.of(connect(server))


def secret(number: int, **changes: Any) -> dict[str, Any]:
    """A secret that is stored a day after the one of a lower number."""
    id_ = f"{number:08}-0000-4000-8000-000000000000"
    return {
        **SECRET,
        "secret_ref": f"https://barbican.example/v1/secrets/{id_}",
        "created": f"2026-11-{number:02}T00:00:00",
        **changes,
    }


def keeping(
    secrets: list[dict[str, Any]], containers: list[dict[str, Any]] | None = None, page: int = 100
) -> Callable[[Handler], None]:
    """Barbican with these things, which tells so many at once."""

    def answer(handler: Handler) -> None:
        there = {"secrets": secrets, "containers": containers or []}
        kind = handler.asked.rpartition("/")[2]
        if kind not in there:
            handler.answer()
            return
        begin = int(handler.query["offset"])
        some = there[kind][begin : begin + min(page, int(handler.query["limit"]))]
        handler.json(200, {kind: some, "total": len(there[kind])})

    return answer


def test_a_certificate_is_found_by_its_name(server: Server, cloud: Cloud) -> None:
    server.answer = keeping([SECRET], [CONTAINER])
    assert cloud.certificates.find("shop") == STORED
    assert cloud.certificates.find("whole") == WHOLE


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (SECRET["secret_ref"], STORED),
        (f"http://elsewhere.example:9311/v1/secrets/{SECRET_ID}/", STORED),
        (f"secrets/{SECRET_ID}", STORED),
        (SECRET_ID, STORED),
        (SECRET_ID.upper(), STORED),
        (CONTAINER["container_ref"], WHOLE),
    ],
)
def test_a_reference_is_asked_for_by_its_id_where_the_catalogue_says(
    server: Server, cloud: Cloud, written: str, found: StoredCertificate
) -> None:
    assert cloud.certificates.find(written) == found
    assert server.asked == [f"GET /barbican/v1/{found.kind}s/{found.id}"]


def test_an_id_alone_may_be_a_container_s(server: Server, cloud: Cloud) -> None:
    gone = {"code": 404, "title": "Not Found", "description": "not here"}

    def answer(handler: Handler) -> None:
        if "/secrets/" in handler.asked:
            handler.json(404, gone)
        else:
            handler.answer()

    server.answer = answer
    assert cloud.certificates.get(CONTAINER_ID) == WHOLE
    server.answer = lambda it: it.json(404, gone)
    assert cloud.certificates.get(CONTAINER_ID) is None
    assert cloud.certificates.readers(CONTAINER_ID) is None


def test_what_is_no_reference_is_asked_for_by_nobody(server: Server, cloud: Cloud) -> None:
    for text in ("shop", "", "https://barbican.example/v1/secrets/../../identity", "a" * 10_000):
        assert cloud.certificates.get(text) is None
        assert cloud.certificates.readers(text) is None
        cloud.certificates.remove(text)
    assert not server.asked


def test_several_of_a_name_are_told_with_the_newest_s_reference(
    server: Server, cloud: Cloud
) -> None:
    server.answer = keeping([secret(2), secret(1)])
    with pytest.raises(Conflict, match="shop is there 2 times") as told:
        cloud.certificates.find("shop")
    assert secret(2)["secret_ref"] in told.value.cure


def test_all_of_a_name_are_told_oldest_first_on_however_many_pages(
    server: Server, cloud: Cloud
) -> None:
    server.answer = keeping([secret(it) for it in (3, 1, 5, 4, 2)], page=2)
    told = [it.created for it in cloud.certificates.stored("shop")]
    assert told == sorted(told)
    assert len(told) == 5


def test_barbican_s_pattern_may_find_more_than_the_name(server: Server, cloud: Cloud) -> None:
    server.answer = keeping([secret(1), secret(2, name="SHOP"), secret(3, name=None)])
    assert [it.name for it in cloud.certificates.stored("shop")] == ["shop"]


def test_what_begins_alike_is_asked_for_by_a_pattern(server: Server, cloud: Cloud) -> None:
    told = keeping([secret(2, name="shop-b"), secret(1, name="shop-a"), secret(3, name="SHOP-c")])
    asked = []

    def answer(handler: Handler) -> None:
        asked.append(unquote_plus(handler.query.get("name", "")))
        told(handler)

    server.answer = answer
    assert [it.name for it in cloud.certificates.beginning("shop-")] == ["shop-a", "shop-b"]
    assert set(asked) == {"shop-%"}


def test_keys_and_other_things_of_that_name_are_no_certificates(
    server: Server, cloud: Cloud
) -> None:
    kinds = ("private", "public", "passphrase", "symmetric", "certificate")
    containers = [{**CONTAINER, "name": "shop", "type": it} for it in ("rsa", "generic")]
    server.answer = keeping(
        [secret(n, secret_type=it) for n, it in enumerate(kinds, 1)], containers
    )
    assert [it.created for it in cloud.certificates.stored("shop")] == ["2026-11-05T00:00:00"]


@pytest.mark.parametrize("name", ["a+b", "100 % sure", "a_b", "ショップ", "a&limit=1"])
def test_a_name_of_any_characters_is_asked_for(server: Server, cloud: Cloud, name: str) -> None:
    asked = {}

    def answer(handler: Handler) -> None:
        kind = handler.asked.rpartition("/")[2]
        asked[kind] = handler.query["name"]
        handler.json(200, {kind: [], "total": 0})

    server.answer = answer
    with pytest.raises(NotFound, match="there is no certificate"):
        cloud.certificates.find(name)
    assert unquote_plus(asked["secrets"]) == name
    assert asked["containers"] == name


def test_a_list_that_never_ends_is_broken_off(server: Server, cloud: Cloud) -> None:
    def answer(handler: Handler) -> None:
        handler.json(200, {"secrets": [], "containers": [], "total": 10})

    server.answer = answer
    assert cloud.certificates.stored("shop") == ()
    assert len(server.asked) == 2


def test_a_certificate_is_stored_as_octavia_reads_it_and_never_expires(
    server: Server, cloud: Cloud
) -> None:
    asked: list[Any] = []

    def answer(handler: Handler) -> None:
        if handler.body:
            asked.append(json.loads(handler.body))
        handler.answer()

    server.answer = answer
    assert cloud.certificates.store("shop", b"\x30\x82PKCS12") == STORED
    (body,) = asked
    assert base64.b64decode(body.pop("payload")) == b"\x30\x82PKCS12"
    assert body == {
        "name": "shop",
        "secret_type": "opaque",
        "payload_content_type": "application/octet-stream",
        "payload_content_encoding": "base64",
    }


def test_a_key_gets_into_no_log(
    server: Server, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    payload = base64.b64encode(b"PKCS12 with a key").decode()
    with caplog.at_level(logging.DEBUG):
        cloud.certificates.store("shop", b"PKCS12 with a key")
        server.answer = lambda it: it.json(500, {"description": "it failed"})
        with pytest.raises(CloudError):
            cloud.certificates.store("shop", b"PKCS12 with a key")
    assert "secrets" in caplog.text
    assert payload not in caplog.text


def test_one_that_is_too_large_for_barbican_is_told_with_its_size(
    server: Server, cloud: Cloud
) -> None:
    told = {"code": 413, "title": "Too large", "description": "Provided information too large"}
    server.answer = lambda it: it.json(413, told)
    with pytest.raises(CloudError, match=r"28,000 bytes.*20,000") as error:
        cloud.certificates.store("shop", b"x" * 21_000)
    assert "chain" in error.value.cure


def test_a_project_s_quota_of_secrets_is_told_as_one(server: Server, cloud: Cloud) -> None:
    told = {"code": 403, "title": "Forbidden", "description": "Quota reached for secrets"}
    server.answer = lambda it: it.json(403, told)
    with pytest.raises(QuotaExceeded):
        cloud.certificates.store("shop", b"x")


def test_the_users_are_told_whom_the_read_acl_names(server: Server, cloud: Cloud) -> None:
    assert cloud.certificates.readers(STORED.ref) == {"u-octavia"}
    default = {"read": {"project-access": True}}

    def answer(handler: Handler) -> None:
        if handler.asked.endswith("/acl"):
            handler.json(200, default)
        else:
            handler.answer()

    server.answer = answer
    assert cloud.certificates.readers(STORED.ref) == frozenset()


def test_of_a_container_all_secrets_have_to_be_readable(server: Server, cloud: Cloud) -> None:
    names = {SECRET_ID: ["octavia", "other"], "b" + SECRET_ID[1:]: ["octavia"]}
    parts = [{"secret_ref": f"https://barbican.example/v1/secrets/{it}"} for it in names]

    def answer(handler: Handler) -> None:
        if handler.asked.endswith("/acl"):
            handler.json(200, {"read": {"users": names[handler.asked.split("/")[-2]]}})
        else:
            handler.json(200, {**CONTAINER, "secret_refs": parts})

    server.answer = answer
    assert cloud.certificates.readers(WHOLE.ref) == {"octavia"}


def test_one_that_is_gone_needs_no_removal(server: Server, cloud: Cloud) -> None:
    cloud.certificates.remove(STORED.ref)
    assert server.asked == [f"DELETE /barbican/v1/secrets/{SECRET_ID}"]
    server.answer = lambda it: it.json(404, {"code": 404, "title": "Not Found"})
    cloud.certificates.remove(STORED.ref)


@pytest.mark.parametrize(
    "ask",
    [
        lambda it: it.find("shop"),
        lambda it: it.get(SECRET_ID),
        lambda it: it.stored("shop"),
        lambda it: it.beginning("shop"),
        lambda it: it.store("shop", b"x"),
        lambda it: it.readers(SECRET_ID),
        lambda it: it.remove(SECRET_ID),
    ],
)
def test_a_reader_is_told_what_role_barbican_asks_for(
    server: Server, cloud: Cloud, ask: Callable[[Any], object]
) -> None:
    told = {"code": 403, "title": "Forbidden", "description": "Secret retrieval not allowed"}
    server.answer = lambda it: it.json(403, told)
    with pytest.raises(Forbidden, match="not allowed") as error:
        ask(cloud.certificates)
    assert "`member`" in error.value.cure


def test_a_cloud_without_a_key_manager_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: path for name, path in openstack.SERVICES.items() if name != "key-manager"}
    monkeypatch.setattr(openstack, "SERVICES", few)
    cloud = face.of(connect(server))
    with pytest.raises(NotFound, match="no key manager") as error:
        cloud.certificates.find("shop")
    assert "Barbican" in error.value.cure
