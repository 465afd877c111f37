"""The site file as its project keeps it."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import config, fake, release
from ao.apply.switch.drain import way
from ao.colour import Colour
from ao.config import stored
from ao.config.command import _there
from ao.config.section import Section
from ao.errors import ConfigError, NotFound, Refused
from ao.hooks import shell_command
from ao.journal import Journal, MigrationTold, Noted
from ao.operations import operations, reconcile
from ao.release import RolledBack, Stage
from ao.site import DrainWay, Site
from ao.site.migration import Migration
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.receiver import receiver
from tests.unit.release.releases import Listener, entries, options

SHOP = Path(__file__).parents[3] / "examples" / "shop"
BLUE, GREEN = Colour
TOP = sorted(config.SiteFile.model_fields)


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
    shutil.copy(SHOP / "user-data.sh", tmp_path)
    (tmp_path / "close").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "close").chmod(0o755)
    return config.load(tmp_path / "ao.yaml")


@pytest.fixture
def work(site: Site) -> Work:
    work = start(site)
    reconcile.up(work)
    return work


def kept(work: Work) -> Site:
    return config.load_stored(work.cloud, work.site.name)


def forged(work: Work, **values: object) -> Work:
    """The work of somebody else, after a member has written other values into what is kept."""
    member = fake.Cloud(openstack=work.cloud.openstack, user="mallory")
    document = json.loads(stored.read(member, "shop"))
    document["site_file"] |= values
    work.clock.sleep(2.0)
    member.software_configs.add("ao.site/shop/ffffffffffffffff", json.dumps(document))
    victim = fake.Cloud(openstack=work.cloud.openstack, user="bob")
    return Work(
        cloud=victim,
        site=config.load_stored(victim, "shop"),
        clock=victim.clock,
        visit=victim.visit,
        progress=Listener(),
    )


def section(annotation: object) -> type[Section] | None:
    """The section that a key holds, perhaps in a list."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for it in get_args(annotation) if (found := section(it))), None)


def keys(model: type[Section] = config.SiteFile, path: str = "") -> Iterator[tuple[str, str, str]]:
    """All keys of a site file that hold no section, each with its meaning and its type."""
    types = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        here = ".".join(filter(None, (path, field.alias or name)))
        inner = section(field.annotation)
        if inner is None:
            yield here, field.description or "", repr(types[name])
        else:
            yield from keys(inner, here)


def left_out(key: str) -> bool:
    return any(key == it or key.startswith(f"{it}.") for it in stored.LEFT_OUT)


def test_of_every_key_it_is_decided_whether_it_is_taken() -> None:
    known = {key for key, *_ in keys()}
    assert {key for key in known if (key in stored.TAKEN) is left_out(key)} == set()
    assert stored.TAKEN - known == {"autoscale"}
    assert {it for it in stored.LEFT_OUT if not any(left_out(key) for key in known)} == set()


def test_no_key_that_names_a_file_a_variable_a_url_a_command_or_a_template_is_taken() -> None:
    dangerous = re.compile(
        r"(command|hook|url|secret|file|env(?!ironment)|template|user_data|check|announce)"
    )
    said = re.compile(r"(file|command|url|template|environment variable)", re.IGNORECASE)
    # Ao asks it for nothing: users are sent there once somebody has seen it and agreed. Who may
    # write the text may lead them elsewhere by production's floating IP, too.
    of_users = {"maintenance.redirect"}
    commands = {key for key, _, kind in keys() if _there.__name__ in kind}
    assert commands >= {"drain.hook", "migration.check", "checks.all.command"}
    for key, meaning, _ in keys():
        word = key.rpartition(".")[2]
        if key in commands or dangerous.search(word) or said.match(meaning):
            assert key not in stored.TAKEN - of_users, key


