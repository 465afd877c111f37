"""The migration gate: past a database change that is one-way there is no switching back."""

from __future__ import annotations

from dataclasses import replace

from ao import command
from ao.colour import Colour
from ao.errors import ConfigError, Refused
from ao.hooks import Context
from ao.work import Work


def one_way(work: Work, context: Context) -> bool:
    """Whether the context's version changes the database so that the old one cannot use it.

    Raises ConfigError when the site's command does not tell.
    """
    gate = work.site.migration
    if context.version in gate.one_way:
        return True
    if gate.check is None:
        return False
    told = replace(context, point="migration").environment()
    result = command.run(work.site, gate.check, told, gate.deadline)
    if result.exit_code in {0, 1}:
        return result.exit_code == 0
    raise ConfigError(
        f"whether {context.version} can be switched back is not known: migration.check "
        f"{command.ended(gate.check, gate.deadline, result)}",
        cure="It must end with 0 for a one-way change, with 1 where there is a way back. "
        "`--i-know` switches back without asking it.",
    )


def refusal(version: str, old: Colour) -> Refused:
    """Why production does not go back from a version to the old system."""
    return Refused(
        f"production is not switched back to {old}: {version} is past the point of no return, "
        f"its database change is one-way and {old} cannot use the database any more",
        cure="Mend it with a release of a later version, or go back all the same with `--i-know`.",
    )
