"""A professional's plan held against the rules, line by line: what holds without it, what it asks, what holds with it, and why."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from microderm_ctl.cli.plan_file import DARK_MARK
from microderm_ctl.cli.progress import Progress, day
from microderm_ctl.cli.treat_lines import indented
from microderm_ctl.cli.words import columns, iso_time
from microderm_ctl.safety import Aftermath, ProfessionalPlan
from microderm_ctl.safety.evidence import COURSE_MOST
from microderm_ctl.safety.questions import BY_ID
from microderm_ctl.texts import plan as texts

AS_ASKED: Final = "as-asked"
NOT_SAID: Final = "not-said"
_WHY: Final = {
    AS_ASKED: texts.AS_ASKED,
    NOT_SAID: texts.NOT_SAID,
    "out-of-date": texts.PLAN_ENDED,
    "floor": texts.LEAST_DAYS,
    "longest-course": texts.MOST_TREATMENTS,
    "never-cleared": texts.NO_PLAN_CLEARS,
    "mark-later": texts.MARK_LATER,
    "never-raised": texts.NEVER_RAISES,
}
_WHAT: Final = {"interval_days": texts.DAYS, "course_length": texts.TREATMENTS, "limits": texts.LIMITS}


class PlanLine(NamedTuple):
    """One line: what holds without the plan, what it asks, and what holds with it; the stable code of the reason, and its words.

    Values are a number, whether a condition is allowed, or None: not asked, or as the rules have it.
    """

    id: str
    without: int | bool | None
    asked: int | bool | None
    holds: int | bool | None
    because: str
    why: str


class PlanCheck(NamedTuple):
    """A plan and what the rules make of it. ``in_date``: it holds now."""

    name: str
    made: str | None
    expires: str | None
    in_date: bool
    lines: tuple[PlanLine, ...]


def held_against_rules(plan: ProfessionalPlan, known: Progress) -> PlanCheck:
    """Return what a plan asks for beside what the rules make of it; the rules themselves are asked."""
    in_date = plan.made_at_s <= known.now_s < plan.expires_at_s
    cleared = (_condition(name, plan, known, in_date) for name in plan.cleared)
    limits = PlanLine("limits", None, None, None, "never-raised", _WHY["never-raised"])
    lines = (*_numbers(plan, known, in_date), *cleared, limits)
    return PlanCheck(plan.name, iso_time(plan.made_at_s), iso_time(plan.expires_at_s), in_date, lines)


def _numbers(plan: ProfessionalPlan, known: Progress, in_date: bool) -> Iterator[PlanLine]:
    """Yield the numbers of a plan, as the rules take them."""
    without, held = known.with_plan(None), known.with_plan(plan)
    floor, longest = ("floor", "longest-course") if in_date else ("out-of-date", "out-of-date")
    yield _number("interval_days", without.interval_days, plan.interval_days, held.interval_days, floor, held.floor_days)
    yield _number("course_length", without.length, plan.course_length, held.length, longest, COURSE_MOST.value)


def _number(line_id: str, without: int, asked: int | None, holds: int, limited: str, limit: int) -> PlanLine:
    because = NOT_SAID if asked is None else AS_ASKED if asked == holds else limited
    return PlanLine(line_id, without, asked, holds, because, _WHY[because].format(limit=limit))


def _condition(name: str, plan: ProfessionalPlan, known: Progress, in_date: bool) -> PlanLine:
    because = _because(name, plan, known) if in_date else "out-of-date"
    return PlanLine(name, False, True, because == AS_ASKED, because, _WHY[because])


def _because(name: str, plan: ProfessionalPlan, known: Progress) -> str:
    """Return whether a plan clears a condition, as the rules do, by the code of the reason."""
    if name == DARK_MARK:
        marks = [one.at_s for one in known.history.treatments if one.aftermath is Aftermath.DARK_MARK]
        return AS_ASKED if plan.made_at_s >= max(marks, default=0) else "mark-later"
    question = BY_ID.get(name)
    return AS_ASKED if question is not None and question.doctor_first else "never-cleared"


def _words(line: PlanLine) -> tuple[str, ...]:
    what = _WHAT.get(line.id, line.id.replace("_", " "))
    return what, _value(line.without), texts.NOT_IN_PLAN if line.asked is None else _value(line.asked), _value(line.holds), line.why


def _value(value: int | bool | None) -> str:
    if value is None:
        return texts.BY_RULES
    return (texts.ALLOWED if value else texts.NOT_ALLOWED) if isinstance(value, bool) else str(value)


def check_lines(check: PlanCheck, in_tables: bool) -> Iterator[str]:
    """Yield a plan as a table, or in sentences."""
    yield texts.CHECK.format(name=check.name, made=day(check.made), expires=day(check.expires))
    if not check.in_date:
        yield texts.OUT_OF_DATE
    if in_tables:
        yield from columns((indented(what), *rest) for what, *rest in [texts.CHECK_HEAD, *map(_words, check.lines)])
    else:
        for what, without, asked, holds, why in map(_words, check.lines):
            yield indented(texts.CHECK_LINE.format(what=what, without=without, asked=asked, holds=holds, why=why))
