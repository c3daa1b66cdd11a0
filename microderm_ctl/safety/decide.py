"""The decision: from a request, a person, a wand and a history to a plan, or to the refusals."""

from collections.abc import Callable
from typing import Final

from . import rules_answers, rules_history, rules_skin, rules_wand
from .limits import Bound, Limits, Scale, meet_all
from .planning import draft, draft_patch_test
from .rules_skin import Found
from .situation import Situation, look_at
from .skin import Person
from .values import Answers, Decision, History, Kind, Refusal, Request, WandState
from .zones import Zone

Rule = Callable[[Situation], Found]

RULES: Final[tuple[Rule, ...]] = (
    rules_history.recorded_ahead,
    rules_history.dark_mark,
    rules_history.stopped_for_pain,
    rules_history.ending_unsaid,
    rules_history.calendar,
    rules_history.finishing,
    rules_history.patch_test,
    rules_wand.calibration,
    rules_wand.own_limits,
    rules_wand.cool_down,
    rules_skin.tip,
    rules_skin.skin,
    rules_skin.first_or_new_grit,
    rules_skin.depth,
    rules_skin.zones,
    rules_answers.answered,
    rules_answers.conditions,
    rules_answers.many_zones,
)
"""All rules. Their order is the order in which refusals are told, and changes nothing else."""


def decide(request: Request, person: Person, wand: WandState, history: History, now_s: int, rules: tuple[Rule, ...] = RULES) -> Decision:
    """Return the plan for a request, or every refusal; ``now_s`` is the computer's clock in seconds since 1970.

    A level above a cap is refused with the cap in ``allowed_pa``; the same request with ``up_to_cap``
    takes the cap there. Nothing is changed quietly.
    """
    request = request._replace(zones=tuple(dict.fromkeys(request.zones)))
    situation = look_at(request, person, wand, history, now_s)
    found = [one for rule in rules for one in rule(situation)]
    refusals = [one for one in found if isinstance(one, Refusal)]
    bounds = tuple(one for one in found if isinstance(one, Bound))
    scales = tuple(one for one in found if isinstance(one, Scale))
    make = draft_patch_test if request.kind is Kind.PATCH_TEST else draft
    plan, more = make(situation, scales, bounds)
    refusals += more
    notes = _notes(situation)
    if refusals:
        return Decision(None, tuple(refusals), notes, _open_zones(request.zones, refusals))
    return Decision(plan, (), notes, request.zones)


def limits_in_force(request: Request, person: Person, wand: WandState, history: History, now_s: int) -> Limits:
    """Return the met limits of all rules for a request, refused or not."""
    situation = look_at(request, person, wand, history, now_s)
    return meet_all(tuple(one for rule in RULES for one in rule(situation) if isinstance(one, Bound)))


def next_treatment_at_s(person: Person, wand: WandState, history: History, now_s: int) -> int | None:
    """Return from when the calendar allows the next treatment; None when it always does."""
    return rules_history.next_treatment_at_s(look_at(Request((), Answers({}, None)), person, wand, history, now_s))


def _open_zones(asked: tuple[Zone, ...], refusals: list[Refusal]) -> tuple[Zone, ...]:
    if any(not refusal.zones and refusal.code != "treatment-too-long" for refusal in refusals):
        return ()
    closed = {zone for refusal in refusals if refusal.allowed_pa is None for zone in refusal.zones}
    return tuple(zone for zone in asked if zone not in closed)


def _notes(situation: Situation) -> tuple[str, ...]:
    notes = list(rules_wand.calibration_note(situation))
    if situation.profile.waiting:
        notes.append(
            "Your changed profile allows more than the one before. Until a patch test made after the change is "
            "clean, the narrower one holds."
        )
    if situation.history.plan is not None and situation.plan is None:
        notes.append("The professional's plan has no name or is out of date, so it is left aside.")
    return tuple(notes)
