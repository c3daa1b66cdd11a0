"""``microderm demo``: three scenes on the virtual wand, with nothing plugged in and nobody's records touched."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import SIM, SIM_MEMORY, Invocation, typed_name
from microderm_ctl.cli.graph import graph
from microderm_ctl.cli.keys import Keys
from microderm_ctl.cli.limits import arithmetic
from microderm_ctl.cli.live import Heading, Lines, Live
from microderm_ctl.cli.simulate import advance_calendar
from microderm_ctl.cli.treat_lines import plan_sentence, plan_table
from microderm_ctl.cli.words import columns, local_time
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import LinkLost
from microderm_ctl.records.rows import PersonRecord, Profile, TreatmentRecord
from microderm_ctl.safety import (
    Aftermath,
    Ending,
    Kind,
    PatchResult,
    Plan,
    Request,
    Skin,
    Thickness,
    Zone,
    all_no,
    decide,
    label,
    resolve_zones,
)
from microderm_ctl.texts import demo as texts
from microderm_ctl.treatment.book import Book, PatchBook, TreatmentBook
from microderm_ctl.treatment.events import Event, Wish
from microderm_ctl.treatment.outcome import Outcome
from microderm_ctl.treatment.plan import Prepared, prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.units import format_kpa
from microderm_ctl.wand import Wand

if TYPE_CHECKING:
    from microderm_ctl.treatment.watching import Watcher

NAME: Final = "Ana"
CREATE: Final = ("profile", "create")
"""What comes after the demo."""
PACE: Final = 0.25
"""Real seconds for each second of the wand's, where a person watches."""
READING_MS: Final = 4_000
"""Time to read what a scene has said."""
FACE: Final = "face"
ASKED_PA: Final = 20_000
DAY: Final = "25h"
MONTH: Final = "28d"
KILLED_AFTER_MS: Final = 4_000
"""Sealed time after which the computer's side is killed in scene 3."""
WATCHED_MS: Final = 1_500
"""How long the wand is watched alone."""
BEFORE_MS: Final = 200
SHOWN_MS: Final = 800


class Killed(LinkLost):
    """The computer's side is gone: not a byte of its leaves any more."""


class Silencer:
    """Stands on the wire and, once told to, lets nothing of the computer's side through; as if it had been killed."""

    def __init__(self) -> None:
        """Let everything pass for now."""
        self.is_dead = False

    def __call__(self, direction: str, data: bytes, now_ms: int) -> None:
        """See bytes go by."""
        if self.is_dead:
            raise Killed(texts.KILLED)


class KillingLines(Lines):
    """Tells a run, and kills the computer's side after some seconds on the skin."""

    silencer: Silencer
    sealed_from_ms: int | None = None
    killed_at_ms: int = 0

    def told(self, event: Event, t_ms: int) -> None:
        """Print what has happened; a dead computer prints nothing."""
        if not self.silencer.is_dead:
            super().told(event, t_ms)

    def shown(self, progress: Progress) -> None:
        """Take in where the run stands."""
        super().shown(progress)
        now_ms = progress.reading.received_ms
        if progress.reading.sealed and self.sealed_from_ms is None:
            self.sealed_from_ms = now_ms
        if self.sealed_from_ms is not None and now_ms - self.sealed_from_ms >= KILLED_AFTER_MS and not self.silencer.is_dead:
            self.silencer.is_dead = True
            self.killed_at_ms = now_ms


class Stage:
    """Where the scenes play: a temporary data directory, a virtual wand, and the pace of who watches."""

    def __init__(self, call: Invocation, directory: Path, is_fast: bool) -> None:
        """Set the stage in a directory of its own."""
        self.outside = call
        self.inner = Invocation(call.options._replace(port=SIM, serial=None, data_dir=directory), call.clock)
        self.directory = directory
        self.is_paced = not is_fast and call.is_watched
        self.printer = call.printer

    @property
    def memory(self) -> Path:
        """Where the virtual wand keeps its memory."""
        return self.directory / SIM_MEMORY

    def say(self, *lines: str) -> None:
        """Show lines."""
        for line in lines:
            self.printer.event({"event": "text", "text": line}, line)

    def scene(self, number: int, title: str) -> None:
        """Begin a scene."""
        text = texts.SCENE if self.printer.in_tables else texts.SCENE_PLAIN
        self.printer.event({"event": "scene", "number": number, "title": title}, text.format(number=number, title=title))

    def let_read(self) -> None:
        """Give a person who watches time to read."""
        if self.is_paced:
            self.outside.clock.sleep_ms(READING_MS)

    @contextmanager
    def wand(self, silencer: Silencer | None = None, trace: Path | None = None, paced: bool = False) -> Iterator[Wand]:
        """Open the virtual wand at the practice calendar's now."""
        url = self.inner.chosen().spec + (f"&trace={trace}" if trace is not None else "")
        with Wand.open(url, watcher=silencer) as wand:
            if isinstance(wand.clock, VirtualClock):
                wand.clock.pace = PACE if paced and self.is_paced else 0.0
            yield wand

    def prepared(self, wand: Wand) -> Prepared:
        """Return all that the rules are told."""
        return prepare(self.inner.store(True), self.person(), wand, self.inner.now_s(True))

    def person(self) -> PersonRecord:
        """Return the person of the play."""
        return self.inner.person(NAME, practice=True)


