"""Settings of a cloud that would have Ao ask somebody else, or wait for hours."""

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import openstack
import pytest
from openstack.config import loader

from ao import cloud
from ao.cloud import cloud_settings
from ao.cloud.requests import LONGEST_PATIENCE
from ao.errors import ConfigError, NotAuthenticated, Unavailable
from tests.unit.cloud.openstack import Handler, connect, serving

SHOP = {"auth_type": "none", "endpoint": "http://127.0.0.1:1"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that openstacksdk looks for files of clouds in, and no other."""
    for kind, name in (("CONFIG", "clouds"), ("SECURE", "secure"), ("VENDOR", "clouds-public")):
        monkeypatch.setattr(loader, f"{kind}_FILES", [str(tmp_path / f"{name}.yaml")])
    return tmp_path


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server that has the settings of a cloud, by its host and port, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"name": "theirs", "profile": SHOP}).encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def write(folder: Path, settings: Mapping[str, object], name: str = "clouds.yaml") -> None:
    (folder / name).write_text(json.dumps({"clouds": {"shop": settings}}))


@pytest.mark.parametrize("key", ["profile", "cloud"])
@pytest.mark.parametrize("named", ["shop", None])
@pytest.mark.parametrize("url", ["http://ops:hunter2@%s/a?b", "//%s"])
def test_settings_at_a_url_are_refused_and_not_fetched(
    key: str, named: str | None, url: str, folder: Path, elsewhere: tuple[str, list[str]]
) -> None:
    place, asked = elsewhere
    write(folder, {**SHOP, key: url % place})
    with pytest.raises(ConfigError) as told:
        cloud.connect(named)
    assert asked == []
    assert told.value.exit_code == 2
    assert told.value.message.startswith(f"{folder}/clouds.yaml: cloud shop has its settings at ")
    assert place in told.value.message
    assert f"delete `{key}`" in told.value.cure
    assert "hunter2" not in str(told.value)


def test_they_are_refused_where_the_file_of_secrets_names_them(
    folder: Path, elsewhere: tuple[str, list[str]]
) -> None:
    place, asked = elsewhere
    write(folder, SHOP)
    write(folder, {"profile": f"https://{place}"}, "secure.yaml")
    with pytest.raises(ConfigError, match="shop has its settings at"):
        cloud.connect("shop")
    assert asked == []


def test_they_are_refused_where_the_environment_names_them(
    monkeypatch: pytest.MonkeyPatch, elsewhere: tuple[str, list[str]]
) -> None:
    place, asked = elsewhere
    monkeypatch.setenv("OS_PROFILE", f"http://{place}")
    monkeypatch.setenv("OS_AUTH_TYPE", "none")
    with pytest.raises(ConfigError, match=r"^OS_PROFILE: "):
        cloud.connect(None)
    assert asked == []


def test_the_cure_works(folder: Path, elsewhere: tuple[str, list[str]]) -> None:
    write(folder, {"profile": f"http://{elsewhere[0]}"})
    with pytest.raises(ConfigError):
        cloud.connect("shop")
    write(folder, SHOP)
    assert cloud.connect("shop").name == "shop"


@pytest.mark.parametrize("name", ["ovh", "vexxhost", "rackspace"])
def test_providers_that_openstacksdk_knows_by_name_may_be_named(name: str, folder: Path) -> None:
    write(folder, {"profile": name})
    cloud_settings.check_profile(loader.OpenStackConfig(), "shop")


def test_a_profile_of_the_file_of_vendors_may_be_named(folder: Path) -> None:
    (folder / "clouds-public.yaml").write_text(json.dumps({"public-clouds": {"ours": SHOP}}))
    write(folder, {"profile": "ours"})
    assert cloud.connect("shop").name == "shop"


@pytest.mark.parametrize("profile", [7, ["http://a.example"], {"a": "b"}, "http://[::bad"])
def test_a_profile_that_is_none_is_told(profile: object, folder: Path) -> None:
    write(folder, {**SHOP, "profile": profile})
    with pytest.raises(NotAuthenticated):
        cloud.connect("shop")


@pytest.mark.parametrize("retries", [2, 900])
def test_a_connection_that_fails_is_tried_again_a_few_times_whatever_the_file_says(
    retries: int,
) -> None:
    with serving() as server:
        server.answer = Handler.reset
        more = {"connect_retries": retries, "connect_retry_delay": 0.001}
        with pytest.raises(Unavailable):
            cloud.of(connect(server, **more)).stacks.all()
    assert len(server.asked) == 1 + min(retries, cloud_settings.RETRIES)


def settings(**given: object) -> dict[str, object]:
    cloud_settings.bound(given, "shop")
    return given


@pytest.mark.parametrize(
    ("given", "heeded"),
    [
        ({"connect_retries": 3}, {"connect_retries": 3}),
        ({"connect_retries": "100000"}, {"connect_retries": 5}),
        ({"load_balancer_connect_retries": 10**18}, {"load_balancer_connect_retries": 5}),
        ({"connect_retries": -1}, {"connect_retries": 0}),
        ({"connect_retries": None, "region_name": "R"}, {"connect_retries": None}),
        ({"connect_retry_delay": 1e300}, {"connect_retry_delay": 30.0}),
        ({"connect_retry_delay": "inf"}, {"connect_retry_delay": 30.0}),
        ({"connect_retry_delay": 0.5}, {"connect_retry_delay": 0.5}),
        ({"status_code_retries": "many"}, {"status_code_retries": "many"}),
    ],
)
def test_retries_and_pauses_are_bounded(
    given: dict[str, object], heeded: dict[str, object]
) -> None:
    assert settings(**given) == {**given, **heeded}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("connect_retries", "many"),
        ("connect_retries", [1]),
        ("connect_retries", float("inf")),
        ("connect_retry_delay", "nan"),
        ("network_connect_retries", "1.5"),
    ],
)
def test_what_is_no_number_is_told_by_its_key_and_not_repeated(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"cloud shop has a `{key}` that is no number") as told:
        settings(**{key: value})
    assert "many" not in str(told.value)


def test_it_is_told_before_the_cloud_is_asked(folder: Path) -> None:
    write(folder, {**SHOP, "connect_retries": "many"})
    with pytest.raises(ConfigError, match="connect_retries"):
        cloud.connect("shop")


@pytest.mark.parametrize(("given", "heeded"), [(30, 30), (10**9, LONGEST_PATIENCE), ("inf", 600)])
def test_a_service_may_not_be_silent_for_hours(given: object, heeded: float, folder: Path) -> None:
    write(folder, {**SHOP, "api_timeout": given})
    there = openstack.connect(cloud="shop")
    cloud.of(there)
    assert there.session.timeout == heeded
