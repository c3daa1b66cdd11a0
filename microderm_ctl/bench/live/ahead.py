"""The unit that comes next: opened, unlocked, tested and kept warm while the present one is measured.

On real ports this happens on a thread of its own. In virtual time there is one thread, so the next unit
is opened and tested before the present one is begun, and warms up beside it on the same clock.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

from microderm_ctl.bench.live.checks import Checked, check
from microderm_ctl.bench.live.judge import failures
from microderm_ctl.bench.live.problems import NotSettled, OutOfLimits
from microderm_ctl.bench.live.rig import Rig
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.measurement import has_passed
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import MicrodermError, Stopped

TEND_MS: Final = 60_000
"""A unit that hears no request for 5 min leaves SERVICE."""
LOOK_MS: Final = 500
LOOK_S: Final = 0.1
END_S: Final = 5.0
"""How long an end waits for the unit ahead; its lease ends sooner."""
FOLLOW_PA: Final = 5_000
FOLLOW_S: Final = 3.0
FOLLOW_LEAST_PA: Final = 1_000
"""A gauge that has moved by so much hangs on this unit; whether it shows the right unit and sign is judged later."""
FOLLOW_MOST_S: Final = 600.0
AGAIN_S: Final = 3.0


class Ready(NamedTuple):
    """A unit that was got ready, or why it was not. Close ``held`` when it is done with."""

    serial: str
    unit: BenchUnit | None
    checked: Checked | None
    problem: MicrodermError | None
    held: ExitStack

    def set_aside(self, problem: MicrodermError) -> "Ready":
        """Let go of the unit, and say why."""
        self.held.close()
        return self._replace(unit=None, problem=problem)


Prepare = Callable[[str], Ready]


class Ahead(Protocol):
    """Gets units ready, one ahead of the work."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the unit that is ready."""

    def take(self) -> Ready | None:
        """Return the next unit once it is ready; None where no label is left."""


def prepare(serial: str, open_unit: Callable[[str, ExitStack], BenchUnit], unlock: Callable[[BenchUnit], None], by: Procedure) -> Ready:
    """Open a unit, unlock it, and let it test itself; its tip must be closed.

    Args:
        serial: as scanned.
        open_unit: opens the unit, and puts on the stack what has to be closed.
        unlock: opens SERVICE; the technician holds the button.
        by: the limits.

    Raises:
        Stopped: a signal came.
    """
    with ExitStack() as held:
        checked = None
        try:
            unit = open_unit(serial, held)
            unlock(unit)
            checked = check(unit, by)
            _hold_to(checked)
        except Stopped:
            raise
        except MicrodermError as problem:
            return Ready(serial, None, checked, problem, ExitStack())
        return Ready(serial, unit, checked, None, held.pop_all())


def _hold_to(checked: Checked) -> None:
    if not has_passed(checked.checks):
        failed = (*checked.faults, *failures(checked.checks))
        raise OutOfLimits(
            f"Out of limits: {'; '.join(failed)}.",
            "Nothing was written. Look at its tip, seal and tube; else set it aside.",
            {"failed": list(failed)},
        )


class Tender:
    """Keeps a unit in SERVICE while it waits for its turn."""

    def __init__(self, ready: Ready) -> None:
        """Begin now."""
        self.ready = ready
        self._next_ms = 0

    def tick(self, now_ms: int) -> None:
        """Ask the unit something once a minute; one that answers no more is set aside."""
        unit = self.ready.unit
        if unit is None or now_ms < self._next_ms:
            return
        self._next_ms = now_ms + TEND_MS
        try:
            unit.measure()
            unit.keep_alive(2 * TEND_MS)
        except Stopped:
            raise
        except MicrodermError as problem:
            self.ready = self.ready.set_aside(problem)


