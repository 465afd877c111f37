"""Who is logged in to a real OpenStack."""

from keystoneauth1 import access, noauth
from keystoneauth1.identity.access import AccessInfoPlugin
from keystoneauth1.session import Session
from openstack.connection import Connection

from ao.cloud import of

USER = {"id": "4f1c", "name": "kim", "domain": {"id": "d", "name": "D"}}


def test_a_user_is_told_by_name_and_by_the_id_that_the_token_has() -> None:
    token = {"token": {"methods": ["token"], "user": USER, "catalog": []}}
    auth = AccessInfoPlugin(access.create(body=token, auth_token="t"))
    cloud = of(Connection(session=Session(auth=auth)))
    assert (cloud.user, cloud.user_id) == ("kim", "4f1c")


def test_a_login_that_tells_no_user_has_no_id() -> None:
    assert of(Connection(session=Session(auth=noauth.NoAuth()))).user_id == ""
