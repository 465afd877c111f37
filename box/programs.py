"""The table of services as the supervisor reads it."""

import configparser
import hashlib
import io
from collections.abc import Mapping, Sequence
from string import Template

from box.files import write_private
from box.home import Home
from box.services import Service, Wave

PROGRAM = {
    "directory": "/",
    "autostart": "false",
    "autorestart": "true",
    "startsecs": "1",
    "startretries": "5",
    "stopasgroup": "true",
    "killasgroup": "true",
    "redirect_stderr": "true",
    "stdout_logfile_maxbytes": "20MB",
    "stdout_logfile_backups": "2",
}
"""What all services have in common. `up` starts them itself, in waves."""


def write(home: Home, known: Mapping[str, str], services: Sequence[Service]) -> None:
    """Write the supervisor's table of programs beside its rendered configuration.

    Each program carries a digest of its configuration and code in its environment: a changed file
    is a changed program to the supervisor, which says so when it reads its configuration anew.
    """
    programs = configparser.ConfigParser(interpolation=None)
    for service in services:
        environment = {
            **{name: _fill(value, known) for name, value in service.environment.items()},
            "AO_BOX_CONFIGURATION": _digest(home, service),
            # Anyone could be there before a service in /tmp.
            "TMPDIR": str(home.temporary(service.user)),
        }
        programs[f"program:{service.name}"] = {
            **PROGRAM,
            "stopwaitsecs": str(_patience(service)),
            "command": _fill(service.command, known),
            "environment": ",".join(f'{name}="{value}"' for name, value in environment.items()),
            "user": service.user,
            "stdout_logfile": f"{home.log}/{service.name}.log",
        }
    text = io.StringIO()
    programs.write(text)
    write_private(home.etc / "supervisor/services.conf", text.getvalue())


def _patience(service: Service) -> int:
    """Return the seconds a service has to end by itself: databases write, APIs only linger."""
    return 15 if service.wave <= Wave.SWITCH else 5


def _fill(text: str, known: Mapping[str, str]) -> str:
    """Put `known` values into a service's text; the supervisor wants percent signs doubled."""
    return Template(text).substitute(known).replace("%", "%%")


def _digest(home: Home, service: Service) -> str:
    digest = hashlib.sha256()
    for name in service.config:
        digest.update((home.etc / name).read_bytes())
    for plugin in service.code:
        digest.update(plugin.digest.encode())
    return digest.hexdigest()[:16]
