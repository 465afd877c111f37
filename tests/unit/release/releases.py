"""Releases on the fake cloud, for the tests of them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ao import release
from ao.journal import Entry, Journal
from ao.progress import ProgressEvent, Status, StepStarted
from ao.release import Options
from ao.site.checks import Check, Checks, Http
from ao.work import Work
from tests.unit.listeners import Notes


@dataclass
class Listener(Notes):
    """Keeps what a release tells."""

    steps: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def emit(self, event: ProgressEvent) -> None:
        super().emit(event)
        match event:
            case StepStarted(step):
                self.steps.append(str(step))
            case Status(text):
                self.states.append(text)


def moment(work: Work) -> float:
    """The fake cloud's present, in seconds since 1970."""
    return work.cloud.openstack.timeline.moment()


def options(work: Work, **given: object) -> Options:
    """Options in the fake cloud's time, without a probe."""
    return replace(Options(moment=lambda: moment(work)), **given)


def released(work: Work, version: str = "2.0", **given: object) -> Work:
    release.release(work, version, options(work, **given))
    return work


def ruled(work: Work, **rules: object) -> Work:
    """The work of a site with other rules: `watch=…`, `checks=…`, `approve=…`."""
    own = {key: rules.pop(key) for key in ("approve", "standby", "keep", "texts") if key in rules}
    site = replace(work.site, rules=replace(work.site.rules, **own), **rules)
    return replace(work, site=site)


def journal(work: Work) -> Journal:
    return Journal(work, now=lambda: datetime.fromtimestamp(moment(work), UTC))


def entries(work: Work) -> tuple[Entry, ...]:
    """Entries of the site's latest release."""
    last = journal(work).operations()[-1]
    return journal(work).entries(last.id)


def steps(work: Work) -> dict[str, str]:
    """Outcomes of the latest release's steps, by their words."""
    last = [it for it in journal(work).operations() if it.act == "release"][-1]
    return {step.text: step.outcome for step in last.steps}


def outcome(work: Work) -> str | None:
    last = [it for it in journal(work).operations() if it.act == "release"][-1]
    return last.outcome


def http_check(**wanted: object) -> Checks:
    """Checks with one request."""
    what = replace(Http(path="/version", status=200, header={}, body=None, within=None), **wanted)
    one = Check(name="version", what=what, timeout=3.0, retries=1, pause=1.0)
    return Checks(all=(one,), deadline=60.0)


def command_check(command: str) -> Checks:
    """Checks with one command."""
    one = Check(name="smoke", what=command, timeout=5.0, retries=0, pause=0.0)
    return Checks(all=(one,), deadline=60.0)
