"""Nova, as Ao knows it."""

import base64
import uuid

import pytest

from ao.clock import Ready, Waiting
from ao.cloud import Stack
from ao.errors import NotFound
from tests.contract.environment import Bench

SERVER = "OS::Nova::Server"


def test_the_console_of_a_server_ends_with_what_it_wrote_last(bench: Bench, blue: Stack) -> None:
    server = bench.physical_id(blue, SERVER)

    def look() -> Ready[str] | Waiting:
        text = bench.cloud.servers.console(server, 50)
        return Ready(text) if text.strip() else Waiting("its console is empty")

    text = bench.clock.until(look, what="a server to write to its console", deadline=60)
    assert len(text.splitlines()) <= 50
    assert len(bench.cloud.servers.console(server, 1).splitlines()) <= 1


def test_a_server_that_is_not_there_has_no_console(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.cloud.servers.console(str(uuid.uuid4()), 5)


def test_a_server_of_another_project_has_no_console(bench: Bench, blue: Stack) -> None:
    with pytest.raises(NotFound):
        bench.annex.servers.console(bench.physical_id(blue, SERVER), 5)


def test_servers_are_found_by_how_their_names_begin(bench: Bench, blue: Stack) -> None:
    server, site = bench.physical_id(blue, SERVER), bench.site.name
    found = {it.id: it for it in bench.cloud.servers.named([f"{site}-blue-", f"{site}-green-"])}
    assert found[server].name.startswith(f"{site}-blue-")
    assert all(it.name.startswith((f"{site}-blue-", f"{site}-green-")) for it in found.values())
    assert not bench.cloud.servers.named([f"x{site}-", "no-such-"])
    assert not bench.annex.servers.named([f"{site}-"])


def test_a_server_is_found_by_its_id(bench: Bench, blue: Stack) -> None:
    server = bench.physical_id(blue, SERVER)
    found = bench.cloud.servers.get(server)
    assert found is not None
    assert found.id == server
    assert found.name.startswith(f"{bench.site.name}-blue-")
    assert bench.cloud.servers.get(str(uuid.uuid4())) is None
    assert bench.annex.servers.get(server) is None


def test_a_server_is_known_to_be_active_by_its_id(bench: Bench, blue: Stack) -> None:
    server = bench.physical_id(blue, SERVER)
    assert bench.cloud.servers.is_active(server)
    assert not bench.cloud.servers.is_active(str(uuid.uuid4()))
    assert not bench.annex.servers.is_active(server)


def test_a_server_tells_what_it_was_made_of(bench: Bench, blue: Stack) -> None:
    server = bench.physical_id(blue, SERVER)
    found = bench.cloud.servers.details(server)
    assert found is not None
    assert found.id == server
    assert found.status == "ACTIVE"
    assert found.image_id == bench.cloud.lookup.image(bench.site.group.image).id
    assert found.flavor_id == bench.cloud.lookup.flavor(bench.site.group.flavor).id
    assert found.keypair == bench.site.group.keypair
    assert found.availability_zone in bench.cloud.lookup.availability_zones()
    assert not found.config_drive
    assert found.metadata["ao_colour"] == "blue"
    assert not found.volume_ids
    assert bench.cloud.servers.details(str(uuid.uuid4())) is None
    assert bench.annex.servers.details(server) is None


def test_nova_tells_user_data_to_an_administrator_alone(bench: Bench, blue: Stack) -> None:
    server = bench.physical_id(blue, SERVER)
    found = bench.cloud.servers.details(server)
    assert found is not None
    assert found.user_data is None
    told = bench.operator.servers.details(server)
    if told is None:
        pytest.skip("the administrator sees no servers of the project")
    assert told.user_data
    assert b"blue" in base64.b64decode(told.user_data)


def test_a_volume_that_is_not_there_is_none(bench: Bench) -> None:
    assert bench.cloud.servers.volume(str(uuid.uuid4())) is None
