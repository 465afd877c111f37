"""A version that answers nothing but errors once it is live, and production that leaves it."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.cutover.measurement import Measurement
from ao.errors import SwitchFailed
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Site
from ao.visit import Answer, NoAnswer
from ao.work import Work
from tests.unit.operations.sites import deployed
from tests.unit.probes import RATE, Users


def switched(work: Work, users: Users, **said: bool) -> None:
    measurement = Measurement(
        probe=users, load=lambda load: replace(load, new_per_second=RATE, expect=200)
    )
    reconcile.switch(work, Colour.GREEN, SwitchOptions(measurement=measurement, **said))


def always(_seconds: float) -> bool:
    return True


def test_production_leaves_a_system_that_gives_nothing_but_errors_within_seconds(
    site: Site,
) -> None:
    work = deployed(site)
    users = Users(work=work, bad=always)
    with pytest.raises(SwitchFailed, match="nothing but errors from green"):
        switched(work, users)
    assert work.observe().live is Colour.BLUE
    assert users.on_green[-1] - users.on_green[0] <= 5.0


def test_the_same_is_true_of_errors_without_a_colour_while_the_old_system_answers(
    site: Site,
) -> None:
    work = deployed(site)
    users = Users(work=work, bad=always, coloured=False)
    with pytest.raises(SwitchFailed):
        switched(work, users)
    facts = work.observe()
    assert (facts.live, facts.previewed) == (Colour.BLUE, Colour.GREEN)
    assert users.on_green[-1] - users.on_green[0] <= 5.0


def test_errors_without_a_colour_that_the_old_system_gives_too_are_not_the_new_ones(
    site: Site,
) -> None:
    work = deployed(site)
    users = Users(work=work, bad=always, coloured=False)

    def nobody_else_answers(url: str, timeout: float) -> Answer:
        preview = work.observe().preview
        assert preview is not None
        if url.startswith(work.site.preview_url(preview.address)) and users.on_green:
            raise NoAnswer("the network is broken")
        return work.visit(url, timeout)

    switched(replace(work, visit=nobody_else_answers), users)
    assert work.observe().live is Colour.GREEN


def test_a_version_that_stumbles_for_its_first_second_stays(site: Site) -> None:
    work = deployed(site)
    switched(work, Users(work=work, bad=lambda seconds: seconds < 1.0))
    assert work.observe().live is Colour.GREEN


def test_a_probe_that_has_lost_its_network_moves_nothing(site: Site) -> None:
    work = deployed(site)
    switched(work, Users(work=work, bad=always, reaches=False))
    assert work.observe().live is Colour.GREEN


def test_nothing_goes_back_past_a_one_way_change(site: Site) -> None:
    work = deployed(site)
    switched(work, Users(work=work, bad=always), may_return=False)
    assert work.observe().live is Colour.GREEN
