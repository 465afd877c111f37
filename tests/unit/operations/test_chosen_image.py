"""Releases by image: chosen as they are ordered, kept with the stack, looked for afterwards."""

from dataclasses import replace

import pytest

from ao import release
from ao.cloud import Image
from ao.colour import Colour
from ao.errors import ConfigError, NotFound, Refused
from ao.operations import operations, reconcile
from ao.operations.chosen_image import version_in, with_image
from ao.plan import image_state
from ao.site import Site, image_of, image_tag
from ao.work import Work
from tests.unit import samples
from tests.unit.operations.sites import start
from tests.unit.release.releases import options

BLUE, GREEN = Colour
BAKED = replace(samples.POOL_SITE, group=replace(samples.POOL_SITE.group, user_data=""))
"""A site whose images have the application in them."""


def built(site: Site = BAKED, *images: Image) -> Work:
    """Work on a site that stands, in a cloud that has these images too."""
    work = start(site, images=[site.group.image])
    work.cloud.openstack.images.extend(images)
    reconcile.up(work)
    return work


def image(name: str, **more: str) -> Image:
    return Image(id=f"{name.replace('.', '-')}-id", name=name, **more)


def fail(work: Work) -> None:
    """Have the last work of Heat on green have failed."""
    stacks = work.cloud.openstack.project("shop").heat.tops()
    stack = next(it for it in stacks if it.name == work.site.system_stack(GREEN))
    stack.set_state("UPDATE", "FAILED", "for the test")


def images_of(work: Work, colour: Colour) -> set[str]:
    """Names of the images that the servers of a system were made of."""
    facts = work.observe()
    servers = work.cloud.openstack.project("shop").nova.servers
    return {servers[server.id].image.name for server in facts.systems[colour].servers}


def test_a_deploy_takes_the_image_that_is_chosen_and_the_stack_keeps_it() -> None:
    work = built(BAKED, image("shop-2.0"))
    facts = operations.deploy(work, "2.0", image="shop-2.0")
    assert images_of(work, GREEN) == {"shop-2.0"}
    assert images_of(work, BLUE) == {"ao-demo"}
    assert facts.systems[GREEN].image_id == "shop-2-0-id"
    assert facts.systems[GREEN].version == "2.0"
    assert facts.systems[BLUE].image_id == work.cloud.lookup.image("ao-demo").id


def test_a_release_by_image_goes_on_with_it_though_it_is_not_named_again() -> None:
    work = built(BAKED, image("shop-2.0"), image("other"))
    until = options(work, image="shop-2.0", until=release.Stage.DEPLOY)
    release.release(work, "2.0", until)
    with pytest.raises(Refused, match="was begun with another image"):
        release.release(work, "2.0", options(work, image="other"))
    release.resume(work, options(work))
    assert work.observe().live is GREEN
    assert images_of(work, GREEN) == {"shop-2.0"}


def test_what_was_deployed_by_hand_with_another_image_is_deployed_anew() -> None:
    work = built(BAKED, image("shop-2.0"), image("shop-2.0-r2"))
    operations.deploy(work, "2.0", image="shop-2.0")
    release.release(work, "2.0", options(work, image="shop-2.0-r2"))
    assert images_of(work, GREEN) == {"shop-2.0-r2"}
    assert release.release(work, "2.0", options(work, image="shop-2.0-r2")) == "released"
    assert work.observe().live is GREEN


def test_without_user_data_the_same_image_is_no_other_version() -> None:
    work = built()
    with pytest.raises(ConfigError) as refused:
        operations.deploy(work, "2.0")
    assert "blue runs version 1.0 with ao-demo" in refused.value.message
    assert "name another one for 2.0 with --image" in refused.value.message


def test_an_image_of_another_version_is_refused() -> None:
    work = built(samples.POOL_SITE, image("shop-1.9", version="1.9"))
    with pytest.raises(ConfigError) as refused:
        operations.deploy(work, "2.0", image="shop-1.9")
    assert "--image: image: shop-1.9 is of version 1.9" in refused.value.message
    assert operations.deploy(work, "1.9", image="shop-1.9").systems[GREEN].version == "1.9"


def test_an_image_tells_its_version_by_the_rules_of_a_version() -> None:
    work = built(BAKED, image("good", version="2.0"), image("none"), image("bad", version="2 0;"))
    assert version_in(work, "good") == "2.0"
    with pytest.raises(ConfigError, match="image none tells no version"):
        version_in(work, "none")
    with pytest.raises(ConfigError, match="cannot be a version"):
        version_in(work, "bad")
    with pytest.raises(NotFound):
        version_in(work, "missing")


def test_a_standby_that_failed_is_built_anew_with_its_own_image() -> None:
    work = built(BAKED, image("shop-2.0"))
    operations.deploy(work, "2.0", image="shop-2.0")
    fail(work)
    reconcile.up(work)
    assert images_of(work, GREEN) == {"shop-2.0"}
    assert work.observe().systems[GREEN].version == "2.0"


def test_it_is_refused_without_its_image_where_that_is_the_version() -> None:
    work = built(BAKED, image("shop-2.0"))
    operations.deploy(work, "2.0", image="shop-2.0")
    fail(work)
    work.cloud.openstack.images.pop()
    work.found.clear()
    with pytest.raises(Refused, match="green was deployed with image shop-2-0-id, which Glance"):
        reconcile.up(work)


def test_an_image_that_a_standing_system_needs_and_glance_has_lost_is_told() -> None:
    work = built(BAKED, image("shop-2.0"))
    facts = operations.deploy(work, "2.0", image="shop-2.0")
    assert image_state.lost(image_state.read_images(work.cloud, facts)) == ()
    work.cloud.openstack.images.pop()
    states = image_state.read_images(work.cloud, facts)
    (told,) = image_state.lost(states)
    assert "The image of green, shop-2-0-id, is of no use: Glance has lost it." in told
    assert states[BLUE].shown == "ao-demo"
    work.cloud.openstack.images[0] = replace(work.cloud.openstack.images[0], status="deactivated")
    assert "it is deactivated in Glance" in "".join(
        image_state.lost(image_state.read_images(work.cloud, facts))
    )


def test_a_tag_that_is_no_image_is_none() -> None:
    assert image_of(frozenset({image_tag("0b5e-id")})) == "0b5e-id"
    assert image_of(frozenset({"ao:image=../../flavors"})) == ""
    assert image_of(frozenset()) == ""


def test_no_image_chosen_leaves_the_site_as_it_is() -> None:
    work = start(BAKED)
    assert with_image(work, "") is work
    assert with_image(work, "x").site.source == work.site.source