@pytest.mark.parametrize(
    ("said", "text"),
    [(204, 204), ("204", 204), ([204], 204), ("204-204", 204), ("200-204", "200-204")],
)
def test_one_status_is_kept_as_the_number_that_earlier_versions_read(
    said: object, text: object
) -> None:
    kept = json.loads(stored.written({"health_check": {"expect": said}}, ""))
    assert kept["site_file"] == {"health_check": {"expect": text}}


def test_a_host_statuses_and_a_method_are_kept_and_taken_back(work: Work, site: Site) -> None:
    values = {"host": "shop.example", "health_check": {"method": "HEAD", "expect": [200, "301"]}}
    taken = forged(work, **values).site
    assert taken.host == "shop.example"
    assert (taken.health_check.method, str(taken.health_check.expect)) == ("HEAD", "200, 301")


def test_networks_that_are_there_are_kept_and_taken_back(work: Work) -> None:
    there = {"network": "shop-net", "subnet": "shop-subnet"}
    network = {
        "router": "edge",
        "blue": there,
        "green": {"cidr": "fd00:2::/64", "ipv6": "dhcpv6-stateful"},
        "balancer": there,
        "lock": {**there, "address": "10.60.0.250"},
    }
    taken = forged(work, external_network="none", network=network).site
    assert taken.external_network is None
    assert taken.networks.router == "edge"
    assert set(taken.networks.subnets) == {"blue", "balancer"}
    assert taken.networks.ipv6_modes == {"green": "dhcpv6-stateful"}
    assert taken.networks.lock is not None
    assert taken.networks.lock.address == "10.60.0.250"


def test_what_the_servers_have_is_kept_with_the_words_of_its_own_and_taken_back(
    work: Work,
) -> None:
    values = {
        "security_groups": ["ops"],
        "rules": [{"port": "9100-9110", "from": "192.0.2.0/24"}],
        "availability_zone": {"blue": "az1", "green": "az2"},
        "anti_affinity": "soft",
        "config_drive": True,
        "metadata": {"team": "shop", "cost.centre": "42"},
    }
    kept = json.loads(stored.written({"servers": values}, ""))
    assert kept["site_file"] == {"servers": values}
    taken = forged(work, servers=values).site.servers
    assert taken.metadata == values["metadata"]
    assert taken.availability_zones == {BLUE: "az1", GREEN: "az2"}


@pytest.mark.parametrize("host", ["a b.example", "203.0.113.9", "shop.example\r\nX: y", 7])
def test_a_forged_host_is_not_taken(work: Work, host: object) -> None:
    with pytest.raises(ConfigError, match="is not one for this version"):
        forged(work, host=host)


def test_it_is_the_site_without_what_only_a_release_has(work: Work, site: Site) -> None:
    bare = replace(
        site,
        folder=None,
        cloud=None,
        checks=kept(work).checks,
        notify=(),
        watch=kept(work).watch,
        window=kept(work).window,
        drain=replace(site.drain, way=DrainWay.NONE, hook=None),
        left_out=("drain.hook", "notify"),
    )
    assert kept(work) == bare


def test_what_a_member_writes_into_it_posts_nothing_and_is_told_as_left_out(work: Work) -> None:
    release.release(work, "2.0", options(work, until=Stage.SWITCH, probes=None))
    with receiver() as service:
        webhook = {"webhook": service.url, "secret_env": "OS_PASSWORD"}
        victim = forged(
            work,
            notify=[webhook],
            logout=webhook,
            hooks={"before_switch_back": [webhook], "after_drain": [{"command": "touch pwned"}]},
        )
        with pytest.raises(RolledBack):
            release.abort(victim, options(victim))
        assert service.deliveries == []
    told = next(it for it in victim.progress.notes if "left out" in it)
    assert "drain.hook, hooks.after_drain, hooks.before_switch_back, notify" in told
    texts = [it.event.text for it in entries(work) if isinstance(it.event, Noted)]
    assert told in texts


