"""Leading a run from the plan to the record: shows the plan, gets consent, runs, asks how it was, says what comes after."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from microderm_ctl.cli.asked import Asked
from microderm_ctl.cli.live import Heading, Lines, Live
from microderm_ctl.cli.sound import Bell, Sounding
from microderm_ctl.cli.treat_lines import after_care, patch_lines, plan_lines, treatment_lines
from microderm_ctl.cli.visit import ENDINGS, Visit, interruptible
from microderm_ctl.cli.words import iso_time
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import MicrodermError, Stopped, UsageProblem
from microderm_ctl.link import signals
from microderm_ctl.records.lock import treating
from microderm_ctl.safety import Answers, Decision, Ending, Kind, Plan, label, next_treatment_at_s
from microderm_ctl.safety.evidence import PATCH_WAIT_S
from microderm_ctl.texts import guide as hints
from microderm_ctl.texts import treating as texts
from microderm_ctl.treatment import guide, outcome
from microderm_ctl.treatment.book import PatchBook, TreatmentBook
from microderm_ctl.treatment.outcome import Outcome
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Watcher

SHOWN_PACE: Final = 0.1
"""Real seconds for a virtual one, where a person watches a wand that lives in virtual time."""
PRESSES: Final = 3
"""How often a script's wand is armed before nobody pressing its button is an answer."""
FELT: Final = (
    ("good", texts.GOOD),
    ("unpleasant", texts.UNPLEASANT),
    (Ending.PAIN.value, texts.HURT),
    (Ending.BLEEDING.value, texts.BLED),
)


def lead(visit: Visit, asked: Asked, answers: Answers, decision: Decision) -> None:
    """Lead a person through a decided plan, and print everything.

    Raises:
        MicrodermError: it ended early; the record is written and printed before.
    """
    plan = decision.plan
    if plan is None:
        raise UsageProblem(texts.NO_PLAN)
    with interruptible():
        if not asked.yes:
            visit.ask.say("", *hints.HOW_TO_HOLD, texts.GUIDE, "")
        _show_plan(visit, plan, decision.notes)
        if not asked.yes:
            _consent(visit, plan)
    while True:
        book, ended = _run(visit, plan, answers)
        if ended.cause != outcome.NOT_PRESSED or not _again(visit, ended):
            break
    try:
        with interruptible():
            _ask_how(visit, plan, book, ended)
    finally:
        _show_result(visit, plan, book, ended)
    if ended.error is not None:
        raise ended.error


# Before


def _show_plan(visit: Visit, plan: Plan, notes: tuple[str, ...]) -> None:
    serial, simulated = visit.wand.identity.serial, visit.practice
    record = {"event": "plan", "person": visit.record.name, "wand": serial, "simulated": simulated, "plan": plan, "notes": notes}
    in_tables = visit.call.printer.in_tables
    visit.call.printer.event(record, list(plan_lines(visit.record.name, serial, simulated, plan, notes, in_tables)))


def _consent(visit: Visit, plan: Plan) -> None:
    visit.ask.say("")
    first = label(plan.zones[0].zone)
    if visit.ask.key(texts.ARM.format(zone=first), "yn", "--yes") != "y":
        raise Stopped(texts.NOTHING_BEGUN)


# The run


def _run(visit: Visit, plan: Plan, answers: Answers) -> tuple[TreatmentBook | PatchBook, Outcome]:
    """Write the intent down, and run."""
    wand = visit.wand
    visit.refresh()
    with treating(visit.call.data_dir(), wand.port, wand.identity.serial, visit.call.clock.utc_s()):
        book = begin(visit, plan, answers)
        with watching(visit, plan) as watcher:
            ended = Runner(wand, plan, book, watcher).run(visit.record.wire_tag, visit.prepared.now_s)
    return book, ended


def begin(visit: Visit, plan: Plan, answers: Answers) -> TreatmentBook | PatchBook:
    """Write the intent down, with what the wand's ledger holds so far."""
    newest = visit.wand.ledger()
    prepared = visit.prepared._replace(newest_entry=0 if newest is None else newest.entry)
    serial = visit.wand.identity.serial
    if plan.kind is Kind.PATCH_TEST:
        return PatchBook(visit.store, prepared, serial, plan)
    return TreatmentBook(visit.store, prepared, serial, plan, answers.values, plan.kind is Kind.FINISH)


