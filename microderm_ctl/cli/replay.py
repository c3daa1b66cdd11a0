"""``microderm treat --replay``: a recorded treatment once more, with the program of today and no wand.

Nothing real can be touched: the port is a file (``ReplayPort``), and the data
directory, with both its stores, is a temporary one that is gone afterwards. The plan
is the one that was sent with ARM, since a recording holds no profile and no answers;
from there on everything is the program's own way, keys included, and each request is
compared with the recorded one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.keys import Keys
from microderm_ctl.cli.lead import begin, watching
from microderm_ctl.cli.stage import staged
from microderm_ctl.cli.visit import Visit
from microderm_ctl.cli.words import iso_time
from microderm_ctl.errors import MicrodermError, UsageProblem
from microderm_ctl.link.recording import Recording, read_recording
from microderm_ctl.link.replay import ReplayPort, replaying
from microderm_ctl.safety import WIRE_IDS, Answers, Grit, Kind, Plan, PlannedZone, all_no
from microderm_ctl.safety.evidence import GRIT_UP_TO_UM
from microderm_ctl.safety.limits import trip_for
from microderm_ctl.texts import recording as texts
from microderm_ctl.treatment.book import Book, Used
from microderm_ctl.treatment.events import Wish
from microderm_ctl.treatment.outcome import Outcome
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.units import VACUUM_LOWEST_PA
from microderm_ctl.wand import LimitsInForce, Wand
from microderm_protocol import codes

NAME: Final = "REPLAY"
_WISHES: Final = {wish.value: wish for wish in Wish}
_ZONES: Final = {number: zone for zone, number in WIRE_IDS.items()}


class Replaying(NamedTuple):
    """What is played: when it was recorded, and by which version of the program."""

    event: str
    file: str
    recorded: str | None
    program: str


class Replayed(NamedTuple):
    """How a replay ended: all `requests` were sent as recorded. `bad_lines` are lines with bytes that are no message."""

    event: str
    file: str
    requests: int
    cause: str | None
    done: bool
    sealed_ms: int | None
    is_closed: bool
    bad_lines: tuple[int, ...]


def replay(call: Invocation, path: Path) -> None:
    """Play a recorded treatment or patch test, and compare.

    Raises:
        ReplayDiffers: the program sends something else; both are told, decoded.
        FileProblem: the recording cannot be read.
        UsageProblem: no treatment was begun in it.
        VersionMismatch: it was recorded with another version of the protocol.
    """
    recording = read_recording(path)
    port = ReplayPort(recording)
    arms = port.requests("ARM")
    if not arms:
        raise UsageProblem(texts.NO_TREATMENT.format(path=path), texts.NO_TREATMENT_HINT.format(path=path), {"path": str(path)})
    told = Replaying("replay", str(path), iso_time(recording.utc_s), recording.program)
    call.printer.event(told, [texts.REPLAY.format(path=path, at=iso_time(recording.utc_s), program=recording.program), texts.NOTHING_KEPT])
    outcomes: list[Outcome] = []
    problem: MicrodermError | None = None
    try:
        with staged(call, NAME, recording.utc_s) as inner, _wand(inner, port) as wand:
            visit = ReplayVisit(inner, wand, NAME, port)
            outcomes.extend(_play(visit, arm, port) for arm in arms)
    except MicrodermError as error:
        problem = error
    if not (port.has_ended and not recording.is_closed):
        port.finish("" if problem is None else problem.sentence)
    _tell_end(call, port, recording, outcomes[-1] if outcomes else None)


class ReplayVisit(Visit):
    """A visit in which nobody is asked, and the keys are those of the recording."""

    def __init__(self, call: Invocation, wand: Wand, person: str | None, port: ReplayPort) -> None:
        """Read the wand as every visit does."""
        self._port = port
        super().__init__(call, wand, person)

    def keys(self) -> Keys:
        """Return the keys that were pressed."""
        return RecordedKeys(self._port)

    def _leave_fault(self) -> None:
        """Acknowledge a fault where that was recorded."""
        if self._port.requests("ACKNOWLEDGE"):
            self.wand.acknowledge()
            self.wand.wait(lambda reading: reading.state not in ("BOOT", "SELF_TEST", "STOPPING", "FAULT"), 30_000)


class RecordedKeys(Keys):
    """Keys that a recording presses."""

    def __init__(self, port: ReplayPort) -> None:
        """Take them from a replay; the terminal is left alone."""
        super().__init__()
        self._port = port

    def __enter__(self) -> "RecordedKeys":
        """Leave the terminal as it is."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave the terminal as it is."""

    def wishes(self) -> list[Wish]:
        """Return what was pressed by now."""
        found = [_WISHES[word] for word in self._port.keys if word in _WISHES]
        self._port.keys.clear()
        return found


