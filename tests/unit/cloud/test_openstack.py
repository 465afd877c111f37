"""How a real OpenStack is found, and who is logged in to it."""

import datetime
import gc
import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from keystoneauth1 import access, noauth
from keystoneauth1.identity.access import AccessInfoPlugin
from keystoneauth1.session import Session
from openstack.connection import Connection

from ao import cloud
from ao.errors import CloudError, NotAuthenticated
from tests.unit.cloud.openstack import Server, serving
from tests.unit.spoilt_files import KINDS, fuzzed

USER = {"id": "4f1c", "name": "kim", "domain": {"id": "d", "name": "D"}}


@pytest.mark.parametrize(
    "text",
    [
        "clouds: {}",
        "{",
        "\xff",
        "clouds: {shop: []}",
        "clouds: {shop: 3}",
        f"clouds: {{shop: {{auth: {{}}, cacert: {'x' * 9_000}}}}}",
        "clouds: {shop: {auth: {auth_url: 3, username: x, password: y, project_name: z}}}",
        "clouds: {shop: {api_timeout: soon, auth_type: none, endpoint: http://127.0.0.1}}",
    ],
)
def test_a_file_that_describes_no_cloud_is_told(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clouds.yaml").write_bytes(text.encode("latin-1"))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with pytest.raises(NotAuthenticated) as told:
        cloud.connect("shop")
    assert "clouds.yaml" in told.value.cure


def test_a_user_is_told_by_name_and_by_the_id_that_the_token_has() -> None:
    token = {"token": {"methods": ["token"], "user": USER, "catalog": []}}
    auth = AccessInfoPlugin(access.create(body=token, auth_token="t"))
    connected = cloud.of(Connection(session=Session(auth=auth)))
    assert (connected.user, connected.user_id) == ("kim", "4f1c")


def test_a_login_that_tells_no_user_has_no_id() -> None:
    assert cloud.of(Connection(session=Session(auth=noauth.NoAuth()))).user_id == ""


PASSWORD = {
    "auth_url": "https://cloud.example/v3",
    "username": "kim",
    "password": "hush",
    "project_name": "shop",
}


@pytest.mark.parametrize(
    ("described", "happened", "cure"),
    [
        ({"auth": PASSWORD | {"password": None}}, "has no password", "OS_PASSWORD"),
        ({"auth": PASSWORD, "cacert": "/nowhere/ca.pem"}, "no file /nowhere/ca.pem", "`cacert`"),
        ({"auth": PASSWORD, "cert": "/nowhere/c.pem"}, "no file /nowhere/c.pem", "`cert`"),
        (
            {"auth": PASSWORD, "cert": "/dev/null", "key": "/nowhere/key.pem"},
            "no file /nowhere/key.pem",
            "`cert`",
        ),
    ],
)
def test_what_a_login_lacks_is_told_before_anybody_is_asked(
    described: dict[str, object],
    happened: str,
    cure: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"shop": described}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with pytest.raises(NotAuthenticated) as told:
        cloud.connect("shop")
    assert happened in told.value.message
    assert cure in told.value.cure


@pytest.mark.parametrize("kind", ["bool", "int", "float", "timestamp", "set", "omap", "nothing"])
def test_a_password_that_yaml_takes_for_something_else_is_not_shown(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clouds.yaml").write_text(
        f"clouds:\n  shop:\n    auth: {{username: kim, password: !!{kind} hush}}\n"
    )
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with pytest.raises(NotAuthenticated) as told:
        cloud.connect("shop")
    assert "hush" not in str(told.value)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_in_clouds_yaml_is_told_in_few_words(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fuzz: int
) -> None:
    shop = {"auth": PASSWORD, "region_name": "one", "cacert": "/dev/null", "verify": True}
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))

    def check(data: bytes) -> None:
        (tmp_path / "clouds.yaml").write_bytes(data)
        told = ""
        try:
            cloud.connect("shop")
        except CloudError as error:
            told = error.message
        assert len(told) < 600
        assert "hush" not in told

    fuzzed(check, KINDS[kind]([yaml.safe_dump({"clouds": {"shop": shop}}).encode()]), fuzz)


NOWHERE = "http://127.0.0.1:1/identity/v3"
"""An address at which nobody listens."""
ODD: tuple[object, ...] = (
    None, "", 0, -1, 1.5, math.inf, math.nan, 10**30, True, False, "x", "\x1b[31m", "http://[",
    [], ["a"], [["a"]], {}, {"a": {"b": [1]}}, datetime.date(2026, 1, 1), b"bytes", "a" * 3000,
)  # fmt: skip
"""Values that few keys of a cloud's section can have."""
KEYS = (
    "region_name", "interface", "verify", "cacert", "cert", "key", "insecure", "api_timeout",
    "auth_type", "auth", "regions", "networks", "rate_limit", "orchestration_api_version",
    "identity_api_version", "orchestration_endpoint_override", "orchestration_service_type",
    "orchestration_service_name", "orchestration_default_microversion", "auth_methods",
    "orchestration_min_version",
)  # fmt: skip
"""Keys of a cloud's section that openstacksdk looks at, some of them at the first request only."""
AUTH = (
    "auth_url", "username", "password", "project_name", "project_id", "user_domain_name",
    "domain_id", "trust_id", "system_scope", "x",
)  # fmt: skip
"""Keys of its `auth`."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("answered", [False, True], ids=["refused", "answered"])
@pytest.mark.parametrize("key", [*KEYS, *(f"auth.{key}" for key in AUTH)])
def test_an_odd_value_of_a_cloud_is_told_in_few_words_at_the_first_request(
    key: str,
    answered: bool,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fuzz: int,
) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    url = f"{server.url}/identity/v3" if answered else NOWHERE
    named = {"user_domain_name": "D", "project_domain_name": "D", "auth_url": url}
    count = min(len(ODD), max(1, fuzz // 8))
    for value in random.Random(f"{key} {answered}").sample(ODD, count):
        auth: dict[str, object] = PASSWORD | named
        shop: dict[str, object] = {"auth": auth, "region_name": "R"}
        place = auth if key.startswith("auth.") else shop
        place[key.removeprefix("auth.")] = value
        (tmp_path / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"shop": shop}}))
        told = ""
        try:
            cloud.connect("shop").stacks.all()
        except CloudError as error:
            told = str(error.text)
        assert "hush" not in told
        assert "object at 0x" not in told
        assert len(told) < 1000
    # A socket that a library has left open is told of here, and not in another test.
    gc.collect()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("key", "value"), [("rate_limit", 0), ("cert", b"bytes")])
def test_what_a_library_cannot_use_at_the_first_request_has_the_configuration_as_its_cure(
    key: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = {"auth": PASSWORD | {"auth_url": NOWHERE, "user_domain_name": "D"}, key: value}
    (tmp_path / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"shop": shop}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    told = cure = ""
    try:
        cloud.connect("shop").stacks.all()
    except CloudError as error:
        told, cure = error.message, error.cure
    gc.collect()
    assert "what is configured for Heat cannot be used" in told
    assert "clouds.yaml" in cure
