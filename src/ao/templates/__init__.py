"""The HOT templates that Ao builds sites from.

A site with nothing but a main listener has them as they are written. What it has more of is
composed of fragments: listeners, and a pool for each port of the servers, or protocol.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ao.cloud.models import Template
from ao.colour import Colour
from ao.site import Backend, FurtherListener, Site
from ao.templates import composition
from ao.templates.own_parts import with_own
from ao.templates.server_parts import SERVER_TEMPLATE, with_parts

__all__ = ["SECURE", "SERVER_TEMPLATE", "certificate_parameters", "site", "system", "trial_site"]
SECURE = "secure_"
"""How the names of listeners begin that terminate TLS, beside the main one."""


def site(of: Site | None = None, kept: Collection[str] = ()) -> Template:
    """Template of a site's own stack: router, addresses and shared load balancer.

    `kept` are the keys of pools that servers are in, though the site file has no listener of them
    any more.
    """
    if of is not None and of.adopt is not None:
        return Template(body=composition.read("adopted_site.yaml"))
    labels = _kept(of, kept) if of else {}
    if of is None or not (of.listeners or labels):
        return Template(body=composition.read("site.yaml"))
    template = composition.parsed("site.yaml")
    for backend, listener in [*of.backends.items(), *labels.items()]:
        for colour in Colour:
            values = {
                **_pool(of, backend, listener, f"{colour}_pool_{backend.key}"),
                "colour": str(colour),
                "site": of.name,
            }
            part = composition.fragment("site_pool.yaml", values)
            if listener is None:
                # Nothing leads to it, so that nothing is checked.
                del part["resources"][f"{colour}_monitor_{backend.key}"]
            composition.add(template, part)
    for listener in of.listeners:
        key = _key(of, listener)
        values = {
            **_listener(of, listener),
            "site": of.name,
            "preview_port": listener.preview_port,
            **{f"{colour}_pool": f"{colour}_pool{key}" for colour in Colour},
        }
        part = composition.fragment("site_listener.yaml", values)
        _add_listener(template, listener, part, [f"{it}_monitor{key}" for it in Colour if key])
    return Template(body=composition.written(template))


def system(of: Site | None = None, networks: tuple[str, ...] = ()) -> Template:
    """Template of a system's stack: network, servers and a load balancer of its own.

    `networks` are the IDs of those that the servers have further ports in.
    """
    template = _system(of)
    if of is None:
        return template
    whole = with_parts(template, of.servers, networks)
    return with_own(whole, of.server_template, of.system_resources)


def _system(of: Site | None) -> Template:
    """Return that of a system whose servers are as they usually are."""
    if of is None or not of.listeners:
        files = {SERVER_TEMPLATE: composition.read(SERVER_TEMPLATE)}
        return Template(body=composition.read("system.yaml"), files=files)
    template, server = composition.parsed("system.yaml"), composition.parsed(SERVER_TEMPLATE)
    members = template["resources"]["group"]["properties"]["resource"]["properties"]
    for backend, listener in of.backends.items():
        values = _pool(of, backend, listener, f"pool_{backend.key}")
        composition.add(template, composition.fragment("system_pool.yaml", values))
        composition.add(server, composition.fragment("server_pool.yaml", values))
        own, shared = f"pool_{backend.key}", f"shared_pool_{backend.key}"
        members[own] = {"if": ["own", {"get_resource": own}, {"get_param": shared}]}
    for listener in of.listeners:
        key = _key(of, listener)
        values = {**_listener(of, listener), "pool": f"pool{key}"}
        part = composition.fragment("system_listener.yaml", values)
        _add_listener(template, listener, part, [f"monitor{key}"] if key else [])
    _open_ports(of, template)
    return Template(
        body=composition.written(template), files={SERVER_TEMPLATE: composition.written(server)}
    )


def trial_site() -> Template:
    """Template of the doctor's trial site: two load balancers, two servers, one address."""
    return Template(body=composition.read("trial_site.yaml"))


