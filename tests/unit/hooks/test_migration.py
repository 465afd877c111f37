from dataclasses import replace
from pathlib import Path

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import ConfigError, Refused
from ao.hooks import migration
from ao.site.migration import Migration
from ao.work import Work
from tests.unit import samples
from tests.unit.hooks.test_hooks import CONTEXT


def work(check: str | None = None, *one_way: str, folder: Path = Path(), deadline: float = 10):
    gate = Migration(one_way=frozenset(one_way), check=check, deadline=deadline)
    return Work(cloud=fake.Cloud(), site=replace(samples.SITE, folder=folder, migration=gate))


def test_without_a_word_every_version_can_be_switched_back() -> None:
    assert not migration.one_way(work(), CONTEXT)


def test_a_version_that_is_named_is_one_way_whatever_the_command_says() -> None:
    named = work("exit 1", "3.0")
    assert migration.one_way(named, replace(CONTEXT, version="3.0"))
    assert not migration.one_way(named, CONTEXT)


@pytest.mark.parametrize(("code", "one_way"), [(0, True), (1, False)])
def test_a_command_tells_it_by_its_exit_code(code: int, one_way: bool) -> None:
    assert migration.one_way(work(f"exit {code}"), CONTEXT) is one_way


def test_the_command_is_told_the_version_in_the_folder_of_the_site(tmp_path: Path) -> None:
    asking = work('echo "$AO_POINT $AO_VERSION $AO_COLOUR" > said', folder=tmp_path)
    assert migration.one_way(asking, CONTEXT)
    assert (tmp_path / "said").read_text() == "migration 2.0 green\n"


@pytest.mark.parametrize(
    ("check", "deadline", "said"),
    [
        (
            "exit 2",
            10,
            "whether 2.0 can be switched back is not known: migration.check exit 2 ended with",
        ),
        ("./missing", 10, "./missing ended with exit code 127"),
        ("sleep 60", 0.2, "sleep 60 ran longer than 0.2s"),
    ],
)
def test_a_command_that_does_not_tell_is_an_error(
    tmp_path: Path, check: str, deadline: float, said: str
) -> None:
    with pytest.raises(ConfigError) as told:
        migration.one_way(work(check, folder=tmp_path, deadline=deadline), CONTEXT)
    assert said in told.value.message


def test_the_refusal_says_why_and_what_goes_back_all_the_same() -> None:
    refused = migration.refusal("3.0", Colour.BLUE)
    assert isinstance(refused, Refused)
    assert "not switched back to blue: 3.0 is past the point of no return" in refused.message
    assert "--i-know" in refused.cure
