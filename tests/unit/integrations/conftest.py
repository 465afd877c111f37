"""A Jenkins whose agent has an `ao` that answers as it is told."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.integrations.jenkins import Build, Jenkins

AO = """#!/bin/sh
echo "$*" >> {folder}/calls
case "$*" in *--id-file*) echo 20261123-0815-a3f > release-id ;; esac
case "$*" in
{answers}
*status*) echo "blue standby 1.0"; echo "green live 2.0" ;;
esac
"""


@dataclass(frozen=True)
class Team:
    """Who starts builds in a Jenkins, with the answers of `ao` in their hands."""

    folder: Path

    def build(
        self,
        pipeline: str,
        answers: dict[str, str] | None = None,
        *,
        starter: str = "",
        approver: str = "",
        meanwhile: str = "",
        **more: str,
    ) -> Build:
        """A build in which `ao` does so for commands that hold such words.

        While an input waits, `meanwhile` is run by a shell.
        """
        program = self.folder / "ao"
        lines = "\n".join(f'*"{words}"*) {does} ;;' for words, does in (answers or {}).items())
        program.write_text(AO.format(folder=self.folder, answers=lines))
        program.chmod(0o755)
        jenkins = Jenkins(
            workspace=self.folder,
            credential=self.folder / "clouds.yaml",
            path=f"{self.folder}:/usr/bin:/bin",
            parameters={"CLOUD": "shop", "SITE_FILE": "ao.yaml", "VERSION": "2.0"},
        )
        more = {"MEANWHILE": meanwhile, **more}
        return jenkins.build(pipeline, starter=starter, approver=approver, **more)

    @property
    def calls(self) -> list[str]:
        """What `ao` was asked, without its options for the site."""
        before = "--os-cloud=shop --config=ao.yaml "
        return [it.removeprefix(before) for it in self._kept.read_text().splitlines()]

    @property
    def asked(self) -> list[str]:
        """What `ao` was asked; nothing where it never was."""
        return self.calls if self._kept.exists() else []

    @property
    def _kept(self) -> Path:
        return self.folder / "calls"


@pytest.fixture
def team(java: None, tmp_path: Path) -> Team:
    return Team(tmp_path)
