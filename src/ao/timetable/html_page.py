"""A timetable, or two side by side, as one HTML page that needs nothing else."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ao.message import message
from ao.message.translation import Language, spoken
from ao.report import drawing
from ao.timetable import quantities, rows, tables
from ao.timetable.comparison import Comparison
from ao.timetable.gantt_chart import figure
from ao.timetable.schedule import Schedule


def page(shown: Schedule | Comparison, language: Language = Language.ENGLISH) -> str:
    """Return the page: chart, rows, and for two procedures what the second saves."""
    compared = shown if isinstance(shown, Comparison) else None
    plans = (shown.first, shown.second) if isinstance(shown, Comparison) else (shown,)
    titles = [plan.procedure.title.spoken(language) for plan in plans]
    drawn = drawing.svg(figure(plans, language))
    saving = quantities.saving(compared) if compared else None
    environment = Environment(
        loader=PackageLoader("ao.timetable", ""),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(
        language=language,
        title=" / ".join(titles),
        saving=spoken(saving, language) if saving else "",
        chart=Markup(drawn[drawn.index("<svg") :]),
        timetables=[
            {
                "title": title,
                "rows": rows.rows(plan, language),
                "before": rows.before(plan, language),
            }
            for title, plan in zip(titles, plans, strict=True)
        ],
        before=spoken(message("before the window"), language),
        comparison=tables.comparison(compared, language) if compared else None,
    )
