"""How a benchmark ends whose rounds fail: with a line, and a code for the shell."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ao.errors import AoError
from benchmarks.trial import Failed


@contextmanager
def told(failed: str = "a round failed") -> Iterator[None]:
    """End the program with a line for what the rounds within raise, and with 130 after Ctrl-C.

    `failed` is what the line of a round says that went wrong.
    """
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except Failed as error:
        sys.exit(f"{failed}: {error}")
    except AoError as error:
        sys.exit(f"ao: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"`{shlex.join(map(str, error.cmd))}` ended with exit code {error.returncode}")
