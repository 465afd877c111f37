"""Which version of its API Octavia tells."""

from collections.abc import Iterator

import pytest

from ao import cloud as face
from ao.cloud import Cloud
from tests.unit.cloud import openstack
from tests.unit.cloud.openstack import connect, serving


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with serving() as server:
        yield face.of(connect(server))


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ({"versions": [{"id": it} for it in ("v2.9", "v2.30", "v2.8")]}, (2, 30)),
        ("v2", None),
        ({"versions": []}, None),
        ({"versions": [{"id": "newest"}]}, None),
    ],
)
def test_the_root_tells_the_newest_version(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    told: object,
    version: tuple[int, int] | None,
) -> None:
    before = openstack.versions
    odd = {"/lb": told, "/lb/v2.0": "v2"}
    monkeypatch.setattr(openstack, "versions", lambda url: {**before(url), **odd})
    assert cloud.load_balancers.api_version() == version
