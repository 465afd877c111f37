"""Commands of this machine."""

import subprocess


class CommandError(Exception):
    """A command failed; the message has what it said."""


def run(*command: str) -> None:
    """Run a command to its end. Raises CommandError when it fails."""
    result = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise CommandError(f"{' '.join(command)} failed: {result.stdout.strip()}")
