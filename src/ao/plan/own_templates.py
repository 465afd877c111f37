"""The operator's own templates, in the stacks of a site. Pure.

A template is part of what a system is built from, and is in no text that the project keeps:
whoever deploys without the site file has what the system's stack has, or is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ao.cloud import Resource
from ao.errors import Refused
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.plan import BuildSystem, Plan
from ao.site import Site, template_tag
from ao.site.own_template import RESOURCES_FILE, SERVER_FILE

SERVER = "OS::Nova::Server"


def keys(site: Site) -> tuple[str, ...]:
    """Return the keys of the templates that a site's systems are built from, kept or not."""
    templates = {
        "server_template": site.server_template,
        "system_resources": site.system_resources,
    }
    left = site.left_templates
    return tuple(key for key, template in templates.items() if template or key in left)


def check(site: Site, facts: Facts, steps: Plan) -> None:
    """Raise Refused for a build without the site file of a system that has not its templates."""
    left = site.left_templates
    if not left:
        return
    for step in steps:
        if not isinstance(step, BuildSystem):
            continue
        stack = facts.systems[step.colour].stack
        if stack is not None and {template_tag(key) for key in left} <= stack.tags:
            continue
        raise Refused(
            message(
                "the site file has %(keys)s, of which the project keeps no text, and %(colour)s "
                "was not built from it",
                keys=", ".join(left),
                colour=step.colour,
            ),
            cure=message(
                "Run the command where the site file and its templates are. Once a system is "
                "built from them, it is deployed to from here too, with what its stack has."
            ),
        )


def of_system(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return what Ao knows of a system's resources: nothing that is inside templates of others.

    Their names are the operator's. Of what is inside a server template it is the server, which
    counts as one of the member that it is of.
    """
    found = tuple(resources)
    owners = {it.physical_id: it for it in found if it.physical_id}
    if not any(it.type in (SERVER_FILE, RESOURCES_FILE) for it in found):
        return found
    seen = []
    for resource in found:
        above = owners.get(resource.stack_id)
        chain = []
        while above is not None and above not in chain:
            chain.append(above)
            above = owners.get(above.stack_id)
        types = {it.type for it in chain}
        if RESOURCES_FILE in types:
            continue
        if SERVER_FILE not in types:
            seen.append(resource)
        elif resource.type == SERVER:
            own = next(it for it in chain if it.type == SERVER_FILE)
            seen.append(
                replace(
                    resource, parent=own.parent, stack_id=own.stack_id, stack_name=own.stack_name
                )
            )
    return tuple(seen)
