"""The tests of the panel run inside Horizon, with its own test settings."""

import os
import warnings

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.unit.dashboard.settings"

import django
from django.test.utils import setup_test_environment

with warnings.catch_warnings():
    # What Horizon and its libraries deprecate is not ours to mend.
    warnings.simplefilter("ignore")
    django.setup()
setup_test_environment()
