"""The steps of `box up`: their progress on the screen, their output in a file each."""

import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from box.errors import BoxError

TAIL = 20
"""Lines of a failed step's output that are shown."""

NEXT = "`box up` again goes on from there; `box wipe` and `box up` start over."


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step at work."""

    name: str
    """What the user sees."""

    log: Path
    """Where the step's detailed output goes."""

    def run(self, *command: str | Path, environment: Mapping[str, str] | None = None) -> None:
        """Run a command to its end, its output in the log.

        Raises BoxError when it fails.
        """
        with self.log.open("a") as log:
            log.write(f"$ {' '.join(map(str, command))}\n")
            log.flush()
            result = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if result.returncode != 0:
            raise BoxError(
                f"{Path(command[0]).name} ended with exit code {result.returncode}; its last lines:"
                f"\n{tail(self.log)}\nAll of them: {self.log}"
            )


class Steps:
    """Runs steps one after another or side by side, and prints a line when each is done."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._start = time.monotonic()

    def do(self, name: str, action: Callable[[Step], None]) -> None:
        """Run one step to its end. Raises BoxError when it fails."""
        step = Step(name=name, log=self._logs / f"{name.replace(' ', '-')}.log")
        step.log.unlink(missing_ok=True)
        begin = time.monotonic()
        try:
            action(step)
        except BoxError as error:
            raise BoxError(f"{name}: {error}\n{NEXT}") from error
        now = time.monotonic()
        print(f"{now - self._start:7.1f} s  {name:<42} {now - begin:6.1f} s", flush=True)

    def together(self, actions: Mapping[str, Callable[[Step], None]]) -> None:
        """Run steps that do not need each other side by side.

        Raises the first step's BoxError after all of them have ended.
        """
        with ThreadPoolExecutor(max_workers=len(actions)) as pool:
            futures = [pool.submit(self.do, name, action) for name, action in actions.items()]
        for future in futures:
            future.result()


def tail(path: Path, lines: int = TAIL) -> str:
    """Return the last lines of a file that may not exist yet, indented."""
    text = path.read_text(errors="replace") if path.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