class RecordedBook:
    """A record under the number that was recorded, since the wand's ledger answers to that."""

    def __init__(self, book: Book, command_id: int) -> None:
        """Stand before another book."""
        self._book = book
        self.command_id = command_id

    def keep_limits(self, in_force: LimitsInForce) -> None:
        """Keep the limits in force."""
        self._book.keep_limits(in_force)

    def sample(self, sample: Any) -> None:
        """Keep one more sample of telemetry."""
        self._book.sample(sample)

    def end(self, ended_s: int, used: Used) -> None:
        """Keep how it ended."""
        self._book.end(ended_s, used)


@contextmanager
def _wand(call: Invocation, port: ReplayPort) -> Iterator[Wand]:
    """Open the recorded wand, marked as simulated whatever it was."""
    watcher = None
    if call.options.verbose >= 2:
        from microderm_ctl.cli.wire_trace import WireTrace

        watcher = WireTrace(call.printer)
    driver = replaying(port, watcher)
    try:
        with Wand.greet(driver) as wand:
            wand.identity = wand.identity._replace(simulated=True)
            yield wand
    finally:
        driver.close()


def _play(visit: ReplayVisit, arm: Any, port: ReplayPort) -> Outcome:
    """Lead one run as it was led."""
    plan = plan_of(arm, port)
    visit.refresh()
    book = RecordedBook(begin(visit, plan, Answers(all_no(arm.utc_s).values, arm.utc_s)), arm.command_id)
    with watching(visit, plan) as watcher:
        return Runner(visit.wand, plan, book, watcher).run(arm.person_tag, arm.utc_s)


def plan_of(arm: Any, port: ReplayPort) -> Plan:
    """Return the plan behind a recorded ARM; the set points are those that its rows were begun with."""
    levels = _levels(port)
    zones = tuple(
        PlannedZone(_ZONES[zone], levels.get(row, cap_pa), cap_pa, trip_for(cap_pa), seconds, 1, dwell_ms, ())
        for row, (zone, cap_pa, seconds, dwell_ms) in enumerate(zip(arm.zone, arm.cap_pa, arm.seconds, arm.dwell_ms, strict=True))
        if row < arm.row_count
    )
    kind = Kind.PATCH_TEST if arm.purpose == codes.PURPOSE_PATCH_TEST else Kind.TREATMENT
    grit = next((grit for most_um, grit in GRIT_UP_TO_UM if arm.grit_um <= most_um), Grit.COARSE)
    return Plan(kind, zones, arm.treatment_ms // 1000, arm.grit_um, grit, False, False, 1000)


def _levels(port: ReplayPort) -> dict[int, int]:
    """Return the set point that was planned for each row: the first one, plus what had been turned down before."""
    levels: dict[int, int] = {}
    row, lowered_pa = 0, 0
    for message in port.requests():
        name = type(message).__name__
        if name == "ArmRequest":
            row, lowered_pa = 0, 0
        elif name == "ZoneRequest":
            row = message.row
            lowest = message.set_point_pa <= VACUUM_LOWEST_PA
            levels.setdefault(row, message.set_point_pa + (0 if lowest else lowered_pa))
        elif name == "SetPointRequest":
            lowered_pa = max(0, levels.get(row, 0) - message.set_point_pa)
    return levels


def _tell_end(call: Invocation, port: ReplayPort, recording: Recording, ended: Outcome | None) -> None:
    used = None if ended is None else ended.used
    record = Replayed(
        "replayed",
        str(recording.path),
        port.matched,
        None if ended is None else ended.cause,
        ended is not None and ended.done,
        None if used is None else used.sealed_ms,
        recording.is_closed,
        tuple(piece.line for piece in port.bad),
    )
    call.printer.event(record, list(_end_lines(record, recording)))


def _end_lines(record: Replayed, recording: Recording) -> Iterator[str]:
    if record.bad_lines:
        yield texts.REPLAY_BAD.format(lines=", ".join(map(str, record.bad_lines)))
    if not recording.is_closed:
        yield texts.REPLAY_CUT_OFF
    if recording.torn is not None:
        yield texts.TORN.format(what=recording.torn)
    yield texts.REPLAYED.format(requests=record.requests)
