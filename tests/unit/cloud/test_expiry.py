"""A token that expires in the midst of a command."""

import itertools
from collections.abc import Iterator

import openstack.connection
import pytest
from keystoneauth1 import access
from keystoneauth1.identity.access import AccessInfoPlugin
from keystoneauth1.session import Session

from ao.cloud import Cloud, of
from ao.errors import NotAuthenticated
from tests.unit.cloud.openstack import Handler, Server, connect, serving, token
from tests.unit.cloud.test_answers import ASKING, CASES

FIRST = "token-1"
EXPIRED = {"error": {"code": 401, "title": "Unauthorized", "message": "The token has expired"}}


@pytest.fixture
def server() -> Iterator[Server]:
    """Services for which the first token that Keystone gives has expired."""
    numbers = itertools.count(1)

    def login(handler: Handler) -> None:
        told = {"token": token(handler.server.url)}
        handler.json(201, told, X_Subject_Token=f"token-{next(numbers)}")

    def answer(handler: Handler) -> None:
        if handler.headers.get("X-Auth-Token") == FIRST:
            handler.json(401, EXPIRED)
        else:
            handler.answer()

    with serving() as server:
        server.login, server.answer = login, answer
        yield server


def by_token(server: Server) -> Cloud:
    """A login by a token alone, as Horizon has it."""
    told = access.create(body={"token": token(server.url)}, auth_token=FIRST)
    session = Session(auth=AccessInfoPlugin(told))
    return of(openstack.connection.Connection(session=session, region_name="R"))


@pytest.mark.parametrize("name", ASKING)
def test_every_method_logs_in_again_with_what_it_has_and_goes_on(name: str, server: Server) -> None:
    CASES[name](of(connect(server)))
    assert len(server.asked) >= 2


@pytest.mark.parametrize("name", ASKING)
def test_a_login_by_a_token_alone_is_told_to_log_in_again(name: str, server: Server) -> None:
    with pytest.raises(NotAuthenticated) as told:
        CASES[name](by_token(server))
    assert "log in again" in told.value.cure
    assert FIRST not in str(told.value)
