"""The journal of a site: what was done to it, by whom, when and why."""

from ao.journal.act import MOVING, Act
from ao.journal.entry import Entry, Unreadable
from ao.journal.events import (
    Approval,
    Ask,
    Asked,
    Begun,
    Checked,
    CheckResult,
    Ended,
    Event,
    Judged,
    Judgement,
    Measured,
    MigrationTold,
    Noted,
    Outcome,
    Overridden,
    StepBegun,
    StepEnded,
    StepOutcome,
    Switched,
    TakenOver,
)
from ao.journal.heading import ALONE, Heading
from ao.journal.invalid import Invalid, InvalidEntry, sentences
from ao.journal.journal import Journal, Journals, everywhere, headings
from ao.journal.operation import Operation, StepRun, settled
from ao.journal.stage import SWITCH_BACK, Stage

__all__ = [
    "ALONE",
    "MOVING",
    "SWITCH_BACK",
    "Act",
    "Approval",
    "Ask",
    "Asked",
    "Begun",
    "CheckResult",
    "Checked",
    "Ended",
    "Entry",
    "Event",
    "Heading",
    "Invalid",
    "InvalidEntry",
    "Journal",
    "Journals",
    "Judged",
    "Judgement",
    "Measured",
    "MigrationTold",
    "Noted",
    "Operation",
    "Outcome",
    "Overridden",
    "Stage",
    "StepBegun",
    "StepEnded",
    "StepOutcome",
    "StepRun",
    "Switched",
    "TakenOver",
    "Unreadable",
    "everywhere",
    "headings",
    "sentences",
    "settled",
]
