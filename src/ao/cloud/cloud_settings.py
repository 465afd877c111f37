"""Settings of a cloud that would have Ao ask somebody else, or wait for hours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from openstack.config import vendors
from openstack.config.loader import OpenStackConfig

from ao.errors import ConfigError
from ao.message import message
from ao.untrusted.printable import printable

RETRIES = 5
"""How often a connection that failed is tried again at most."""
PAUSE = 30.0
"""Seconds between two tries at most."""
SHOWN = 200
"""Characters of a setting that are told."""

log = logging.getLogger(__name__)

_Bound = tuple[Callable[[Any], float], float]
_BOUNDS: Mapping[str, _Bound] = {
    "connect_retries": (int, RETRIES),
    "connect_retry_delay": (float, PAUSE),
}
"""What each setting is, and the most that is heeded of it, by the end of its name."""


def check_profile(files: OpenStackConfig, name: str | None) -> None:
    """Refuse a cloud whose settings are at a URL that its file names. Raises ConfigError.

    openstacksdk fetches them at each command (config/vendors/__init__.py: get_profile), and they
    say where the password goes. Of the providers that it knows by name it has the URLs itself.
    """
    name = name or files.default_cloud
    settings = files.cloud_config.get("clouds", {}).get(name)
    if not isinstance(settings, Mapping):
        return
    key = "profile" if "profile" in settings else "cloud"
    profile = settings.get(key)
    if not isinstance(profile, str):
        return
    if profile in vendors.profiles():
        log.info("the profile of cloud %s is openstacksdk's of %s", name, profile)
        return
    parts = urlsplit(profile)
    if not parts.netloc:
        return
    place = "OS_PROFILE" if name == files.envvar_key else str(files.config_filename)
    raise ConfigError(
        message(
            "%(path)s: cloud %(name)s has its settings at %(url)s (`%(key)s`): they would be "
            "fetched at each command, and say where the password goes",
            path=printable(place, SHOWN),
            name=printable(str(name), SHOWN),
            url=printable(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", SHOWN),
            key=key,
        ),
        cure=message(
            "Write them under the cloud, as `auth_url` in `auth`, and delete `%(key)s`; the path "
            "/.well-known/openstack/api of that server tells them.",
            key=key,
        ),
    )


def bound(settings: dict[str, Any], name: str) -> None:
    """Bound in a cloud's settings how often a connection is tried again, and after what time.

    Its answers are heeded by `ao.cloud.retries` alone: every request says so to keystoneauth1
    (`ao.cloud.rest`), which would sleep for as long as a `Retry-After` says (session.py:
    _send_request). Raises ConfigError for what is no number.
    """
    for key, value in settings.items():
        found = next((it for end, it in _BOUNDS.items() if key.endswith(end)), None)
        if found is None or value is None:
            continue
        kind, most = found
        try:
            number = kind(value)
        except (ArithmeticError, TypeError, ValueError):
            number = None
        # NaN is neither less nor more.
        if number is None or number != number:
            raise ConfigError(
                message(
                    "cloud %(name)s has a `%(key)s` that is no number",
                    name=printable(name, SHOWN),
                    key=printable(key, SHOWN),
                ),
                cure=message("Correct it in clouds.yaml, or in the OS_* variable of that name."),
            )
        settings[key] = kind(max(0, min(number, most)))
