"""The migration gate: past a database change that is one-way there is no switching back."""

from __future__ import annotations

from dataclasses import replace

from ao.colour import Colour
from ao.errors import ConfigError, Refused
from ao.hooks import shell_command
from ao.hooks.hooks import Context
from ao.journal import Journal, MigrationTold
from ao.message import message
from ao.work import Work


def one_way(work: Work, context: Context) -> bool:
    """Return whether the context's version changes the database so that the old one cannot use it.

    Where the site file is not, its command is not run: what the journal keeps of the version
    counts, and a version of which it keeps nothing counts as one-way if the site has a command.
    Raises ConfigError when the site's command does not tell.
    """
    gate = work.site.migration
    if context.version in gate.one_way:
        return True
    if work.site.folder is None:
        told = Journal(work).may_go_back(context.version)
        return "migration.check" in work.site.left_out if told is None else not told
    if gate.check is None:
        return False
    told_environment = replace(context, point="migration").environment()
    result = shell_command.run(work.site, gate.check, told_environment, gate.deadline)
    if result.exit_code in {0, 1}:
        return result.exit_code == 0
    raise ConfigError(
        message(
            "whether %(version)s can be switched back is not known: migration.check %(words)s",
            version=context.version,
            words=shell_command.ended(gate.check, gate.deadline, result),
        ),
        cure=message(
            "It must end with 0 for a one-way change, with 1 where there "
            "is a way back. `--i-know` switches back without asking it."
        ),
    )


def told(work: Work, version: str, answer: bool | None) -> tuple[MigrationTold, ...]:
    """Yield what the journal keeps about a version before production moves to it.

    `answer` is whether it changes the database one-way, None when that is not known. Nothing is
    kept for a site without a gate, nor where the site file is not: nobody could ask there.
    """
    gate = work.site.migration
    if work.site.folder is None or not (gate.one_way or gate.check):
        return ()
    return (MigrationTold(version=version, one_way=answer),)


def ask(work: Work, context: Context) -> bool | None:
    """Return whether the context's version changes the database one-way; None when not known."""
    if work.site.folder is None:
        return None
    try:
        return one_way(work, context)
    except ConfigError:
        return None


def refusal(version: str, old: Colour) -> Refused:
    """Return the error of a switch back past the one-way database change of a version."""
    return Refused(
        message(
            "production is not switched back to %(old)s: %(version)s is "
            "past the point of no return, its database change is one-way "
            "and %(old)s cannot use the database any more",
            old=old,
            version=version,
        ),
        cure=message(
            "Mend it with a release of a later version, or go back all the same with `--i-know`."
        ),
    )
