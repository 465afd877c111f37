"""The pause of a switch: users are led elsewhere while production moves, where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass

from ao.apply import maintenance as apply
from ao.colour import Colour
from ao.message import message
from ao.operations.switch_options import SwitchOptions
from ao.plan import maintenance
from ao.plan.facts import Facts
from ao.plan.maintenance import BeginMaintenance, EndMaintenance, Note
from ao.plan.maintenance_policy import HEADER, new_pass
from ao.plan.plan import Confirm, Done, Plan, PointProduction
from ao.work import Work


@dataclass
class SwitchPause:
    """The pause of one switch.

    Maintenance that is on by hand stays on through the switch: whoever began it ends it.
    """

    wanted: bool = False
    """Whether users are led elsewhere from right before production moves."""
    is_on: bool = False
    """Whether a switch has led them elsewhere, this one or one that was killed, and nobody has let
    them reach the site again."""

    @classmethod
    def planned(cls, work: Work, facts: Facts, options: SwitchOptions) -> SwitchPause:
        """Return the pause of a switch. Raises ConfigError where no file says what users get.

        The header by which requests pass it is decided before, for the sake of what measures.
        Nothing is asked where the site file has no maintenance, nor in an emergency.
        """
        if options.maintenance:
            apply.wish(work.site)
        wish = work.site.maintenance
        if wish is None:
            return cls()
        if options.force and not options.maintenance:
            return cls()
        now = maintenance.read(work.cloud, facts)
        notes = [Note.of(it.description) for it in now.policies]
        left = any(it is not None and it.switch for it in notes)
        wanted = options.maintenance or wish.during_switch
        if now.passing is not None:
            work.passes[HEADER] = now.passing
        elif wanted:
            work.passes[HEADER] = new_pass()
        by_hand = now.is_on and not left
        whole = now.is_on and now.is_whole
        return cls(wanted=wanted and not by_hand and not whole, is_on=left)

    def around(self, steps: Plan, to: Colour, done: Done) -> Plan:
        """Return the next steps with those of the pause: production moves within it."""
        self._note(done)
        moves = any(isinstance(it, PointProduction) for it in steps)
        if self.wanted and moves and not any(isinstance(it, BeginMaintenance) for it in done):
            return (BeginMaintenance(to),)
        return self.back(steps, to, done)

    def back(self, steps: Plan, to: Colour, done: Done) -> Plan:
        """Return the next steps with the end of the pause, once production is seen."""
        self._note(done)
        seen = Confirm("production", to)
        if not self.is_on or EndMaintenance(to) in done:
            return steps
        if seen in done:
            return (EndMaintenance(to),)
        return steps or (seen,)

    def tell(self, work: Work) -> None:
        """Tell that users are led elsewhere still, after a switch that failed."""
        if self.is_on or self.wanted:
            work.note(
                message(
                    "Users may be led to the maintenance page still: `ao status` tells it, `ao "
                    "maintenance off` takes it away."
                )
            )

    def _note(self, done: Done) -> None:
        if any(isinstance(it, BeginMaintenance) for it in done):
            self.is_on = True
        if any(isinstance(it, EndMaintenance) for it in done):
            self.is_on = False
