"""Secrets of the application: where they come from, and who opens them."""

import base64
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import config
from ao.apply import sealed_secrets
from ao.colour import Colour
from ao.config import stored
from ao.errors import ConfigError
from ao.operations import operations, previews, reconcile
from ao.redaction import redact_log
from ao.site import Site
from ao.site.secrets import variables
from ao.work import Work
from tests.unit.operations.sites import start

SECRET = "hush & 'quiet' \"now\" $HOME `id` \\ 静か"
FILE = """\
site: shop
external_network: public
version: "1.0"
image: ao-demo
flavor: web.small
user_data: user-data
environment:
  LOG_LEVEL: info
secrets:
  certificate: servers.pem
  values:
    DATABASE_PASSWORD: {env: SHOP_DATABASE}
    SIGNING_KEY: {file: signing-key}
    API_TOKEN: {barbican: shop-api}
load_balancer:
  provider: amphora
identify: {header: X-Ao-Colour}
"""
USER_DATA = "#!/bin/sh\nV=$AO_VERSION\necho $AO_ENVIRONMENT\necho $AO_SECRETS\n"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key of servers, and its certificate."""
    folder = tmp_path_factory.mktemp("keys")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=servers"),
            *("-keyout", "servers.key", "-out", "servers.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


def opened(sealed: str, keys: Path) -> str:
    """What a server reads of sealed secrets, by the command of the docs."""
    done = subprocess.run(
        ["openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", str(keys / "servers.key")],
        input=base64.b64decode(sealed),
        check=True,
        capture_output=True,
    )
    return done.stdout.decode()


@pytest.fixture
def folder(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a site file that names secrets of all sources."""
    (tmp_path / "ao.yaml").write_text(FILE)
    (tmp_path / "user-data").write_text(USER_DATA)
    (tmp_path / "servers.pem").write_text((keys / "servers.pem").read_text())
    (tmp_path / "signing-key").write_text("line one\nline two\n")
    monkeypatch.setenv("SHOP_DATABASE", SECRET)
    return tmp_path


@pytest.fixture
def work(folder: Path) -> Work:
    work = start(config.load(folder / "ao.yaml"))
    work.cloud.certificates.store("shop-api", b"token-of-barbican")
    return work


def user_data(work: Work) -> set[str]:
    servers = work.cloud.openstack.project("shop").nova.servers.values()
    return {it.user_data for it in servers}


def test_servers_get_environment_and_secrets_that_their_key_alone_opens(
    work: Work, keys: Path
) -> None:
    reconcile.up(work)
    (text,) = user_data(work)
    *_, environment, sealed = (line.removeprefix("echo ") for line in text.splitlines())
    assert base64.b64decode(environment).decode() == 'LOG_LEVEL="info"\n'
    lines = opened(sealed, keys)
    assert 'API_TOKEN="token-of-barbican"\n' in lines
    assert 'SIGNING_KEY="line one\nline two"\n' in lines
    shell = subprocess.run(
        ["sh", "-c", f'{lines}\nprintf %s "$DATABASE_PASSWORD"'], check=True, capture_output=True
    )
    assert shell.stdout.decode() == SECRET


def test_nothing_of_them_stands_anywhere_in_the_project(work: Work) -> None:
    """What a reader, and whoever else has a role in the project, could look at."""
    reconcile.up(work)
    operations.deploy(work, "2.0", "for the test")
    project = work.cloud.openstack.project("shop")
    seen = [
        *(str(it.arguments) for it in project.heat.stacks.values()),
        *(str(it.tags) for it in project.heat.stacks.values()),
        *(
            str(it.properties)
            for stack in project.heat.stacks.values()
            for it in stack.parts.values()
        ),
        *project.heat.software_configs.values(),
        *user_data(work),
        *(str(it.metadata) + it.console for it in project.nova.servers.values()),
        work.site.source,
        repr(work.site),
    ]
    for text in seen:
        for secret in (SECRET, "hush", "line one", "token-of-barbican", "line two"):
            assert secret not in text
            assert base64.b64encode(secret.encode()).decode().rstrip("=") not in text


