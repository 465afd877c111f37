"""Builds of the pipelines, by as much of Jenkins as a test needs: `jenkins.groovy`."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

JARS = Path(sys.prefix) / "node_modules" / "npm-groovy-lint" / "lib" / "java" / "groovy" / "lib"
PIPELINES = Path(__file__).parents[3] / "integrations" / "jenkins" / "pipelines"


@dataclass(frozen=True)
class Build:
    """What happened in a build."""

    events: list[dict[str, object]]
    log: str
    """What the steps have written to standard error."""

    @property
    def stages(self) -> list[object]:
        return [it["stage"] for it in self.events if it["event"] == "stage"]

    @property
    def steps(self) -> list[tuple[object, object]]:
        """Scripts and their exit codes."""
        return [(it["script"], it["code"]) for it in self.events if it["event"] == "sh"]

    @property
    def result(self) -> object:
        return self.events[-1]["result"]

    @property
    def description(self) -> object:
        return self.events[-1]["description"]

    def told(self, event: str) -> list[dict[str, object]]:
        return [it for it in self.events if it["event"] == event]


@dataclass(frozen=True)
class Jenkins:
    """A Jenkins with one agent, in whose workspace builds run."""

    workspace: Path
    credential: Path
    path: str = os.environ["PATH"]
    parameters: dict[str, str] = field(default_factory=dict)

    def start(
        self, pipeline: str, *, starter: str = "", approver: str = "", **parameters: str
    ) -> subprocess.Popen[str]:
        """Begin a build; a line on its standard input aborts the step under way."""
        environment = {
            "PATH": self.path,
            "HOME": str(self.workspace),
            "LANG": "C.UTF-8",
            "BUILD_NUMBER": "7",
            "BUILD_URL": "https://jenkins.example/job/shop-release/7/",
            "JOB_NAME": "shop-release",
            "CI": "true",
            "CREDENTIALS": "openstack-clouds",
            "CREDENTIAL_ID": "openstack-clouds",
            "CREDENTIAL_FILE": str(self.credential),
            "AGENT": "ao",
            "STARTER": starter,
            "CLICKER": approver,
            "APPROVERS": "kim,lee",
            "REASON": "",
            **self.parameters,
            **parameters,
        }
        return subprocess.Popen(
            [
                "java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                f"{JARS}/*",
                "groovy.ui.GroovyMain",
                Path(__file__).with_suffix(".groovy"),
                PIPELINES / f"{pipeline}.groovy",
            ],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def build(
        self, pipeline: str, *, starter: str = "", approver: str = "", **parameters: str
    ) -> Build:
        """A build from its begin to its end."""
        return ended(self.start(pipeline, starter=starter, approver=approver, **parameters))


def ended(process: subprocess.Popen[str], said: str = "", patience: float = 600.0) -> Build:
    """A build that was begun, when it has ended; `said` is told to it first."""
    out, log = process.communicate(said, timeout=patience)
    assert process.returncode == 0, log
    return Build(events=[json.loads(line) for line in out.splitlines()], log=log)
