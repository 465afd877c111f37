"""A timetable, or two side by side, as one HTML page that needs nothing else."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ao.report import drawing
from ao.report.translations import Language
from ao.timetable import rows, tables, translations
from ao.timetable.comparison import Comparison
from ao.timetable.gantt_chart import figure
from ao.timetable.schedule import Schedule


def page(shown: Schedule | Comparison, language: Language = Language.ENGLISH) -> str:
    """Return the page: chart, rows, and for two procedures what the second saves."""
    spoken = translations.of(language)
    compared = shown if isinstance(shown, Comparison) else None
    plans = (shown.first, shown.second) if isinstance(shown, Comparison) else (shown,)
    titles = [plan.procedure.title.spoken(language) for plan in plans]
    drawn = drawing.svg(figure(plans, language))
    environment = Environment(
        loader=PackageLoader("ao.timetable", ""),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(
        language=language,
        title=" / ".join(titles),
        saving=translations.saving(compared, spoken) if compared else "",
        chart=Markup(drawn[drawn.index("<svg") :]),
        timetables=[
            {
                "title": title,
                "rows": rows.rows(plan, language),
                "before": rows.before(plan, language),
            }
            for title, plan in zip(titles, plans, strict=True)
        ],
        before=spoken.before,
        comparison=tables.comparison(compared, language) if compared else None,
    )
