"""Nova, as Ao knows it."""

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
