"""Tags and descriptions of a newer format: shown, and not written over."""

from collections.abc import Callable

import pytest

from ao import fake, release
from ao.colour import Colour
from ao.commands import systems_table
from ao.errors import Refused
from ao.operations import operations
from ao.site import Site
from ao.work import Work
from tests.unit.operations.sites import deployed
from tests.unit.release.releases import options
from tests.unit.samples import SITE

BLUE, GREEN = Colour
WORDS = {"ao:format=99", "ao:needs=0.4.0"}
NEEDED = "was written by a newer ao (format 99); this version reads up to 3: upgrade to ao 0.4.0"

Mark = Callable[[Work], str]
"""Marks something of a site as a newer version does; returns what it is called."""


def stack(name: str) -> Mark:
    def mark(work: Work) -> str:
        assert isinstance(work.cloud, fake.Cloud)
        for it in work.cloud.openstack.project("shop").heat.tops():
            if it.name == name:
                it.tags |= WORDS
        return f"stack {name}"

    return mark


def preview(work: Work) -> str:
    address = work.observe().preview
    assert address is not None
    description = " ".join([address.description, *sorted(WORDS)])
    work.cloud.floating_ips.point(address, address.port_id, description)
    return f"floating IP {address.address}"


@pytest.fixture(params=[stack("ao-shop"), stack("ao-shop-green"), preview])
def mark(request: pytest.FixtureRequest) -> Mark:
    found: Mark = request.param
    return found


def marked(site: Site, mark: Mark) -> tuple[Work, str]:
    work = deployed(site)
    return work, mark(work)


def state(work: Work) -> tuple[object, ...]:
    return work.cloud.stacks.all(), work.cloud.floating_ips.all()


def test_they_are_shown_with_the_version_that_is_needed(mark: Mark) -> None:
    work, thing = marked(SITE, mark)
    facts = work.observe()
    assert facts.live is BLUE
    assert f"{thing} {NEEDED}." in list(systems_table.notes(SITE, facts))


@pytest.mark.parametrize(
    "act",
    [
        operations.up,
        lambda work: operations.deploy(work, "3.0"),
        lambda work: operations.start_deploy(work, "3.0"),
        lambda work: operations.scale(work, GREEN, 3),
        operations.switch,
        lambda work: release.release(work, "3.0", options(work)),
    ],
    ids=["up", "deploy", "deploy --no-wait", "scale", "switch", "release"],
)
def test_they_are_not_written_over(mark: Mark, act: Callable[[Work], object]) -> None:
    work, thing = marked(SITE, mark)
    before = state(work)
    with pytest.raises(Refused) as refused:
        act(work)
    assert refused.value.message == f"{thing} {NEEDED}"
    assert refused.value.cure
    assert state(work) == before


def test_a_site_of_a_newer_format_can_be_deleted() -> None:
    work, _ = marked(SITE, stack("ao-shop"))
    operations.down(work, frozenset(Colour))
    assert work.cloud.stacks.all() == ()
