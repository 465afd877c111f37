"""Certificates that the fake cloud's Barbican keeps."""

import pytest

from ao import fake
from ao.errors import CloudError, Conflict, Forbidden
from tests.unit.x509.issuing import Issued, self_signed


@pytest.fixture
def cloud() -> fake.Cloud:
    return fake.Cloud()


@pytest.fixture
def site() -> Issued:
    return self_signed("shop.example")


def test_a_container_is_a_certificate_too(cloud: fake.Cloud, site: Issued) -> None:
    ref = cloud.other_user.store_container("shop", site.pem, site.key_pem)
    found = cloud.certificates.find("shop")
    assert (found.ref, found.kind) == (ref, "container")
    assert cloud.certificates.get(found.id) == found
    assert cloud.certificates.readers(ref) == frozenset()
    cloud.certificates.store("shop", b"x")
    with pytest.raises(Conflict, match="2 times"):
        cloud.certificates.find("shop")


def test_a_container_that_goes_leaves_its_secrets(cloud: fake.Cloud, site: Issued) -> None:
    ref = cloud.other_user.store_container("shop", site.pem, site.key_pem)
    cloud.certificates.remove(ref)
    assert cloud.certificates.get(ref) is None
    assert len(cloud.certificates.stored("")) == 2


def test_a_private_certificate_is_shown_to_its_owner(cloud: fake.Cloud) -> None:
    stored = cloud.certificates.store("shop", b"x")
    cloud.other_user.hide_certificate(stored.ref)
    assert cloud.certificates.get(stored.ref) == stored
    colleague = fake.Cloud(openstack=cloud.openstack, user="colleague")
    assert colleague.certificates.stored("shop") == (stored,)
    with pytest.raises(Forbidden, match="private"):
        colleague.certificates.get(stored.ref)


def test_a_name_is_kept_without_the_space_around_it(cloud: fake.Cloud) -> None:
    assert cloud.certificates.store("  shop ", b"x").name == "shop"


@pytest.mark.parametrize(("name", "payload"), [("shop", b""), ("x" * 256, b"x")])
def test_what_barbican_does_not_take_is_refused(
    cloud: fake.Cloud, name: str, payload: bytes
) -> None:
    with pytest.raises(CloudError, match="400"):
        cloud.certificates.store(name, payload)


def test_later_ones_of_a_name_come_last(cloud: fake.Cloud) -> None:
    first = cloud.certificates.store("shop", b"x")
    cloud.clock.sleep(2)
    second = cloud.certificates.store("shop", b"x")
    assert cloud.certificates.stored("shop") == (first, second)


def test_what_is_kept_is_found_among_the_things_of_the_project(
    cloud: fake.Cloud, site: Issued
) -> None:
    cloud.certificates.store("shop", b"x")
    cloud.other_user.store_container("shop", site.pem, site.key_pem)
    assert cloud.other_user.things_named("shop") == ["secret", "container"]
