"""The example of two systems and one database: its application, its migrations, its scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import types
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ao.apply.sealed_secrets import seal
from tests.visitors import SHOP

EXAMPLE = SHOP.parent / "database"
ORDER = {"id": str(uuid.UUID(int=7)), "item": "tea cup", "gift": True}


PASSWORD = "a1b2c3"


class OperationalError(Exception):
    """What psycopg2 raises when the database is away."""


class Cursor:
    """A cursor with psycopg2's style of parameters, and its use as a context."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._cursor = base.tables.cursor()

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()

    def execute(self, query: str, values: tuple[object, ...]) -> None:
        if self._base.away:
            raise OperationalError("no answer")
        self._cursor.execute(query.replace("%s", "?"), values)

    @property
    def description(self) -> object:
        return self._cursor.description

    def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()


class Base:
    """The database, in memory, and how often it was connected to."""

    def __init__(self) -> None:
        self.tables = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.tables.execute(
            "create table orders (id text primary key, item text not null, placed text)"
        )
        self.away = False
        self.connections = 0

    def expand(self) -> None:
        """Do what migrations/2.0.sql does."""
        sql = (EXAMPLE / "migrations/2.0.sql").read_text()
        self.tables.execute(re.sub("^--.*$", "", sql, flags=re.M))

    def connect(self, _: str, *, password: str) -> Base:
        if self.away or password != PASSWORD:
            raise OperationalError("no answer")
        self.connections += 1
        return self

    def cursor(self) -> Cursor:
        return Cursor(self)


Serve = Callable[[str], str]


@pytest.fixture
def base() -> Base:
    return Base()


@pytest.fixture
def serve(base: Base, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Serve]:
    """Starts a server of a version; its URL."""
    module = types.ModuleType("psycopg2")
    vars(module).update(
        connect=base.connect,
        Error=OperationalError,
        OperationalError=OperationalError,
        InterfaceError=OperationalError,
    )
    monkeypatch.setitem(sys.modules, "psycopg2", module)
    servers: list[Any] = []
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=servers")
    files = ("-keyout", "servers.key", "-out", "servers.pem")
    subprocess.run(["openssl", *made, *files], cwd=tmp_path, check=True, capture_output=True)
    certificate = (tmp_path / "servers.pem").read_text()

    def start(version: str) -> str:
        text = (EXAMPLE / "orders.py").read_text()
        for word, value in {"SITE": "tea", "COLOUR": "blue", "VERSION": version}.items():
            text = text.replace(f"$AO_{word}", value)
        text = text.replace("$AO_SECRETS", seal(certificate, f'DATABASE_PASSWORD="{PASSWORD}"\n'))
        text = text.replace("/etc/ao/servers.key", str(tmp_path / "servers.key"))
        names: dict[str, Any] = {"__name__": "orders"}
        exec(compile(text, "orders.py", "exec"), names)
        server = names["Server"](("127.0.0.1", 0), names["Handler"])
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def ask(url: str, order: object = None) -> tuple[int, dict[str, Any]]:
    """Status and answer of a request; a POST where there is an order."""
    data = None if order is None else json.dumps(order).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:
            assert answer.headers["X-Ao-Colour"] == "blue"
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_old_version_goes_on_once_the_table_is_expanded(base: Base, serve: Serve) -> None:
    url = f"{serve('1.0')}/orders"
    assert ask(url, ORDER)[0] == 201
    base.expand()
    assert ask(url, ORDER | {"id": str(uuid.UUID(int=8))})[0] == 201
    status, told = ask(url)
    assert (status, told["orders"]) == (200, 2)
    assert "gift" not in told["last"][0]


def test_the_new_version_takes_gifts(base: Base, serve: Serve) -> None:
    base.expand()
    url = f"{serve('2.0')}/orders"
    assert ask(url, ORDER)[0] == 201
    assert base.tables.execute("select gift from orders").fetchall() == [(True,)]


def test_an_order_that_is_sent_twice_is_taken_once(base: Base, serve: Serve) -> None:
    url = f"{serve('1.0')}/orders"
    assert [ask(url, ORDER)[0], ask(url, ORDER)[0]] == [201, 201]
    assert ask(url)[1]["orders"] == 1


@pytest.mark.parametrize(
    "order", [[], {"id": "7", "item": "tea"}, ORDER | {"item": ""}, ORDER | {"item": 7}]
)
def test_what_is_no_order_is_a_bad_request(base: Base, serve: Serve, order: object) -> None:
    assert ask(f"{serve('1.0')}/orders", order)[0] == 400
    assert base.tables.execute("select count(*) from orders").fetchall() == [(0,)]


