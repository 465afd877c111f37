"""`ao certificate show` and `ao certificate renew`."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from ao import config, fake
from ao.commands.app import Ao
from ao.commands.certificate import Renew, Show
from ao.operations import reconcile
from ao.work import Work
from tests.unit.certificates import HOST, issue
from tests.unit.operations.sites import start

SHOP = Path(__file__).parents[3] / "examples" / "shop"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo shop by HTTPS, with its certificate beside it."""
    described = yaml.safe_load((SHOP / "ao.yaml").read_text())
    described |= {
        "host": HOST,
        "tls": {"certificate": {"certificate": "shop.crt", "key": "shop.key"}},
    }
    described["load_balancer"] |= {"protocol": "TERMINATED_HTTPS", "port": 443}
    (tmp_path / "ao.yaml").write_text(yaml.safe_dump(described))
    (tmp_path / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    issue(HOST, "www.shop.example", days=30.5).write(tmp_path)
    return tmp_path


@pytest.fixture
def work(folder: Path) -> Work:
    work = start(config.load(folder / "ao.yaml"), providers=("haproxy",))
    reconcile.up(work)
    return work


@pytest.fixture
def run(
    work: Work, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command on the site, as a user if one is given."""

    def run(*line: str, cloud: fake.Cloud = work.cloud) -> tuple[int, str, str]:
        monkeypatch.setattr("ao.cloud.connect", lambda name: cloud)
        surroundings = {"clock": work.clock, "visit": work.visit, "handshake": work.cloud.served}
        monkeypatch.setattr("ao.work.Work", partial(Work, **surroundings))
        ao = Ao()
        ao.command_manager.add_command("certificate show", Show)
        ao.command_manager.add_command("certificate renew", Renew)
        capsys.readouterr()
        code = ao.run(["--config", str(folder / "ao.yaml"), *line])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def shown(run: Run, **more: Any) -> list[dict[str, Any]]:
    code, out, err = run("certificate", "show", "-f", "json", **more)
    assert code == 0, err
    told: list[dict[str, Any]] = json.loads(out)
    return told


def test_programs_get_a_row_for_production_and_one_for_the_preview(run: Run, work: Work) -> None:
    production, preview = shown(run)
    assert (production["Role"], preview["Role"]) == ("production", "preview")
    kept = production["Certificate ID"]
    (secret,) = work.cloud.openstack.project("shop").barbican.secrets.values()
    assert kept == secret.id
    assert production["Certificate"] == secret.name
    assert {it: production[it] for it in list(production)[3:5]} == {
        "Subject": f"CN={HOST}",
        "Names": f"{HOST}, www.shop.example",
    }
    assert production["Days left"] == 30
    assert production["Names host"] == production["Trusted"] == "yes"
    assert production["Chain"] == "whole"
    assert production["ALPN"] == "h2"
    assert production["In Barbican"] == production["Octavia reads it"] == "yes"
    assert secret.name.endswith(production["SHA-256"][:32])


def test_people_get_a_table_that_fits(run: Run) -> None:
    code, out, _ = run("certificate", "show")
    assert code == 0
    assert "| Days left " in out
    assert max(map(len, out.splitlines())) < 240


def test_a_reader_to_whom_barbican_shows_nothing_sees_what_is_served(run: Run, work: Work) -> None:
    reader = fake.Cloud(openstack=work.cloud.openstack, user="reader", reader=True)
    production, _ = shown(run, cloud=reader)
    assert production["Trusted"] == "yes"
    assert production["In Barbican"] == production["Octavia reads it"] == "not known"


@pytest.mark.parametrize(("spoil", "told"), [("gone", ("no", "no")), ("hidden", ("yes", "no"))])
def test_what_octavia_cannot_read_is_told(
    run: Run, work: Work, spoil: str, told: tuple[str, str]
) -> None:
    barbican = work.cloud.openstack.project("shop").barbican
    for secret in list(barbican.secrets.values()):
        secret.readers.clear()
        if spoil == "gone":
            barbican.remove(secret.id)
    production, _ = shown(run)
    assert (production["In Barbican"], production["Octavia reads it"]) == told


def test_the_key_is_in_no_output(run: Run, folder: Path) -> None:
    key = issue()
    key.write(folder, "new")
    told = run(
        "--debug",
        *("certificate", "renew"),
        *("--certificate", str(folder / "new.crt"), "--key", str(folder / "new.key")),
    )
    secret = key.key.decode().splitlines()[1]
    assert told[0] == 0
    assert not [it for it in told[1:] if secret in it]


def test_renew_serves_what_the_files_hold_and_shows_it(run: Run, folder: Path) -> None:
    new = issue(days=60)
    new.write(folder)
    code, out, err = run("certificate", "renew", "-f", "json")
    assert code == 0, err
    assert [it["SHA-256"] for it in json.loads(out)] == [new.fingerprint] * 2
    code, _, err = run("certificate", "renew")
    assert code == 0
    assert "serves that certificate already" in err


@pytest.mark.parametrize("given", [("--key", "x"), ("--certificate", "x"), ("--chain", "x")])
def test_a_certificate_without_its_key_is_refused(run: Run, given: tuple[str, str]) -> None:
    code, _, err = run("certificate", "renew", *given)
    assert code == 2
    assert "--certificate and its --key" in err


def test_a_file_that_is_not_there_is_told_by_its_option(run: Run) -> None:
    code, _, err = run("certificate", "renew", "--certificate", "no.crt", "--key", "no.key")
    assert code == 2
    assert "--certificate: cannot read no.crt" in err
    assert "ao.yaml" not in err


def test_a_key_of_another_certificate_is_told_by_its_option(run: Run, folder: Path) -> None:
    issue().write(folder, "one")
    issue().write(folder, "other")
    given = ("--certificate", str(folder / "one.crt"), "--key", str(folder / "other.key"))
    code, _, err = run("certificate", "renew", *given)
    assert code == 2
    assert err.startswith("ao: --key: the key is not that of the certificate")


def test_a_site_without_listeners_of_https_has_nothing_to_show(run: Run, work: Work) -> None:
    balancer = replace(work.site.load_balancer, protocol="HTTP", port=80)
    plain = start(replace(work.site, load_balancer=balancer, tls=None), providers=("haproxy",))
    reconcile.up(plain)
    production, _ = shown(run, cloud=plain.cloud)
    assert production["Address"] == production["SHA-256"] == production["Certificate ID"] == ""
