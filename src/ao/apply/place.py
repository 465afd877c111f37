"""The place in the site file that a complaint of the cloud's is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ao.errors import Conflict, NotFound
from ao.message import message
from ao.site import Site


@contextmanager
def told_at(site: Site, key: str) -> Iterator[None]:
    """Begin a NotFound or Conflict of the body with the place of a key in the site file."""
    try:
        yield
    except (NotFound, Conflict) as error:
        told = message("%(where)s: %(message)s", where=site.place(key), message=error.message)
        raise type(error)(told, cure=error.cure, request_id=error.request_id) from error
