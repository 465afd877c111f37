"""A user of the dashboard, who is logged in to a project on the fake cloud."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from openstack_dashboard.test import helpers

from ao import config
from ao.errors import Unavailable
from ao.http.request_options import RequestOptions
from ao.operations import reconcile
from ao.visit import NoAnswer
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.probes import FakeProbe, kept_client, recording

PANEL = "horizon:project:bluegreen"
SHOP = Path(__file__).parents[3] / "examples/shop/ao.yaml"
INSIDES = re.compile(r" at 0x[0-9a-f]+|&lt;class |Traceback")
"""What no page shows, and a name that Horizon's own templates use too may bring about."""


# What Horizon and its libraries deprecate or leave open is not ours to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
class VisitorTest(helpers.TestCase):
    """Pages of a project with one site, the demo shop, which is built."""

    def _setup_test_data(self) -> None:
        super()._setup_test_data()
        nowhere = {"region": "RegionOne", "interface": "public", "url": "http://localhost"}
        for service in ("orchestration", "load-balancer"):
            self.service_catalog.append({"type": service, "name": service, "endpoints": [nowhere]})

    def setUp(self) -> None:
        super().setUp()
        # The fake cloud gives the same IDs to the records of every test.
        cache.clear()
        self.work = start(config.load(self.site_file()), providers=("haproxy",))
        self.cloud = self.work.cloud
        self.prepare()
        reconcile.up(self.work)
        mock.patch("ao_dashboard.bluegreen.views.cloud", return_value=self.cloud).start()
        mock.patch.multiple(
            "ao_dashboard.bluegreen.page_state",
            Work=partial(Work, clock=self.work.clock, visit=self.work.visit),
            visit=self.work.visit,
        ).start()
        mock.patch("ao_dashboard.bluegreen.certificate_state.served", self.cloud.served).start()
        self.probe = FakeProbe(lambda load: recording(load, kept_client("green")))
        mock.patch("ao_dashboard.bluegreen.actions.ProbeProcess", self.probe).start()

    def site_file(self) -> Path:
        """What the site is built by."""
        return SHOP

    def prepare(self) -> None:
        """Have in the cloud what the site needs there before it is built."""

    def changed(self, change: Callable[[str], str]) -> Path:
        """The demo shop's site file with another text."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(SHOP.parent, folder, dirs_exist_ok=True)
        path = folder / SHOP.name
        path.write_text(change(path.read_text()))
        return path

    def unseen(self) -> AbstractContextManager[object]:
        """While the web server cannot reach production."""

        def lost(url: str, timeout: float, options: RequestOptions) -> None:
            raise NoAnswer(f"{url}: no route")

        return mock.patch("ao_dashboard.bluegreen.page_state.visit", lost)

    def page(self, view: str, *args: str, language: str = "en") -> HttpResponse:
        where = reverse(f"{PANEL}:{view}", args=args)
        return self.client.get(where, headers={"accept-language": language})

    def text(self, view: str, *args: str, language: str = "en") -> str:
        answer = self.page(view, *args, language=language)
        assert answer.status_code == 200, answer
        text: str = answer.content.decode()
        assert not INSIDES.search(text), "the page shows what an object is called in Python"
        return text

    def shown(self, action: str) -> dict[str, str]:
        """What the form of an action keeps of what it showed."""
        text = self.page("action", "shop", action).content.decode()
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))

    def post(self, action: str, language: str = "en", **given: object) -> HttpResponse:
        """Fill in the form of an action, and send it as it was shown but for what is given."""
        where = reverse(f"{PANEL}:action", args=["shop", action])
        told = {"version": "2.0", "size": 1, "hours": 1, "reason": "to try it"}
        told |= {**self.shown(action), **given}
        return self.client.post(where, told, headers={"accept-language": language})

    def told(self, answer: HttpResponse) -> str:
        """What the user is told after it."""
        return " ".join(str(it) for it in answer.wsgi_request._messages)

    @contextmanager
    def silent(self, *services: str) -> Iterator[None]:
        """While services of the cloud answer nothing at all."""
        with ExitStack() as stack:
            for service in services:
                stack.enter_context(mock.patch.object(self.cloud, service, Mute(service)))
            yield


class Mute:
    """A service that does not answer."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, call: str) -> Callable[..., None]:
        def fail(*_args: object, **_kwargs: object) -> None:
            raise Unavailable(f"{self._service} does not answer")

        return fail
