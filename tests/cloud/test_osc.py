"""The real `openstack` command, with Ao as its plugin, on a site that it has built."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ao.colour import Colour
from ao.work import Work
from tests.cloud.operator import PATIENCE
from tests.cloud.sites import told


class Client:
    """Somebody who has logged in, in an empty folder."""

    def __init__(self, cloud: str, folder: Path) -> None:
        self._cloud, self._folder = cloud, folder

    def run(self, *words: str, exits: int = 0) -> str:
        """What a command says on standard output, or, of one that fails, on standard error."""
        program = Path(sys.executable).with_name("openstack")
        ended = subprocess.run(
            [program, "--os-cloud", self._cloud, "bluegreen", *words],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert ended.returncode == exits, ended.stdout + ended.stderr
        return ended.stderr if exits else ended.stdout


@pytest.fixture(scope="module")
def client(cloud_name: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(cloud_name, tmp_path_factory.mktemp("elsewhere"))


def test_the_site_is_listed_and_shown_by_name_and_by_id(work: Work, client: Client) -> None:
    listed = json.loads(client.run("site", "list", "-f", "json"))
    (row,) = (row for row in listed if row["Site"] == work.site.name)
    facts = work.observe()
    assert (row["Live"], row["Blue up"]) == (facts.live, "1 of 1")
    assert row["Blue"] == facts.systems[Colour.BLUE].version
    assert facts.stack is not None
    for name_or_id in (work.site.name, facts.stack.id):
        shown = json.loads(client.run("site", "show", name_or_id, "-f", "json"))
        assert sorted(row["Role"] for row in shown) == ["live", "standby"]


def test_a_version_goes_live_without_a_site_file(work: Work, client: Client) -> None:
    standby = work.observe().standby
    client.run("deploy", work.site.name, "2.2")
    client.run("switch", work.site.name, str(standby), "--reason", "by openstack")
    assert told(work, "production") == (standby, "2.2")
    acts = json.loads(client.run("history", "list", work.site.name, "-f", "json"))
    assert [(row["Act"], row["Outcome"]) for row in acts][:2] == [
        ("switch", "done"),
        ("deploy", "done"),
    ]


def test_a_release_is_taken_all_the_way_with_the_site_file(
    work: Work, client: Client, site_file: Path
) -> None:
    before = told(work, "preview")
    client.run("release", "create", work.site.name, before[1], "--config", str(site_file))
    assert told(work, "production") == before
    entries = json.loads(client.run("history", "show", work.site.name, "-f", "json"))
    assert entries[-1]["Text"] == "released"


def test_a_lock_refuses_a_switch_and_says_whose_it_is(work: Work, client: Client) -> None:
    client.run("lock", "set", work.site.name, "--reason", "an audit", "--for", "10m")
    assert "an audit" in client.run("switch", work.site.name, exits=10)
    client.run("lock", "unset", work.site.name)


def test_an_error_is_told_in_one_line_and_has_aos_exit_code(work: Work, client: Client) -> None:
    said = client.run("site", "show", "bookshop", exits=3)
    assert said.startswith("ao: the project has no site bookshop")
    assert "Traceback" not in said


def test_a_reader_looks_and_changes_nothing(work: Work, cloud_name: str, tmp_path: Path) -> None:
    reader = Client(f"{cloud_name}-reader", tmp_path)
    assert work.site.name in reader.run("site", "list", "-f", "value")
    assert "role" in reader.run("lock", "set", work.site.name, "--reason", "mine", exits=3)
