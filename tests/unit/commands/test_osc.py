"""`openstack bluegreen …`: the commands of `ao`, where the user has logged in already."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import SimpleNamespace

import pytest
from cliff.app import App
from cliff.commandmanager import CommandManager

from ao import config, fake, lock, release
from ao.colour import Colour
from ao.commands.site_command import CloudCommand
from ao.operations import operations
from ao.site.rules import Approve
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.release.releases import journal, options, released, ruled

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "ao.yaml"
OURS = sorted(entry_points(group="openstack.bluegreen.v1"), key=lambda entry: entry.name)
LOCAL = {"probe", "timetable", "timetable_compare", "timetable_fit"}
"""Commands of `ao` that need no site: they are no business of a cloud's client."""
Run = Callable[..., int]


class OpenStack(App):
    """`openstack`, as far as a plugin sees of it."""

    def __init__(self, cloud: fake.Cloud) -> None:
        super().__init__("", "1", CommandManager("openstack.bluegreen.v1"), deferred_help=True)
        self.client_manager = SimpleNamespace(sdk_connection=cloud)


@pytest.fixture
def work() -> Work:
    """Work on the demo shop, which is built."""
    work = start(config.load(SHOP), providers=("haproxy",))
    operations.up(work)
    return work


@pytest.fixture
def run(work: Work, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AO_CONFIG", raising=False)
    monkeypatch.setattr("ao.cloud.of", lambda connection: connection)
    return lambda *arguments: OpenStack(work.cloud).run(["bluegreen", *arguments])


def test_every_command_of_ao_that_works_on_a_cloud_is_there() -> None:
    commands = {
        entry.load()
        for entry in entry_points(group="ao.commands")
        if issubclass(entry.load(), CloudCommand) and entry.name not in LOCAL
    }
    assert {entry.load() for entry in OURS} == commands


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.name)
def test_a_command_tells_how_it_is_used(
    run: Run, entry: EntryPoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*entry.name.split("_")[1:], "--help") == 0
    told = capsys.readouterr().out
    assert "SITE" in told or entry.name in {"bluegreen_site_list", "bluegreen_adopt"}


def test_the_sites_of_the_project_are_listed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("site", "list", "-f", "value", "-c", "Site", "-c", "Live", "-c", "Blue up") == 0
    assert capsys.readouterr().out == "shop blue 2 of 2\n"


def test_a_site_is_named_by_name_or_by_the_id_of_its_stack(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = work.observe().stack
    assert stack is not None
    for name_or_id in ("shop", stack.id):
        assert run("site", "show", name_or_id, "-f", "value", "-c", "Role") == 0
        assert capsys.readouterr().out == "live\nstandby\n"


def test_the_name_of_a_system_names_no_site(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("site", "show", "shop-blue") == 3
    assert "the project has no site shop-blue" in capsys.readouterr().err


def test_a_lock_is_set_and_unset_without_a_site_file(run: Run, work: Work) -> None:
    assert run("lock", "set", "shop", "--reason", "an audit") == 0
    assert lock.holder(work) is not None
    assert run("lock", "unset", "shop") == 0
    assert lock.holder(work) is None


def test_a_release_is_approved_without_a_site_file(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    manual = ruled(work, approve=Approve.MANUAL)
    with pytest.raises(release.WaitingForApproval):
        released(manual)
    found = journal(work).operations()[-1].id
    assert run("release", "approve", "shop", "2.1") == 4
    assert run("release", "continue", "shop", "2.1") == 4
    assert run("release", "approve", "shop", found) == 0
    assert f"Release {found} of 2.0 is approved" in capsys.readouterr().err
    release.resume(manual, options(manual))
    assert work.observe().live is Colour.GREEN


def test_a_release_without_its_site_file_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("release", "create", "shop", "2.0") == 4
    assert "a release of shop needs its site file" in capsys.readouterr().err


def test_a_site_that_the_project_lacks_is_told(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("site", "show", "bookshop") == 3
    assert "ao: the project has no site bookshop" in capsys.readouterr().err


def test_the_file_of_another_site_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("site", "show", "bookshop", "--config", str(SHOP)) == 3
    other = Path("ao.yaml")
    text = SHOP.read_text(encoding="utf-8").replace("site: shop", "site: other")
    other.write_text(text, encoding="utf-8")
    (other.parent / "user-data.sh").write_bytes((SHOP.parent / "user-data.sh").read_bytes())
    assert run("site", "show", "shop", "--config", str(other)) == 2
    assert "describes site other, not shop" in capsys.readouterr().err


def test_a_file_of_another_site_that_happens_to_be_there_is_left_alone(run: Run) -> None:
    text = SHOP.read_text(encoding="utf-8").replace("site: shop", "site: other")
    Path("ao.yaml").write_text(text, encoding="utf-8")
    Path("user-data.sh").write_bytes((SHOP.parent / "user-data.sh").read_bytes())
    assert run("site", "show", "shop") == 0