@command("demo", help="three scenes on the virtual wand: a refusal, a treatment, a computer that dies", example="microderm demo")
@click.option("--fast", is_flag=True, help="as fast as it computes; so too without a terminal")
def demo(call: Invocation, fast: bool) -> None:
    """Play the three scenes, and say what to type next."""
    with TemporaryDirectory(prefix="microderm-demo-") as directory:
        stage = Stage(call, Path(directory), fast)
        with stage.inner:
            _introduce(stage)
            _refused(stage)
            _treated(stage)
            _killed(stage)
    following = " ".join((typed_name(), *CREATE))
    call.printer.event({"event": "next", "type": following}, texts.NEXT.format(command=following))


def _introduce(stage: Stage) -> None:
    """Make a person, and have the patch test behind her."""
    inner, now_s = stage.inner, stage.inner.now_s()
    inner.store().create_person(NAME, Profile(Skin.NORMAL, Thickness.NORMAL, 3, 1992, {}, now_s), now_s)
    stage.say(texts.WHO.format(person=NAME), texts.YOURS_STAYS)
    with stage.wand() as wand:
        prepared = stage.prepared(wand)
        plan = _decided(prepared, (Zone.INNER_FOREARM,), Kind.PATCH_TEST)
        book = PatchBook(inner.store(True), prepared, wand.identity.serial, plan)
        _run(wand, plan, book, Quiet(), prepared)
    advance_calendar(inner, DAY, stage.memory)
    inner.store(True).keep_patch_result(book.record.id, PatchResult.CLEAN, inner.now_s(True))
    stage.say(texts.SKIPPED.format(vacuum=format_kpa(plan.zones[0].level_pa)))


class Quiet:
    """Watches a run and says nothing."""

    def told(self, event: Event, t_ms: int) -> None:
        """Take in what has happened."""

    def shown(self, progress: Progress) -> None:
        """Take in where the run stands."""

    def wishes(self) -> Sequence[Wish]:
        """Wish nothing."""
        return ()


def _request(zones: tuple[Zone, ...], kind: Kind, now_s: int, level_pa: int | None = None) -> Request:
    return Request(zones, all_no(now_s), kind, level_pa=level_pa)


def _decided(prepared: Prepared, zones: tuple[Zone, ...], kind: Kind = Kind.TREATMENT) -> Plan:
    """Return the plan that the rules make; in this play there is always one."""
    decision = decide(_request(zones, kind, prepared.now_s), prepared.person, prepared.wand, prepared.history, prepared.now_s)
    if decision.plan is None:
        raise RuntimeError("; ".join(refusal.why for refusal in decision.refusals))
    return decision.plan


def _run(wand: Wand, plan: Plan, book: Book, watcher: "Watcher", prepared: Prepared) -> Outcome:
    return Runner(wand, plan, book, watcher).run(prepared.record.wire_tag, prepared.now_s)


def _refused(stage: Stage) -> None:
    """Scene 1: more is asked for than the skin may get."""
    stage.scene(1, texts.REFUSED)
    zones = resolve_zones("cheek")
    stage.say(texts.ASKS.format(person=NAME, vacuum=format_kpa(ASKED_PA)), "")
    with stage.wand() as wand:
        prepared = stage.prepared(wand)
    request = _request(zones, Kind.TREATMENT, prepared.now_s, ASKED_PA)
    for refusal in decide(request, prepared.person, prepared.wand, prepared.history, prepared.now_s).refusals:
        steps = arithmetic(refusal.factors, with_sources=False, in_tables=stage.printer.in_tables)
        stage.say(texts.NOT_STARTED.format(why=refusal.why), "", *steps)
        stage.say(texts.SOURCES, refusal.do_next)
    stage.let_read()


