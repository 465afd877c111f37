"""What the login of a page asks of services over HTTP."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings

from ao.cloud import Cloud
from ao.errors import Unavailable
from ao_dashboard import connection
from tests.unit.cloud.openstack import Server, serving, token

# What openstacksdk leaves open is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def page(server: Server, patience: float = 10.0) -> Cloud:
    """The cloud as a page has it, of a user who is logged in to Horizon."""
    known = token(server.url)
    user = SimpleNamespace(
        services_region="R",
        token=SimpleNamespace(
            id="t",
            user=known["user"],
            project={**known["project"], "domain_id": "d"},
            roles=[],
            serviceCatalog=known["catalog"],
            expires=datetime(2099, 1, 1, tzinfo=UTC),
        ),
    )
    request: Any = SimpleNamespace(user=user)
    with override_settings(OPENSTACK_ENDPOINT_TYPE="publicURL", OPENSTACK_SSL_NO_VERIFY=False):
        return connection.cloud(request, patience)


def asked(cloud: Cloud) -> list[str]:
    """Paths of all that the login of a page asks when it lists something of three services."""
    cloud.stacks.all()
    cloud.floating_ips.all()
    cloud.load_balancers.all()
    return [it.path for it in cloud.requests(0.0)]


def test_no_page_logs_in_and_only_the_first_asks_for_versions() -> None:
    with serving() as server:
        first, second = asked(page(server)), asked(page(server))
    assert len(first) > len(second) == 3
    assert not [it for it in first if it.startswith("/identity")]


def test_a_silent_service_is_told_by_its_address_within_a_page_s_patience() -> None:
    over = threading.Event()
    with serving() as server:
        server.answer = lambda _handler: over.wait(30.0)
        try:
            with pytest.raises(Unavailable, match=r"no answer from http.*silent for too long"):
                page(server, patience=0.5).floating_ips.all()
        finally:
            over.set()
