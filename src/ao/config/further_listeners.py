"""Agreement of the listeners beside the main one with it and with each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ao.config.contradiction import HTTP_CHECKS, LONGEST_PATH, URL_PATH, Contradiction
from ao.config.listener import OF_CLIENTS
from ao.config.listeners import ListenerCheckSection, ListenerSection, pool_protocol
from ao.config.site_file import SiteFile
from ao.message import message
from ao.site.listeners import READ
from ao.site.status_codes import LONGEST_LIST

TERMINATED = "TERMINATED_HTTPS"
_ASKED = ("path", "method", "expect")
"""Keys of a health check that say what servers are asked for."""


def contradictions(file: SiteFile) -> Iterator[Contradiction]:
    """Yield what of the listeners beside the main one cannot be."""
    yield from _names(file)
    yield from _ports(file)
    yield from _previews(file)
    yield from _checks(file)
    for index, listener in enumerate(file.listeners):
        yield from _tls(file, index, listener)
        yield from _headers(file, index, listener)
        if file.on_ovn:
            yield from _beyond_ovn(index, listener)


def _names(file: SiteFile) -> Iterator[Contradiction]:
    """A listener is known by its name; that of `load_balancer` is `main`."""
    names = [it.name for it in file.listeners]
    for index, name in enumerate(names):
        if name in ("main", *names[:index]):
            yield Contradiction(
                key=("listeners", index, "name"),
                what=message("two listeners are called %(name)s; write another name", name=name),
            )


def _ports(file: SiteFile) -> Iterator[Contradiction]:
    """Two listeners of one load balancer cannot have one port."""
    taken = {file.port: "load_balancer.port"}
    if file.method == "pool":
        taken.setdefault(file.switch.preview_port, "switch.preview_port")
    if file.redirect is not None:
        taken.setdefault(file.redirect.http, "redirect.http")
    for index, listener in enumerate(file.listeners):
        for key in ("port", "preview_port"):
            port = getattr(listener, key)
            if port in taken:
                yield Contradiction(
                    key=("listeners", index, key),
                    what=message(
                        "it and %(key)s are both %(port)s; write another port",
                        key=taken[port],
                        port=port,
                    ),
                )
            elif port is not None:
                taken[port] = f"listeners.{index}.{key}"


def _previews(file: SiteFile) -> Iterator[Contradiction]:
    """A pool that no listener leads to is not checked, so that each has one of the preview.

    octavia/common/jinja/haproxy/combined_listeners: no back end is made of it. By header or cookie
    listeners that read requests lead to the pools of both systems themselves.
    """
    by_request = file.method == "pool" and file.switch.preview != "port"
    previewed = {
        _backend(file, it)
        for it in file.listeners
        if it.preview_port is not None or (by_request and it.protocol in READ)
    }
    previewed.add(_main(file))
    for index, listener in enumerate(file.listeners):
        if file.method == "address" and listener.preview_port is not None:
            yield Contradiction(
                key=("listeners", index, "preview_port"),
                what=message(
                    "by the address method the preview is an address of its own, with the same "
                    "ports; leave the key out"
                ),
            )
        if by_request and listener.protocol in READ and listener.preview_port is not None:
            yield Contradiction(
                key=("listeners", index, "preview_port"),
                what=message(
                    "with `preview: %(preview)s` requests reach the standby on the listener's own "
                    "port; leave the key out",
                    preview=file.switch.preview,
                ),
            )
        if file.method == "pool" and _backend(file, listener) not in previewed:
            yield Contradiction(
                key=("listeners", index),
                what=message(
                    "its pool is of port %(port)s of the servers, and by the pool method the "
                    "standby's is checked, and seen, by a port of its own; write `preview_port`",
                    port=file.server_port_of(listener),
                ),
            )


def _checks(file: SiteFile) -> Iterator[Contradiction]:
    """A pool has one health check, and Octavia takes not any."""
    checks: dict[tuple[int, bool | str], tuple[ListenerCheckSection | None, str]] = {
        _main(file): (None, "health_check")
    }
    for index, listener in enumerate(file.listeners):
        backend, check = _backend(file, listener), listener.health_check
        other, where = checks.setdefault(backend, (check, f"listeners.{index}.health_check"))
        if other != check and not (backend == _main(file) and check is None):
            yield Contradiction(
                key=("listeners", index, "health_check") if check else ("listeners", index),
                what=message(
                    "listeners of one server port and protocol share a pool, and its health check "
                    "is %(where)s; leave `health_check` out, or write the same",
                    where=where,
                ),
            )
        yield from _check(file, index, listener)


def _check(file: SiteFile, index: int, listener: ListenerSection) -> Iterator[Contradiction]:
    check, type_ = listener.health_check, file.check_type_of(listener)
    if check is None:
        return
    if type_ not in HTTP_CHECKS:
        for key in _ASKED if not file.on_ovn else ():
            if getattr(check, key) is not None:
                yield Contradiction(
                    key=("listeners", index, "health_check", key),
                    what=message(
                        "servers are checked by %(type)s, which asks them for nothing; leave the "
                        "key out, or write `type: HTTP`",
                        type=type_,
                    ),
                )
        return
    path, codes = check.path, check.expect
    if path is not None and not (re.fullmatch(URL_PATH, path) and len(path) <= LONGEST_PATH):
        yield Contradiction(
            key=("listeners", index, "health_check", "path"),
            what=message(
                "Octavia takes the path of a URL, up to %(most)s characters, all others written "
                "as %%20 is for a blank",
                most=LONGEST_PATH,
            ),
        )
    if codes is not None and codes.octavia is None:
        yield Contradiction(
            key=("listeners", index, "health_check", "expect"),
            what=message(
                "Octavia takes one status, one range, or a list of %(most)s statuses at most, each "
                "of a range counted",
                most=LONGEST_LIST,
            ),
        )


def _tls(file: SiteFile, index: int, listener: ListenerSection) -> Iterator[Contradiction]:
    """TLS ends at all listeners by the same rules, those of `tls`; certificates may differ."""
    if listener.protocol == TERMINATED:
        if file.protocol != TERMINATED and not file.on_ovn:
            yield Contradiction(
                key=("listeners", index, "protocol"),
                what=message(
                    "TLS ends by the rules of `tls`, which are the main listener's; have "
                    "`load_balancer` terminate TLS, and write the other port here"
                ),
            )
        if listener.sni and listener.certificate is None:
            yield Contradiction(
                key=("listeners", index, "sni"),
                what=message(
                    "it is served beside a certificate of the listener's own; write `certificate`, "
                    "or leave the key out"
                ),
            )
        return
    for key in ("certificate", "sni"):
        if getattr(listener, key):
            yield Contradiction(
                key=("listeners", index, key),
                what=message(
                    "no TLS ends at a listener of protocol %(protocol)s; leave the key out",
                    protocol=listener.protocol,
                ),
            )


def _headers(file: SiteFile, index: int, listener: ListenerSection) -> Iterator[Contradiction]:
    """Headers are of requests that are read, or of a certificate that clients are asked for."""
    if listener.insert_headers is None or file.on_ovn:
        return
    key = ("listeners", index, "insert_headers")
    if listener.protocol not in READ:
        yield Contradiction(
            key=key,
            what=message(
                "a load balancer reads no requests of protocol %(protocol)s; leave the key out",
                protocol=listener.protocol,
            ),
        )
        return
    of_clients = [it for it in listener.insert_headers if it.startswith(OF_CLIENTS)]
    asked = listener.protocol == TERMINATED and file.tls is not None and file.tls.clients
    if of_clients and not asked:
        yield Contradiction(
            key=key,
            what=message(
                "%(header)s tells of a client's certificate, and clients are asked for none; write "
                "`tls.clients`, or leave the header out",
                header=of_clients[0],
            ),
        )


def _beyond_ovn(index: int, listener: ListenerSection) -> Iterator[Contradiction]:
    """OVN's provider refuses these when they are built (ovn_octavia_provider/driver.py)."""
    if listener.protocol in READ:
        yield Contradiction(
            key=("listeners", index, "protocol"),
            what=message(
                "provider ovn balances TCP only; write TCP, or HTTPS where the servers terminate "
                "TLS, or take provider amphora"
            ),
        )
    check = listener.health_check
    asks = check is not None and any(getattr(check, key) is not None for key in _ASKED)
    if check is not None and (check.type not in {None, "TCP"} or asks):
        yield Contradiction(
            key=("listeners", index, "health_check"),
            what=message("provider ovn checks servers by TCP only; leave the key out"),
        )
    for key in ("timeouts", "insert_headers", "allowed_from"):
        if getattr(listener, key) is not None:
            yield Contradiction(
                key=("listeners", index, key),
                what=message(
                    "provider ovn passes packets on, and has nothing for it; leave the key out"
                ),
            )


def _main(file: SiteFile) -> tuple[int, bool | str]:
    """Return what the main pools are of: a port of the servers, and their protocol."""
    return file.server_port, True


def _backend(file: SiteFile, listener: ListenerSection) -> tuple[int, bool | str]:
    """Return what a listener's pools are of, as `_main` does.

    With `proxy_protocol` servers are spoken to by that for all.
    """
    port, balancer = file.server_port_of(listener), file.load_balancer
    if file.shares_protocol(listener) or balancer.proxy_protocol is not None:
        return port, True
    return port, pool_protocol(listener.protocol, ovn=file.on_ovn)
