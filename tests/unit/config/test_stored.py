"""The site file as its project keeps it."""

from dataclasses import replace
from pathlib import Path

import pytest

from ao import acts, command, config, fake, operate, release
from ao.colour import Colour
from ao.config import stored
from ao.errors import ConfigError, NotFound, Refused
from ao.site import DrainWay, Site
from ao.switch.drain import way
from ao.work import Work
from tests.unit.acts.stage import start

SHOP = Path(__file__).parents[3] / "examples" / "shop"
BLUE, GREEN = Colour


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The demo shop, with a secret in what only a release has of the file."""
    text = (SHOP / "ao.yaml").read_text(encoding="utf-8").replace("haproxy", "amphora")
    (tmp_path / "ao.yaml").write_text(
        f"{text}\nnotify:\n  - webhook: https://hooks.example/s3cret\n    events: [end]\n"
        "drain: {way: hook, hook: ./close}\n"
        "window:\n  freezes: [{from: 2026-12-24, to: 2026-12-26, reason: year end}]\n",
        encoding="utf-8",
    )
    for file in SHOP.iterdir():
        if file.name != "ao.yaml":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "close").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "close").chmod(0o755)
    return config.load(tmp_path / "ao.yaml")


@pytest.fixture
def work(site: Site) -> Work:
    work = start(site)
    acts.up(work)
    return work


def kept(work: Work) -> Site:
    return config.kept(work.cloud, work.site.name)


def test_it_is_the_site_without_what_only_a_release_has(work: Work, site: Site) -> None:
    bare = replace(site, folder=None, checks=kept(work).checks, notify=(), watch=kept(work).watch)
    assert kept(work) == bare


def test_no_webhooks_address_is_kept(work: Work, site: Site) -> None:
    assert "s3cret" not in site.source
    assert "s3cret" not in stored.read(work.cloud, site.name)


def test_whoever_may_look_at_the_project_may_read_it(work: Work) -> None:
    reader = fake.Cloud(openstack=work.cloud.openstack, user="reader", reader=True)
    assert config.kept(reader, work.site.name).name == work.site.name


def test_a_deploy_keeps_a_file_that_has_changed_and_only_that(work: Work) -> None:
    other = replace(work.site, source=work.site.source.replace("./close", "./shut"))
    acts.deploy(replace(work, site=other), "2.0")
    assert kept(work).drain.hook == "./shut"
    assert len(work.cloud.records.all("ao.site/")) == 1
    before = [call.name for call in work.cloud.calls].count("records.add")
    acts.deploy(replace(work, site=other), "2.0")
    assert [call.name for call in work.cloud.calls].count("records.add") == before


def test_a_site_that_was_never_built_is_kept_nowhere(work: Work) -> None:
    with pytest.raises(NotFound, match="the project keeps no site file of bookshop"):
        config.kept(work.cloud, "bookshop")


def test_one_that_another_version_of_ao_wrote_is_told(work: Work) -> None:
    other = replace(work.site, source='{"site_file": {"site": "shop"}, "user_data": ""}')
    stored.keep(work.cloud, other)
    with pytest.raises(ConfigError, match="is not one for this version of Ao"):
        kept(work)


@pytest.mark.parametrize("text", ["", "junk", "[]", '{"site_file": 1}', '{"user_data": "x"}'])
def test_one_that_nobody_can_read_is_told(work: Work, text: str) -> None:
    stored.keep(work.cloud, replace(work.site, source=text))
    with pytest.raises(ConfigError, match="is not one for this version of Ao") as told:
        kept(work)
    assert told.value.cure


def test_it_goes_with_the_site(work: Work) -> None:
    operate.down(work, frozenset(Colour))
    assert work.cloud.records.all("ao.site/") == ()


def test_a_version_is_deployed_and_made_live_with_it(work: Work) -> None:
    elsewhere = replace(work, site=kept(work))
    operate.deploy(elsewhere, "2.0")
    assert operate.switch(elsewhere, GREEN).live is GREEN


def test_a_release_wants_the_file_itself(work: Work) -> None:
    with pytest.raises(Refused, match="a release of shop needs its site file"):
        release.release(replace(work, site=kept(work)), "2.0", release.Options())


def test_none_of_its_commands_is_run(work: Work) -> None:
    with pytest.raises(Refused, match="runs only where the site file of shop is"):
        command.run(kept(work), "touch /nowhere", {}, 1.0)
    assert way(kept(work), hangs=False) is DrainWay.NONE
