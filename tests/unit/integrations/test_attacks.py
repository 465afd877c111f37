"""The ready-made files as somebody reads them who chooses version, site and reason, or who pushes.

Each rule is a function that returns what breaks it, so that the last test can show that it sees it.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.integrations.test_files import GITHUB, GITLAB, ROOT

GROOVY = sorted((ROOT / "integrations" / "jenkins" / "pipelines").glob("*.groovy"))
ZUUL = sorted((ROOT / "integrations" / "zuul").rglob("*.yaml"))
TEMPLATES = ROOT / "integrations" / "jenkins" / "jobs" / "templates.yaml"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
CHOSEN = {"version", "reason"}
"""Inputs that may be any text; the others are chosen among those that the file lists."""

Rule = Callable[[str], list[str]]
"""Returns what breaks it in a file's text."""


def unpinned_actions(text: str) -> list[str]:
    """GitHub: a tag can be moved to other code, a commit cannot."""
    used = re.findall(r"uses: (.+)$", text, re.M)
    return [it for it in used if not PINNED.fullmatch(it)]


def secrets_outside_of_environments(text: str) -> list[str]:
    """GitHub: a secret of the repository is read by any branch that somebody pushes."""
    workflow = yaml.safe_load(text)
    jobs = workflow.pop("jobs")
    bare = [
        name for name, job in jobs.items() if "secrets." in str(job) and "environment" not in job
    ]
    return bare + (["the whole workflow"] if "secrets." in str(workflow) else [])


def rights_beyond_reading(text: str) -> list[str]:
    """GitHub: what the run's own token may do."""
    workflow = yaml.safe_load(text)
    given = {name: job.get("permissions") for name, job in workflow["jobs"].items()}
    wrong = [it for it, may in given.items() if may is None or set(may.values()) - {"read"}]
    return wrong + ([] if workflow["permissions"] == {} else ["the whole workflow"])


def other_triggers(text: str) -> list[str]:
    """GitHub: nothing starts a run but somebody with write access, in the repository itself."""
    # YAML 1.1 reads `on` as true.
    return [it for it in yaml.safe_load(text)[True] if it != "workflow_dispatch"]


def other_commits(text: str) -> list[str]:
    """GitHub: all jobs take the run's commit, and leave no token behind in the workspace."""
    steps = [it for job in yaml.safe_load(text)["jobs"].values() for it in job["steps"]]
    wanted = {"ref": "${{ github.sha }}", "persist-credentials": False}
    checkouts = [it for it in steps if "actions/checkout" in it.get("uses", "")]
    return [str(it) for it in checkouts if it.get("with") != wanted]


def free_inputs_of_github(text: str) -> list[str]:
    """GitHub: a site file holds commands, so nobody may name one that was not reviewed."""
    inputs = yaml.safe_load(text)[True]["workflow_dispatch"]["inputs"]
    return [it for it in inputs if it not in CHOSEN and inputs[it]["type"] != "choice"]


def free_inputs_of_gitlab(text: str) -> list[str]:
    """GitLab: inputs are written into the file's text, so each has a bound."""
    spec, _ = yaml.safe_load_all(text)
    inputs = spec["spec"]["inputs"]
    return [it for it, input_ in inputs.items() if not {"regex", "options"} & set(input_)]


def expanded_variables(text: str) -> list[str]:
    """GitLab: a value that names a variable would show what that holds."""
    _, pipeline = yaml.safe_load_all(text)
    known = pipeline["variables"].items()
    return [name for name, it in known if "inputs" in str(it) and it.get("expand") is not False]


def jobs_outside_of_environments(text: str) -> list[str]:
    """GitLab: the credential belongs to environments, and what is played to a protected one."""
    _, pipeline = yaml.safe_load_all(text)
    jobs = {name: it for name, it in pipeline.items() if isinstance(it, dict) and "script" in it}
    inherited = pipeline[".ao"]["environment"]["name"]
    where = {name: it.get("environment", {}).get("name", inherited) for name, it in jobs.items()}
    return [it for it in jobs if where[it] != ("production" if it == "Approve" else "standby")]


