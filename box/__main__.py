"""The box's commands: `up`, `status`, `certificate`, `down` and `wipe`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from box import environment, networks, parts, status
from box.down import down, wipe
from box.errors import BoxError
from box.home import Home
from box.up import up


def main() -> int:
    """Run a command and return the exit code: 0 done, 1 failed, 2 refused."""
    arguments = _parser().parse_args()
    # Whatever root's own is: the home's programs are anyone's to read, nobody else's to change.
    os.umask(0o022)
    home = Home.from_environment()
    try:
        if arguments.command == "up":
            up(home, network=arguments.network, without=arguments.without)
        elif arguments.command == "down":
            down(home)
        elif arguments.command == "wipe":
            wipe(home)
        elif arguments.command == "certificate":
            return certificate(home, arguments.name, arguments.into)
        else:
            return show(home, arguments.format)
    except BoxError as error:
        print(f"box {arguments.command}: {error}", file=sys.stderr)
        return error.exit_code
    except (OSError, subprocess.SubprocessError) as error:
        print(f"box {arguments.command}: {error}", file=sys.stderr)
        return 1
    return 0


def show(home: Home, form: str) -> int:
    """Print what runs; return 0 only if all of it does."""
    rows = status.read(home)
    everything = [*rows, status.guests(home)]
    print(status.as_json(everything) if form == "json" else status.table(everything))
    return 0 if status.healthy(rows) else 1


def certificate(home: Home, names: Sequence[str], folder: Path) -> int:
    """Write a certificate of the box's authority; return the exit code.

    The environment's Python does it: this one may have no library for it.
    """
    if not folder.is_absolute():
        raise BoxError(f"--into needs a whole path: --into $PWD/{folder}", exit_code=2)
    python = environment.python(home)
    if not (python.exists() and home.authority.exists()):
        raise BoxError("the box has no certificate authority yet; `box up` makes it")
    return subprocess.run(
        [python, "-m", "box.authority", "--into", folder, "--", *names],
        env=environment.variables(home),
        check=False,
    ).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="box",
        description="A real OpenStack on this machine, to try Ao and to test it.",
        epilog="It keeps everything below AO_BOX_HOME, /var/lib/ao-box unless set.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    upped = commands.add_parser(
        "up", help="install what is missing, start everything, seed the cloud"
    )
    upped.add_argument(
        "--network",
        choices=sorted(networks.NETWORKS),
        help="the network of a new box (default: ovn); a box keeps the one that it was made with",
    )
    upped.add_argument(
        "--without",
        action="append",
        default=[],
        choices=sorted(parts.PARTS),
        help="leave a part out; may be given for each part",
    )
    shown = commands.add_parser("status", help="show what runs; exit code 0 only if all does")
    shown.add_argument("-f", "--format", choices=("table", "json"), default="table")
    issued = commands.add_parser(
        "certificate",
        help="write certificate.pem and key.pem for host names, signed by the box's own authority",
    )
    issued.add_argument("name", nargs="+", help="a host name or an IP address")
    issued.add_argument(
        "--into", type=Path, required=True, metavar="FOLDER", help="where to, as a whole path"
    )
    commands.add_parser("down", help="stop everything; the cloud's content stays")
    commands.add_parser("wipe", help="stop everything and remove it from this machine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
