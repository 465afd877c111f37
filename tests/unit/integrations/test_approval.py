"""The commands of each CI's release, on the fake cloud: whose approval lets what through."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from string import Template

import pytest
import yaml

from ao import config, fake, release
from ao.commands.app import Ao
from ao.journal import Approval, Asked, Journal
from ao.operations import reconcile
from ao.work import Work
from tests.unit.integrations.test_files import GITHUB, PLAYBOOKS, RELEASES, commands
from tests.unit.operations.sites import start, told
from tests.unit.release.releases import options

SHOP = Path(__file__).parents[3] / "examples" / "shop"
APPROVE = PLAYBOOKS / "approve.yaml"
NAMES = {"jenkins": "lee", "gitlab": "lee", "github": "lee", "zuul": ""}
"""The approver whom each CI names; Zuul tells a job nobody."""
ZUUL_ANEW = ("zuul", "2.0")
WAITS, REFUSED = 13, 4
COMMIT = "4c2f"


def stages(system: str) -> tuple[list[list[str]], list[list[str]]]:
    """The commands up to where a release waits, and those from its approval on."""
    files = [list(commands(file.read_text())) for file in RELEASES[system]]
    found = [it for file in files for it in file if it[0] in {"release", "approve"}]
    waits = next(n for n, it in enumerate(found) if "approve" in it) + 1
    approve = next(n for n, it in enumerate(found) if it[0] == "approve")
    # What Zuul's job for it imports comes after its approval once more.
    again = [it for it in files[0] if it[0] == "release"] if system == "zuul" else []
    return found[:waits], found[approve:] + again


@dataclass
class Agent:
    """A machine that runs the commands of a pipeline."""

    work: Work
    file: Path
    monkeypatch: pytest.MonkeyPatch
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, lines: Iterable[list[str]], **variables: str) -> list[int]:
        """Exit codes of the commands; none is run after one that fails."""
        self.variables |= variables
        codes = []
        for words in lines:
            said = [Template(word).substitute(self.variables) for word in words]
            measured = ["--no-probe"] if said[0] == "release" else []
            line = ["--config", str(self.file), said[0], *measured, *said[1:]]
            codes.append(Ao().run(line))
            if "--id-file" in said:
                self.variables["RELEASE_ID"] = Path("release-id").read_text().strip()
            if codes[-1]:
                break
        return codes

    def approvals(self) -> list[Approval | None]:
        events = [it.event for it in Journal(self.work).entries()]
        return [it.approval for it in events if isinstance(it, Asked) and it.ask == "approve"]


@pytest.fixture(params=["manual", "two-people"])
def agent(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agent:
    """One whose commands run on a site that is built, in the fake cloud's time."""
    rules = {"approve": request.param, "watch": {"for": 0}, "checks": {"all": []}}
    described = {**yaml.safe_load((SHOP / "ao.yaml").read_text()), **rules}
    (tmp_path / "ao.yaml").write_text(yaml.safe_dump(described))
    (tmp_path / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    work = start(config.load(tmp_path / "ao.yaml"), providers=("haproxy",))
    reconcile.up(work)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ao.cloud.connect", lambda name: work.cloud)
    monkeypatch.setattr("ao.work.Work", partial(Work, clock=work.clock, visit=work.visit))
    given = {"VERSION": "2.0", "REASON": "", "BUILD_URL": "", "CI_JOB_URL": "", "GITHUB_RUN_ID": ""}
    given["COMMIT"] = COMMIT
    return Agent(work, tmp_path / "ao.yaml", monkeypatch, given)


def begun(agent: Agent, system: str) -> list[list[str]]:
    """The commands from the approval on, of a release that kim began and that waits."""
    before, after = stages(system)
    codes = agent.run(before, RELEASER="kim", GITLAB_USER_LOGIN="kim")
    assert codes == [*[0] * (len(codes) - 1), WAITS]
    return after


def by_hand(agent: Agent) -> Work:
    """The site in the hands of somebody with a user of their own."""
    cloud = fake.Cloud(openstack=agent.work.cloud.openstack, user="lee")
    return Work(cloud=cloud, site=agent.work.site, clock=agent.work.clock, visit=agent.work.visit)


@pytest.mark.parametrize("system", RELEASES)
def test_an_approval_names_release_and_approver_and_the_release_is_taken_to_its_end(
    agent: Agent, system: str
) -> None:
    after = begun(agent, system)
    two = agent.work.site.rules.approve == "two-people"
    if two and not NAMES[system]:
        release.approve(by_hand(agent))
    codes = agent.run(after, APPROVER="lee", GITLAB_USER_LOGIN="lee")
    assert set(codes) == {0}
    (approval,) = agent.approvals()
    assert approval is not None
    assert approval.release == Journal(agent.work).operations()[-1].id
    assert approval.approver == NAMES[system]
    assert told(agent.work, "production") == ("green", "2.0")


# All that Zuul knows of a release is the version of its tag.
@pytest.mark.parametrize(
    ("system", "version"),
    [(it, version) for it in RELEASES for version in ("2.1", "2.0") if (it, version) != ZUUL_ANEW],
)
def test_an_approval_given_to_one_release_never_lets_another_through(
    agent: Agent, system: str, version: str
) -> None:
    after = begun(agent, system)
    with pytest.raises(release.Aborted):
        release.abort(agent.work, options(agent.work))
    with pytest.raises(release.WaitingForApproval):
        release.release(agent.work, version, options(agent.work))
    codes = agent.run(after, APPROVER="lee", GITLAB_USER_LOGIN="lee")
    assert codes == [REFUSED]
    assert not agent.approvals()
    assert told(agent.work, "production")[0] == "blue"


@pytest.mark.parametrize("commit", ["4c2f", "9d1e"])
def test_zuul_approves_of_no_other_commit_than_the_release_was_begun_on(
    agent: Agent, commit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(agent, "zuul")
    if agent.work.site.rules.approve == "two-people":
        release.approve(by_hand(agent))
    (tasks,) = (it["tasks"] for it in yaml.safe_load(APPROVE.read_text()) if "tasks" in it)
    (task,) = (it for it in tasks if "another commit" in it["name"])
    listed, _, wanted = task["shell"]["cmd"].partition(" | ")
    capsys.readouterr()
    assert agent.run(commands(listed)) == [0]
    done = subprocess.run(
        ["sh", "-c", wanted],
        input=capsys.readouterr().out,
        env={"PATH": os.environ["PATH"], "VERSION": "2.0", "COMMIT": commit},
        text=True,
    )
    assert (done.returncode == 0) is (commit == COMMIT)


@pytest.mark.parametrize("system", RELEASES)
def test_an_approval_begins_no_release(agent: Agent, system: str) -> None:
    after = begun(agent, system)
    with pytest.raises(release.Aborted):
        release.abort(agent.work, options(agent.work))
    assert agent.run(after, APPROVER="lee", GITLAB_USER_LOGIN="lee") == [REFUSED]
    assert told(agent.work, "production")[0] == "blue"


@pytest.mark.parametrize("system", RELEASES)
def test_whoever_began_a_release_is_enough_unless_it_takes_two_people(
    agent: Agent, system: str
) -> None:
    after = begun(agent, system)
    codes = agent.run(after, APPROVER="kim", GITLAB_USER_LOGIN="kim")
    if agent.work.site.rules.approve == "two-people":
        assert codes == [REFUSED]
        assert told(agent.work, "production")[0] == "blue"
    else:
        assert told(agent.work, "production")[0] == "green"


REVIEWS: dict[str, tuple[list[tuple[str, str, str]], str]] = {
    "one": ([("approved", "lee", "production")], "lee"),
    "one twice": ([("approved", "lee", "production")] * 2, "lee"),
    "one of another environment": (
        [("approved", "kim", "staging"), ("approved", "lee", "production")],
        "lee",
    ),
    "one who rejected": (
        [("rejected", "kim", "production"), ("approved", "lee", "production")],
        "lee",
    ),
    "two": ([("approved", "kim", "production"), ("approved", "lee", "production")], ""),
    "none": ([], ""),
}


@pytest.mark.parametrize(("reviews", "named"), REVIEWS.values(), ids=REVIEWS)
def test_github_s_reviewer_is_named_where_there_is_one(
    reviews: list[tuple[str, str, str]], named: str
) -> None:
    steps = yaml.safe_load(GITHUB.read_text())["jobs"]["switch"]["steps"]
    (script,) = (it["with"]["script"] for it in steps if it.get("id") == "reviewer")
    data = [
        {"state": state, "user": {"login": login}, "environments": [{"name": environment}]}
        for state, login, environment in reviews
    ]
    program = f"""
        const asked = []
        const data = {json.dumps(data)}
        const getReviewsForRun = async (what) => {{
            asked.push(what)
            return {{ data }}
        }}
        const github = {{ rest: {{ actions: {{ getReviewsForRun }} }} }}
        const context = {{ repo: {{ owner: 'shop', repo: 'site' }}, runId: 7 }}
        const run = async () => {{ {script} }}
        run().then((name) => console.log(JSON.stringify([name, asked])))
    """
    node = Path(sys.executable).with_name("node")
    told_of = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    assert json.loads(told_of.stdout) == [
        named,
        [{"owner": "shop", "repo": "site", "run_id": 7}],
    ]
