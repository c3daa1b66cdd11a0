"""``microderm treat --dry-run``: the plan, the limits, and every message that would be sent; nothing is sent, asked or kept.

No port is opened, not even of a wand that is there. The plan is decided from the
records as they are, for a wand as the rules expect one: calibrated, at rest, with the
tip of the last treatment. What would be sent is not listed by hand: the real way is
gone once, in this process and in virtual time, with the wand's own program and a hand
that does what it asks, on records that are made up and thrown away.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from microderm_ctl.cli.asked import Asked
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.lead import begin
from microderm_ctl.cli.printer import Fixed
from microderm_ctl.cli.stage import staged
from microderm_ctl.cli.today import read_today
from microderm_ctl.cli.treat_lines import plan_lines
from microderm_ctl.cli.visit import Visit, refused
from microderm_ctl.cli.words import local_time
from microderm_ctl.errors import Stopped
from microderm_ctl.link.decoded import name_of, text, told
from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.records.rows import PersonRecord, WandSeen
from microderm_ctl.records.store import Store
from microderm_ctl.safety import Answers, Decision, Grit, Kind, Plan, Request, WandState, all_no, decide, label
from microderm_ctl.texts import recording as texts
from microderm_ctl.treatment.events import Event, Wish
from microderm_ctl.treatment.plan import last_parts, seconds_left
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.units import format_kpa
from microderm_ctl.wand import Wand
from microderm_protocol import Decoder, Frame, codes

NAME: Final = "DRY RUN"
SERIAL: Final = "DRY-RUN"
TIP_UM: Final = {Grit.FINE: 106, Grit.MEDIUM: 125, Grit.COARSE: 150}
BYTES_LEVEL: Final = 2
"""With so many ``-v`` the bytes are shown."""


class DryPlan(NamedTuple):
    """What would be done; `assumed` says what was taken for granted."""

    event: str
    dry_run: bool
    person: str
    plan: Plan
    notes: tuple[str, ...]
    assumed: tuple[str, ...]


class DryMessage(NamedTuple):
    """A message that would be sent; with `times` above 1 a row of them, from `t_ms` to `until_ms`, the first one shown."""

    event: str
    t_ms: int
    until_ms: int
    times: int
    message: str
    fields: dict[str, Any]
    bytes: str


class DryEnd(NamedTuple):
    """All was shown."""

    event: str
    dry_run: bool


class Sent(NamedTuple):
    """One message that would be sent, and how often in a row: renewals come ten a second."""

    t_ms: int
    frame: Frame
    data: bytes
    times: int = 1
    until_ms: int = 0


class Watching:
    """Sees what the computer sends."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.sent: list[Sent] = []
        self._decoder = Decoder()

    def __call__(self, direction: str, data: bytes, now_ms: int) -> None:
        """Take bytes; renewals in a row are counted, repeats of a request are left out."""
        if direction != "tx":
            return
        for frame in self._decoder.feed(data):
            last = self.sent[-1] if self.sent else None
            if frame.flags & codes.FLAG_RETRY:
                continue
            if last is not None and name_of(frame) == name_of(last.frame) == "RENEW":
                self.sent[-1] = last._replace(times=last.times + 1, until_ms=now_ms)
            else:
                self.sent.append(Sent(now_ms, frame, data, until_ms=now_ms))


class Quiet:
    """Watches a run and says nothing."""

    def told(self, event: Event, t_ms: int) -> None:
        """Take in what has happened."""

    def shown(self, progress: Progress) -> None:
        """Take in where the run stands."""

    def wishes(self) -> tuple[Wish, ...]:
        """Wish nothing."""
        return ()


def rehearse(call: Invocation, asked: Asked, person: str | None) -> None:
    """Show what a treatment would be.

    Raises:
        RuleRefusal: none is allowed, as records and answers stand.
    """
    practice = call.practices()
    known, store, now_s = call.person(person, practice), call.store(practice), call.now_s(practice)
    wand, facts = _standard_wand(store, known, asked, practice, now_s)
    answers = all_no(now_s) if asked.answers is None else read_today(asked.answers, now_s - call.clock.utc_s())
    decision = _decided(store, known, asked, answers, wand, now_s)
    plan = decision.plan
    if plan is None:
        raise refused(decision)
    with _printing():
        _show_plan(call, known, decision, plan, facts, asked.answers is None)
    messages = _rehearsed(call, plan, known, now_s)
    with _printing():
        for sent in messages:
            call.printer.event(_record(sent), [Fixed(line) for line in _lines(sent, call.options.verbose)])
        call.printer.event(DryEnd("end", True), ["", texts.NOTHING_SENT])


