"""Templates of systems that are more than Ao's own, looked at by Heat before anything is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ao import templates
from ao.apply import stack_parameters
from ao.apply.stack_parameters import BuildInputs
from ao.cloud import Template
from ao.errors import CloudError, ConfigError, Forbidden, NotAuthenticated, Unavailable
from ao.message import message
from ao.plan import own_templates
from ao.plan.facts import Facts
from ao.plan.plan import BuildSystem, Plan
from ao.site import Site
from ao.site.autoscale import Engine
from ao.templates import composition
from ao.work import Work

NESTED = (".yaml", ".template")
"""How resource types end that are templates."""
_PLACEHOLDERS: Mapping[str, object] = {"number": 0, "boolean": False, "json": {}}
"""Values of parameters, by their types; an empty text is one of all others."""


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
    for where, part in _parts(site, found):
        _validate(work, where, part, _placeholders(part))
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
    _validate(work, key, templates.system(site, found.network_ids), parameters)


def _parts(site: Site, found: BuildInputs) -> Iterator[tuple[str, Template]]:
    """Yield the templates that a system's is made of, each with the key that it is for.

    Heat validates none that is nested in another (heat/engine/stack.py: validate, with
    `validate_res_tmpl_only`).
    """
    own = {"server_template": site.server_template, "system_resources": site.system_resources}
    for key, template in own.items():
        if template is None:
            continue
        yield key, Template(body=template.body, files=template.files)
        for name, text in template.files.items():
            if name.endswith(NESTED) and text.lstrip().startswith("heat_template_version"):
                yield key, Template(body=text, files=template.files)
    files = templates.system(site, found.network_ids).files
    key = "servers" if site.server_template is None else "server_template"
    yield key, Template(body=files[templates.SERVER_TEMPLATE], files=files)


def _placeholders(template: Template) -> dict[str, object]:
    """Return a value for each parameter of a template that has no default.

    Heat evaluates conditions with them, and does not hold them to their constraints.
    """
    parameters = composition.content(template.body).get("parameters") or {}
    return {
        name: _PLACEHOLDERS.get(schema.get("type"), "")
        for name, schema in parameters.items()
        if "default" not in schema
    }


def _validate(work: Work, key: str, template: Template, parameters: dict[str, object]) -> None:
    try:
        work.cloud.stacks.validate(template, parameters)
    except (NotAuthenticated, Forbidden, Unavailable):
        raise
    except CloudError as error:
        raise ConfigError(
            message("%(where)s: %(why)s", where=work.site.place(key), why=error.message),
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
