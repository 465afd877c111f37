"""The services' configuration files, rendered from `box/config`."""

import shutil
from dataclasses import asdict
from pathlib import Path
from string import Template

from box.files import write_private
from box.home import Home
from box.networks import Network
from box.passwords import Passwords

ADDRESS = "127.0.0.1"
"""Every API of the box listens here and nowhere else."""

HOST = "ao.box"
"""The services' name of this machine, whatever the machine calls itself at the next start. With
a dot: libvirt asks the resolver for a longer form of any other name, each time."""

TEMPLATES = Path(__file__).parent / "config"


def values(home: Home, venv: Path, passwords: Passwords, network: Network) -> dict[str, str]:
    """Return what a template may ask for, by name."""
    return {
        "address": ADDRESS,
        "host": HOST,
        "home": str(home.root),
        "bin": str(home.bin),
        "etc": str(home.etc),
        "run": str(home.run),
        "log": str(home.log),
        "data": str(home.data),
        "venv": str(venv),
        **network.words,
        **asdict(passwords),
    }


def render(known: dict[str, str]) -> dict[Path, str]:
    """Return each file's text by its path below the home's `etc`.

    Raises KeyError when a template asks for something that `known` does not hold.
    """
    return {
        path.relative_to(TEMPLATES): Template(path.read_text()).substitute(known)
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file()
    }


def write(home: Home, known: dict[str, str]) -> None:
    """Write all files afresh. MariaDB and RabbitMQ read theirs as users of their own."""
    for name, text in render(known).items():
        path = home.clouds if name == Path("clouds.yaml") else home.etc / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(path, text)
    for owner, folder in (("mysql", "mariadb"), ("rabbitmq", "rabbitmq")):
        for path in (home.etc / folder, *(home.etc / folder).iterdir()):
            shutil.chown(path, user=owner)
