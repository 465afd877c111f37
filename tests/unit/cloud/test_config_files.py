"""Files of clouds that are none: refused before openstacksdk opens them."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from openstack.config import loader

from ao import cloud
from ao.cloud import config_files
from ao.errors import CloudError, ConfigError

NAMES = ("clouds.yaml", "secure.yaml", "clouds-public.yaml", "clouds.json")
CLOUDS = "clouds: {shop: {auth_type: none, endpoint: 'http://127.0.0.1:1'}}"


def large(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(2**30)


def listening(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place))


KINDS: dict[str, Callable[[Path], object]] = {
    "a named pipe": os.mkfifo,
    "an endless device": lambda place: place.symlink_to("/dev/zero"),
    "a terminal or whatever is the input": lambda place: place.symlink_to("/dev/random"),
    "a gigabyte": large,
    "a folder": Path.mkdir,
    "a socket": listening,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that openstacksdk looks for files of clouds in, and no other."""
    for kind in ("CONFIG", "SECURE", "VENDOR"):
        places = [
            str(tmp_path / Path(it).name) for it in dict.fromkeys(getattr(loader, f"{kind}_FILES"))
        ]
        monkeypatch.setattr(loader, f"{kind}_FILES", list(dict.fromkeys(places)))
    for name in config_files.NAMED_BY:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_is_refused_and_not_opened(kind: str, name: str, folder: Path) -> None:
    KINDS[kind](folder / name)
    with pytest.raises(ConfigError) as told:
        cloud.connect("shop")
    assert str(folder / name) in told.value.message
    assert told.value.exit_code == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variable", config_files.NAMED_BY)
def test_what_a_variable_names_and_is_no_file_is_refused(
    kind: str, variable: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KINDS[kind](folder / "named")
    monkeypatch.setenv(variable, str(folder / "named"))
    with pytest.raises(ConfigError):
        cloud.connect("shop")


@pytest.mark.parametrize("kind", KINDS)
def test_the_cure_works(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    KINDS[kind](folder / "named")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(folder / "named"))
    with pytest.raises(ConfigError, match="a file of clouds"):
        cloud.connect("shop")
    (folder / "good").write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(folder / "good"))
    assert cloud.connect("shop").name == "shop"


def test_a_name_that_no_file_can_have_is_looked_for_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "x" * 5000)
    with pytest.raises(CloudError):
        cloud.connect("shop")


def test_the_null_device_stands_for_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "clouds.yaml").write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", os.devnull)
    assert cloud.connect("shop").name == "shop"


def test_a_link_to_a_file_is_a_file(folder: Path) -> None:
    (folder / "real").write_text(CLOUDS)
    (folder / "clouds.yaml").symlink_to(folder / "real")
    assert cloud.connect("shop").name == "shop"
