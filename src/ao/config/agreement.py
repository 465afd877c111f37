"""Agreement of the site file's keys: what no cloud can build is told before any is asked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ao.config import adopted, further_listeners
from ao.config.contradiction import HTTP_CHECKS, LONGEST_PATH, URL_PATH, Contradiction
from ao.config.listener import OF_CLIENTS
from ao.config.site_file import SiteFile, sizes
from ao.message import message
from ao.site.session_persistence import COOKIES, SOURCE_IP
from ao.site.status_codes import LONGEST_LIST

OVN_ALGORITHMS = ("SOURCE_IP_PORT", "SOURCE_IP")
"""Algorithms of provider ovn (ovn_octavia_provider/common/constants.py)."""
PROXY_ALGORITHMS = ("ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP")
"""Algorithms of provider amphora (octavia/api/drivers/amphora_driver/v2/driver.py)."""
PROXIES = frozenset({"amphora", "amphorav2", "octavia"})
"""Names that Octavia has for provider amphora (octavia/common/config.py)."""


def contradictions(file: SiteFile, *, kept: bool = False) -> Iterator[Contradiction]:
    """Yield what of a site file cannot be together, whatever cloud the site is built in.

    One that the cloud has kept needs no certificate, as it names no files.
    """
    yield from _sizes(file)
    yield from _ports(file)
    yield from further_listeners.contradictions(file)
    yield from adopted.contradictions(file)
    yield from _preview(file)
    yield from _networks(file)
    yield from _without_floating_ip(file)
    yield from _ipv6(file)
    yield from _rules(file)
    yield from _own_template(file)
    yield from _tls(file, kept=kept)
    yield from _redirect(file)
    yield from _maintenance(file)
    yield from _headers(file)
    yield from _sessions(file)
    yield from _server_tls(file)
    if file.on_ovn:
        yield from _beyond_ovn(file)
    yield from _algorithm(file)
    yield from _path(file)
    yield from _codes(file)


def _sizes(file: SiteFile) -> Iterator[Contradiction]:
    low, size, high = sizes(file.group, file.autoscale)
    if not low <= size <= high:
        said = "size" in file.group.model_fields_set
        yield Contradiction(
            key=("group", "size") if said else ("group",),
            what=message(
                "min <= group.size <= max does not hold for %(low)s, %(size)s, %(high)s",
                low=low,
                size=size,
                high=high,
            ),
        )


def _ports(file: SiteFile) -> Iterator[Contradiction]:
    """Two listeners of one load balancer cannot have one port."""
    if file.method == "pool" and file.switch.preview_port == file.port:
        said = "preview_port" in file.switch.model_fields_set
        yield Contradiction(
            key=("switch", "preview_port") if said else ("load_balancer", "port"),
            what=message(
                "switch.preview_port and load_balancer.port are both %(port)s; "
                "write another `preview_port`",
                port=file.port,
            ),
        )
    redirect = file.redirect
    if redirect is None or file.protocol != "TERMINATED_HTTPS":
        return
    taken = {"load_balancer.port": file.port}
    if file.method == "pool":
        taken["switch.preview_port"] = file.switch.preview_port
    for key, port in taken.items():
        if port == redirect.http:
            yield Contradiction(
                key=("redirect", "http") if "http" in redirect.model_fields_set else ("redirect",),
                what=message(
                    "redirect.http and %(key)s are both %(port)s; write another port",
                    key=key,
                    port=port,
                ),
            )


def _preview(file: SiteFile) -> Iterator[Contradiction]:
    """A header or a cookie is of a request that one load balancer reads, before both systems.

    OVN's provider has no L7 policies (octavia_lib/api/drivers/provider_base.py).
    """
    key, preview = ("switch", "preview"), file.switch.preview
    if preview == "port":
        return
    if file.on_ovn:
        yield Contradiction(
            key=key,
            what=message("provider ovn reads no requests; leave the key out, or write `port`"),
        )
    elif file.method != "pool":
        yield Contradiction(
            key=key,
            what=message(
                "by the address method the standby has an address of its own; leave the key out, "
                "or write `method: pool`"
            ),
        )
    elif file.protocol not in {"HTTP", "TERMINATED_HTTPS"}:
        yield Contradiction(
            key=key,
            what=message(
                "a load balancer reads no requests of protocol %(protocol)s; leave the key out, "
                "or write `port`",
                protocol=file.protocol,
            ),
        )


def _networks(file: SiteFile) -> Iterator[Contradiction]:
    """Networks that Ao makes hang on a router that leads to those which are there."""
    network, pooled = file.network, file.method == "pool"
    if not pooled and network.balancer.existing is not None:
        yield Contradiction(
            key=("network", "balancer"),
            what=message(
                "by the address method each system has a load balancer in its own network; leave "
                "the key out, or write `method: pool` in `switch`"
            ),
        )
        return
    names = ("blue", "green", "balancer") if pooled else ("blue", "green")
    there = [name for name in names if getattr(network, name).existing is not None]
    own = [name for name in names if name not in there]
    if there and own and network.router is None and (file.floats or file.on_ovn):
        yield Contradiction(
            key=("network", own[0]) if own[0] in network.model_fields_set else ("network",),
            what=message(
                "%(own)s is a network that Ao makes, and %(there)s is there already: they need "
                "one router; name that of %(there)s in `router`, or name for %(own)s too a subnet "
                "that is there",
                own=own[0],
                there=there[0],
            ),
        )


def _without_floating_ip(file: SiteFile) -> Iterator[Contradiction]:
    """Without floating IPs users reach the shared load balancer's own address."""
    address = file.production_address
    if file.floats:
        if address != "allocate" and ipaddress.ip_address(address).version != 4:
            yield Contradiction(
                key=("production_address",),
                what=message(
                    "Neutron has no floating IPs of IPv6; write `external_network: none`, and "
                    "name a subnet of IPv6 in `network.balancer`"
                ),
            )
        return
    if file.method != "pool":
        yield Contradiction(
            key=("external_network",),
            what=message(
                "by the address method production moves by its floating IP; write `method: pool` "
                "in `switch`, or name the network that floating IPs come from"
            ),
        )
        return
    if file.network.balancer.existing is None:
        yield Contradiction(
            key=("network", "balancer")
            if "balancer" in file.network.model_fields_set
            else ("external_network",),
            what=message(
                "without floating IPs users reach the load balancer's own address; name the "
                "subnet that it comes from in `network.balancer: {network: NAME, subnet: NAME}`"
            ),
        )