class SteppedAhead:
    """In virtual time: one unit ahead, on the thread of the work."""

    def __init__(self, labels: Callable[[], str | None], prepared: Prepare, clock: VirtualClock) -> None:
        """Take what is needed.

        Args:
            labels: gives the next label, None at the end.
            prepared: gets a unit ready, or says why not.
            clock: of all units.
        """
        self._labels = labels
        self._prepared = prepared
        self._clock = clock
        self._ahead: list[Tender] = []

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the unit that is ready."""
        for tender in self._ahead:
            self._clock.detach(tender.tick)
            tender.ready.held.close()
        self._ahead.clear()

    def take(self) -> Ready | None:
        """Return the next unit, and have the one after it ready too."""
        while len(self._ahead) < 2 and (serial := self._labels()) is not None:
            tender = Tender(self._prepared(serial))
            self._ahead.append(tender)
            self._clock.attach(tender.tick)
        if not self._ahead:
            return None
        tender = self._ahead.pop(0)
        self._clock.detach(tender.tick)
        return tender.ready


class ThreadedAhead:
    """In real time: one unit ahead, on a thread of its own."""

    def __init__(self, labels: "SimpleQueue[str | None]", prepared: Prepare, look: Callable[[], None]) -> None:
        """Take what is needed.

        Args:
            labels: as they are scanned; None is the end.
            prepared: gets a unit ready, or says why not; called on the thread.
            look: called while ``take`` waits; raises what ends the work.
        """
        self._labels = labels
        self._prepared = prepared
        self._look = look
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._given: SimpleQueue[Ready | BaseException | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)

    def __enter__(self) -> Self:
        """Begin to get units ready."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the unit that is ready."""
        self._ended.set()
        self._wanted.set()
        self._labels.put(None)
        self._thread.join(END_S)
        with suppress(Empty):
            while True:
                left = self._given.get_nowait()
                if isinstance(left, Ready):
                    left.held.close()

    @property
    def is_ended(self) -> bool:
        """Whether nobody wants a unit any more."""
        return self._ended.is_set()

    def take(self) -> Ready | None:
        """Return the next unit once it is ready."""
        self._wanted.set()
        while True:
            self._look()
            with suppress(Empty):
                given = self._given.get(timeout=LOOK_S)
                if isinstance(given, BaseException):
                    raise given
                return given

    def _run(self) -> None:
        try:
            while (serial := self._labels.get()) is not None and not self.is_ended:
                self._give(Tender(self._prepared(serial)))
            self._given.put(None)
        except BaseException as error:  # raised where it is waited for
            self._given.put(error)

    def _give(self, tender: Tender) -> None:
        """Tend a unit until it is wanted, and hand it over."""
        while not self._wanted.is_set() and (unit := tender.ready.unit) is not None:
            tender.tick(unit.clock.now_ms())
            self._wanted.wait(LOOK_MS / 1000)
        self._wanted.wait()
        self._wanted.clear()
        if self.is_ended:
            tender.ready.held.close()
        else:
            self._given.put(tender.ready)


def await_gauge(rig: Rig, asks: Callable[[], None]) -> None:
    """Ask for the unit to be set on the gauge's fixture, and wait until the gauge follows it.

    Raises:
        NotSettled: it does not within ten minutes.
    """
    asks()
    end_s = rig.unit.now_s + FOLLOW_MOST_S
    while not follows(rig):
        if rig.unit.now_s > end_s:
            raise NotSettled(
                f"The gauge does not follow unit {rig.unit.serial}.",
                "Set the unit on the fixture of the gauge, look at the gauge's tube, and scan its label again.",
            )
        rig.unit.wait(AGAIN_S)


def follows(rig: Rig) -> bool:
    """Draw a little, and return whether the gauge sees it."""
    rig.vent()
    rest_pa = rig.read_gauge()[0].vacuum_pa
    rig.unit.hold(FOLLOW_PA)
    rig.unit.wait(FOLLOW_S)
    drawn_pa = rig.read_gauge()[0].vacuum_pa
    rig.vent()
    return abs(drawn_pa - rest_pa) > FOLLOW_LEAST_PA
