"""Horizon: its settings, its dashboards and the static files made from them."""

import os
import shutil
import sys
from pathlib import Path

from box.home import Home
from box.plugin import DASHBOARD
from box.steps import Step

PLUGINS = ("heat_dashboard", "octavia_dashboard", "ao_dashboard")
"""Packages whose panels are put into Horizon."""

LOCALISED = ("horizon", "openstack_dashboard", "heat_dashboard", "octavia_dashboard")
"""Packages that come with Japanese for a packager to compile."""


def make(step: Step, home: Home, venv: Path) -> None:
    """Put settings and panels in place; collect and compress static files when they changed."""
    site = venv / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    local = site / "openstack_dashboard/local"
    settings = local / "local_settings.py"
    settings.unlink(missing_ok=True)
    settings.symlink_to(home.etc / "horizon/local_settings.py")
    complete = venv / "horizon-static/.complete"
    if complete.exists() and complete.read_text() == DASHBOARD.digest:
        return
    for plugin in PLUGINS:
        for folder in ("enabled", "local_settings.d"):
            for path in (site / plugin / folder).glob("_[0-9]*.py"):
                shutil.copy(path, local / folder)
    for package in LOCALISED:
        for domain in ("django", "djangojs"):
            arguments = ("--directory", site / package / "locale", "--domain", domain)
            step.run(venv / "bin/pybabel", "--quiet", "compile", "--locale=ja", *arguments)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "openstack_dashboard.settings"}
    django = (venv / "bin/python", "-m", "django")
    step.run(*django, "collectstatic", "--noinput", "--verbosity=0", environment=environment)
    step.run(*django, "compress", "--force", environment=environment)
    complete.write_text(DASHBOARD.digest)
