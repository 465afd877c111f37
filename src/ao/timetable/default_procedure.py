"""The release as Ao makes it: what is reckoned with where no procedure is given."""

from __future__ import annotations

from ao.timetable.durations import Fixed, Range
from ao.timetable.history import DRAIN, SWITCH
from ao.timetable.procedure import Decision, Opening, Procedure, Task
from ao.timetable.title import Title

_MINUTE = 60.0


def default_procedure(
    *, forced_logout: float = 5 * _MINUTE, watch: float = 5 * _MINUTE
) -> Procedure:
    """Return a blue-green release; `forced_logout` is 0 for none. Times in seconds.

    The times are guesses for a site without a history. The switch takes 3 seconds, as in the
    report that Ao follows.
    """
    logout = Task(
        name="logout",
        title=Title(en="forced logout", ja="強制ログアウト"),
        takes=Fixed(seconds=forced_logout),
        stops_until="switch",
        droppable=True,
        history="logout",
    )
    first = (logout,) if forced_logout else ()
    return Procedure(
        title=Title(en="Release by Ao", ja="Ao によるリリース"),
        opening=Opening(clock=0.0),
        tasks=(
            Task(
                name="deploy",
                title=Title(en="deploy to the standby", ja="待機系へデプロイ"),
                takes=Range(shortest=2 * _MINUTE, longest=15 * _MINUTE),
                before_window=True,
                history="deploy",
            ),
            Task(
                name="check",
                title=Title(en="check the standby", ja="待機系をチェック"),
                takes=Range(shortest=0.0, longest=5 * _MINUTE),
                after=("deploy",),
                before_window=True,
                history="check",
            ),
            Task(
                name="match",
                title=Title(en="match the live system's size", ja="本番系と同じ台数にする"),
                takes=Range(shortest=0.0, longest=5 * _MINUTE),
                after=("check",),
                before_window=True,
                history="match",
            ),
            *first,
            Task(
                name="switch",
                title=Title(en="switch", ja="切り替え"),
                takes=Fixed(seconds=3.0),
                after=("match", *(task.name for task in first)),
                history=SWITCH,
            ),
            Task(
                name="drain",
                title=Title(en="drain", ja="ドレイン"),
                takes=Range(shortest=0.0, longest=_MINUTE),
                after=("switch",),
                history=DRAIN,
            ),
        ),
        decision=Decision(
            after=("drain",), watch=Fixed(seconds=watch), switch_back=Fixed(seconds=3.0)
        ),
    )