def test_a_server_is_healthy_without_the_database_and_finds_it_again(
    base: Base, serve: Serve
) -> None:
    url = serve("1.0")
    base.away = True
    assert ask(f"{url}/health")[0] == 200
    assert ask(f"{url}/version")[1]["version"] == "1.0"
    assert ask(f"{url}/orders")[0] == 503
    base.away = False
    assert ask(f"{url}/orders")[0] == 200


@pytest.mark.parametrize("word", ["$AO_SITE", "$AO_COLOUR", "$AO_VERSION", "$AO_SECRETS"])
def test_each_word_that_is_replaced_stands_once(word: str) -> None:
    assert (EXAMPLE / "orders.py").read_text().count(word) == 1


PSQL = """#!/bin/sh
# Notes what it is asked for, and answers as a database that knows of version 1.0.
echo "$*" >>"$NOTES"
case $* in *"where version = '1.0'"*) echo 1.0 ;; esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example in a folder of its own, prepared, with a psql that only notes."""
    folder = tmp_path / "database"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("passwords", "database-*"))
    subprocess.run([folder / "prepare.sh"], check=True)
    (folder / "database-address").write_text("192.0.2.7\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/psql").write_text(PSQL)
    (tmp_path / "bin/psql").chmod(0o755)
    return folder


def migrate(folder: Path, version: str) -> str:
    """What psql is asked for in the migration to a version."""
    notes = folder.parent / "notes"
    path = f"{folder.parent}/bin:{os.environ['PATH']}"
    environment = os.environ | {"AO_VERSION": version, "NOTES": str(notes), "PATH": path}
    subprocess.run([folder / "migrate.sh"], env=environment, check=True, capture_output=True)
    return notes.read_text()


def test_a_migration_runs_what_was_not_run_up_to_the_version(folder: Path) -> None:
    (folder / "migrations/10.0.sql").write_text("select 1;\n")
    asked = migrate(folder, "2.0")
    assert "--file migrations/1.0.sql" not in asked
    assert "--single-transaction --file migrations/2.0.sql" in asked
    assert "insert into migrations values ('2.0')" in asked
    assert "10.0" not in asked
    assert "--file migrations/10.0.sql" in migrate(folder, "10.0")


def test_a_version_never_comes_into_a_query(folder: Path) -> None:
    assert "drop" not in migrate(folder, "2.0'; drop table orders; --")


def test_the_passwords_stay_when_they_are_there_and_only_their_owner_reads_them(
    folder: Path,
) -> None:
    before = (folder / "passwords").read_text()
    subprocess.run([folder / "prepare.sh"], check=True)
    assert (folder / "passwords").read_text() == before
    words = dict(line.split("=") for line in before.splitlines())
    assert len(set(words.values())) == 2
    assert (folder / "orders-password").read_text() == f"{words['ORDERS_PASSWORD']}\n"
    told = yaml.safe_load((folder / "database-parameters.yaml").read_text())["parameters"]
    assert told["owner_password"] == words["OWNER_PASSWORD"]
    for name in ("passwords", "orders-password", "database-parameters.yaml"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_git_takes_nothing_that_holds_a_password() -> None:
    ignored = (SHOP.parents[1] / ".gitignore").read_text().splitlines()
    for name in ("passwords", "orders-password", "database-parameters.yaml", "database-address"):
        assert f"/examples/database/{name}" in ignored


@pytest.mark.parametrize(
    ("text", "code"), [("-- one-way\ndrop table x;\n", 0), ("-- Expands\n", 1), (None, 1)]
)
def test_a_change_is_one_way_when_its_file_says_so(
    folder: Path, text: str | None, code: int
) -> None:
    if text:
        (folder / "migrations/3.0.sql").write_text(text)
    environment = os.environ | {"AO_VERSION": "3.0"}
    result = subprocess.run([folder / "is-one-way.sh"], env=environment, check=False)
    assert result.returncode == code


def test_the_database_lets_in_the_addresses_of_both_systems() -> None:
    site = yaml.safe_load((EXAMPLE / "ao.yaml").read_text())
    stack = yaml.safe_load((EXAMPLE / "database.yaml").read_text())
    assert stack["parameters"]["sources"]["default"] == [
        site["network"]["blue"], site["network"]["green"],
    ]  # fmt: skip
    assert stack["parameters"]["router"]["default"] == f"ao-{site['site']}"
