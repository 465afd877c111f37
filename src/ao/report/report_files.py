"""Files of a report, by their suffix: `.json`, `.html`, `.svg` or `.png`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ao.cutover.cutover import CutOver
from ao.errors import ConfigError
from ao.files import output_file
from ao.files.input_file import MIB, Unreadable, read_bytes
from ao.message import message
from ao.message.translation import Language, language_of_environment

LONGEST = 64 * MIB
"""Bytes that a report's JSON may have."""


def check(path: Path) -> None:
    """Raise ConfigError unless the file's suffix is that of a report, in a folder that is."""
    if path.suffix not in _CONTENTS:
        raise ConfigError(
            message(
                "cannot write a report to %(path)s: its name ends in none of %(names)s",
                path=path,
                names=", ".join(_CONTENTS),
            ),
            cure=message("Name it by what it is to be, for example report.html."),
        )
    output_file.check_folder(path)


def write(cutover: CutOver, path: Path, language: Language | None = None) -> None:
    """Write the report that the file's suffix names, in a language.

    Without one, a chart is in English and a page in the language of the user. Raises ConfigError
    when it cannot be written.
    """
    check(path)
    content = _CONTENTS[path.suffix](cutover, language)
    with output_file.writing(path):
        path.write_bytes(content)


def read(path: Path) -> CutOver:
    """Return the cut-over of a JSON file; raises ConfigError when it holds none."""
    from ao.report import cutover_json

    try:
        return cutover_json.read(read_bytes(path, LONGEST))
    except Unreadable as error:
        raise ConfigError(
            message("cannot read %(path)s: %(why)s", path=path, why=error.why),
            cure=message("`ao switch --report FILE.json` writes such files."),
        ) from None


def _json(cutover: CutOver, _: Language | None) -> bytes:
    from ao.report import cutover_json

    return cutover_json.write(cutover).encode()


def _html(cutover: CutOver, language: Language | None) -> bytes:
    from ao.report import html_page

    return html_page.page(cutover, language or language_of_environment()).encode()


def _svg(cutover: CutOver, language: Language | None) -> bytes:
    from ao.report import cutover_chart

    return cutover_chart.svg(cutover, language or Language.ENGLISH).encode()


def _png(cutover: CutOver, language: Language | None) -> bytes:
    from ao.report import cutover_chart

    return cutover_chart.png(cutover, language or Language.ENGLISH)


_CONTENTS: dict[str, Callable[[CutOver, Language | None], bytes]] = {
    ".json": _json,
    ".html": _html,
    ".svg": _svg,
    ".png": _png,
}