def _treated(stage: Stage) -> None:
    """Scene 2: a whole treatment, in the view that a person sees."""
    stage.scene(2, texts.TREATED)
    inner = stage.inner
    with stage.wand(paced=True) as wand:
        prepared = stage.prepared(wand)
        plan = _decided(prepared, resolve_zones(FACE))
        stage.say(*_plan_lines(plan, stage.printer.in_tables), "", texts.HAND, "")
        stage.let_read()
        book = TreatmentBook(inner.store(True), prepared, wand.identity.serial, plan, all_no(prepared.now_s).values, finishes=False)
        with Keys() as keys:
            view: Live | Lines = Lines(stage.printer, keys)
            if stage.is_paced:
                view = Live(Heading(NAME, wand.identity.serial, True, plan), keys)
            with view:
                outcome = _run(wand, plan, book, view, prepared)
    if outcome.error is not None:
        raise outcome.error
    record = inner.store(True).keep_felt(book.record.id, Ending.DONE)
    stage.say("", texts.KEPT.format(seconds=f"{record.counted_ms / 1000:.0f}"), "", *_record_lines(record, stage.printer.in_tables))
    stage.let_read()


def _record_lines(record: TreatmentRecord, in_tables: bool) -> list[str]:
    rows = [
        (label(one.zone), *(format_kpa(value) for value in (one.level_pa, one.mean_pa, one.max_pa)), f"{one.sealed_ms / 1000:.0f}")
        for one in record.zones
    ]
    if in_tables:
        return columns([texts.RECORD_HEAD, *((*row[:-1], texts.SECONDS.format(seconds=row[-1])) for row in rows)])
    told = [dict(zip(("zone", "set", "mean", "most", "seconds"), row, strict=True)) for row in rows]
    return [texts.RECORD_ZONE.format(**one) for one in told]


def _plan_lines(plan: Plan, in_tables: bool) -> list[str]:
    return plan_table(plan) if in_tables else [plan_sentence(zone) for zone in plan.zones]


def _killed(stage: Stage) -> None:
    """Scene 3: the computer's side dies while the wand is on the skin."""
    stage.scene(3, texts.DIES)
    inner, store = stage.inner, stage.inner.store(True)
    store.keep_aftermath(store.treatments(stage.person().id)[-1].id, Aftermath.FINE, inner.now_s(True))
    advance_calendar(inner, MONTH, stage.memory)
    stage.say(texts.LATER.format(now=local_time(inner.now_s(True))), "")
    silencer, trace = Silencer(), stage.directory / "trace.ndjson"
    with stage.wand(silencer, trace, paced=True) as wand:
        prepared = stage.prepared(wand)
        plan = _decided(prepared, (Zone.CHEEK_LEFT,))
        book = TreatmentBook(store, prepared, wand.identity.serial, plan, all_no(prepared.now_s).values, finishes=False)
        view = KillingLines(stage.printer, Keys())
        view.silencer = silencer
        _run(wand, plan, book, view, prepared)
        wand.clock.sleep_ms(WATCHED_MS)
    stage.say("", texts.FROM_HERE, "")
    _show_trace(stage, trace, view.killed_at_ms)
    with stage.wand() as wand:
        settled = stage.prepared(wand).settled
    for record in settled:
        stage.say(texts.COUNTED.format(seconds=f"{record.counted_ms / 1000:.1f}", cause=record.cause))
    stage.let_read()


def _show_trace(stage: Stage, trace: Path, killed_at_ms: int) -> None:
    """Show the wand's own trace around the end: the true vacuum in each step of 20 ms."""
    steps = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    steps = [step for step in steps if killed_at_ms - BEFORE_MS <= step["ms"] <= killed_at_ms + SHOWN_MS]
    points = [(step["ms"] - killed_at_ms, max(0, step["vacuum_pa"])) for step in steps]
    if stage.printer.in_tables:
        stage.say(texts.TRACE, "", *graph(points, unit="ms"), "")
    alone = [step for step in steps if step["ms"] > killed_at_ms]
    off = next(step for step in alone if step["duty"] == 0)
    gone = next(step for step in alone if step["ms"] >= off["ms"] and step["vacuum_pa"] < 1000)
    at_ms, low_ms = off["ms"] - killed_at_ms, gone["ms"] - killed_at_ms
    stage.say(
        texts.PUMP_OFF.format(ms=at_ms, cause=off["cause"]),
        texts.VENTED.format(ms=low_ms),
        "",
    )
    stage.printer.event({"event": "killed", "pump_off_ms": at_ms, "vented_ms": low_ms, "points": points}, None)