def certificate_parameters(name: str) -> tuple[str, str]:
    """Return the names of the parameters of a listener's certificate, and of its others."""
    return f"certificate_{name}", f"sni_certificates_{name}"


def _kept(of: Site, keys: Collection[str]) -> dict[Backend, FurtherListener | None]:
    """Return what pools are of that are kept without a listener."""
    wanted = {it.key for it in of.backends}
    found: dict[Backend, FurtherListener | None] = {}
    for key in sorted(set(keys) - wanted):
        protocol, _, port = key.partition("_")
        found[Backend(int(port), protocol.upper())] = None
    return found


def _key(of: Site, listener: FurtherListener) -> str:
    """Return how the name of a listener's pool ends."""
    backend = of.backend(listener)
    return f"_{backend.key}" if backend else ""


def _pool(
    of: Site, backend: Backend, listener: FurtherListener | None, resource: str
) -> dict[str, object]:
    """Return the values of the slots that fragments of pools have."""
    check = listener.health_check if listener else of.health_check
    monitor: dict[str, object] = {
        "pool": {"get_resource": resource},
        "type": check.type,
        "delay": {"get_param": "check_interval"},
        "timeout": {"get_param": "check_timeout"},
        "max_retries": {"get_param": "check_retries"},
    }
    if monitor["type"] in {"HTTP", "HTTPS"}:
        monitor["url_path"] = check.path
        monitor["expected_codes"] = check.expect.octavia or str(check.expect)
        if check.method != "GET":
            monitor["http_method"] = check.method
    encrypts = listener is not None and listener.reads_requests
    return {
        "key": backend.key,
        "label": backend.key.replace("_", "-"),
        "pool_protocol": backend.protocol,
        "server_port": backend.port,
        "tls_enabled": {"if": ["reencrypting", encrypts]},
        "monitor": monitor,
    }


def _listener(of: Site, listener: FurtherListener) -> dict[str, object]:
    """Return the values of the slots that fragments of listeners have."""
    return {
        "name": listener.name,
        "protocol": of.load_balancer.octavia_protocol(listener.protocol),
        "port": listener.port,
    }


def _add_listener(
    template: dict[str, Any], listener: FurtherListener, part: dict[str, Any], monitors: list[str]
) -> None:
    """Add a listener, with the certificates that it serves; one without a preview has none.

    It goes before the monitors of its pool: Octavia answers 500 to the deletion of a monitor while
    it deletes a listener of the same pool (octavia/db/repositories.py:
    test_and_set_lb_and_listeners_prov_status).
    """
    built = {
        name: {**it, "depends_on": monitors} if monitors else it
        for name, it in part["resources"].items()
        if it["properties"]["protocol_port"] is not None
    }
    if not listener.terminates:
        composition.add(template, {"resources": built})
        return
    certificate, sni = certificate_parameters(listener.name)
    for it in built.values():
        it["properties"]["default_tls_container_ref"] = {"get_param": certificate}
        it["properties"]["sni_container_refs"] = {"get_param": sni}
    parameters = {
        certificate: {
            "type": "string",
            "description": f"Reference of the certificate that listener {listener.name} serves",
        },
        sni: {
            "type": "comma_delimited_list",
            "description": "References of certificates for clients that ask it for other names",
            "default": [],
        },
    }
    secure = {f"{SECURE}{name}": it for name, it in built.items()}
    composition.add(template, {"parameters": parameters, "resources": secure})


def _open_ports(of: Site, template: dict[str, Any]) -> None:
    """Let the load balancers in at each port of the servers; Neutron takes no rule twice."""
    rules = template["resources"]["security_group"]["properties"]["rules"]["list_concat"][0]
    main = tuple(rules)
    for port in sorted({it.port for it in of.backends} - {of.load_balancer.server_port}):
        ports = {"port_range_min": port, "port_range_max": port}
        own, shared = main
        condition, rule = shared["if"]
        rules += [{**own, **ports}, {"if": [condition, {**rule, **ports}]}]
