from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ao import fake
from ao.operations import reconcile
from ao.progress import ProgressEvent, StackRead
from ao.work import Work
from tests.unit.samples import SITE

USER_DATA = "#!/bin/sh\necho $AO_COLOUR $AO_VERSION\n"
SHOP = replace(SITE, group=replace(SITE.group, user_data=USER_DATA))


def work_on(cloud: fake.Cloud) -> Work:
    return Work(cloud=cloud, site=SHOP, clock=cloud.clock, visit=cloud.visit)


@pytest.fixture
def cloud() -> fake.Cloud:
    return fake.Cloud()


@pytest.fixture
def work(cloud: fake.Cloud) -> Work:
    """A site that is whole, on the cloud."""
    work = work_on(cloud)
    reconcile.up(work)
    return work


@dataclass
class Looking:
    """Looks whenever Heat's progress is told."""

    look: Callable[[], object]
    seen: list[object] = field(default_factory=list)

    def emit(self, event: ProgressEvent) -> None:
        if isinstance(event, StackRead):
            self.seen.append(self.look())
