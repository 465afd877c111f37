"""What can be said of the ready-made files without the servers that they are for."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ao.commands.app import Ao
from ao.release import Stage

ROOT = Path(__file__).parents[3]
GITLAB, GITHUB = (
    ROOT / "integrations/gitlab/gitlab-ci.yml",
    ROOT / "integrations/github/github-workflow.yml",
)
PLAYBOOKS = ROOT / "integrations" / "zuul" / "playbooks" / "ao"
RELEASES = {
    "jenkins": [ROOT / "integrations" / "jenkins" / "pipelines" / "release.groovy"],
    "gitlab": [GITLAB],
    "github": [GITHUB],
    "zuul": [PLAYBOOKS / "release.yaml", PLAYBOOKS / "approve.yaml"],
}
STAGES = ["Plan", "Deploy", "Check", "Approve", "Switch", "Watch", "Tidy"]


def commands(text: str) -> Iterator[list[str]]:
    """The commands of ao in a file, in words."""
    for said in re.findall(
        r"""(?:\bao --os-cloud="\$CLOUD" (?!--config)|\bao\(')([^|>'\n]+)""",
        text,
    ):
        yield shlex.split(said)


def test_the_pipelines_are_groovy_without_a_fault(java: None) -> None:
    npm = Path(sys.prefix) / "node_modules" / "npm-groovy-lint" / "lib" / "index.js"
    subprocess.run(
        [
            Path(sys.executable).with_name("node"),
            npm,
            "--noserver",
            "--failon=warning",
            # It runs for seconds: what a long-lived Java would gain costs more than it gives.
            "--javaoptions=-XX:TieredStopAtLevel=1,-XX:+UseSerialGC",
            f"--path={ROOT / 'integrations' / 'jenkins' / 'pipelines'}",
        ],
        check=True,
    )


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.gitlab-ci", GITLAB), ("vendor.github-workflows", GITHUB)]
)
def test_a_file_keeps_to_its_published_schema(schema: str, file: Path, tmp_path: Path) -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    # GitLab's has its inputs in a document of their own.
    for number, document in enumerate(yaml.safe_load_all(file.read_text())):
        part = tmp_path / f"{number}.yaml"
        # `on` is a word here, which YAML 1.1 reads as true.
        part.write_text(
            yaml.safe_dump({"on" if it is True else it: document[it] for it in document})
        )
        subprocess.run([check, "--builtin-schema", schema, part], check=True)


@pytest.mark.parametrize("file", sorted((ROOT / "integrations" / "zuul").rglob("*.yaml")), ids=str)
def test_zuuls_files_are_lists_of_one_kind_each(file: Path) -> None:
    listed = yaml.safe_load(file.read_text())
    kinds = {"hosts", "import_playbook"} if "playbooks" in str(file) else {"job", "semaphore"}
    assert listed
    assert all(kinds & set(item) for item in listed)


@pytest.mark.parametrize("system", RELEASES)
def test_a_release_has_the_same_stages_everywhere(system: str) -> None:
    text = "\n".join(file.read_text() for file in RELEASES[system])
    names = [*re.findall(r"stage\('(\w+)'\)", text), *re.findall(r"name: (\w+)$", text, re.M)]
    names += re.findall(r"^(\w+):$", text, re.M)
    assert set(STAGES) <= set(names)


@pytest.mark.parametrize("system", RELEASES)
def test_the_commands_of_a_release_are_ones_that_ao_takes(system: str) -> None:
    found = [it for file in RELEASES[system] for it in commands(file.read_text())]
    assert ["release", "--until", "watch", "--", "$VERSION"] in found
    for words in found:
        command, _, rest = Ao().command_manager.find_command(words)
        command(Ao(), None).get_parser("ao").parse_args(rest)


@pytest.mark.parametrize("system", RELEASES)
def test_a_release_is_taken_to_its_end(system: str) -> None:
    found = [it for file in RELEASES[system] for it in commands(file.read_text())]
    untils = [Stage(it[it.index("--until") + 1]) for it in found if "--until" in it]
    assert {Stage.DEPLOY, Stage.CHECK, Stage.APPROVE, Stage.SWITCH, Stage.WATCH} == set(untils)
    assert ["release", "--", "$VERSION"] in found
