import pytest
import requests
from keystoneauth1 import exceptions as keystone
from openstack import exceptions as sdk

from ao import errors
from ao.cloud.sdk_errors import asking


def answered(status: int, words: str = "") -> sdk.HttpException:
    """What openstacksdk raises for an answer of a service."""
    response = requests.Response()
    response.status_code = status
    response.url = "http://cloud.example/v2.0/things"
    response.headers["x-openstack-request-id"] = "req-1"
    response.headers["Content-Type"] = "application/json"
    response._content = b'{"error": {"message": "%s"}}' % words.encode()
    with pytest.raises(sdk.HttpException) as raised:
        sdk.raise_from_response(response)
    return raised.value


def told(error: Exception) -> errors.AoError:
    with pytest.raises(errors.AoError) as raised, asking("list the things"):
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, errors.CloudError, 3),
        (401, errors.NotAuthenticated, 3),
        (403, errors.Forbidden, 3),
        (404, errors.NotFound, 3),
        (409, errors.Conflict, 3),
        (412, errors.Changed, 3),
        (413, errors.QuotaExceeded, 5),
        (500, errors.Unavailable, 3),
        (503, errors.Unavailable, 3),
        (504, errors.Unavailable, 3),
    ],
)
def test_an_answer_becomes_one_line_with_the_request_id(
    status: int, kind: type[errors.AoError], code: int
) -> None:
    error = told(answered(status, "it is so"))
    assert type(error) is kind
    assert error.exit_code == code
    assert error.message == f"cannot list the things: it is so (HTTP {status})"
    assert error.request_id == "req-1"
    assert error.cure
    assert "cloud.example" not in str(error)


def test_a_limit_that_heat_answers_with_400_is_a_quota() -> None:
    words = "You have reached the maximum software configs per tenant, 4096."
    assert type(told(answered(400, words))) is errors.QuotaExceeded


def test_a_quota_that_nova_answers_with_403_is_a_quota() -> None:
    assert type(told(answered(403, "Quota exceeded for instances"))) is errors.QuotaExceeded


def test_a_wrong_password_is_told_once() -> None:
    refused = keystone.Unauthorized(
        "The request you have made requires authentication. (HTTP 401) (Request-ID: req-2)",
        request_id="req-2",
    )
    error = told(refused)
    assert type(error) is errors.NotAuthenticated
    assert str(error).count("req-2") == 1
    assert str(error).count("HTTP 401") == 1


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (sdk.ConfigException("Cloud x was not found."), errors.NotAuthenticated),
        (keystone.MissingRequiredOptions([]), errors.NotAuthenticated),
        (keystone.NoMatchingPlugin("v3foo"), errors.NotAuthenticated),
        (keystone.EndpointNotFound("no such endpoint"), errors.NotFound),
        (keystone.ConnectFailure("refused"), errors.Unavailable),
        (keystone.ConnectTimeout("timed out"), errors.Unavailable),
        (sdk.SDKException("odd"), errors.Unavailable),
    ],
)
def test_what_never_reached_a_service_is_told_too(
    raised: Exception, kind: type[errors.AoError]
) -> None:
    assert type(told(raised)) is kind


def test_what_is_no_error_of_the_cloud_passes() -> None:
    with pytest.raises(ZeroDivisionError), asking("divide"):
        raise ZeroDivisionError
