"""Rules that follow from today's answers: what closes a zone, what closes the day."""

from .dates import when
from .evidence import ANSWERS_FRESH_S
from .questions import ALL_ZONES, BY_ID, NO, NOT_SURE, TODAY, Answer, Question, Scope, check_answers, named_zones, seconds_ago
from .rules_skin import Found
from .situation import Situation, asked_zones
from .values import Refusal
from .zones import NEIGHBOURS, Zone, join_labels

CLOSE_THE_DAY = 3
"""So many zones with a condition close the day."""
_OWN = "our own choice"


def answered(situation: Situation) -> Found:
    """Refuse answers that are missing, not understood, or not from the last hour."""
    answers = situation.request.answers
    found = [
        Refusal(
            "answers-incomplete",
            f"today's question '{problem.id}'",
            problem.sentence,
            _OWN,
            "Answer every question of today; 'microderm questions' shows them.",
        )
        for problem in check_answers(answers.values)
    ]
    fresh = answers.at_s is not None and -60 <= situation.clock_s - answers.at_s < ANSWERS_FRESH_S
    if not fresh:
        found.append(
            Refusal(
                "answers-stale",
                "today's questions",
                "Today's answers are older than an hour, or have no time.",
                _OWN,
                "Answer the questions again now: 'microderm questions'.",
            )
        )
    return tuple(found)


def conditions(situation: Situation) -> Found:
    """Refuse for every answer that closes something: a zone with its neighbours, or the day."""
    cleared = frozenset() if situation.plan is None else frozenset(situation.plan.cleared)
    found = []
    for question in TODAY:
        value = situation.request.answers.values.get(question.id, NOT_SURE)
        if value == NO or (question.doctor_first and question.id in cleared):
            continue
        refusal = _zone_closed(situation, question, value) if question.scope is Scope.ZONE else _day_closed(situation, question, value)
        if refusal is not None:
            found.append(refusal)
    return tuple(found)


def many_zones(situation: Situation) -> Found:
    """Close the day when three zones or more have a condition."""
    zones: set[Zone] = set()
    for name, value in situation.request.answers.values.items():
        question = BY_ID.get(name)
        if question is not None and question.answer is Answer.ZONES:
            zones |= named_zones(value) or frozenset()
    if len(zones) < CLOSE_THE_DAY:
        return ()
    return (
        Refusal(
            "many-zones",
            "three zones with a condition close the day",
            f"You named {len(zones)} zones with something on them: {join_labels(tuple(sorted(zones)))}.",
            _OWN,
            "Wait until most of it has healed; if it spreads, show it to a doctor.",
        ),
    )


def closed_by(question: Question, value: str) -> frozenset[Zone]:
    """Return the zones that an answer closes: what it names and their neighbours, all when it is not sure."""
    if value == NO:
        return frozenset()
    if question.closes:
        return frozenset(question.closes)
    named = named_zones(value)
    if named is None:
        return ALL_ZONES
    return named.union(*(NEIGHBOURS[zone] for zone in named))


def _zone_closed(situation: Situation, question: Question, value: str) -> Refusal | None:
    closed = closed_by(question, value)
    asked = asked_zones(situation)
    hit = tuple(zone for zone in asked if zone in closed)
    if not hit:
        return None
    return Refusal(
        question.id.replace("_", "-"),
        f"today's question '{question.id}'",
        f"{question.why} This closes {join_labels(hit)} today.",
        question.source,
        question.do_next,
        zones=hit,
    )


def _day_closed(situation: Situation, question: Question, value: str) -> Refusal | None:
    code, rule = question.id.replace("_", "-"), f"today's question '{question.id}'"
    if question.answer is not Answer.WHEN:
        return Refusal(code, rule, question.why, question.source, question.do_next)
    ago_s, given_s = seconds_ago(value), situation.request.answers.at_s
    told_s = situation.clock_s if given_s is None else min(given_s, situation.clock_s)
    retry_s = told_s - (ago_s or 0) + question.wait_s
    if ago_s is not None and situation.clock_s >= retry_s:
        return None
    unsure = "" if ago_s is not None else " You were not sure, so it counts as today."
    return Refusal(
        code,
        rule,
        f"{question.why}{unsure}",
        question.source,
        f"{question.do_next} It is possible again from {when(retry_s)}.",
        retry_at_s=retry_s,
    )
