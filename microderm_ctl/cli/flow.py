"""The way of a treatment and of a patch test: what is looked at, asked and offered, in this order."""

from collections.abc import Iterator
from typing import NamedTuple

from microderm_ctl.cli.asked import SITES, Asked
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.lead import lead
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.visit import CALENDAR, PATCH_MISSING, PATCH_UNANSWERED, Visit, interruptible, refused
from microderm_ctl.cli.words import iso_time, local_time
from microderm_ctl.errors import RuleRefusal, UsageProblem
from microderm_ctl.safety import Decision, Kind, PatchResult, Zone
from microderm_ctl.safety.evidence import PATCH_WAIT_S
from microderm_ctl.texts import treating as texts


def lead_treatment(call: Invocation, asked: Asked, person: str | None) -> None:
    """Lead a treatment from the look back to the after-care."""
    with call.wand() as wand:
        with interruptible():
            visit = Visit(call, wand, person)
            visit.look_back(asked)
            asked = _before_questions(visit, asked)
            answers = visit.answers(asked)
            asked, decision = visit.agree(asked, answers)
        lead(visit, asked, answers, decision)


def lead_patch_test(call: Invocation, asked: Asked, person: str | None) -> None:
    """Lead a patch test: the lowest setting for 3 s on one spot."""
    with call.wand() as wand:
        with interruptible():
            visit = Visit(call, wand, person)
            asked = asked if asked.zones else asked._replace(zones=(_ask_site(visit),))
            early = visit.decide(asked)
            if early.refusals:
                raise refused(early)
            answers = visit.answers(asked)
            asked, decision = visit.agree(asked, answers)
        lead(visit, asked, answers, decision)


def _before_questions(visit: Visit, asked: Asked) -> Asked:
    """Refuse what needs no question, and offer what can be done instead: a patch test, or finishing.

    Raises:
        RuleRefusal: nothing is to be done now.
    """
    decision = visit.decide(asked._replace(up_to_cap=True))
    codes = {refusal.code for refusal in decision.refusals}
    if not codes:
        return asked
    if PATCH_UNANSWERED in codes and visit.ask.can_ask:
        visit.keep_patch_result(visit.ask_patch_result())
        return _before_questions(visit, asked)
    if PATCH_MISSING in codes:
        return _offer_patch_test(visit, asked, decision)
    if codes <= CALENDAR and asked.kind is Kind.TREATMENT and visit.may_finish(asked):
        return _offer_finish(visit, asked, decision)
    if not visit.ask.can_ask or not visit.rest(asked, decision):
        raise refused(decision, visit.room(asked, decision))
    return asked


def _offer_patch_test(visit: Visit, asked: Asked, decision: Decision) -> Asked:
    if not visit.ask.can_ask:
        raise refused(decision)
    visit.ask.say("", *(refusal.why for refusal in decision.refusals if refusal.code == PATCH_MISSING))
    ready = local_time(visit.prepared.now_s + PATCH_WAIT_S)
    if visit.ask.key(texts.BEGIN_PATCH.format(ready=ready), "yn", "--yes") != "y":
        raise refused(decision)
    return asked._replace(kind=Kind.PATCH_TEST, zones=(_ask_site(visit),), level_pa=None, depth=None)


def _offer_finish(visit: Visit, asked: Asked, decision: Decision) -> Asked:
    if not visit.ask.can_ask:
        raise refused(decision, texts.CAN_FINISH)
    visit.ask.say("", texts.WAS_CUT_OFF)
    if visit.ask.key(texts.FINISH_NOW, "yn", "--finish") != "y":
        raise refused(decision)
    return asked._replace(kind=Kind.FINISH, zones=(), level_pa=None)


def _ask_site(visit: Visit) -> Zone:
    if not visit.ask.can_ask:
        return Zone.INNER_FOREARM
    places = [("forearm", texts.ON_FOREARM), ("neck", texts.ON_NECK)]
    return SITES[visit.ask.choose(texts.WHERE_SPOT, places, "--site")]


class PatchRecord(NamedTuple):
    """What ``patch-test --result`` says."""

    result: PatchResult
    at: str | None
    simulated: bool
    next: str


def keep_result(call: Invocation, name: str | None, result: PatchResult) -> Report:
    """Keep how the spot looks; clean only counts from 24 hours on, red and sore at once."""
    practice = call.practices()
    person = call.person(name, practice)
    store, now_s = call.store(practice), call.now_s(practice)
    complete = [test for test in store.patch_tests(person.id) if test.complete]
    if not complete:
        raise UsageProblem(texts.NO_PATCH_TEST, texts.MAKE_PATCH_TEST)
    test = max(complete, key=lambda one: one.id)
    counts_as = {fix.recorded_at_s: fix.counts_as_s for fix in store.clock_fixes()}
    made_s = counts_as.get(test.started_s, test.started_s)
    ready_s = made_s + PATCH_WAIT_S
    if result is PatchResult.CLEAN and now_s < ready_s:
        raise RuleRefusal(
            texts.TOO_EARLY.format(made=local_time(made_s)),
            texts.LOOK_FROM.format(ready=local_time(ready_s)),
            {"retry_at": iso_time(ready_s)},
        )
    store.keep_patch_result(test.id, result, now_s)
    step = texts.PATCH_CLEAN if result is PatchResult.CLEAN else texts.PATCH_BAD
    return Report(PatchRecord(result, iso_time(now_s), practice, step), _result_lines)


def _result_lines(record: PatchRecord) -> Iterator[str]:
    yield texts.PATCH_RESULT.format(result=record.result.value, mark=texts.SIMULATED if record.simulated else "")
    yield record.next