def _ipv6(file: SiteFile) -> Iterator[Contradiction]:
    """Neutron has no floating IPs of IPv6, and a router tells servers their addresses of it."""
    network = file.network
    of_six = {
        name: getattr(network, name).mode is not None or _version(getattr(network, name).cidr) == 6
        for name in ("blue", "green", "balancer")
    }
    if file.method == "pool" and of_six["balancer"]:
        yield Contradiction(
            key=("network", "balancer"),
            what=message(
                "Neutron has no floating IPs of IPv6, which would lead to this network of IPv6; "
                "write a network of IPv4, or `external_network: none` and a subnet of IPv6 that is "
                "there"
            ),
        )
    for name in ("blue", "green"):
        if not of_six[name]:
            continue
        if file.method != "pool":
            what = message(
                "Neutron has no floating IPs of IPv6, by which production moves; write a network "
                "of IPv4, or `method: pool` in `switch`"
            )
        elif network.router is None and not file.floats:
            what = message(
                "servers learn their addresses of IPv6 from a router; name one in `router`"
            )
        elif file.on_ovn and _version(network.balancer.cidr) == 4:
            what = message(
                "provider ovn leads no address of IPv4 to servers of IPv6; write a network of "
                "IPv4, or take provider amphora"
            )
        else:
            continue
        yield Contradiction(key=("network", name), what=what)
    yield from _clients_of_six(file)


def _clients_of_six(file: SiteFile) -> Iterator[Contradiction]:
    """Users of IPv6 reach no address of IPv4 (octavia: _validate_cidr_compatible_with_vip)."""
    if not file.floats:
        return
    for key, networks in (
        (("load_balancer", "allowed_from"), file.load_balancer.allowed_from or ()),
        (("switch", "preview_from"), file.switch.preview_from),
    ):
        if any(_version(it) == 6 for it in networks):
            yield Contradiction(
                key=key,
                what=message(
                    "floating IPs are of IPv4, which no address of IPv6 reaches; write networks of "
                    "IPv4"
                ),
            )
    own = [getattr(file.network, name).cidr for name in ("blue", "green")]
    for index, rule in enumerate(file.servers.rules):
        if _version(rule.source) == 6 and all(_version(it) == 4 for it in own):
            yield Contradiction(
                key=("servers", "rules", index),
                what=message(
                    "the servers are in a network of IPv4, which no IPv6 address reaches; write a "
                    "network of IPv4"
                ),
            )


