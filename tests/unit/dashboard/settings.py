"""Horizon's own test settings, with the panel in it."""

from heat_dashboard import enabled as heat_panels
from openstack_dashboard import enabled as horizon_panels
from openstack_dashboard.test.settings import *  # noqa: F403
from openstack_dashboard.test.settings import HORIZON_CONFIG, INSTALLED_APPS, TEMPLATES
from openstack_dashboard.utils import settings as horizon_settings

from ao_dashboard import enabled as panels

horizon_settings.update_dashboards(
    [horizon_panels, heat_panels, panels], HORIZON_CONFIG, INSTALLED_APPS
)
INSTALLED_APPS[:] = dict.fromkeys(INSTALLED_APPS)

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

# A busy machine is no silent service.
AO_PAGE_SECONDS = 60.0

# A page is rendered hundreds of times. Horizon would look each time whether one of its own hundred
# scripts and styles, or templates, is new on the disk.
COMPRESS_ENABLED = False
COMPRESS_PRECOMPILERS = ()
_OPTIONS = TEMPLATES[0]["OPTIONS"]
_OPTIONS["loaders"] = [("django.template.loaders.cached.Loader", _OPTIONS["loaders"])]