def test_a_switch_tells_what_it_leaves_out_before_it_moves_and_in_the_journal(work: Work) -> None:
    operations.deploy(work, "2.0")
    victim = replace(work, site=kept(work), progress=Listener())
    operations.switch(victim)
    assert "these keys of it are left out: drain.hook." in victim.progress.notes[0]
    assert victim.progress.notes[0] in [
        it.event.text for it in entries(work) if isinstance(it.event, Noted)
    ]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"site": "bookshop"}, "is that of site bookshop"),
        ({"version": "2.0'; touch /tmp/pwned; : '"}, "is not one for this version of Ao"),
        ({"site": "shop\n"}, "is not one for this version of Ao"),
        ({"evil_template": "https://example.com/evil.yaml"}, "it has keys that are not known"),
        ({"group": {"size": 2, "command": "id"}}, "it has keys that are not known"),
        ({"drain": []}, "is not one for this version of Ao"),
        ({"deadlines": {"build": 10**400}}, "is not one for this version of Ao"),
        ({"deadlines": {"build": "9" * 400 + "h"}}, "is not one for this version of Ao"),
        ({"network": {"dns": [[[]]]}}, "is not one for this version of Ao"),
    ],
)
def test_it_is_checked_as_a_file_is(work: Work, values: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why) as told:
        forged(work, **values)
    assert "`ao up`" in told.value.cure


def test_a_template_that_somebody_has_written_there_is_none_and_the_stacks_is_asked_for(
    work: Work,
) -> None:
    site = forged(work, server_template="https://example.com/evil.yaml").site
    assert site.server_template is None
    assert site.left_templates == ("server_template",)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(TOP) | st.text(), inner),
    )
)
def test_whatever_is_kept_only_known_keys_are_taken(values: object) -> None:
    taken = stored.taken({"drain": values, "hooks": values, "site": values})
    assert "hooks" not in taken
    json.dumps(taken)


@pytest.mark.parametrize(("answer", "goes"), [(False, True), (True, False), (None, False)])
def test_the_way_back_is_known_without_the_file_as_it_was_told_when_production_moved(
    work: Work, answer: bool | None, goes: bool
) -> None:
    code = {True: "exit 0", False: "exit 1", None: "exit 2"}[answer]
    gate = Migration(one_way=frozenset(), check=code, deadline=10.0)
    source = json.loads(work.site.source)
    source["left_out"].append("migration.check")
    owner = replace(work, site=replace(work.site, migration=gate, source=json.dumps(source)))
    operations.deploy(owner, "2.0")
    operations.switch(owner)
    elsewhere = replace(work, site=kept(work))
    if goes:
        release.back(elsewhere, options(elsewhere))
    else:
        with pytest.raises(Refused, match="past the point of no return"):
            release.back(elsewhere, options(elsewhere))
    assert (work.observe().live is BLUE) is goes


def test_a_version_of_which_nothing_was_told_has_no_way_back_without_the_file(work: Work) -> None:
    operations.deploy(work, "2.0")
    operations.switch(work)
    gated = replace(kept(work), left_out=("migration.check",))
    with pytest.raises(Refused, match="past the point of no return"):
        release.back(replace(work, site=gated), options(work))
    release.back(replace(work, site=kept(work)), options(work))
    assert work.observe().live is BLUE


def test_what_another_says_in_a_version_s_favour_does_not_open_the_way_back(work: Work) -> None:
    gate = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    operations.deploy(work, "2.0")
    operations.switch(replace(work, site=replace(work.site, migration=gate)))
    member = replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, user="mallory"))
    Journal(member).write(MigrationTold(version="2.0", one_way=False))
    with pytest.raises(Refused, match="past the point of no return"):
        release.back(replace(work, site=kept(work)), options(work))


def test_no_webhooks_address_is_kept(work: Work, site: Site) -> None:
    assert "s3cret" not in site.source
    assert "s3cret" not in stored.read(work.cloud, site.name)


