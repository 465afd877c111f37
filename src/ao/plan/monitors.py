"""Health monitors: what those of a site name, which Heat cannot say. Pure.

`OS::Octavia::HealthMonitor` has no property for a domain name or an HTTP version
(heat/engine/resources/openstack/octavia/health_monitor.py), so Ao says them to Octavia. Heat's
updates send differences only, and leave them.
"""

from __future__ import annotations

from dataclasses import replace

from ao.cloud import Monitor
from ao.colour import Colour
from ao.plan.facts import Facts
from ao.site import Method, Site

API = (2, 10)
"""Version of Octavia's API from which on a monitor names a host
(octavia/api/root_controller.py: Healthmonitor host header)."""
MARK = "ao:host"
"""Tag of a monitor whose host Ao has set: another one is not Ao's to take back."""
ASKING = frozenset({"HTTP", "HTTPS"})
"""Types of monitors that ask for a page."""
VERSION = 1.1
"""HTTP version that a request needs to name a host."""


def is_named(site: Site) -> bool:
    """Return whether the site's monitors have to name a host: those that ask for a page do."""
    types = {site.health_check.type, *(it.health_check.type for it in site.listeners)}
    return site.host is not None and bool(types & ASKING)


def wanted(site: Site, monitor: Monitor) -> Monitor:
    """Return a monitor as the site file wants it, which is the same where nothing is to be done.

    Without `host` in the file, only what Ao has set is taken back.
    """
    if monitor.type not in ASKING:
        return monitor
    if site.host is not None:
        if (monitor.domain_name, monitor.http_version) == (site.host, VERSION):
            return monitor
        tags = monitor.tags | {MARK}
        return replace(monitor, domain_name=site.host, http_version=VERSION, tags=tags)
    if MARK in monitor.tags:
        tags = monitor.tags - {MARK}
        return replace(monitor, domain_name=None, http_version=None, tags=tags)
    return monitor


def is_amiss(site: Site, facts: Facts, colour: Colour) -> bool:
    """Return whether a monitor of a system is not as the site file wants it, and can be changed.

    A load balancer takes no change in ERROR, nor while Heat is at work on it. A system that speaks
    another protocol than the site file says is left alone: nobody has seen it answer to that.
    """
    system = facts.systems[colour]
    if facts.terminates(colour) is not site.load_balancer.terminates:
        return False
    stacks = [system.stack, *([facts.stack] if facts.method is Method.POOL else [])]
    if system.load_balancer is None or system.load_balancer.failed:
        return False
    if any(stack is not None and stack.busy for stack in stacks):
        return False
    return any(wanted(site, it) != it for it in system.monitors)
