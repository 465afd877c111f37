"""Errors of openstacksdk in Ao's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from keystoneauth1 import exceptions as keystone
from openstack import exceptions as sdk

from ao import errors
from ao.cloud.answers import Unreadable
from ao.cloud.connection_errors import no_answer
from ao.cloud.retries import retry_after
from ao.message import Message, message
from ao.redaction import redact
from ao.untrusted.printable import printable

_BY_STATUS: dict[int, tuple[type[errors.AoError], str]] = {
    400: (
        errors.CloudError,
        message("OpenStack does not take what was asked for; look at what the site file names."),
    ),
    401: (
        errors.NotAuthenticated,
        message(
            "Check user name, password or application credential in clouds.yaml, or log in again."
        ),
    ),
    403: (
        errors.Forbidden,
        message("Ask the project's administrator for the role, or use another --os-cloud."),
    ),
    404: (errors.NotFound, message("Check the name; `openstack … list` shows what there is.")),
    409: (errors.Conflict, message("Look at its state and run the command again.")),
    412: (errors.Changed, message("Look at `ao status` and run the command again.")),
    429: (
        errors.Unavailable,
        message("The cloud limits how often it is asked; run the command again in a minute."),
    ),
    413: (errors.QuotaExceeded, message("Free something, or ask for a larger quota.")),
}

LONGEST = 600
"""Characters that are told of what a service says."""
HEAT_LIMIT = "You have reached the maximum"
"""Heat's words for a full project, which it answers with 400 (heat/engine/service.py)."""


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what openstacksdk raises while doing `what` into CloudError and QuotaExceeded.

    `what` reads on from "cannot", for example `list the floating IPs`. Both it and what a
    service says may hold words of others, which are made safe to print.
    """
    what = what if isinstance(what, Message) else _safe(what)
    try:
        yield
    except Unreadable as error:
        raise error.told(what) from error
    except sdk.HttpException as error:
        told = _from_status(
            what, error.status_code, _words(error), error.request_id, error.response
        )
        raise told from error
    except keystone.HttpError as error:
        words = str(error.message).partition(" (HTTP ")[0].rstrip(".")
        told = _from_status(what, error.http_status, words, error.request_id, error.response)
        raise told from error
    except (sdk.ConfigException, keystone.MissingRequiredOptions, keystone.MissingAuthPlugin) as e:
        raise errors.NotAuthenticated(
            message("cannot %(what)s: %(words)s", what=what, words=_safe(e)),
            cure=message(
                "Name a cloud of clouds.yaml with `cloud:` or --os-cloud, or set OS_* variables."
            ),
        ) from e
    except keystone.NoMatchingPlugin as error:
        raise errors.NotAuthenticated(
            message("cannot %(what)s: %(words)s", what=what, words=_safe(error)),
            cure=message("Look at clouds.yaml and at the OS_* variables."),
        ) from error
    except (sdk.EndpointNotFound, keystone.EndpointNotFound) as error:
        raise errors.NotFound(
            message(
                "cannot %(what)s: the cloud has no such service: %(words)s",
                what=what,
                words=_safe(error),
            ),
            cure=message(
                "Ao needs Nova, Neutron, Glance, Heat and Octavia; `openstack catalog list`."
            ),
        ) from error
    except keystone.ConnectionError as error:
        raise errors.Unavailable(
            message("cannot %(what)s: %(words)s", what=what, words=no_answer(error)),
            cure=message(
                "See that the address is right and that the service runs; run the command "
                "again, it goes on where it stopped."
            ),
        ) from error
    except (keystone.ClientException, sdk.SDKException) as error:
        raise errors.Unavailable(
            message("cannot %(what)s: %(words)s", what=what, words=_safe(error)),
            cure=message("Run the command again; it goes on where it stopped."),
        ) from error


def _from_status(
    what: str,
    status: int | None,
    words: str,
    request_id: str | None,
    response: requests.Response | None,
) -> errors.AoError:
    kind, cure = _BY_STATUS.get(
        status or 0, (errors.CloudError, message("Run it again with --debug."))
    )
    if status is None or status >= 500:
        kind, cure = (
            errors.Unavailable,
            message("Run the command again; it goes on where it stopped."),
        )
    seconds = None if response is None else retry_after(response)
    if seconds is not None and status in {429, 503}:
        cure = message(
            "It asks to wait for %(seconds)s s; run the command again then, it goes on.",
            seconds=f"{seconds:.0f}",
        )
    if (status == 403 and "uota" in words) or (status == 400 and HEAT_LIMIT in words):
        kind, cure = _BY_STATUS[413]
    return kind(
        message(
            "cannot %(what)s: %(words)s (HTTP %(status)s)",
            what=what,
            words=_safe(words),
            status=status,
        ),
        cure=cure,
        request_id=printable(request_id or "", LONGEST),
    )


def _words(error: sdk.HttpException) -> str:
    """Return the words of the service, without the URL that openstacksdk adds and without HTML.

    WebOb, of which OpenStack's services are made, answers some errors as a page with `<br />`.
    """
    words = str(error.details or error.message or error)[: 10 * LONGEST]
    return re.sub(r"</?[a-z]+[0-9]?[ /]*>", " ", words).strip().rstrip(".")


def _safe(words: object) -> str:
    """Return the words of others in one line, without secrets and of a length that can be read."""
    # More is not even looked at: an error may be as long as its service likes.
    return printable(redact(" ".join(str(words)[: 10 * LONGEST].split())), LONGEST)
