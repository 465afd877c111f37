"""Templates of systems that are more than Ao's own, looked at by Heat before anything is built."""

from __future__ import annotations

from ao import templates
from ao.apply import stack_parameters
from ao.apply.stack_parameters import BuildInputs
from ao.errors import CloudError, ConfigError, Forbidden, NotAuthenticated, Unavailable
from ao.message import message
from ao.plan import own_templates
from ao.plan.facts import Facts
from ao.plan.plan import BuildSystem, Plan
from ao.site import Site
from ao.site.autoscale import Engine
from ao.work import Work


def check(work: Work, facts: Facts, steps: Plan, found: BuildInputs) -> None:
    """Have Heat validate the template that systems are built from, where it is not Ao's own alone.

    Raises ConfigError, with the place of the key that it is for, and Refused as
    `ao.plan.own_templates.check` does. What is doubtful of the operator's templates is told.
    """
    site = work.site
    own_templates.check(site, facts, steps)
    built = [step for step in steps if isinstance(step, BuildSystem)]
    key = _key(site)
    if not built or key is None:
        return
    for template in (site.server_template, site.system_resources):
        for doubt in template.doubts if template else ():
            work.note(doubt)
    (step, *_) = built
    parameters = stack_parameters.system_parameters(
        site,
        found,
        step.colour,
        engine=Engine.NONE,
        version=step.version,
        router="",
        pool="",
        further_pools={it.key: "" for it in site.backends},
        size=step.size,
    )
    try:
        work.cloud.stacks.validate(templates.system(site, found.network_ids), parameters)
    except (NotAuthenticated, Forbidden, Unavailable):
        raise
    except CloudError as error:
        raise ConfigError(
            message("%(where)s: %(why)s", where=site.place(key), why=error.message),
            cure=message("Nothing was changed."),
        ) from error


def _key(site: Site) -> str | None:
    """Return the key by which a system's template is more than Ao's own; None where it is not."""
    if site.left_templates:
        # The stack keeps the template that it has.
        return None
    said = {
        "server_template": site.server_template is not None,
        "system_resources": site.system_resources is not None,
        "servers": bool(site.servers.all_volumes or site.servers.networks),
    }
    return next((key for key, is_there in said.items() if is_there), None)