def test_a_preview_reads_none_of_them_and_calls_nothing_changed(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconcile.up(work)
    monkeypatch.delenv("SHOP_DATABASE")
    again = replace(work, found={}, looks={})
    assert previews.changes(again)[1] == ()
    group = replace(work.site.group, user_data=f"{work.site.group.user_data}# more\n")
    changed = replace(again, site=replace(work.site, group=group), found={})
    assert {it.because for it in previews.changes(changed)[1]} == {("user_data",)}


def test_what_ao_says_has_them_masked(work: Work) -> None:
    sealed_secrets.sealed(work)
    assert "token-of-barbican" not in redact_log("said token-of-barbican")


def test_a_secret_that_is_not_there_is_told_with_its_line_and_nothing_of_it(
    work: Work, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_DATABASE")
    (folder / "signing-key").unlink()
    with pytest.raises(ConfigError) as refused:
        reconcile.up(work)
    assert "ao.yaml:12: secrets.values.DATABASE_PASSWORD: the environment variable" in str(
        refused.value
    )
    assert "ao.yaml:13: secrets.values.SIGNING_KEY: the file that it names" in str(refused.value)
    assert work.observe().stack is None


def test_a_site_that_stands_is_looked_after_without_its_secrets(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconcile.up(work)
    work.found.clear()
    monkeypatch.delenv("SHOP_DATABASE")
    reconcile.up(work)
    reconcile.scale(work, Colour.GREEN, 3)


def test_without_the_site_file_nothing_is_deployed(work: Work) -> None:
    reconcile.up(work)
    kept = config.load_stored(work.cloud, "shop")
    assert kept.secrets is None
    assert kept.environment == {"LOG_LEVEL": "info"}
    assert kept.left_out == ("secrets",)
    with pytest.raises(ConfigError, match="the project keeps none; deploy where the site file is"):
        operations.deploy(replace(work, site=kept), "2.0")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{env: SHOP_DATABASE}", "{env: SHOP, file: x}", "give one of file, env and barbican"),
        ("{env: SHOP_DATABASE}", "{}", "give one of file, env and barbican"),
        ("servers.pem", "signing-key", "holds no certificate of RSA"),
        ("servers.pem", "missing.pem", "cannot read missing.pem"),
        ("LOG_LEVEL: info", "DB_PASSWORD: x", "it is called like a secret; write it under"),
        ("LOG_LEVEL: info", "LOG-LEVEL: x", "it is the name of a variable of the environment"),
        ("LOG_LEVEL: info", 'LOG_LEVEL: "a\\eb"', "has control characters"),
    ],
)
def test_what_cannot_be_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    (folder / "ao.yaml").write_text(FILE.replace(old, new))
    with pytest.raises(ConfigError) as refused:
        config.load(folder / "ao.yaml")
    assert said in str(refused.value)
    assert "ao.yaml:" in str(refused.value)


@pytest.mark.parametrize(
    ("word", "key"), [("$AO_ENVIRONMENT", "environment"), ("$AO_SECRETS", "secrets")]
)
def test_what_would_reach_no_server_is_refused(folder: Path, word: str, key: str) -> None:
    (folder / "user-data").write_text(USER_DATA.replace(word, ""))
    with pytest.raises(ConfigError) as refused:
        config.load(folder / "ao.yaml")
    assert f"does not say {word}, so that no server gets `{key}`" in str(refused.value)


def test_a_private_key_beside_the_certificate_is_refused(folder: Path, keys: Path) -> None:
    with (folder / "servers.pem").open("a") as file:
        file.write((keys / "servers.key").read_text())
    with pytest.raises(ConfigError, match="holds a private key, which belongs into the image"):
        config.load(folder / "ao.yaml")


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60))
def test_a_shell_reads_variables_as_they_were_written(value: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'{variables({"WORD": value})}\nprintf %s "$WORD"'],
        check=True,
        capture_output=True,
    )
    assert done.stdout.decode() == value


def test_the_kept_text_has_environment_and_no_secrets(folder: Path) -> None:
    site: Site = config.load(folder / "ao.yaml")
    assert "LOG_LEVEL" in site.source
    assert "DATABASE_PASSWORD" not in site.source
    assert "environment" in stored.TAKEN
