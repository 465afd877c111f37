"""Whether a login may make trusts, as Keystone answers it."""

from types import SimpleNamespace
from typing import Any

import pytest
import requests
from keystoneauth1.access import AccessInfoV3
from keystoneauth1.identity import V3Password

from ao.cloud import trusts
from ao.errors import Forbidden, Unavailable

RESTRICTED = {"id": "1", "name": "jenkins", "restricted": True}
UNRESTRICTED = {**RESTRICTED, "restricted": False}


class Login(V3Password):
    """A login that needs no Keystone."""

    def __init__(self, credential: dict[str, Any] | None) -> None:
        super().__init__("http://keystone.example/v3", password="hush")
        self.token: dict[str, Any] = {"user": {"id": "2"}}
        if credential:
            self.token["application_credential"] = credential

    def get_access(self, session: object, **_: object) -> AccessInfoV3:
        return AccessInfoV3({"token": self.token}, "token")


class Cloud:
    """A connection whose Keystone answers a wish for a trust with this status."""

    def __init__(self, credential: dict[str, Any] | None, status: int) -> None:
        self.session = SimpleNamespace(auth=Login(credential), get_user_id=lambda: "2")
        self.identity = self
        self.asked: list[str] = []
        self._status = status

    def request(self, path: str, method: str, **_: object) -> requests.Response:
        self.asked.append(path)
        answer = requests.Response()
        answer.status_code = self._status
        answer._content = b'{"error": {}}'
        return answer


def test_a_password_may_and_keystone_is_not_even_asked() -> None:
    cloud = Cloud(None, 403)
    trusts.check(cloud)  # type: ignore[arg-type]
    assert not cloud.asked


@pytest.mark.parametrize("credential", [RESTRICTED, UNRESTRICTED])
def test_a_credential_may_whose_trust_keystone_would_make_if_there_were_anybody_for_it(
    credential: dict[str, Any],
) -> None:
    cloud = Cloud(credential, 404)
    trusts.check(cloud)  # type: ignore[arg-type]
    assert cloud.asked == ["/OS-TRUST/trusts"]


@pytest.mark.parametrize(
    ("credential", "cure"), [(RESTRICTED, "--unrestricted"), (UNRESTRICTED, "allow_insecure")]
)
def test_a_credential_that_keystone_refuses_a_trust_is_told_with_a_cure(
    credential: dict[str, Any], cure: str
) -> None:
    with pytest.raises(Forbidden, match="application credential jenkins is") as told:
        trusts.check(Cloud(credential, 403))  # type: ignore[arg-type]
    assert cure in told.value.cure


def test_a_keystone_that_fails_has_not_refused() -> None:
    with pytest.raises(Unavailable):
        trusts.check(Cloud(RESTRICTED, 503))  # type: ignore[arg-type]
