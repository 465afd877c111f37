"""The pipelines, run by as much of Jenkins as they need, with an `ao` that answers as told."""

import subprocess
from pathlib import Path

import pytest

from tests.unit.integrations.conftest import Team

STATUS = "status -f value -c System -c Role -c Version"
STAGES = ["Plan", "Deploy", "Check", "Switch", "Watch", "Tidy"]
WAITS = {"release --until approve": "exit 13"}


def test_a_release_goes_through_its_stages_and_the_build_is_described(team: Team) -> None:
    build = team.build("release", starter="kim")
    assert build.stages == STAGES
    assert (build.result, build.description) == ("SUCCESS", "green 2.0")
    assert team.calls == [
        "plan release -- 2.0",
        "release --reason= --releaser=kim --until deploy -- 2.0",
        "release --until check --junit checks.xml -- 2.0",
        "release --until approve --id-file release-id -- 2.0",
        "release --until switch --report cut-over.html --report cut-over.svg -- 2.0",
        "release --until watch -- 2.0",
        "release -- 2.0",
        STATUS,
    ]
    assert [it["files"] for it in build.told("junit") + build.told("archive")] == [
        "checks.xml",
        "cut-over.*",
    ]


@pytest.mark.parametrize(
    ("command", "code", "stage"),
    [
        ("plan release", 2, "Plan"),
        ("--until check", 11, "Check"),
        ("--until watch", 14, "Watch"),
    ],
)
def test_a_stage_whose_command_fails_ends_the_build_there(
    team: Team, command: str, code: int, stage: str
) -> None:
    build = team.build("release", {command: f"exit {code}"})
    assert build.result == "FAILURE"
    assert build.stages == STAGES[: STAGES.index(stage) + 1]
    assert f"exit code {code}" in str(build.told("trouble"))
    assert team.calls[-1] == STATUS
    assert bool(build.told("junit")) is (stage != "Plan")
    assert not any(call.startswith("abort") for call in team.calls)


def test_a_release_that_waits_is_approved_by_its_id_for_who_clicks(team: Team) -> None:
    build = team.build("release", WAITS, starter="kim", approver="lee")
    assert build.stages == [*STAGES[:3], "Approve", *STAGES[3:]]
    assert build.result == "SUCCESS"
    where = "https://jenkins.example/job/shop-release/7/"
    approved = f"approve --approver=lee --reason=approved in {where} -- 20261123-0815-a3f"
    assert team.calls.index(approved) < team.calls.index("release --until watch -- 2.0")
    (asked,) = build.told("input")
    assert "Release 20261123-0815-a3f of 2.0 has passed." in str(asked["message"])


def test_a_build_that_nobody_started_names_no_releaser(team: Team) -> None:
    team.build("release")
    assert "release --reason= --releaser= --until deploy -- 2.0" in team.calls


def test_an_approval_that_is_refused_ends_the_build_before_the_switch(team: Team) -> None:
    build = team.build("release", {**WAITS, "approve --approver": "exit 4"}, approver="kim")
    assert build.result == "FAILURE"
    assert build.stages[-1] == "Approve"
    assert not any("--until switch" in call for call in team.calls)


def test_a_release_that_is_not_approved_is_aborted(team: Team) -> None:
    build = team.build("release", {**WAITS, "abort": "exit 15"})
    assert build.result == "ABORTED"
    assert build.stages[-1] == "Approve"
    assert team.calls[-2:] == ["abort --wait --reason=build aborted -- 2.0", STATUS]


def test_a_version_that_means_something_to_a_shell_means_nothing(team: Team) -> None:
    team.build("release", VERSION="2.0; touch owned $(touch owned)")
    assert "plan release -- 2.0; touch owned $(touch owned)" in team.calls
    assert not (team.folder / "owned").exists()


@pytest.mark.parametrize(("code", "result"), [(0, "SUCCESS"), (14, "SUCCESS"), (4, "FAILURE")])
def test_switching_back_is_one_step(team: Team, code: int, result: str) -> None:
    build = team.build("back", {"back": f"exit {code}"}, REASON="complaints")
    assert build.result == result
    reports = "--report cut-over.html --report cut-over.svg"
    assert team.calls == [f"back --reason=complaints {reports}"]


def test_a_site_is_torn_down_only_when_somebody_says_so(team: Team) -> None:
    assert team.build("teardown").steps == []
    assert team.build("teardown", approver="kim").result == "SUCCESS"
    assert team.calls == ["down --yes"]


@pytest.mark.parametrize(("pipeline", "call"), [("build", "up"), ("doctor", "doctor -f json")])
def test_a_site_is_built_and_examined_with_credentials_that_no_command_holds(
    team: Team, pipeline: str, call: str
) -> None:
    secret = str(team.folder / "clouds.yaml")
    build = team.build(pipeline, {"": f'test "$OS_CLIENT_CONFIG_FILE" = {secret}'})
    assert build.result == "SUCCESS"
    assert team.calls == [call]
    assert not any(secret in str(event) for event in build.events)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of a site, with a hook that is harmless."""
    folder = tmp_path / "repository"
    folder.mkdir()
    push(folder, "true")
    return folder


def push(repository: Path, hook: str) -> None:
    """Commit a hook to the repository's branch."""
    subprocess.run(["sh", "-e", "-c", pushing(repository, hook)], check=True)


def pushing(repository: Path, hook: str) -> str:
    """A script that pushes a hook to the branch from which the jobs take their site."""
    who = "-c user.name=lee -c user.email=lee@example.org"
    return f"""
        cd '{repository}'
        git init --quiet --initial-branch main
        echo '{hook}' > hook.sh
        git add hook.sh
        git {who} commit --quiet --message 'a hook'
    """


RUNS_THE_HOOK = "sh ./hook.sh"
OWNED = "touch owned"


@pytest.mark.parametrize(
    ("pipeline", "answers"),
    [
        ("release", {**WAITS, "--until switch": RUNS_THE_HOOK}),
        ("teardown", {"down": RUNS_THE_HOOK}),
    ],
)
def test_what_is_pushed_while_an_approval_waits_is_not_run(
    team: Team, repository: Path, pipeline: str, answers: dict[str, str]
) -> None:
    build = team.build(
        pipeline,
        answers,
        approver="kim",
        meanwhile=pushing(repository, OWNED),
        REPOSITORY=str(repository),
    )
    assert build.result == "SUCCESS", build.log
    assert not (team.folder / "owned").exists()
    assert (team.folder / "hook.sh").read_text() == "true\n"
    assert len({it["commit"] for it in build.told("checkout")}) == 1
    assert OWNED in (repository / "hook.sh").read_text()


@pytest.mark.parametrize(
    ("pipeline", "approvers", "result"),
    [("release", "lee", "ABORTED"), ("teardown", "lee", "ABORTED"), ("teardown", "", "FAILURE")],
)
def test_only_whom_the_job_names_may_approve(
    team: Team, pipeline: str, approvers: str, result: str
) -> None:
    build = team.build(pipeline, WAITS, approver="mallory", APPROVERS=approvers)
    assert build.result == result
    assert not any("--until switch" in call or "down" in call for call in team.asked)


def test_a_version_that_is_an_option_stays_a_version(team: Team) -> None:
    team.build("release", VERSION="--until=switch", REASON="-h")
    assert "plan release -- --until=switch" in team.calls
    assert "release --reason=-h --releaser= --until deploy -- --until=switch" in team.calls
