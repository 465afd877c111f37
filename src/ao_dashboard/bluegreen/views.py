"""The panel's pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View
from horizon import exceptions

from ao import config
from ao.cloud import Cloud
from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.errors import AoError, NotAuthenticated, NotFound
from ao.journal import Entry, Journal, Operation, StepBegun, Switched
from ao.message.translation import Language
from ao.operations.overview import Overview, overview
from ao.report import cutover_chart, drawing
from ao.site import Method
from ao.work import Work
from ao_dashboard import rights
from ao_dashboard.background import Teller, Texts, Told, within
from ao_dashboard.bluegreen.actions import ACTIONS, Action, Given
from ao_dashboard.bluegreen.blockers import NotKnown
from ao_dashboard.bluegreen.events import STEPS, remembered
from ao_dashboard.bluegreen.history import history
from ao_dashboard.bluegreen.page_state import HISTORY, PageState
from ao_dashboard.bluegreen.partial_state import PartialPageState
from ao_dashboard.connection import cloud
from ao_dashboard.look import looking, patience, seconds
from ao_dashboard.words import sentence, told

DAY = 86_400
MOST = 20
"""Notes of an action that the page after it shows."""


class Page(View):
    """A page of the panel, which tells errors of Ao instead of failing with HTTP 500."""

    page_title: Any = gettext_lazy("Blue-Green")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request; an error of Ao is answered by `failed`."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except AoError as error:
            return self.failed(error)

    def failed(self, error: AoError) -> HttpResponseBase:
        """Tell the error on the page that `elsewhere` names.

        Raises Horizon's NotAuthenticated for a session that has ended: Horizon then asks to log in.
        """
        if isinstance(error, NotAuthenticated):
            raise exceptions.NotAuthenticated(error.message) from error
        messages.error(self.request, told(error))
        return redirect(self.elsewhere(error))

    def cloud(self) -> Cloud:
        """Return the user's cloud, to look at: a service has little time for an answer."""
        return cloud(self.request, patience())

    def teller(self) -> Teller:
        """Return who asks, and for which site."""
        user: Any = self.request.user
        return Teller(user.project_id, user.id, self.kwargs["name"])

    def elsewhere(self, error: AoError) -> str:
        """Return the address of the page that tells an error."""
        return reverse("horizon:project:bluegreen:index")


class Part(Page):
    """A part of a page, which that page fetches by itself.

    Where it fails, the page keeps what it shows, and says that it may be out of date.
    """

    def failed(self, error: AoError) -> HttpResponseBase:
        """Answer HTTP 503 without a part."""
        return HttpResponse(status=503)


class Sites(Page, TemplateView):
    """All sites of the project."""

    template_name = "bluegreen/sites.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the overview of all sites, as far as the cloud answers."""
        with looking(self.cloud()) as look:
            found: Overview = overview(look.cloud)
        return super().get_context_data(
            overview=found, page_title=self.page_title, colours=list(Colour), **kwargs
        )


class SiteRows(Part, Sites):
    """The rows of the table of sites, which the page fetches to refresh itself."""

    template_name = "bluegreen/_rows.html"


class Site(Page, TemplateView):
    """One site."""

    template_name = "bluegreen/site.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the state of the site, as far as the cloud answers."""
        name = kwargs["name"]
        partial = PartialPageState.of(self.cloud(), name)
        state, facts = partial.state, partial.state and partial.state.facts
        measured = _measured(partial.releases)
        last = _stepped(partial.releases, (state and state.events) or ())
        return super().get_context_data(
            state=state,
            partial=partial,
            systems=[facts.systems[colour] for colour in Colour] if facts else [],
            accesses=[state.accesses[colour] for colour in Colour] if facts and state else [],
            urls=[_url(state, colour) for colour in Colour] if state else [],
            loads=[state.load.get(colour) for colour in Colour] if state else [],
            images=[state.images.get(colour) for colour in Colour] if state else [],
            offered=[it for it in self._allowed() if state and it.offered(state)],
            withheld=_withheld(self._allowed(), partial),
            ended=self.teller().recall(),
            history_known=partial.history_known,
            history=history(partial.releases, (state and state.events) or (), HISTORY),
            last=last and replace(last, steps=last.steps[-STEPS:]),
            earlier=max(0, len(last.steps) - STEPS) if last else 0,
            measured=measured,
            drawn=_steps(measured) if measured else 0,
            page_title=name,
            **kwargs,
        )

    def _allowed(self) -> list[Action]:
        """Return the actions that the user's roles allow."""
        return [it for it in ACTIONS.values() if rights.may(self.request, it.name)]


