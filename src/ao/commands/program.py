"""The program that a command runs in: `ao`, or `openstack` with Ao as its plugin."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ao.errors import ConfigError, NotFound
from ao.message import message

if TYPE_CHECKING:
    from ao.cloud import Cloud
    from ao.site import Site


class Program(Protocol):
    """Where commands get their site and their cloud from."""

    def add_site(self, parser: argparse.ArgumentParser) -> None:
        """Add what names the site to a command's arguments."""

    def site(self, given: argparse.Namespace) -> Site:
        """Return the site that a command is for."""

    def cloud(self, site: Site | None) -> Cloud:
        """Return the cloud that the site, or else the user, names."""


class Ao:
    """`ao`: a site file names site and cloud."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def add_site(self, parser: argparse.ArgumentParser) -> None:
        """Add nothing: --config is an option of the program."""

    def site(self, given: argparse.Namespace) -> Site:
        """Return the site that the site file describes."""
        from ao import config

        return config.load(self._app.options.config)

    def cloud(self, site: Site | None) -> Cloud:
        """Return a cloud of clouds.yaml, or that of the OS_* variables.

        Without a site it is that of the site file, if one is at hand.
        """
        from ao.cloud import connect

        return connect(self._app.options.os_cloud or (site.cloud if site else self._at_hand()))

    def _at_hand(self) -> str | None:
        """Return the name of the site file's cloud; None without a file. Raises ConfigError."""
        from ao import config

        path: Path = self._app.options.config
        return config.load(path).cloud if path.exists() else None


class OpenStackClient:
    """`openstack`: it is logged in to a cloud, and an argument names the site."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def add_site(self, parser: argparse.ArgumentParser) -> None:
        """Add the site and its file."""
        parser.add_argument(
            "site", metavar="SITE", help=message("Name of the site, or ID of its stack.")
        )
        parser.add_argument(
            "--config",
            metavar="FILE",
            type=Path,
            default=os.environ.get("AO_CONFIG"),
            help=message(
                "Site file. Env: AO_CONFIG. Default: ao.yaml if it describes that site, else "
                "what the project keeps of it."
            ),
        )

    def site(self, given: argparse.Namespace) -> Site:
        """Return the site of its file, if one is named or at hand, else as the project keeps it.

        Raises NotFound when the project has no such site, ConfigError for a file of another.
        """
        from ao import config

        path = Path(given.config or "ao.yaml")
        described = config.load(path) if given.config or path.exists() else None
        if described is not None and described.name == given.site:
            return described
        name = self._name(given.site)
        if described is not None and described.name == name:
            return described
        if given.config:
            raise ConfigError(
                message(
                    "%(path)s describes site %(name)s, not %(wanted)s",
                    path=path,
                    name=described.name if described else "?",
                    wanted=name,
                ),
                cure=message("Name the file of that site, or none."),
            )
        return config.load_stored(self.cloud(None), name)

    def cloud(self, site: Site | None) -> Cloud:
        """Return the cloud that `openstack` has logged in to, whatever a site file says."""
        from ao.cloud import of

        return of(self._app.client_manager.sdk_connection)

    def _name(self, name_or_id: str) -> str:
        """Return the name of a site of the project. Raises NotFound."""
        from ao.site import is_name, tag_value

        stacks = self.cloud(None).stacks
        if is_name(name_or_id) and stacks.tagged(f"ao:site={name_or_id}"):
            return name_or_id
        stack = next((it for it in stacks.all() if it.id == name_or_id), None)
        name = tag_value(stack.tags, "site") if stack else None
        if name is None or not is_name(name):
            raise NotFound(
                message("the project has no site %(name)s", name=name_or_id),
                cure=message(
                    "`openstack bluegreen site list` lists its sites; a new one "
                    "needs its site file, which --config names."
                ),
            )
        return name


def of(app: Any) -> Program:
    """Return the program that an application is: `openstack` has a client manager."""
    return OpenStackClient(app) if hasattr(app, "client_manager") else Ao(app)
