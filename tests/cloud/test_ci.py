"""Builds of the Jenkins pipelines on a real cloud: every `sh` step runs as Jenkins runs it."""

import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml
from openstack.connection import Connection

from ao import config, lock
from ao.cloud import Cloud
from ao.colour import Colour
from ao.journal import Journal, Operation
from ao.work import Work
from tests.cloud.operator import AO, PATIENCE
from tests.cloud.sites import SHOP, Visited, told
from tests.unit.integrations.jenkins import Build, Jenkins, ended
from tests.unit.integrations.test_approval import stages

STAGES = ["Plan", "Deploy", "Check", "Approve", "Switch", "Watch", "Tidy"]
CLOUD = "openstack"


@dataclass(frozen=True)
class Credentials:
    """Files of credentials, as Jenkins keeps them: clouds.yaml with one cloud each."""

    password: Path
    restricted: Path
    unrestricted: Path


@pytest.fixture(scope="module")
def credentials(
    cloud_name: str, other_user: Connection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Credentials]:
    folder = tmp_path_factory.mktemp("credentials")
    known = yaml.safe_load(Path(os.environ["OS_CLIENT_CONFIG_FILE"]).read_text())
    entry: dict[str, Any] = known["clouds"][cloud_name]
    made = []

    def write(name: str, described: dict[str, Any]) -> Path:
        file = folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump({"clouds": {CLOUD: described}}))
        return file

    def application(name: str, *, unrestricted: bool) -> Path:
        given = other_user.identity.create_application_credential(
            other_user.current_user_id,
            f"ci-{name}-{secrets.token_hex(3)}",
            unrestricted=unrestricted,
        )
        made.append(given)
        auth = {
            "auth_url": entry["auth"]["auth_url"],
            "application_credential_id": given.id,
            "application_credential_secret": given.secret,
        }
        return write(name, {**entry, "auth_type": "v3applicationcredential", "auth": auth})

    yield Credentials(
        password=write("password", entry),
        restricted=application("restricted", unrestricted=False),
        unrestricted=application("unrestricted", unrestricted=True),
    )
    for it in made:
        other_user.identity.delete_application_credential(other_user.current_user_id, it)


Server = Callable[[Path], Jenkins]


