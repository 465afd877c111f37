"""The file of a procedure."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ao.config.yaml_file import PROBLEM, YamlFile, dotted
from ao.errors import ConfigError
from ao.message import message
from ao.timetable import clock_times
from ao.timetable.procedure import Flawed, Procedure
from ao.timetable.procedure_schema import ProcedureFile
from ao.timetable.schedule import schedule
from ao.untrusted.printable import printable


def load(path: Path) -> Procedure:
    """Read a procedure's YAML file.

    Raises ConfigError that names file and line of everything wrong.
    """
    source = YamlFile.read(path, message("docs/timetable.md has a procedure to begin with."))
    try:
        procedure = ProcedureFile.model_validate(source.data).value()
    except ValidationError as error:
        raise ConfigError("\n".join(source.explain(error, ProcedureFile))) from error
    except Flawed as flaw:
        where = f"{source.where(flaw.key)}: {dotted(flaw.key)}"
        raise ConfigError(f"{where}: {printable(flaw.message, PROBLEM)}") from flaw
    if wrong := clock_times.changed(schedule(procedure)):
        raise ConfigError(
            message(
                "%(where)s: window.opens: %(wrong)s",
                where=source.where(("window", "opens")),
                wrong=wrong,
            )
        )
    return procedure
