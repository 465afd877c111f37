"""Files of a timetable's chart, by their suffix: `.svg`, `.png` or `.html`."""

from __future__ import annotations

from pathlib import Path

from ao.errors import ConfigError
from ao.files import output_file
from ao.message import message
from ao.message.translation import Language, spoken
from ao.timetable.comparison import Comparison
from ao.timetable.schedule import Schedule

SUFFIXES = (".svg", ".png", ".html")


def check(path: Path) -> None:
    """Raise ConfigError unless the file's suffix is that of a chart, in a folder that is."""
    if path.suffix not in SUFFIXES:
        raise ConfigError(
            message(
                "cannot draw a chart into %(path)s: its name ends in none of %(names)s",
                path=path,
                names=", ".join(SUFFIXES),
            ),
            cure=message("Name it by what it is to be, for example timetable.svg."),
        )
    output_file.check_folder(path)


def write(shown: Schedule | Comparison, path: Path, language: Language) -> None:
    """Write the chart that the file's suffix names; raises ConfigError when that cannot be."""
    check(path)
    content = _content(shown, path.suffix, language)
    with output_file.writing(path):
        path.write_bytes(content)


def _content(shown: Schedule | Comparison, suffix: str, language: Language) -> bytes:
    from ao.report import drawing
    from ao.timetable import html_page, quantities
    from ao.timetable.gantt_chart import figure

    if suffix == ".html":
        return html_page.page(shown, language).encode()
    if isinstance(shown, Comparison):
        saving = quantities.saving(shown)
        heading = spoken(saving, drawing.written(language)) if saving else ""
        drawn = figure((shown.first, shown.second), language, heading=heading)
    else:
        drawn = figure((shown,), language)
    return drawing.svg(drawn).encode() if suffix == ".svg" else drawing.png(drawn)
