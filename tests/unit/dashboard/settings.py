"""Horizon's own test settings, with the panel in it."""

from heat_dashboard import enabled as heat_panels
from openstack_dashboard import enabled as horizon_panels
from openstack_dashboard.test.settings import *  # noqa: F403
from openstack_dashboard.test.settings import HORIZON_CONFIG, INSTALLED_APPS
from openstack_dashboard.utils import settings as horizon_settings

from ao_dashboard import enabled as panels

horizon_settings.update_dashboards(
    [horizon_panels, heat_panels, panels], HORIZON_CONFIG, INSTALLED_APPS
)
INSTALLED_APPS[:] = dict.fromkeys(INSTALLED_APPS)

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
