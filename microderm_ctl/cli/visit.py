"""One visit of a person: the wand, the store that counts, what was before, today's answers, and the decision.

Everything that can be refused without asking is refused before the first question.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from microderm_ctl.cli.asked import Asked
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.keys import Keys
from microderm_ctl.cli.limits import arithmetic
from microderm_ctl.cli.record import KeptKeys
from microderm_ctl.cli.today import ask_today, read_today
from microderm_ctl.cli.words import local_time
from microderm_ctl.errors import RuleRefusal, Stopped
from microderm_ctl.link import explain, signals
from microderm_ctl.records.history import summary
from microderm_ctl.records.journal import standing_entries
from microderm_ctl.records.rows import TreatmentRecord
from microderm_ctl.safety import (
    Aftermath,
    Answers,
    Decision,
    Ending,
    Kind,
    PatchResult,
    Refusal,
    Request,
    Zone,
    all_no,
    decide,
    label,
)
from microderm_ctl.texts import plan as plan_texts
from microderm_ctl.texts import treating as texts
from microderm_ctl.treatment.choice import NO_ROOM, by_need, clogged_zones, that_fit
from microderm_ctl.treatment.plan import Prepared, last_parts, prepare
from microderm_ctl.units import format_kpa
from microderm_ctl.wand import Wand

DAY_S: Final = 86_400
READY_MS: Final = 5_000
"""A self-test takes at most 3 s."""
PRESS_MS: Final = 30_000
"""Time to press the button that leaves FAULT, and for the self-test after it."""
_PASSING: Final = frozenset({"BOOT", "SELF_TEST", "STOPPING"})
ABOVE_CAP: Final = "above-cap"
PATCH_MISSING: Final = "patch-test-missing"
PATCH_UNANSWERED: Final = "patch-test-unanswered"
CALENDAR: Final = frozenset({"interval", "course-pause", "cool-down"})
"""What a treatment that is to be finished does not wait for, besides the wand's own rest."""

ENDINGS: Final = (
    (Ending.DONE, texts.ENOUGH),
    (Ending.INTERRUPTED, texts.CAME_BETWEEN),
    (Ending.PAIN, texts.HURT),
    (Ending.BLEEDING, texts.BLED),
)
AFTERMATHS: Final = (
    (Aftermath.FINE, texts.SKIN_FINE),
    (Aftermath.RED_OVER_24_H, texts.SKIN_RED),
    (Aftermath.DARK_MARK, texts.SKIN_DARK),
)
RESULTS: Final = (
    (PatchResult.CLEAN, texts.SPOT_CLEAN),
    (PatchResult.RED, texts.SPOT_RED),
    (PatchResult.SORE, texts.SPOT_SORE),
)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C and the like end a question at once; the wand is at rest, and whoever holds it closes it.

    While a treatment runs the link's own handlers stop the wand instead.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _stop) for number in signals.SIGNALS if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _stop(number: int, _frame: object) -> None:
    raise Stopped(texts.STOPPED_BY.format(signal=signals.name_of(number)), texts.NOTHING_BEGUN)


