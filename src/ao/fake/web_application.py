"""The web application that the fake cloud's servers run: the demo shop."""

from __future__ import annotations

import json
from collections.abc import Callable

from ao.fake.nova import Server
from ao.visit import Answer

Application = Callable[[Server, str], Answer | None]
"""Gives a server's answer to a request for a path; None when nothing listens on it."""


def answer(server: Server, path: str) -> Answer:
    """Answer as the shop of examples/shop/user-data.sh does, without its styled page.

    A server that Ao did not make tells no colour.
    """
    if "ao_colour" not in server.metadata:
        pages = {"/": "<title>Shop</title>", "/health": "ok\n"}
        headers = {"x-server": server.name}
        return Answer(
            status=200 if path in pages else 404, headers=headers, body=pages.get(path, "")
        )
    colour, version = server.metadata["ao_colour"], server.metadata["ao_version"]
    told = {
        "site": server.metadata["ao_site"],
        "colour": colour,
        "version": version,
        "server": server.name,
    }
    pages = {
        "/": f"<title>Ao Shop, {colour} {version}</title>",
        "/health": "ok\n",
        "/version": json.dumps(told),
    }
    headers = {"x-ao-colour": colour, "x-ao-version": version, "x-ao-server": server.name}
    if path not in pages:
        return Answer(status=404, headers=headers, body="")
    return Answer(status=200, headers=headers, body=pages[path])
