"""Nobody: a user of this machine like any other, who has nothing to do with the box."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

CONNECTS = """
import json, socket, sys
got = []
for address, port in json.load(sys.stdin):
    with socket.socket() as probe:
        probe.settimeout(5)
        if probe.connect_ex((address, port)) == 0:
            got.append([address, port])
print(json.dumps(got))
"""
ENTERS = """
import json, socket, sys
got = []
for path in json.load(sys.stdin):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as probe:
            try:
                probe.connect(path)
            except PermissionError:
                continue
            except OSError as error:
                got.append(f"{path}: {error}")
            else:
                got.append(path)
print(json.dumps(got))
"""
READS = """
import json, sys
got = []
for path in json.load(sys.stdin):
    try:
        open(path).close()
    except (PermissionError, FileNotFoundError):
        continue
    got.append(path)
print(json.dumps(got))
"""


def run(*command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command as nobody, with `text` for its input."""
    return subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command],
        input=text,
        cwd="/",
        env={"LANG": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def connects(ports: Iterable[tuple[str, int]]) -> list[object]:
    """Those of some addresses and ports that take nobody's connection."""
    return _asked(CONNECTS, list(ports))


def enters(sockets: Iterable[Path]) -> list[object]:
    """Those of some Unix sockets that nobody's rights do not keep out."""
    return _asked(ENTERS, sorted(map(str, sockets)))


def reads(files: Iterable[Path]) -> list[object]:
    """Those of some files that nobody can open; one that is gone is none of them."""
    return _asked(READS, sorted(map(str, files)))


def _asked(program: str, things: Sequence[object]) -> list[object]:
    ran = run("/usr/bin/python3", "-c", program, text=json.dumps(things))
    assert ran.returncode == 0, ran.stderr
    got: list[object] = json.loads(ran.stdout)
    return got
