"""The examination: connections are held while a trial site is switched both ways."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from ao.apply.switch import address, load_balancer
from ao.clock import Ready, Waiting
from ao.cloud import LoadBalancer
from ao.colour import Colour
from ao.cutover.measurement import Probe
from ao.doctor import trial_site
from ao.doctor.findings import Effect, Findings, effect
from ao.doctor.trial_site import TrialSite
from ao.message import message
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Kind, Recording
from ao.visit import NoAnswer, colour_of
from ao.work import Work

BEFORE = 1.5
"""Seconds that connections are held before an act."""
AFTER = 8.0
"""Seconds that they are watched after it."""
NEW_PER_SECOND = 20.0
KEPT = 10
TIMEOUT = 2.0
"""Seconds after which a request hangs."""

Probes = Callable[[], AbstractContextManager[Probe]]
"""Makes a new probe at each call."""


def examine(work: Work, probes: Probes) -> Findings:
    """Build a trial site, observe what the cloud does to its connections, and delete it.

    Raises NotFound and QuotaExceeded before anything is built, BuildFailed and
    DeadlinePassed.
    """
    # What becomes of connections hangs on the network, and on no certificate.
    work = replace(work, site=work.site.unencrypted)
    provider = work.site.load_balancer.provider
    with trial_site.build_trial_site(work) as trial:
        at = trial.address.address
        url = work.site.url(at)
        _point(work, trial, trial.first)
        _await(work, url, Colour.BLUE)

        work.note(message("Reloading a load balancer under Keep-Alive connections."))
        reload = _watch(
            work, probes, at, lambda: load_balancer.reload(work, trial.first), closing=True
        )
        work.note(message("Changing a listener's pool under Keep-Alive connections."))
        pool = _watch(
            work, probes, at, lambda: _lead(work, trial, trial.green_pool, trial.blue_pool)
        )
        _lead(work, trial, trial.blue_pool, trial.green_pool)
        _await(work, url, Colour.BLUE)
        work.note(message("Moving a floating IP under Keep-Alive connections."))
        moved = _watch(work, probes, at, lambda: _point(work, trial, trial.second))
        return Findings(at=time.time(), provider=provider, reload=reload, pool=pool, address=moved)


def _watch(
    work: Work, probes: Probes, at: str, act: Callable[[], None], *, closing: bool = False
) -> Effect:
    """Return what an act did to connections that blue had served at a floating IP."""
    load = replace(
        ProbeLoad.of(work.site, at, new_per_second=NEW_PER_SECOND, kept=KEPT), timeout=TIMEOUT
    )
    with probes() as probe:
        probe.begin(load)
        probe.wait_until_running(work.site.deadlines.switch)
        work.clock.sleep(BEFORE)
        act()
        work.clock.sleep(AFTER)
        recording = probe.stop()
    return effect(recording, str(Colour.BLUE), _gap(recording), closing=closing)


def _gap(recording: Recording) -> float | None:
    """Return the seconds from blue's last answer on a new connection to green's first one."""
    seen = {s.colour: s for s in recording.sightings if s.kind is Kind.NEW}
    if Colour.BLUE not in seen or Colour.GREEN not in seen:
        return None
    return max(0.0, seen[Colour.GREEN].first - seen[Colour.BLUE].last)


def _point(work: Work, trial: TrialSite, to: LoadBalancer) -> None:
    address.point(work, address.reread(work, trial.address), to.vip_port_id)


def _lead(work: Work, trial: TrialSite, users_to: str, preview_to: str) -> None:
    """Lead the first load balancer's listeners to pools, users first."""
    set_default_pool = work.cloud.load_balancers.set_default_pool
    load_balancer.change(work, trial.first, lambda: set_default_pool(trial.listener, users_to))
    load_balancer.change(
        work, trial.first, lambda: set_default_pool(trial.preview_listener, preview_to)
    )


def _await(work: Work, url: str, colour: Colour) -> None:
    """Wait until the trial site answers from a colour. Raises DeadlinePassed."""
    identify = work.site.identify

    def look() -> Ready[None] | Waiting:
        try:
            answer = work.visit(url + identify.path, TIMEOUT, work.site.request_options)
            told = colour_of(answer, identify)
        except NoAnswer as error:
            return Waiting(error.why)
        if told is colour:
            return Ready(None)
        return Waiting(message("%(path)s told colour %(told)s", path=identify.path, told=told))

    work.clock.until(
        look,
        what=message("the trial site (%(url)s) to answer from %(colour)s", url=url, colour=colour),
        deadline=work.site.deadlines.serve,
        cure=message(
            "The trial site's servers are made from the site's image and "
            "user data: see `identify` in the site file, and whether this "
            "machine reaches floating IPs."
        ),
    )