def _own_template(file: SiteFile) -> Iterator[Contradiction]:
    """A server template says itself what its server is made of."""
    if file.server_template is None:
        return
    servers = file.servers
    for key in ("boot_volume", "volumes", "networks"):
        if getattr(servers, key):
            yield Contradiction(
                key=("servers", key),
                what=message(
                    "server_template says what a server has; write it there, and leave this out"
                ),
            )


def _version(cidr: str | None) -> int | None:
    """Return the version of IP of a network; None for one that only the cloud knows."""
    return ipaddress.ip_network(cidr).version if cidr is not None else None


def _rules(file: SiteFile) -> Iterator[Contradiction]:
    """Neutron takes no rule twice, so none of those that let the load balancer in.

    neutron/db/securitygroups_db.py: _check_for_duplicate_rules.
    """
    network = file.network
    ports = {file.server_port, *map(file.server_port_of, file.listeners)}
    sources: set[str | None] = {network.blue.cidr, network.green.cidr}
    if file.on_ovn:
        sources = {"::/0" if _version(it) == 6 else "0.0.0.0/0" for it in sources if it is not None}
    if file.method == "pool":
        sources.add(network.balancer.cidr)
    for index, rule in enumerate(file.servers.rules):
        port = rule.port[0] if rule.port else 0
        own = rule.protocol == "tcp" and port in ports and rule.port == (port, port)
        if own and rule.source in sources:
            yield Contradiction(
                key=("servers", "rules", index),
                what=message(
                    "port %(port)s is open to %(source)s already, for the load balancer; leave "
                    "the rule out",
                    port=port,
                    source=rule.source,
                ),
            )


def _tls(file: SiteFile, *, kept: bool) -> Iterator[Contradiction]:
    """TLS has a certificate where it ends, and a name that the certificate is of."""
    terminates, tls = file.protocol == "TERMINATED_HTTPS", file.tls
    if file.is_secure and file.host is None:
        yield Contradiction(
            key=("load_balancer", "protocol"),
            what=message(
                "HTTPS is of a name, which the certificate tells; write `host: NAME`, by which "
                "users reach the site"
            ),
        )
    own = not kept and file.adopt is None
    if terminates and own and (tls is None or tls.certificate is None):
        yield Contradiction(
            key=("tls",) if tls else ("load_balancer", "protocol"),
            what=message(
                "TERMINATED_HTTPS needs `tls.certificate`: the name of a secret of Barbican's, or "
                "files"
            ),
        )
    clients = tls.clients if tls and not kept else None
    if terminates and clients and clients.required and clients.certificate is None:
        yield Contradiction(
            key=("tls", "clients"),
            what=message(
                "whoever shows no certificate is refused, and Ao asks the site too; write the "
                "`certificate` and `key` that it shows, or `required: false`"
            ),
        )
    if tls is None or terminates:
        return
    if not file.is_secure:
        yield Contradiction(
            key=("tls",),
            what=message(
                "nobody speaks TLS by protocol %(protocol)s; write `protocol: TERMINATED_HTTPS` "
                "in `load_balancer`, or leave the key out",
                protocol=file.protocol,
            ),
        )
        return
    for key in sorted(tls.model_fields_set - {"ca", "warn_days"}):
        yield Contradiction(
            key=("tls", key),
            what=message("the servers terminate TLS by protocol HTTPS; leave the key out")
            if file.on_ovn
            else message(
                "the servers terminate TLS by protocol HTTPS; leave the key out, or write "
                "`protocol: TERMINATED_HTTPS`"
            ),
        )