@contextmanager
def _printing() -> Iterator[None]:
    """End quietly where nobody reads any more: nothing runs that has to be stopped."""
    try:
        yield
    except Stopped:
        raise BrokenPipeError from None


def _standard_wand(store: Store, known: PersonRecord, asked: Asked, practice: bool, now_s: int) -> tuple[WandState, list[str]]:
    """Return the wand that the plan is for, and what was taken for granted of it."""
    grit = next((one.grit for one in reversed(store.treatments(known.id))), Grit.FINE)
    seen: WandSeen | None = next(iter(store.wands()), None)
    entries = () if seen is None else store.ledger(seen.serial)
    left_s = seconds_left(last_parts(store, known.id), entries)
    state = WandState(TIP_UM[grit], now_s, treatment_left_s=left_s, ledger=seen_ledger(store), simulated=practice)
    facts = [texts.STANDARD_WAND.format(grit=grit.value, tip_um=TIP_UM[grit])]
    if seen is not None:
        facts.append(texts.LAST_WAND.format(serial=seen.serial, at=local_time(seen.last_seen_s)))
    return state, facts


def _decided(store: Store, known: PersonRecord, asked: Asked, answers: Answers, wand: WandState, now_s: int) -> Decision:
    request = Request(asked.zones, answers, asked.kind, asked.level_pa, asked.depth, one_level=asked.one_level, up_to_cap=asked.up_to_cap)
    history = summary(store, known, now_s)
    if history.treatments:
        *before, last = history.treatments
        last = last._replace(ending=last.ending or asked.last_ended, aftermath=last.aftermath or asked.last_skin)
        history = history._replace(treatments=(*before, last))
    return decide(request, known.profile.person(known.tag, now_s), wand, history, now_s)


def _show_plan(call: Invocation, known: PersonRecord, decision: Decision, plan: Plan, facts: list[str], unasked: bool) -> None:
    facts = [*facts, *([texts.AS_IF_NO] if unasked else [])]
    record = DryPlan("plan", True, known.name, plan, decision.notes, tuple(facts))
    table = plan_lines(known.name, texts.NO_WAND, False, plan, decision.notes, call.printer.in_tables)
    call.printer.event(record, [texts.DRY_RUN, *facts, "", *table, "", *_limit_lines(plan), "", texts.WOULD_BE_SENT])


def _limit_lines(plan: Plan) -> Iterator[str]:
    for zone in plan.zones:
        yield texts.VENTS_ABOVE.format(
            zone=label(zone.zone), trip=format_kpa(zone.trip_pa), cap=format_kpa(zone.cap_pa), dwell=f"{zone.dwell_ms / 1000:g}"
        )
    yield texts.WHOLE.format(seconds=plan.treatment_s)


def _rehearsed(call: Invocation, plan: Plan, known: PersonRecord, now_s: int) -> list[Sent]:
    """Go the real way on a virtual wand in this process, and return what the computer sent."""
    watching = Watching()
    url = f"sim://?{urlencode({'serial': SERIAL, 'tip': plan.grit.value, 'utc': str(now_s)})}"
    with staged(call, NAME, now_s) as inner, Wand.open(url, watcher=watching) as wand:
        visit = Visit(inner, wand, NAME)
        visit.refresh()
        # What is finished is a treatment for the wand too; the records on the stage have nothing to finish.
        kept = plan._replace(kind=Kind.TREATMENT)
        book = begin(visit, kept, all_no(now_s))
        ended = Runner(wand, kept, book, Quiet()).run(known.wire_tag, now_s)
    if ended.error is not None:
        raise ended.error
    return watching.sent


def _record(sent: Sent) -> DryMessage:
    message = told(sent.frame)
    return DryMessage("message", sent.t_ms, sent.until_ms, sent.times, message.name, message.fields or {}, sent.data.hex())


def _lines(sent: Sent, verbose: int) -> Iterator[str]:
    at = f"{sent.t_ms / 1000:9.3f}"
    if sent.times > 1:
        yield f"{at} " + texts.RENEWALS.format(times=sent.times, until=f"{sent.until_ms / 1000:.3f}")
    else:
        yield f"{at} {text(sent.frame)}"
    if verbose >= BYTES_LEVEL:
        yield f"{'':10}{sent.data.hex(' ')}"
