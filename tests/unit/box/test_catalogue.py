from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import pytest
from openstack.connection import Connection

from box.cloud import catalogue


@dataclass(frozen=True, kw_only=True)
class Service:
    id: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    service_id: str
    url: str


class Keystone:
    """The part of Keystone that holds the catalogue, in memory."""

    def __init__(self) -> None:
        self._services: list[Service] = []
        self._endpoints: list[Endpoint] = []

    def services(self) -> list[Service]:
        return list(self._services)

    def create_service(self, **attributes: str) -> Service:
        kind = attributes["type"]
        self._services.append(Service(id=f"id of {kind}", type=kind))
        return self._services[-1]

    def delete_service(self, service: Service) -> None:
        self._services.remove(service)
        self._endpoints = [one for one in self._endpoints if one.service_id != service.id]

    def endpoints(self) -> list[Endpoint]:
        return list(self._endpoints)

    def create_endpoint(self, *, service_id: str, url: str, **_: str) -> None:
        self._endpoints.append(Endpoint(service_id=service_id, url=url))

    def find_domain(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(id=name)

    def assign_domain_role_to_user(self, *_: object) -> None: ...


class Identity:
    """In place of the box's own: accounts are no concern of these tests."""

    def __init__(self, cloud: Keystone) -> None:
        self.api = cloud

    def __getattr__(self, name: str) -> Callable[..., str]:
        return lambda *_, **__: name


@pytest.fixture
def keystone(monkeypatch: pytest.MonkeyPatch) -> Keystone:
    monkeypatch.setattr(catalogue, "Identity", Identity)
    return Keystone()


def write(keystone: Keystone, *, without: Collection[str] = ()) -> None:
    catalogue.write(cast(Connection, keystone), "secret", without=without)


def found(keystone: Keystone) -> dict[str, set[str]]:
    """Return what the catalogue says: URLs by type."""
    return {
        service.type: {one.url for one in keystone.endpoints() if one.service_id == service.id}
        for service in keystone.services()
    }


def test_alarms_and_prometheus_are_found_from_the_catalogue(keystone: Keystone) -> None:
    write(keystone)

    assert found(keystone)["alarming"] == {"http://127.0.0.1:8042"}
    assert found(keystone)["metric-storage"] == {"http://127.0.0.1:9090"}


def test_the_key_manager_is_found_from_the_catalogue(keystone: Keystone) -> None:
    write(keystone)

    assert found(keystone)["key-manager"] == {"http://127.0.0.1:9311"}


@pytest.mark.parametrize("left_out", [{"telemetry"}, {"key-manager"}, {"telemetry", "key-manager"}])
def test_without_a_part_the_catalogue_names_only_what_runs(
    keystone: Keystone, left_out: set[str]
) -> None:
    write(keystone)
    write(keystone, without=left_out)

    running = [services for part, services in catalogue.PARTS.items() if part not in left_out]
    assert set(found(keystone)) == {
        kind for services in (catalogue.SERVICES, *running) for kind, _ in services.values()
    }


@pytest.mark.parametrize(("part", "kind"), [("telemetry", "alarming"), ("key-manager",) * 2])
def test_a_part_comes_back_with_its_endpoints(keystone: Keystone, part: str, kind: str) -> None:
    write(keystone)
    before = found(keystone)[kind]
    write(keystone, without={part})
    write(keystone)

    assert found(keystone)[kind] == before


def test_writing_again_makes_nothing_twice(keystone: Keystone) -> None:
    write(keystone)
    before = (keystone.services(), keystone.endpoints())
    write(keystone)

    assert (keystone.services(), keystone.endpoints()) == before
