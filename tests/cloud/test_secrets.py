"""Secrets of the shop's servers are looked for wherever the cloud shows something of them."""

import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openstack
import pytest
from openstack.connection import Connection

from ao.apply import sealed_secrets
from ao.operations import operations
from ao.site.secrets import Secrets, SecretSource
from ao.work import Work

SECRET = "a-password-that-nobody-is-to-read"


@pytest.fixture
def sealed(work: Work, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Work:
    """The shop, whose servers get a secret, and leave it sealed on their console."""
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=servers")
    files = ("-keyout", tmp_path / "servers.key", "-out", tmp_path / "servers.pem")
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)
    secrets = Secrets(
        certificate=(tmp_path / "servers.pem").read_text(),
        values={"PASSWORD": SecretSource(env="SHOP_PASSWORD")},
    )
    user_data = f"{work.site.group.user_data}\necho '$AO_SECRETS' >/dev/console\n"
    group = replace(work.site.group, user_data=user_data)
    return replace(work, site=replace(work.site, secrets=secrets, group=group), looks={}, found={})


def asked(cloud: Connection, service: str, path: str) -> str:
    """What a service answers to a GET; nothing where it refuses."""
    answer = getattr(cloud, service).get(path)
    return answer.text if answer.ok else ""


def shown(cloud: Connection, site: str) -> Iterator[tuple[str, str]]:
    """Yield all that a user is shown of a site: its kind, and the text."""
    stacks = json.loads(asked(cloud, "orchestration", "/stacks?show_nested=true"))["stacks"]
    for stack in stacks:
        if site not in stack["stack_name"]:
            continue
        at = f"/stacks/{stack['stack_name']}/{stack['id']}"
        yield "a stack's parameters and outputs", asked(cloud, "orchestration", at)
        for part in ("template", "environment", "files"):
            yield f"a stack's {part}", asked(cloud, "orchestration", f"{at}/{part}")
        yield "events", asked(cloud, "orchestration", f"{at}/events?limit=1000")
        for event in json.loads(asked(cloud, "orchestration", f"{at}/events"))["events"]:
            name, number = event["resource_name"], event["id"]
            where = f"{at}/resources/{name}/events/{number}"
            yield "an event's details", asked(cloud, "orchestration", where)
        resources = json.loads(asked(cloud, "orchestration", f"{at}/resources"))["resources"]
        for resource in resources:
            where = f"{at}/resources/{resource['resource_name']}"
            yield "a resource's properties", asked(cloud, "orchestration", where)
            yield "a resource's metadata", asked(cloud, "orchestration", f"{where}/metadata")
    configs = json.loads(asked(cloud, "orchestration", "/software_configs"))["software_configs"]
    for config in configs:
        if site in config["name"]:
            where = f"/software_configs/{config['id']}"
            yield "a software config", asked(cloud, "orchestration", where)
    for server in json.loads(asked(cloud, "compute", "/servers"))["servers"]:
        if site in server["name"]:
            where = f"/servers/{server['id']}"
            yield "a server", asked(cloud, "compute", where)
            yield "a server's metadata", asked(cloud, "compute", f"{where}/metadata")
            console = cloud.compute.post(f"{where}/action", json={"os-getConsoleOutput": {}})
            yield "a server's console", console.text if console.ok else ""


def plain(text: str) -> Iterator[str]:
    """Yield a text, and what the user data in it says."""
    yield text
    for word in text.replace('"', " ").split():
        if len(word) > 40 and word.isascii():
            try:
                yield b64decode(word, validate=True).decode("utf-8", "replace")
            except ValueError:
                continue


def test_neither_a_reader_nor_a_colleague_is_shown_a_secret_of_the_servers(sealed: Work) -> None:
    operations.deploy(sealed, "2.7")
    ciphertext = sealed_secrets.sealed(sealed)
    for user in ("shop-reader", "shop-colleague"):
        holds: set[str] = set()
        with openstack.connect(cloud=user) as cloud:
            for kind, text in shown(cloud, sealed.site.name):
                for told in plain(text):
                    assert SECRET not in told, f"{user} is shown it in {kind}"
                    if ciphertext in told:
                        holds.add(kind)
        assert holds >= {"an event's details", "a stack's environment"}
