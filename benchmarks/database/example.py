"""The example of two systems and one database, built on the box and deleted after it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import openstack
import yaml

from ao.work import Work
from benchmarks import sites
from benchmarks.database import image
from benchmarks.trial import Failed

EXAMPLE = Path(__file__).parents[2] / "examples" / "database"
BUILD, START, PAUSE = 600.0, 300.0, 2.0
"""Seconds that the database's stack may take, that its server may then take to start, and between
two looks."""
FIRST = "1.0"


@dataclass(frozen=True, kw_only=True)
class Example:
    """What stands: the site, and the database that its systems share."""

    work: Work
    folder: Path

    def orders(self) -> dict[str, bool]:
        """Whether each order in the database is a gift, by its ID. Raises Failed."""
        words = dict(
            line.split("=", 1) for line in (self.folder / "passwords").read_text().splitlines()
        )
        environment = os.environ | {
            "PGHOST": (self.folder / "database-address").read_text().strip(),
            "PGDATABASE": "orders",
            "PGUSER": "orders",
            "PGPASSWORD": words["ORDERS_PASSWORD"],
            "PGSSLMODE": "require",
            "PGCHANNELBINDING": "require",
            "PGCONNECT_TIMEOUT": "10",
        }
        query = "select id, (to_jsonb(orders) ->> 'gift') = 'true' from orders"
        said = _run("psql", "-XqtA", "-F", " ", "-c", query, environment=environment)
        rows = (line.split() for line in said.splitlines())
        return {row[0]: row[1:] == ["t"] for row in rows}


@contextmanager
def standing(cloud: str, tell: Callable[[str], None]) -> Iterator[Example]:
    """Build the site and its database, with the first version's tables; delete them in the end.

    Raises Failed, and CalledProcessError when the site cannot be built.
    """
    with tempfile.TemporaryDirectory(prefix="ao-bench-") as temporary:
        name = f"orders-{secrets.token_hex(2)}"
        folder = Path(temporary) / name
        shutil.copytree(EXAMPLE, folder)
        described = yaml.safe_load((folder / "ao.yaml").read_text())
        described |= {"site": name, "cloud": cloud, "watch": {"for": "10s", "interval": "2s"}}
        (folder / "ao.yaml").write_text(yaml.safe_dump(described, sort_keys=False))
        for left in ("passwords", "database-address"):
            (folder / left).unlink(missing_ok=True)
        shutil.copyfile(image.FOLDER / image.CERTIFICATE, folder / "servers.pem")
        _run(folder / "prepare.sh")
        with (
            sites.standing(cloud, [folder / "ao.yaml"], tell) as (work,),
            _database(cloud, name, folder, tell),
        ):
            yield Example(work=work, folder=folder)


@contextmanager
def _database(cloud: str, site: str, folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Build the database on the site's router; delete it in the end, as it keeps the router."""
    name = f"{site}-database"
    tell(f"Building {name}.")
    with openstack.connect(cloud=cloud) as connection:
        try:
            connection.create_stack(
                name,
                template_file=str(folder / "database.yaml"),
                environment_files=[str(folder / "database-parameters.yaml")],
                wait=True,
                timeout=int(BUILD),
                router=f"ao-{site}",
            )
            stack = connection.get_stack(name)
            if stack is None:
                raise Failed(f"{name} is gone")
            (address,) = (
                it["output_value"] for it in stack.outputs if it["output_key"] == "address"
            )
            (folder / "database-address").write_text(f"{address}\n")
            _migrate(folder, FIRST)
            yield
        except openstack.exceptions.SDKException as error:
            raise Failed(f"the database cannot be built: {error}") from error
        finally:
            tell(f"Deleting {name}.")
            connection.delete_stack(name, wait=True)


def _migrate(folder: Path, version: str) -> None:
    """Bring the database to a version, as soon as it has started. Raises Failed."""
    deadline = time.monotonic() + START
    while True:
        try:
            _run(folder / "migrate.sh", environment=os.environ | {"AO_VERSION": version})
        except Failed:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
        else:
            return


def _run(*words: str | Path, environment: dict[str, str] | None = None) -> str:
    """Run a command; what it says. Raises Failed."""
    try:
        result = subprocess.run(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except FileNotFoundError as error:
        raise Failed(f"{words[0]} is missing: scripts/debian postgresql-client") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{words[0]} took longer than a minute") from error
    if result.returncode:
        said = result.stderr.strip().splitlines() or ["nothing"]
        raise Failed(f"{words[0]} ended with exit code {result.returncode}: {said[-1]}")
    return result.stdout
