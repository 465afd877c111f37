"""Certificates that a project keeps in Barbican: who finds them, and who may read them."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from ao.cloud import Cloud, StoredCertificate
from ao.errors import CloudError, Conflict, Forbidden, NotFound
from tests.contract.certificates import make
from tests.contract.environment import Bench

NO_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _key_manager(bench: Bench) -> None:
    if "key-manager" not in bench.cloud.lookup.services():
        pytest.skip("the cloud has no Barbican")


@pytest.fixture
def name(bench: Bench) -> Iterator[str]:
    """A name under which nothing is kept before the test, nor after it."""
    name = f"{bench.site.name}-{secrets.token_hex(3)}"
    yield name
    for it in bench.cloud.certificates.stored(name):
        bench.cloud.certificates.remove(it.ref)


@pytest.fixture
def stored(bench: Bench, name: str) -> StoredCertificate:
    return bench.cloud.certificates.store(name, make().pkcs12())


def test_a_certificate_that_is_stored_is_found_by_its_name(
    bench: Bench, name: str, stored: StoredCertificate
) -> None:
    assert stored.name == name
    assert stored.kind == "secret"
    assert stored.status == "ACTIVE"
    assert bench.cloud.certificates.find(name) == stored
    assert bench.cloud.certificates.stored(name) == (stored,)


def test_a_certificate_never_expires_for_barbican(stored: StoredCertificate) -> None:
    assert stored.expiration == ""
    assert stored.created


def test_a_certificate_is_found_by_its_reference_of_whatever_host(
    bench: Bench, stored: StoredCertificate
) -> None:
    elsewhere = f"https://elsewhere.invalid/v1/secrets/{stored.id}"
    for written in (stored.ref, stored.id, stored.id.upper(), f"secrets/{stored.id}", elsewhere):
        assert bench.cloud.certificates.find(written) == stored
        assert bench.cloud.certificates.get(written) == stored


def test_what_is_not_there_is_told(bench: Bench, name: str) -> None:
    for unknown in (name, NO_ID, f"https://elsewhere.invalid/v1/containers/{NO_ID}"):
        assert bench.cloud.certificates.get(unknown) is None
        assert bench.cloud.certificates.readers(unknown) is None
        with pytest.raises(NotFound):
            bench.cloud.certificates.find(unknown)
    assert bench.cloud.certificates.stored(name) == ()


def test_of_several_of_a_name_none_is_meant(
    bench: Bench, name: str, stored: StoredCertificate
) -> None:
    other = bench.cloud.certificates.store(name, make().pkcs12())
    with pytest.raises(Conflict, match="2 times"):
        bench.cloud.certificates.find(name)
    assert bench.cloud.certificates.find(other.ref) == other
    assert {*bench.cloud.certificates.stored(name)} == {stored, other}


def test_a_name_may_have_any_characters_and_means_only_itself(bench: Bench, name: str) -> None:
    odd = f"{name} 100%+_\\ 証明書"
    like = f"{name} 100%+x\\ 証明書"
    kept = [bench.cloud.certificates.store(it, make().pkcs12()) for it in (odd, like)]
    try:
        assert bench.cloud.certificates.find(odd) == kept[0]
        assert bench.cloud.certificates.find(like) == kept[1]
    finally:
        for it in kept:
            bench.cloud.certificates.remove(it.ref)


def test_those_whose_names_begin_alike_are_listed_oldest_first(bench: Bench, name: str) -> None:
    names = (f"{name}-b", f"{name}-a", f"{name[:-1]}x-c")
    kept = [bench.cloud.certificates.store(it, make().pkcs12()) for it in names]
    try:
        found = bench.cloud.certificates.beginning(f"{name}-")
        assert set(found) == {*kept[:2]}
        assert [it.created for it in found] == sorted(it.created for it in found)
    finally:
        for it in kept:
            bench.cloud.certificates.remove(it.ref)


def test_one_that_is_too_large_is_told_as_that(bench: Bench, name: str) -> None:
    with pytest.raises(CloudError, match="more than Barbican takes"):
        bench.cloud.certificates.store(name, b"x" * 16_000)
    assert bench.cloud.certificates.stored(name) == ()


def test_nobody_beside_the_project_may_read_it_at_first(
    bench: Bench, stored: StoredCertificate
) -> None:
    assert bench.cloud.certificates.readers(stored.ref) == frozenset()


def test_a_colleague_finds_and_removes_it(
    bench: Bench, name: str, stored: StoredCertificate
) -> None:
    assert bench.colleague.certificates.find(name) == stored
    bench.colleague.certificates.remove(stored.ref)
    assert bench.cloud.certificates.get(stored.ref) is None
    bench.cloud.certificates.remove(stored.ref)


def test_another_project_sees_nothing_of_it(
    bench: Bench, name: str, stored: StoredCertificate
) -> None:
    with pytest.raises(NotFound):
        bench.annex.certificates.find(name)
    with pytest.raises(Forbidden):
        bench.annex.certificates.get(stored.ref)


READER: dict[str, Callable[[Cloud, StoredCertificate], object]] = {
    "find": lambda cloud, stored: cloud.certificates.find(stored.name),
    "get": lambda cloud, stored: cloud.certificates.get(stored.ref),
    "stored": lambda cloud, stored: cloud.certificates.stored(stored.name),
    "beginning": lambda cloud, stored: cloud.certificates.beginning(stored.name),
    "store": lambda cloud, stored: cloud.certificates.store(stored.name, b"x"),
    "readers": lambda cloud, stored: cloud.certificates.readers(stored.ref),
    "remove": lambda cloud, stored: cloud.certificates.remove(stored.ref),
}


@pytest.mark.parametrize("ask", READER)
def test_a_reader_is_shown_nothing(bench: Bench, stored: StoredCertificate, ask: str) -> None:
    with pytest.raises(Forbidden):
        READER[ask](bench.reader, stored)
    assert bench.cloud.certificates.get(stored.ref) == stored


def test_of_a_secret_that_holds_a_key_too_no_certificate_is_given_alone(
    bench: Bench, stored: StoredCertificate
) -> None:
    assert bench.cloud.certificates.public(stored.ref) is None
    assert bench.cloud.certificates.public(NO_ID) is None