class SiteNow(Part, Site):
    """The part of a site's page that changes, which the page fetches to refresh itself."""

    template_name = "bluegreen/_now.html"


class Form(Page, FormView):
    """The form of an action."""

    template_name = "bluegreen/form.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the action that the address names. Raises Http404 where there is none."""
        super().setup(request, *args, **kwargs)
        action = ACTIONS.get(kwargs["action"])
        if action is None:
            raise Http404
        self.action: Action = action
        self.form_class = action.form

    def get_success_url(self) -> str:
        """Return the address of the site's page."""
        return reverse("horizon:project:bluegreen:site", args=[self.kwargs["name"]])

    def elsewhere(self, error: AoError) -> str:
        """Return the address of the site's page, or of the list where there is no such site."""
        return super().elsewhere(error) if isinstance(error, NotFound) else self.get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the form shows: what the action will do, or why it is not offered."""
        state = PageState.of(self.cloud(), self.kwargs["name"])
        return super().get_context_data(
            action=self.action,
            state=state,
            blocker=self.action.blocker(state),
            effects=list(self.action.effects(state)),
            snapshot={
                it: value for it, value in state.snapshot.items() if it in self.action.compared
            },
            page_title=f"{state.site.name}: {self.action.title}",
            **kwargs,
        )

    def form_valid(self, form: Any) -> HttpResponse:
        """Perform the action, and tell on the site's page what became of it.

        What the user's roles do not allow is for the cloud to refuse.
        """
        state = PageState.of(cloud(self.request), self.kwargs["name"])
        refusal = self.action.blocker(state) or self._stale(state)
        if refusal:
            messages.error(self.request, refusal)
            return redirect(self.request.path)
        given = form.cleaned_data
        ended = within(seconds(), lambda: _performed(self.action, state, given), self.teller())
        for it in ended if ended is not None else _going_on():
            messages.add_message(self.request, it.level, it.text)
        return redirect(self.get_success_url())

    def _stale(self, state: PageState) -> str:
        """Return what has changed since the form was shown; empty when nothing has."""
        changed = [
            it for it in self.action.compared if self.request.POST.get(it, "") != state.snapshot[it]
        ]
        reasons = {
            "live": _("What is live is not what this form showed, or is not known."),
            "lock": _("Who holds the lock is not who this form showed, or is not known."),
            "release": _("The open release is not the one that this form showed, or is not known."),
            "version": _("The release has another version than this form showed."),
            "stage": _("The release is at another stage than this form showed."),
            "deploy": _("The standby was deployed since this form was shown."),
        }
        return (
            " ".join((*(reasons[it] for it in sorted(changed)), _("Nothing was done.")))
            if changed
            else ""
        )


class Chart(Part):
    """The chart of a switch that was measured."""

    def get(self, request: HttpRequest, name: str, release: str) -> HttpResponse:
        """Return the chart as SVG, drawn now or taken from the cache."""
        with looking(self.cloud()) as look:
            site = config.load_stored(look.cloud, name)
            journal = remembered(Work(cloud=look.cloud, site=site))
            found = next((it for it in journal.operations() if it.id == release), None)
            if found is None or found.lost is None:
                raise Http404
            language, project = get_language(), request.user.project_id
            key = f"ao-cut-over-{language}-{project}-{release}-{_steps(found)}"
            drawn = cache.get(key)
            if drawn is None:
                drawn = _draw(_cutover(journal, release))
                cache.set(key, drawn, DAY)
        return HttpResponse(drawn, content_type="image/svg+xml")


def _performed(action: Action, state: PageState, given: Given) -> Texts:
    """Perform an action; return what the user is told of it. Raises NotAuthenticated."""
    try:
        done = Told(messages.SUCCESS, action.perform(state, given))
    except NotAuthenticated:
        raise
    except AoError as error:
        done = Told(messages.ERROR, told(error))
    notes = (Told(messages.WARNING, sentence(it)) for it in state.notes.texts[:MOST])
    return (done, *notes)


def _going_on() -> Texts:
    """Return what the user is told of an action that takes longer than its request."""
    return (
        Told(
            messages.INFO,
            _("It takes longer, and goes on. This page follows it, and tells what it ends in."),
        ),
    )


def _withheld(actions: list[Action], partial: PartialPageState) -> Mapping[str, list[Action]]:
    """Return the actions that cannot be judged, by what is not known that they need."""
    if partial.state is None:
        return {_("The site file that the project keeps cannot be read."): actions}
    found: dict[str, list[Action]] = {}
    for action in actions:
        why = action.blocker(partial.state)
        if isinstance(why, NotKnown):
            found.setdefault(why, []).append(action)
    return found


def _cutover(journal: Journal, release: str) -> CutOver:
    """Return the last switch of a release. Raises Http404 when its entry cannot be read."""
    events = [entry.event for entry in journal.entries(release)]
    switches = [event.cutover for event in events if isinstance(event, Switched)]
    if not switches:
        raise Http404
    return switches[-1]


def _draw(cutover: CutOver) -> bytes:
    japanese = (get_language() or "").startswith("ja")
    language = drawing.written(Language.JAPANESE if japanese else Language.ENGLISH)
    return cutover_chart.svg(cutover, language).encode()


def _steps(release: Operation) -> int:
    """Return how many steps have ended: a release that is switched back gets another chart."""
    return sum(not step.running for step in release.steps)


def _url(state: PageState, colour: Colour) -> str:
    """Return the URL of a system, by production or the preview; empty where neither leads to it.

    By the pool method the preview is a port of production's host, by the other one an address that
    no name leads to. One that is asked by what a request says has none: a link says nothing.
    """
    facts, host = state.facts, state.site.host
    if facts is None:
        return ""
    reached = state.accesses[colour]
    if facts.production and facts.live is colour:
        return reached.url(host or facts.production.address)
    if facts.preview and facts.previewed is colour and not facts.previews_by_request:
        named = host if facts.method is Method.POOL else None
        return reached.preview_url(named or facts.preview.address)
    return ""


def _measured(releases: tuple[Operation, ...]) -> Operation | None:
    """Return the operation whose switch was measured last; None without one."""
    return next((it for it in reversed(releases) if it.lost is not None), None)


def _stepped(releases: tuple[Operation, ...], entries: tuple[Entry, ...]) -> Operation | None:
    """Return the last operation that has steps; None without one.

    Names of entries cut long steps, so their texts are taken from the entries that were read.
    """
    found = next((it for it in reversed(releases[-HISTORY:]) if it.steps), None)
    if found is None:
        return None
    begun = {
        it.heading.at: it.event.step
        for it in entries
        if isinstance(it.event, StepBegun) and it.heading.release == found.id
    }
    texts = [begun.get(step.begun, step.text) for step in found.steps]
    return replace(
        found,
        steps=tuple(
            # Of two steps that began at once only one is told by its time.
            replace(step, text=text) if text.startswith(step.text) else step
            for step, text in zip(found.steps, texts, strict=True)
        ),
    )
