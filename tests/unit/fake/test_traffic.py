from dataclasses import replace

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import DeadlinePassed
from ao.operations import reconcile
from ao.visit import Answer, NoAnswer
from ao.work import Work
from tests.unit.fake.conftest import SHOP, Looking, work_on

BLUE, GREEN = Colour


def url(work: Work, path: str = "/version") -> str:
    production = work.observe().production
    assert production is not None
    return SHOP.url(production.address, path)


def stop_all(work: Work, colour: Colour) -> None:
    assert isinstance(work.cloud, fake.Cloud)
    for server in work.observe().systems[colour].servers:
        work.cloud.other_user.break_server(server.id)


def test_an_address_answers_from_every_server_of_its_system_in_turn(work: Work) -> None:
    answers = [work.visit(url(work), 1).headers for _ in range(4)]
    assert {headers["x-ao-colour"] for headers in answers} == {"blue"}
    servers = {server.name for server in work.observe().systems[BLUE].servers}
    assert {headers["x-ao-server"] for headers in answers} == servers


def test_a_server_starts_to_answer_some_time_after_it_is_built(work: Work) -> None:
    def states() -> list[str]:
        members = work.observe().systems[GREEN].members
        return [member.operating_status for member in members[SHOP.group.size :]]

    looking = Looking(states)
    reconcile.deploy(replace(work, progress=looking), "2.0")
    assert ["OFFLINE"] in looking.seen


def test_ovn_refuses_connections_when_no_server_is_up(work: Work) -> None:
    stop_all(work, BLUE)
    with pytest.raises(NoAnswer, match="refused"):
        work.visit(url(work), 1)


def test_a_proxy_answers_503_when_no_server_is_up(cloud: fake.Cloud) -> None:
    balancer = replace(
        SHOP.load_balancer, provider="amphora", protocol="HTTP", algorithm="SOURCE_IP"
    )
    work = replace(work_on(cloud), site=replace(SHOP, load_balancer=balancer))
    reconcile.up(work)
    stop_all(work, BLUE)
    assert work.visit(url(work), 1).status == 503


def test_an_address_that_nothing_is_behind_does_not_answer(cloud: fake.Cloud) -> None:
    address = cloud.other_user.allocate_address()
    with pytest.raises(NoAnswer):
        cloud.visit(f"http://{address.address}/", 1)


def test_servers_answer_what_the_application_says() -> None:
    def application(server: fake.Server, path: str) -> Answer | None:
        return None if server.metadata["ao_version"] == "2.0" else fake.answer(server, path)

    cloud = fake.Cloud(openstack=fake.OpenStack(application=application))
    work = replace(work_on(cloud), site=replace(SHOP, version="2.0"))
    with pytest.raises(DeadlinePassed, match="0 of 2 pass"):
        reconcile.up(work)


def test_a_server_keeps_the_version_that_it_was_booted_with(cloud: fake.Cloud) -> None:
    """User data that is the same for every version replaces no server."""
    site = replace(SHOP, group=replace(SHOP.group, user_data="#!/bin/sh\n"))
    work = replace(work_on(cloud), site=site)
    facts = reconcile.up(work)
    reconcile.deploy(work, "2.0")
    assert facts.preview is not None
    answer = work.visit(SHOP.url(facts.preview.address, "/version"), 1)
    assert answer.headers["x-ao-version"] == "1.0"
