"""The panel, as Horizon knows it."""

from __future__ import annotations

import horizon
from django.utils.translation import gettext_lazy as _


class BlueGreen(horizon.Panel):
    """Blue-green releases."""

    name = _("Blue-Green")
    slug = "bluegreen"
    permissions = ("openstack.services.orchestration", "openstack.services.load-balancer")