@pytest.fixture(scope="module")
def file(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's file in the agent's workspace: releases must be approved."""
    folder = tmp_path_factory.mktemp("workspace")
    described = {**yaml.safe_load(site_file.read_text()), "approve": "manual"}
    del described["cloud"]
    file = folder / "shop.yaml"
    file.write_text(yaml.safe_dump(described))
    (folder / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    return file


@pytest.fixture(scope="module")
def server(file: Path) -> Server:
    """A Jenkins that keeps a credential."""

    def server(credential: Path) -> Jenkins:
        return Jenkins(
            workspace=file.parent,
            credential=credential,
            parameters={"CLOUD": CLOUD, "SITE_FILE": file.name},
        )

    return server


@pytest.fixture(scope="module")
def jenkins(server: Server, credentials: Credentials) -> Jenkins:
    """A Jenkins whose application credential is restricted, as Keystone makes them."""
    return server(credentials.restricted)


def codes(build: Build) -> list[object]:
    """Exit codes of the commands of ao, in order."""
    return [code for script, code in build.steps if str(script).startswith("ao")]


def last(work: Work) -> Operation:
    return [it for it in Journal(work).operations() if it.act == "release"][-1]


def standby(work: Work) -> tuple[Colour, str]:
    """The system that a release goes to, and the version that it has."""
    facts = work.observe()
    assert facts.standby is not None
    return facts.standby, facts.systems[facts.standby].version or ""


@pytest.mark.parametrize("kind", ["restricted", "unrestricted"])
def test_an_application_credential_that_keystone_lets_make_no_trust_builds_nothing(
    server: Server, cloud: Cloud, file: Path, credentials: Credentials, kind: str
) -> None:
    name = f"test-{secrets.token_hex(3)}"
    other = file.with_name(f"{name}.yaml")
    other.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), "site": name}))
    build = server(getattr(credentials, kind)).build("build", SITE_FILE=other.name)
    if kind == "unrestricted" and build.result == "SUCCESS":
        pytest.skip("this Keystone lets unrestricted application credentials make trusts")
    assert codes(build) == [3]
    assert "Heat needs" in build.log
    assert f"ci-{kind}" in build.log
    assert "Traceback" not in build.log
    assert cloud.stacks.get(config.load(other).stack) is None


def test_the_job_that_builds_a_site_leaves_a_whole_one_as_it_is(
    work: Work, server: Server, credentials: Credentials
) -> None:
    before = work.observe()
    build = server(credentials.password).build("build")
    assert build.result == "SUCCESS", build.log
    assert work.observe() == before


def test_a_release_that_passes_goes_through_all_stages(
    work: Work, jenkins: Jenkins, visited: Visited, credentials: Credentials
) -> None:
    colour, _ = standby(work)
    with visited(work) as tally:
        build = jenkins.build(
            "release", starter="ann", approver="kim", VERSION="2.1", REASON="autumn sale"
        )
    assert build.result == "SUCCESS", build.log
    assert build.stages == STAGES
    assert codes(build) == [0, 0, 0, 13, 0, 0, 0, 0, 0]
    assert build.description == f"{colour} 2.1"
    assert told(work, "production") == (colour, "2.1")
    assert not tally.lost
    assert 'failures="0"' in (jenkins.workspace / "checks.xml").read_text()
    assert (jenkins.workspace / "cut-over.svg").read_text().startswith("<")
    entries = str(Journal(work).entries(last(work).id))
    assert "https://jenkins.example/job/shop-release/7/" in entries
    assert "releaser='ann'" in entries
    assert "approver='kim'" in entries
    assert last(work).outcome == "released"
    secret = yaml.safe_load(credentials.restricted.read_text())["clouds"][CLOUD]["auth"]
    assert secret["application_credential_secret"] not in entries + build.log + str(build.events)


def test_the_same_build_again_changes_nothing(work: Work, jenkins: Jenkins) -> None:
    before = work.observe()
    assert before.live is not None
    version = before.systems[before.live].version or ""
    build = jenkins.build("release", VERSION=version)
    assert build.result == "SUCCESS", build.log
    assert work.observe().live is before.live


def test_a_build_that_is_not_approved_leaves_production_as_it_was(
    work: Work, jenkins: Jenkins
) -> None:
    before = told(work, "production")
    build = jenkins.build("release", VERSION=standby(work)[1])
    assert build.result == "ABORTED"
    assert build.stages[-1] == "Approve"
    assert told(work, "production") == before
    assert last(work).outcome == "aborted"


# All that Zuul knows of a release is its version; the others, which name its ID, go through the
# same commands on the fake cloud (tests/unit/integrations).
def test_an_approval_given_to_one_release_lets_no_other_through(
    work: Work,
    credentials: Credentials,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = stages("zuul")
    version = standby(work)[1]
    other = f"{version}-1"
    given = {"VERSION": version, "RELEASER": "ann", "GITLAB_USER_LOGIN": "ann"}
    given |= dict.fromkeys(("REASON", "BUILD_URL", "CI_JOB_URL", "GITHUB_RUN_ID", "COMMIT"), "")
    given |= {"APPROVER": "kim"}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(credentials.restricted))

    def run(words: Sequence[str]) -> int:
        said = [Template(word).substitute(given) for word in words]
        line = [AO, "--os-cloud", CLOUD, "--config", file, *said]
        return subprocess.run(line, stdin=subprocess.DEVNULL, timeout=PATIENCE).returncode

    production = told(work, "production")
    assert [run(it) for it in before][-1] == 13
    waiting = last(work)
    given["RELEASE_ID"] = waiting.id
    assert run(["abort", waiting.id]) == 15
    assert run(["release", other]) == 13
    assert run(after[0]) == 4
    assert not last(work).approver
    assert told(work, "production") == production
    assert run(["abort"]) == 15


def test_a_build_that_is_aborted_in_the_decision_window_switches_back(
    work: Work, jenkins: Jenkins
) -> None:
    before, earlier = told(work, "production"), last(work).id
    process = jenkins.start("release", approver="kim", VERSION=standby(work)[1])
    end = time.monotonic() + PATIENCE
    while last(work).id == earlier or "watch" not in {it.text for it in last(work).steps}:
        assert time.monotonic() < end
        time.sleep(0.5)
    build = ended(process, "abort\n")
    assert build.result == "ABORTED", build.log
    assert build.stages[-1] == "Watch"
    assert "ao: interrupted" in build.log
    assert told(work, "production") == before
    assert last(work).outcome == "rolled back"
    assert lock.holder(work) is None


def test_one_click_switches_back(work: Work, jenkins: Jenkins) -> None:
    jenkins.build("release", approver="kim", VERSION=standby(work)[1])
    before = work.observe().live
    assert before is not None
    build = jenkins.build("back", REASON="complaints")
    assert build.result == "SUCCESS", build.log
    assert work.observe().live is before.other