def _redirect(file: SiteFile) -> Iterator[Contradiction]:
    """A redirect leads from plain HTTP to HTTPS, by a proxy that reads requests."""
    if file.redirect is None:
        return
    if file.on_ovn:
        yield Contradiction(
            key=("redirect",),
            what=message("provider ovn reads no requests, and redirects none; leave the key out"),
        )
    elif file.is_secure and file.protocol != "TERMINATED_HTTPS":
        yield Contradiction(
            key=("redirect",),
            what=message(
                "the servers terminate TLS by protocol HTTPS, and lead users there themselves; "
                "leave the key out, or write `protocol: TERMINATED_HTTPS`"
            ),
        )
    elif file.protocol != "TERMINATED_HTTPS":
        yield Contradiction(
            key=("redirect",),
            what=message(
                "it leads to HTTPS; write `protocol: TERMINATED_HTTPS` in `load_balancer`, or "
                "leave the key out"
            ),
        )


def _maintenance(file: SiteFile) -> Iterator[Contradiction]:
    """A pause is of requests that a load balancer reads, and leads elsewhere than to the site."""
    if file.maintenance is None:
        return
    if file.on_ovn:
        yield Contradiction(
            key=("maintenance",),
            what=message(
                "provider ovn reads no requests, and leads none elsewhere; leave the key out, or "
                "write `provider: amphora`"
            ),
        )
    elif file.protocol not in {"HTTP", "TERMINATED_HTTPS"}:
        yield Contradiction(
            key=("maintenance",),
            what=message(
                "a load balancer reads no requests of protocol %(protocol)s, and leads none "
                "elsewhere; leave the key out, or write `protocol: HTTP` or TERMINATED_HTTPS",
                protocol=file.protocol,
            ),
        )
    elif file.maintenance.redirect is not None and _is_own(file, file.maintenance.redirect):
        yield Contradiction(
            key=("maintenance", "redirect"),
            what=message(
                "it is of the site itself, whose users would be sent there again and again; write "
                "the URL of a page elsewhere"
            ),
        )


def _is_own(file: SiteFile, url: str) -> bool:
    """Return whether a URL is of the site, at a port where it has a pause."""
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    ports = {file.port} | ({file.redirect.http} if file.redirect else set())
    return (parts.hostname or "") in {file.host, file.production_address} and port in ports


def _headers(file: SiteFile) -> Iterator[Contradiction]:
    """Headers are of requests that a load balancer reads, or of a certificate that it asks for."""
    headers, key = file.load_balancer.insert_headers, ("load_balancer", "insert_headers")
    if headers is None or file.on_ovn:
        return
    if file.protocol not in {"HTTP", "TERMINATED_HTTPS"}:
        yield Contradiction(
            key=key,
            what=message(
                "a load balancer reads no requests of protocol %(protocol)s; leave the key out",
                protocol=file.protocol,
            ),
        )
        return
    of_clients = [it for it in headers if it.startswith(OF_CLIENTS)]
    if of_clients and (file.tls is None or file.tls.clients is None):
        yield Contradiction(
            key=key,
            what=message(
                "%(header)s tells of a client's certificate, and clients are asked for none; write "
                "`tls.clients`, or leave the header out",
                header=of_clients[0],
            ),
        )


def _sessions(file: SiteFile) -> Iterator[Contradiction]:
    """Cookies are of requests that a load balancer reads; OVN ends no persistence.

    OVN's provider sets the affinity of a load balancer, and never takes it back
    (ovn_octavia_provider/helper.py: pool_update).
    """
    persistence = file.load_balancer.session_persistence
    key = ("load_balancer", "session_persistence", "type")
    if persistence is None:
        return
    if file.on_ovn and persistence.type != SOURCE_IP:
        yield Contradiction(
            key=key,
            what=message(
                "provider ovn knows users by SOURCE_IP only, and once it does, for good; write "
                "SOURCE_IP, or leave `session_persistence` out"
            ),
        )
    elif persistence.type in COOKIES and file.protocol not in {"HTTP", "TERMINATED_HTTPS"}:
        yield Contradiction(
            key=key,
            what=message(
                "a load balancer sees no cookies by protocol %(protocol)s; write SOURCE_IP, or "
                "`protocol: HTTP` or TERMINATED_HTTPS",
                protocol=file.protocol,
            ),
        )


def _server_tls(file: SiteFile) -> Iterator[Contradiction]:
    """Requests are encrypted anew by a proxy that reads them."""
    key, tls = ("load_balancer", "server_tls"), file.load_balancer.server_tls
    if tls is None:
        return
    if file.on_ovn:
        yield Contradiction(
            key=key, what=message("provider ovn encrypts nothing; leave the key out")
        )
    elif file.protocol not in {"HTTP", "TERMINATED_HTTPS"}:
        yield Contradiction(
            key=key,
            what=message(
                "a load balancer passes protocol %(protocol)s on to the servers; leave the key "
                "out, or write `protocol: TERMINATED_HTTPS`",
                protocol=file.protocol,
            ),
        )