class Visit:
    """A person with a wand in hand.

    Attributes:
        store: the practice store where the wand is simulated.
        prepared: all that the rules look at besides the request.
    """

    def __init__(self, call: Invocation, wand: Wand, person: str | None) -> None:
        """Read the wand, and bring person and history together.

        Raises:
            UsageProblem: there is no profile, or it is not clear whose.
            WandFault: the wand has found a fault in itself.
        """
        wand.wait(lambda reading: reading.state not in _PASSING, READY_MS)
        self.call = call
        self.ask = call.ask
        self.wand = wand
        if wand.state in ("FAULT", "LOCKOUT"):
            self._leave_fault()
        self.practice = wand.identity.simulated
        self.record = call.person(person, self.practice)
        self.store = call.store(self.practice)
        self.tries = 0
        """How often nobody pressed the button."""
        self.prepared: Prepared = prepare(self.store, self.record, wand, call.now_s(self.practice))
        self.clogged = clogged_zones(standing_entries(self.store.journal(self.record.id)))
        """Where the person saw blackheads last, by their journal."""

    def keys(self) -> Keys:
        """Return the keys that a run hears; a recording keeps them."""
        recorder = self.call.recorder
        return Keys() if recorder is None else KeptKeys(recorder, self.wand.clock)

    def _leave_fault(self) -> None:
        """Let the person acknowledge a fault, and see whether its cause is gone.

        Raises:
            WandFault: it is not, or nobody can be asked.
        """
        wand = self.wand
        fault = explain.fault(0 if wand.reading is None else wand.reading.cause_number)
        if wand.state == "LOCKOUT" or not self.ask.can_ask:
            raise fault
        self.ask.say(fault.sentence, fault.hint)
        if self.ask.key(texts.IS_CAUSE_GONE, "yn", "--yes") != "y":
            raise fault
        wand.acknowledge()
        if not wand.wait(lambda reading: reading.state not in _PASSING | {"FAULT"}, PRESS_MS):
            raise fault

    def refresh(self) -> None:
        """Look at the records and the clock again."""
        now_s = self.call.now_s(self.practice)
        self.prepared = self.prepared._replace(now_s=now_s, history=summary(self.store, self.record, now_s))

    # What was before

    def look_back(self, asked: Asked) -> None:
        """Ask why the last treatment ended and how the skin was, where nobody said it yet."""
        parts = last_parts(self.store, self.record.id)
        if not parts:
            return
        last = parts[-1]
        if last.ending is None:
            ending = asked.last_ended or self._ask_ending(last)
            if ending is not None:
                last = self.store.keep_felt(last.id, ending)
        if last.aftermath is None and self.prepared.now_s - (last.ended_s or last.started_s) >= DAY_S:
            aftermath = asked.last_skin or self._ask_aftermath(last)
            if aftermath is not None:
                self.store.keep_aftermath(last.id, aftermath, self.prepared.now_s)
        self.refresh()

    def _ask_ending(self, last: TreatmentRecord) -> Ending | None:
        if not self.ask.can_ask:
            return None
        text = texts.WHY_CUT_OFF.format(at=local_time(last.started_s))
        return Ending(self.ask.choose(text, ENDINGS, "--last-ended"))

    def _ask_aftermath(self, last: TreatmentRecord) -> Aftermath | None:
        if not self.ask.can_ask:
            return None
        return Aftermath(self.ask.choose(texts.HOW_WAS_SKIN.format(at=local_time(last.started_s)), AFTERMATHS, "--last-skin"))

    def keep_patch_result(self, result: PatchResult) -> None:
        """Keep how the spot of the newest patch test looks."""
        test = max((one for one in self.store.patch_tests(self.record.id) if one.complete), key=lambda one: one.id)
        self.store.keep_patch_result(test.id, result, self.prepared.now_s)
        self.refresh()

    def ask_patch_result(self) -> PatchResult:
        """Ask how the spot of the patch test looks."""
        return PatchResult(self.ask.choose(texts.HOW_IS_SPOT, RESULTS, "--result"))

    # Deciding

    def request(self, asked: Asked, answers: Answers) -> Request:
        """Return what the rules are asked."""
        return Request(
            asked.zones, answers, asked.kind, asked.level_pa, asked.depth, one_level=asked.one_level, up_to_cap=asked.up_to_cap,
            clogged=self.clogged,
        )  # fmt: skip

    def decide(self, asked: Asked, answers: Answers | None = None) -> Decision:
        """Ask the rules; without answers, as if nothing of today's questions applied."""
        known = self.prepared
        answers = all_no(known.now_s) if answers is None else answers
        return decide(self.request(asked, answers), known.person, known.wand, known.history, known.now_s)

    def answers(self, asked: Asked) -> Answers:
        """Return today's answers: those of the file, or asked now."""
        if asked.answers is not None:
            return read_today(asked.answers, self.prepared.now_s - self.call.clock.utc_s())
        answers = ask_today(self.ask, self.prepared.now_s)
        self.refresh()
        return answers._replace(at_s=self.prepared.now_s)

    def agree(self, asked: Asked, answers: Answers) -> tuple[Asked, Decision]:
        """Decide with today's answers, and offer what is allowed where more was asked for.

        Raises:
            RuleRefusal: nothing that the person wants is allowed.
        """
        decision = self.decide(asked, answers)
        while decision.refusals:
            narrower = self._offer(asked, answers, decision)
            if narrower is None:
                raise refused(decision, self.room(asked, decision, answers))
            asked = narrower
            decision = self.decide(asked, answers)
        return asked, decision

    def _offer(self, asked: Asked, answers: Answers, decision: Decision) -> Asked | None:
        """Offer the caps instead of what is above them, or the zones that are open; None if nothing is taken."""
        above = [refusal for refusal in decision.refusals if refusal.code == ABOVE_CAP]
        if above and not self.call.options.as_json:
            for refusal in above:
                self.ask.say("", refusal.why, "", *arithmetic(refusal.factors, in_tables=self.call.printer.in_tables))
        if not self.ask.can_ask:
            return None
        if len(above) == len(decision.refusals):
            return asked._replace(up_to_cap=True) if self.ask.key(_cap_question(above), "yn", "--up-to-cap") == "y" else None
        rest = self.rest(asked, decision, answers)
        if rest and rest != asked.zones:
            self.ask.say("", *(f"{refusal.why} {refusal.do_next}" for refusal in decision.refusals if refusal.code != ABOVE_CAP))
            text = texts.TREAT_REST.format(zones=", ".join(label(zone) for zone in rest))
            return asked._replace(zones=rest) if self.ask.key(text, "yn", "--zone") == "y" else None
        return None

    def room(self, asked: Asked, decision: Decision, answers: Answers | None = None) -> str:
        """Return what to type where one treatment has no room for all that was asked for; else nothing."""
        if not _no_room(decision):
            return ""
        names = ",".join(self.rest(asked, decision, answers))
        return plan_texts.ROOM.format(names=names) if names else ""

    def rest(self, asked: Asked, decision: Decision, answers: Answers | None = None) -> tuple[Zone, ...]:
        """Return what of the asked zones is left; where one treatment has no room for them, clogged and oily ones are taken first."""
        others = [refusal for refusal in decision.refusals if refusal.code not in NO_ROOM]
        if not _no_room(decision) or not all(refusal.zones for refusal in others):
            return tuple(zone for zone in decision.open_zones if zone in asked.zones)
        closed = {zone for refusal in others if refusal.allowed_pa is None for zone in refusal.zones}
        by = by_need([zone for zone in asked.zones if zone not in closed], self.clogged, self.prepared.person)
        return that_fit(by, lambda chosen: self.decide(asked._replace(zones=chosen), answers))

    def may_finish(self, asked: Asked) -> bool:
        """Return whether an interrupted treatment could be finished instead of beginning a new one."""
        decision = self.decide(asked._replace(kind=Kind.FINISH, zones=(), level_pa=None))
        return decision.plan is not None


def _no_room(decision: Decision) -> bool:
    return any(refusal.code in NO_ROOM for refusal in decision.refusals)


def _cap_question(above: list[Refusal]) -> str:
    caps = [refusal for refusal in above if refusal.allowed_pa is not None]
    if len(caps) == 1:
        return texts.START_AT.format(vacuum=format_kpa(caps[0].allowed_pa or 0))
    each = [texts.CAP_ON.format(vacuum=format_kpa(one.allowed_pa or 0), zones=", ".join(label(zone) for zone in one.zones)) for one in caps]
    return texts.START_AT_CAPS.format(caps="; ".join(each))


def refused(decision: Decision, more: str = "") -> RuleRefusal:
    """Return the error for a decision that holds no plan: every reason, and every next step once."""
    why = list(dict.fromkeys(refusal.why for refusal in decision.refusals))
    steps = list(dict.fromkeys(refusal.do_next for refusal in decision.refusals))
    details: dict[str, Any] = {"refusals": decision.refusals, "open_zones": decision.open_zones}
    return RuleRefusal("\n".join(why), "\n".join([*([more] if more else []), *steps]), details)
