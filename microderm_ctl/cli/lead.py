"""Leading a run from the plan to the record: shows the plan, gets consent, runs, asks how it was, says what comes after."""

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import wrap
from typing import Any, Final

from microderm_ctl.cli.asked import Asked
from microderm_ctl.cli.keys import Keys
from microderm_ctl.cli.live import Heading, Lines, Live
from microderm_ctl.cli.visit import ENDINGS, Visit, interruptible
from microderm_ctl.cli.words import WIDTH, columns, iso_time, local_time
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import MicrodermError, Stopped, UsageProblem
from microderm_ctl.link import signals
from microderm_ctl.records.lock import treating
from microderm_ctl.safety import Answers, Decision, Ending, Kind, Plan, label, next_treatment_at_s
from microderm_ctl.safety.evidence import PATCH_WAIT_S
from microderm_ctl.treatment import guide, outcome
from microderm_ctl.treatment.book import PatchBook, TreatmentBook
from microderm_ctl.treatment.outcome import Outcome
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.units import format_kpa

SHOWN_PACE: Final = 0.1
"""Real seconds for a virtual one, where a person watches a wand that lives in virtual time."""
PRESSES: Final = 3
"""How often a script's wand is armed before nobody pressing its button is an answer."""
FELT: Final = (
    ("good", "Good"),
    ("unpleasant", "Unpleasant, but all right"),
    (Ending.PAIN.value, "It hurt"),
    (Ending.BLEEDING.value, "It bled, or a purple mark came"),
)


def lead(visit: Visit, asked: Asked, answers: Answers, decision: Decision) -> None:
    """Lead a person through a decided plan, and print everything.

    Raises:
        MicrodermError: it ended early; the record is written and printed before.
    """
    plan = decision.plan
    if plan is None:
        raise UsageProblem("There is no plan to lead.")
    with interruptible():
        _show_plan(visit, plan, decision.notes)
        _consent(visit, asked, plan)
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
    visit.call.printer.event(record, "\n".join(plan_lines(visit.record.name, serial, simulated, plan, notes)))


def plan_lines(person: str, serial: str, simulated: bool, plan: Plan, notes: tuple[str, ...]) -> Iterator[str]:
    """Yield a plan as a table with the reasons for its caps."""
    yield f"Plan for {person}: wand {serial}{' (SIMULATED)' if simulated else ''}, {plan.grit.value} tip ({plan.tip_um} um)"
    rows = [
        (f"  {label(zone.zone)}", format_kpa(zone.level_pa), format_kpa(zone.cap_pa), f"{zone.seconds} s", str(zone.passes))
        for zone in plan.zones
    ]
    yield from columns([("  zone", "vacuum", "cap", "time", "passes"), *rows])
    why: dict[str, list[str]] = {}
    for zone in plan.zones:
        lowered = [line for line, before in zip(zone.factors[1:], zone.factors, strict=False) if line.after_pa < before.after_pa]
        text = ", ".join([f"{line.name} {format_kpa(line.after_pa)}" for line in (*zone.factors[:1], *lowered)])
        why.setdefault(text, []).append(label(zone.zone))
    for text, zones in why.items():
        yield from _wrapped(f"cap of {', '.join(zones)}: {text}")
    level = " One level for all zones: no press in between." if plan.one_level and len(plan.zones) > 1 else ""
    yield f"  {plan.treatment_s} s on the skin in all.{level}"
    for note in notes:
        yield from _wrapped(f"Note: {note}")


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _consent(visit: Visit, asked: Asked, plan: Plan) -> None:
    if asked.yes:
        return
    visit.ask.say("", *(line for text in guide.HOW_TO_HOLD for line in _wrapped(text)), "")
    first = label(plan.zones[0].zone)
    if visit.ask.key(f"Arm the wand? Then press its button and begin with the {first}.", "yn", "--yes") != "y":
        raise Stopped("Nothing was begun.")


# The run


