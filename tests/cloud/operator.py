"""An operator of a site, with a terminal: the command as a process of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.visitors import SHOP

PATIENCE = 240.0
"""Seconds that any command may take."""
AO = Path(sys.executable).with_name("ao")


@dataclass(frozen=True)
class Operator:
    """Somebody with a terminal, in a folder with the site's file."""

    file: Path
    cloud: str

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [AO, "--os-cloud", self.cloud, "--config", self.file, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str, exits: int = 0) -> str:
        """What a command says; it must end with this exit code."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == exits, said
        return said

    def changed(self, folder: Path, **more: object) -> "Operator":
        """The same with another file for the same site."""
        file = folder / "ao.yaml"
        file.write_text(yaml.safe_dump({**yaml.safe_load(self.file.read_text()), **more}))
        (folder / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
        return Operator(file, self.cloud)
