"""What the rules would say to a treatment now, with a good wand and nothing to answer yes to: where a person stands."""

from typing import TYPE_CHECKING, Final, NamedTuple

from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.safety import Kind, Refusal, Request, WandState, Zone, all_no, decide, next_treatment_at_s
from microderm_ctl.safety.values import Grit

if TYPE_CHECKING:
    from microderm_ctl.records.rows import PersonRecord
    from microderm_ctl.records.store import Store

FINE_UM: Final = 106
CALENDAR: Final = frozenset({"interval", "course-pause", "patch-test-waiting", "stopped-for-pain", "patch-test-positive", "ending-unsaid"})
"""Refusals that time alone, or time and a word, lifts."""


class Outlook(NamedTuple):
    """Whether a treatment may begin now; else what stands in the way, first things first, and from when it does not.

    ``from_s`` is None where no date is known; ``can_finish`` says that an interrupted one may still be finished.
    """

    refusals: tuple[Refusal, ...]
    from_s: int | None
    can_finish: bool

    @property
    def is_open(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.refusals


def outlook(store: "Store", known: "PersonRecord", now_s: int) -> Outlook:
    """Return where a person stands by records and calendar alone."""
    history = summary(store, known, now_s)
    person = known.profile.person(known.tag, now_s)
    wand = WandState(tip_um=FINE_UM, calibrated_at_s=now_s, ledger=seen_ledger(store))
    asked = Request((Zone.NOSE,), all_no(now_s), grit=Grit.FINE)
    refusals = decide(asked, person, wand, history, now_s).refusals
    finish = decide(asked._replace(zones=(), kind=Kind.FINISH, grit=None), person, wand, history, now_s)
    dates = [one.retry_at_s for one in refusals if one.retry_at_s is not None]
    calendar_s = next_treatment_at_s(person, wand, history, now_s)
    dates += [calendar_s] if calendar_s is not None and calendar_s > now_s else []
    return Outlook(refusals, max(dates, default=None), finish.plan is not None)