def interpolations(text: str) -> list[str]:
    """All: what people choose reaches a shell as a variable, and never as a part of its script."""
    return [it for it in scripts(text) if re.search(r"\$\{\{|\{\{|\$\[\[", it)]


def scripts(text: str) -> Iterator[str]:
    """The scripts in a YAML file, whichever CI it is for."""

    def found(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in {"run", "script", "before_script", "after_script", "cmd"}:
                    yield from [value] if isinstance(value, str) else value
                else:
                    yield from found(value)
        elif isinstance(node, list):
            for it in node:
                yield from found(it)

    for document in yaml.safe_load_all(text):
        yield from found(document)


def interpolations_in_groovy(text: str) -> list[str]:
    """Jenkins: Groovy puts values into scripts in double quotes; a shell then reads them."""
    return re.findall(
        r"""(?:\bsh\b|\bao\(|script:).*?"{1,3}[^'"\n]*\$\{?[^"\n]*""",
        "\n".join(re.sub(r"'[^'\n]*'", "''", line) for line in text.splitlines()),
    )


def inputs_for_everybody(text: str) -> list[str]:
    """Jenkins: without submitters whoever may build may approve."""
    asked = re.findall(r"\binput \{(.*?)\n {12}\}", text, re.S)
    wrong = [it for it in asked if 'submitter "${params.APPROVERS}"' not in it]
    return wrong if not asked or "!params.APPROVERS" in text else ["APPROVERS may be empty"]


def later_commits(text: str) -> list[str]:
    """Jenkins: only a build's first checkout may ask what the branch's last commit is."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    if len(re.findall(r"\bstage\(", text)) == 1:
        return []
    wrong = [] if "skipDefaultCheckout()" in text else ["each agent checks the branch out anew"]
    return wrong + [
        it for it in re.findall(r".*checkout\(? ?scm.*", text) if "SITE_COMMIT" not in it
    ]


def free_parameters(text: str) -> list[str]:
    """Jenkins: whoever starts a build names a version and a reason, and nothing else."""
    return re.findall(r"- (?!choice:)\w+:\n\s+name: (?!VERSION|REASON)([A-Z_]+)$", text, re.M)


def unreviewed_changes(text: str) -> list[str]:
    """Zuul: a job with the secret runs for no change that waits for its review."""
    jobs = [it["job"] for it in yaml.safe_load(text) if "job" in it]
    secret = [it for it in jobs if "secrets" in it]
    return [it["name"] for it in secret if not (it.get("post-review") and it.get("protected"))]


def options_by_chance(text: str) -> list[str]:
    """All: a value that begins with `-` is an option, save after `--` or `--option=`."""
    return [line for line in ao_commands(text) if _loose(line)]


def ao_commands(text: str) -> Iterator[str]:
    """The commands of ao with their options, one a line."""
    text = text.replace("\\\n", " ")
    yield from re.findall(r"""(?:\bao --os-cloud\b|\bao\(')([^|'\n>]+)""", text)


def _loose(line: str) -> bool:
    words = shlex.split(f"--os-cloud{line}" if line[0] in "= " else line)
    before = words[: words.index("--")] if "--" in words else words
    return any(word.startswith("$") for word in before)


RULES: list[tuple[Rule, list[Path]]] = [
    (unpinned_actions, [GITHUB]),
    (secrets_outside_of_environments, [GITHUB]),
    (rights_beyond_reading, [GITHUB]),
    (other_triggers, [GITHUB]),
    (other_commits, [GITHUB]),
    (free_inputs_of_github, [GITHUB]),
    (free_inputs_of_gitlab, [GITLAB]),
    (expanded_variables, [GITLAB]),
    (jobs_outside_of_environments, [GITLAB]),
    (interpolations, [GITHUB, GITLAB, *ZUUL]),
    (interpolations_in_groovy, GROOVY),
    (inputs_for_everybody, GROOVY),
    (later_commits, GROOVY),
    (free_parameters, [TEMPLATES]),
    (unreviewed_changes, [ROOT / "integrations/zuul/zuul.d/ao.yaml"]),
    (options_by_chance, [GITHUB, GITLAB, *GROOVY, *ZUUL]),
]


@pytest.mark.parametrize(
    ("rule", "file"),
    [(rule, file) for rule, files in RULES for file in files],
    ids=lambda it: it.name if isinstance(it, Path) else it.__name__,
)
def test_a_file_keeps_the_rule(rule: Rule, file: Path) -> None:
    assert rule(file.read_text()) == []


RELEASE = next(it for it in GROOVY if it.stem == "release")
TEARDOWN = next(it for it in GROOVY if it.stem == "teardown")
AO_ZUUL = ROOT / "integrations/zuul/zuul.d/ao.yaml"
PLAYBOOK = ROOT / "integrations/zuul/playbooks/ao/release.yaml"
BROKEN: list[tuple[Rule, Path, str, str]] = [
    (unpinned_actions, GITHUB, "fbc6f3992d24b796d5a048ff273f7fcc4a7b6c09 # v5.1.0", "v5"),
    (unpinned_actions, GITHUB, " # v5.1.0", ""),
    (unpinned_actions, GITHUB, "fbc6f3992d24", "fbc6f39"),
    (secrets_outside_of_environments, GITHUB, "    environment: standby\n", ""),
    (secrets_outside_of_environments, GITHUB, "    environment: production\n", ""),
    (secrets_outside_of_environments, GITHUB, "\nenv:\n", "\nenv:\n  IT: ${{ secrets.IT }}\n"),
    (rights_beyond_reading, GITHUB, "permissions: {}", "permissions: write-all"),
    (rights_beyond_reading, GITHUB, "contents: read", "contents: write"),
    (other_triggers, GITHUB, "\non:\n", "\non:\n  pull_request_target:\n"),
    (other_commits, GITHUB, "ref: ${{ github.sha }}", "ref: main"),
    (other_commits, GITHUB, "          persist-credentials: false\n", ""),
    (free_inputs_of_github, GITHUB, "type: choice\n        options: [ao.yaml]", "type: string"),
    (free_inputs_of_gitlab, GITLAB, "      options: [ao.yaml]\n", ""),
    (expanded_variables, GITLAB, 'reason ]]"\n    expand: false', 'reason ]]"'),
    (jobs_outside_of_environments, GITLAB, "    name: production\n", "    name: standby\n"),
    (interpolations, GITHUB, 'plan release -- "$VERSION"', "plan release ${{ inputs.version }}"),
    (interpolations, GITLAB, 'plan release -- "$VERSION"', 'plan release "$[[ inputs.version ]]"'),
    (interpolations, PLAYBOOK, 'plan release -- "$VERSION"', "plan release {{ ao_version }}"),
    (interpolations_in_groovy, TEARDOWN, "sh 'ao", 'sh "ao ${params.SITE_FILE}" + \''),
    (interpolations_in_groovy, RELEASE, "ao('release -- ", 'ao("release ${params.VERSION}" + \' '),
    (inputs_for_everybody, RELEASE, '                submitter "${params.APPROVERS}"\n', ""),
    (inputs_for_everybody, TEARDOWN, "if (!params.APPROVERS)", "if (false)"),
    (later_commits, RELEASE, "        skipDefaultCheckout()\n", ""),
    (later_commits, RELEASE, "                    site()\n", "                    checkout scm\n"),
    (free_parameters, TEMPLATES, "- choice:\n", "- string:\n"),
    (unreviewed_changes, AO_ZUUL, "    post-review: true\n", ""),
    (options_by_chance, GITLAB, 'plan release -- "$VERSION"', 'plan release "$VERSION"'),
    (options_by_chance, GITHUB, '--reason="$REASON"', '--reason "$REASON"'),
    (options_by_chance, RELEASE, 'release -- "$VERSION"', 'release "$VERSION"'),
    (options_by_chance, PLAYBOOK, '--os-cloud="$CLOUD" plan', '--os-cloud "$CLOUD" plan'),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "file", "old", "new"), BROKEN)
def test_a_rule_sees_what_breaks_it(rule: Rule, file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    assert rule(text.replace(old, new))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda it: it.stem)
def test_commands_in_the_docs_take_no_value_for_an_option(page: Path) -> None:
    said = re.findall(r"^ *(?:- |- run: |cmd: )?(ao .*\$.*)$", page.read_text(), re.M)
    assert [line for line in said if _loose(line.partition(" | ")[0])] == []