def _beyond_ovn(file: SiteFile) -> Iterator[Contradiction]:
    """OVN's provider refuses these when they are built (ovn_octavia_provider/driver.py)."""
    if file.load_balancer.protocol in {"HTTP", "TERMINATED_HTTPS"}:
        yield Contradiction(
            key=("load_balancer", "protocol"),
            what=message(
                "provider ovn balances TCP only; write TCP, or HTTPS where the servers terminate "
                "TLS, or take provider amphora"
            ),
        )
    if file.health_check.type not in {None, "TCP"}:
        yield Contradiction(
            key=("health_check", "type"),
            what=message(
                "provider ovn checks servers by TCP only; write TCP, or leave the key out: "
                "`path` and `expect` are then what Ao itself looks at"
            ),
        )
    balancer = file.load_balancer
    if balancer.timeouts is not None:
        yield Contradiction(
            key=("load_balancer", "timeouts"),
            what=message(
                "provider ovn closes no connection, and has no time-outs; leave the key out"
            ),
        )
    if balancer.insert_headers is not None:
        yield Contradiction(
            key=("load_balancer", "insert_headers"),
            what=message(
                "provider ovn reads no requests; leave the key out: the servers see the users' own "
                "addresses"
            ),
        )
    if balancer.allowed_from is not None:
        yield Contradiction(
            key=("load_balancer", "allowed_from"),
            what=message(
                "provider ovn keeps nobody away from a port; leave the key out, or write "
                "`provider: amphora`"
            ),
        )
    if balancer.proxy_protocol is not None:
        yield Contradiction(
            key=("load_balancer", "proxy_protocol"),
            what=message(
                "provider ovn says nothing before what users send; leave the key out: the servers "
                "see the users' own addresses"
            ),
        )
    for key in ("flavor", "availability_zone"):
        if getattr(balancer, key) is not None:
            yield Contradiction(
                key=("load_balancer", key),
                what=message(
                    "load balancers of provider ovn are flows in the network, and are neither "
                    "large nor anywhere; leave the key out"
                ),
            )
    if file.method == "pool" and file.switch.preview_from:
        yield Contradiction(
            key=("switch", "preview_from"),
            what=message(
                "provider ovn keeps nobody away from a port; leave the key out, "
                "or write `method: address`"
            ),
        )


def _algorithm(file: SiteFile) -> Iterator[Contradiction]:
    provider, algorithm = file.load_balancer.provider, file.load_balancer.algorithm
    known: tuple[str, ...] = ()
    if file.on_ovn:
        known = OVN_ALGORITHMS
    elif provider in PROXIES:
        known = PROXY_ALGORITHMS
    if algorithm is not None and known and algorithm not in known:
        yield Contradiction(
            key=("load_balancer", "algorithm"),
            what=message(
                "provider %(provider)s does not know %(algorithm)s; write one of %(known)s",
                provider=provider,
                algorithm=algorithm,
                known=", ".join(known),
            ),
        )


def _path(file: SiteFile) -> Iterator[Contradiction]:
    """Octavia refuses a path that is none of a URL, where it asks for it at all."""
    path = file.health_check.path
    taken = re.fullmatch(URL_PATH, path) and len(path) <= LONGEST_PATH
    if file.check_type in HTTP_CHECKS and not taken:
        yield Contradiction(
            key=("health_check", "path"),
            what=message(
                "Octavia takes the path of a URL, up to %(most)s characters, all others written "
                "as %%20 is for a blank",
                most=LONGEST_PATH,
            ),
        )


def _codes(file: SiteFile) -> Iterator[Contradiction]:
    """Octavia takes one code, one range or a list, of which it keeps so much."""
    if file.check_type in HTTP_CHECKS and file.health_check.expect.octavia is None:
        yield Contradiction(
            key=("health_check", "expect"),
            what=message(
                "Octavia takes one status, one range, or a list of %(most)s statuses at most, each "
                "of a range counted",
                most=LONGEST_LIST,
            ),
        )