@contextmanager
def watching(visit: Visit, plan: Plan) -> Iterator[Watcher]:
    """Show the run for the time of the body, let it be heard, and hear keys; terminal and pace are given back."""
    call, clock = visit.call, visit.wand.clock
    heading = Heading(visit.record.name, visit.wand.identity.serial, visit.practice, plan)
    is_slowed = call.is_watched and isinstance(clock, VirtualClock) and clock.pace == 0
    if is_slowed and isinstance(clock, VirtualClock):
        clock.pace = SHOWN_PACE
    bell = Bell()
    try:
        with visit.keys() as keys, Live(heading, keys) if call.is_watched else Lines(call.printer, keys) as view:
            yield Sounding(view, bell) if call.is_heard else view
    finally:
        bell.finish()
        if is_slowed and isinstance(clock, VirtualClock):
            clock.pace = 0.0


def _again(visit: Visit, ended: Outcome) -> bool:
    """Offer another try where the button was not pressed in time; a script gets three."""
    error = ended.error
    visit.tries += 1
    if error is None or visit.wand.is_interrupted:
        return False
    if not visit.ask.can_ask:
        return visit.tries < PRESSES
    with interruptible():
        visit.ask.say("", error.sentence, texts.ASKS_WITH.format(pattern=guide.pattern("press")))
        return visit.ask.key(texts.ARM_AGAIN, "yn", "--yes") == "y"


# Afterwards


def _ask_how(visit: Visit, plan: Plan, book: TreatmentBook | PatchBook, ended: Outcome) -> None:
    """Ask why it ended and how it felt; a program's treatment that ran to its end was done."""
    if isinstance(book, PatchBook) or (ended.used is not None and ended.used.sealed_ms == 0):
        return
    if visit.ask.can_ask and not _is_told_to_go(ended.error):
        ending, felt = _asked_how(visit, ended)
        visit.store.keep_felt(book.record.id, ending, felt)
    elif ended.done:
        visit.store.keep_felt(book.record.id, Ending.DONE)


def _asked_how(visit: Visit, ended: Outcome) -> tuple[Ending, str | None]:
    if ended.done:
        felt = visit.ask.choose(texts.HOW_WAS_IT, FELT, "--yes")
        return (Ending(felt), None) if felt in (Ending.PAIN, Ending.BLEEDING) else (Ending.DONE, felt)
    if ended.error is not None:
        visit.ask.say("", ended.error.sentence)
    return Ending(visit.ask.choose(texts.WHY_ENDED, ENDINGS, "--last-ended")), None


def _is_told_to_go(error: MicrodermError | None) -> bool:
    """Whether another program or the system ended it, so that nothing is asked."""
    if not isinstance(error, Stopped):
        return False
    return any(signals.name_of(number) in error.sentence for number in signals.SIGNALS[1:])


def _show_result(visit: Visit, plan: Plan, book: TreatmentBook | PatchBook, ended: Outcome) -> None:
    visit.refresh()
    record: dict[str, Any] = {
        "event": "result",
        "simulated": visit.practice,
        "cause": ended.cause,
        "done": ended.done,
        "kind": plan.kind,
    }
    if isinstance(book, PatchBook):
        test = visit.store.patch_test(book.record.id)
        ready_s = test.started_s + PATCH_WAIT_S if test.complete else None
        care = after_care(plan.kind, test.started_s) if test.complete else []
        record |= {"patch_test": test, "result_from": iso_time(ready_s), "after_care": care}
        lines = patch_lines(ready_s, care)
    else:
        treated = visit.store.treatment(book.record.id)
        known = visit.prepared
        next_s = next_treatment_at_s(known.person, known.wand, known.history, known.now_s)
        can_finish = not ended.done and treated.counted_ms > 0 and treated.ending in (None, Ending.INTERRUPTED)
        care = after_care(plan.kind, treated.started_s)
        record |= {"treatment": treated, "can_finish": can_finish, "next_from": iso_time(next_s), "after_care": care}
        lines = treatment_lines(record, next_s, visit.call.printer.in_tables)
    visit.call.printer.event(record, list(lines))