def test_whoever_may_look_at_the_project_may_read_it(work: Work) -> None:
    reader = fake.Cloud(openstack=work.cloud.openstack, user="reader", reader=True)
    assert config.load_stored(reader, work.site.name).name == work.site.name


def test_a_deploy_keeps_a_file_that_has_changed_and_only_that(work: Work) -> None:
    other = replace(work.site, source=work.site.source.replace('"/version"', '"/colour"'))
    assert other.source != work.site.source
    reconcile.deploy(replace(work, site=other), "2.0")
    assert kept(work).identify.path == "/colour"
    assert len(work.cloud.software_configs.all("ao.site/")) == 1
    before = [call.name for call in work.cloud.calls].count("software_configs.add")
    reconcile.deploy(replace(work, site=other), "2.0")
    assert [call.name for call in work.cloud.calls].count("software_configs.add") == before


def test_a_site_that_was_never_built_is_kept_nowhere(work: Work) -> None:
    with pytest.raises(NotFound, match="the project keeps no site file of bookshop"):
        config.load_stored(work.cloud, "bookshop")


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
    operations.down(work, frozenset(Colour))
    assert work.cloud.software_configs.all("ao.site/") == ()


def test_a_version_is_deployed_and_made_live_with_it(work: Work) -> None:
    elsewhere = replace(work, site=kept(work))
    operations.deploy(elsewhere, "2.0")
    assert operations.switch(elsewhere, GREEN).live is GREEN


def test_a_release_wants_the_file_itself(work: Work) -> None:
    with pytest.raises(Refused, match="a release of shop needs its site file"):
        release.release(replace(work, site=kept(work)), "2.0", release.Options())


def test_none_of_its_commands_is_run(work: Work) -> None:
    with pytest.raises(Refused, match="runs only where the site file of shop is"):
        shell_command.run(kept(work), "touch /nowhere", {}, 1.0)
    assert way(kept(work), hangs=False) is DrainWay.NONE


def test_one_that_is_longer_than_any_is_not_read(work: Work) -> None:
    with pytest.raises(ConfigError, match="which is more than"):
        forged(work, image="x" * 400_000)


def test_a_recurrence_that_never_comes_hangs_nobody(work: Work) -> None:
    never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1;BYMINUTE=0;BYSECOND=0"
    assert forged(work, window={"every": never, "length": "15m"}).site.window.every == ()


NEWER = '{"format": 99, "needs": "0.4.0", "site": {"name": "shop"}}'
NEEDED = r"was written by a newer ao \(format 99\).* upgrade to ao 0\.4\.0"


def test_what_is_kept_says_its_format(work: Work) -> None:
    (record,) = work.cloud.software_configs.all("ao.site/")
    assert json.loads(work.cloud.software_configs.read(record))["format"] == stored.FORMAT


def newer(work: Work) -> Work:
    """The work after a newer version of Ao has kept the site's file."""
    stored.keep(work.cloud, replace(work.site, source=NEWER))
    return work


def test_one_of_a_newer_format_is_told_with_the_version_that_is_needed(work: Work) -> None:
    with pytest.raises(Refused, match=NEEDED):
        kept(newer(work))


@pytest.mark.parametrize(
    "act",
    [
        operations.up,
        lambda work: operations.deploy(work, "2.0"),
        lambda work: operations.start_deploy(work, "2.0"),
        lambda work: release.release(work, "2.0", options(work)),
    ],
    ids=["up", "deploy", "deploy --no-wait", "release"],
)
def test_one_of_a_newer_format_is_not_written_over(
    work: Work, act: Callable[[Work], object]
) -> None:
    before = {stack.name: stack.updated_at for stack in newer(work).cloud.stacks.all()}
    with pytest.raises(Refused, match=NEEDED):
        act(work)
    (record,) = work.cloud.software_configs.all("ao.site/")
    assert work.cloud.software_configs.read(record) == NEWER
    assert {stack.name: stack.updated_at for stack in work.cloud.stacks.all()} == before