def _run(visit: Visit, plan: Plan, answers: Answers) -> tuple[TreatmentBook | PatchBook, Outcome]:
    """Write the intent down, and run."""
    wand = visit.wand
    visit.refresh()
    with treating(visit.call.data_dir(), wand.port, wand.identity.serial, visit.call.clock.utc_s()):
        book = _begin(visit, plan, answers)
        with _watching(visit, plan) as watcher:
            ended = Runner(wand, plan, book, watcher).run(visit.record.wire_tag, visit.prepared.now_s)
    return book, ended


def _begin(visit: Visit, plan: Plan, answers: Answers) -> TreatmentBook | PatchBook:
    newest = visit.wand.ledger()
    prepared = visit.prepared._replace(newest_entry=0 if newest is None else newest.entry)
    serial = visit.wand.identity.serial
    if plan.kind is Kind.PATCH_TEST:
        return PatchBook(visit.store, prepared, serial, plan)
    return TreatmentBook(visit.store, prepared, serial, plan, answers.values, plan.kind is Kind.FINISH)


@contextmanager
def _watching(visit: Visit, plan: Plan) -> Iterator[Live | Lines]:
    """Show the run for the time of the body, and hear keys; terminal and pace are given back."""
    call, clock = visit.call, visit.wand.clock
    heading = Heading(visit.record.name, visit.wand.identity.serial, visit.practice, plan)
    is_slowed = call.is_watched and isinstance(clock, VirtualClock) and clock.pace == 0
    if is_slowed and isinstance(clock, VirtualClock):
        clock.pace = SHOWN_PACE
    try:
        with Keys() as keys, Live(heading, keys) if call.is_watched else Lines(call.printer, keys) as watcher:
            yield watcher
    finally:
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
        visit.ask.say("", error.sentence, f"It asks with {guide.pattern('press')}.")
        return visit.ask.key("Arm it once more?", "yn", "--yes") == "y"


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
        felt = visit.ask.choose("How was it?", FELT, "--yes")
        return (Ending(felt), None) if felt in (Ending.PAIN, Ending.BLEEDING) else (Ending.DONE, felt)
    if ended.error is not None:
        visit.ask.say("", ended.error.sentence)
    return Ending(visit.ask.choose("Why did it end?", ENDINGS, "--last-ended")), None


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
        record |= {"patch_test": test, "result_from": iso_time(ready_s), "after_care": guide.AFTER_CARE_PATCH if test.complete else ()}
        lines = _patch_lines(ready_s)
    else:
        treated = visit.store.treatment(book.record.id)
        known = visit.prepared
        next_s = next_treatment_at_s(known.person, known.wand, known.history, known.now_s)
        can_finish = not ended.done and treated.counted_ms > 0 and treated.ending in (None, Ending.INTERRUPTED)
        record |= {"treatment": treated, "can_finish": can_finish, "next_from": iso_time(next_s), "after_care": guide.AFTER_CARE}
        lines = _treatment_lines(record, next_s)
    visit.call.printer.event(record, "\n".join(lines))


def _patch_lines(ready_s: int | None) -> Iterator[str]:
    if ready_s is None:
        yield "The patch test is not complete, so it does not count. Begin it again: 'microderm patch-test'."
        return
    yield f"The patch test is done. From {local_time(ready_s)} on it can be looked at."
    for line in guide.AFTER_CARE_PATCH:
        yield from _wrapped(line)


def _treatment_lines(record: dict[str, Any], next_s: int | None) -> Iterator[str]:
    treated = record["treatment"]
    if treated.ended_s is None:
        yield "The wand could not be asked any more; all the time that was planned counts until it is connected again."
    used = [
        (
            f"  {label(zone.zone)}",
            f"{zone.sealed_ms / 1000:.0f} of {zone.planned_s} s",
            f"{zone.passes} of {zone.planned_passes} passes",
            f"mean {format_kpa(zone.mean_pa)}",
            f"most {format_kpa(zone.max_pa)}",
        )
        for zone in treated.zones
        if zone.sealed_ms
    ]
    if used:
        yield "On the skin:"
        yield from columns(used)
        yield "Now:"
        for line in guide.AFTER_CARE:
            yield from _wrapped(line)
    if record["can_finish"]:
        yield "What is left can be finished within 2 hours: 'microderm treat --finish'."
    if next_s is not None:
        yield f"The next treatment is possible from {local_time(next_s)}."
