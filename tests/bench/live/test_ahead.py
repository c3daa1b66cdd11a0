"""The unit that comes next: got ready one ahead, kept in SERVICE, handed over once, and let go of in the end."""

import threading
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

import pytest

from microderm_ctl.bench.live.ahead import Prepare, Ready, SteppedAhead, Tender, ThreadedAhead, await_gauge, prepare
from microderm_ctl.bench.live.problems import NotSettled, OutOfLimits, UnitProblem
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import LinkLost, MicrodermError, Stopped, WandRefusal
from microderm_ctl.simulator.board import PRACTICE_SERVICE_KEY
from tests.bench.live.virtual import QUICK, on_bench, rig_of

WAIT_S = 30.0
"""Longer than any machine takes; nothing is waited for so long."""


def preparing(log: list[str]) -> Prepare:
    """Return what gets a unit ready without one; a label in lower case has a problem."""

    def prepared(serial: str) -> Ready:
        log.append(f"open {serial}")
        held = ExitStack()
        held.callback(lambda: log.append(f"close {serial}"))
        if serial == "bug":
            raise ZeroDivisionError
        return Ready(serial, None, None, UnitProblem("no") if serial.islower() else None, held)

    return prepared


def test_in_virtual_time_one_is_ready_before_the_present_one_is_begun() -> None:
    log: list[str] = []
    labels = ["A", "b", "C"]
    with SteppedAhead(lambda: labels.pop(0) if labels else None, preparing(log), VirtualClock()) as ahead:
        first = ahead.take()
        assert first is not None
        assert (first.serial, log) == ("A", ["open A", "open b"])
        first.held.close()
        second = ahead.take()
        assert second is not None
        assert isinstance(second.problem, MicrodermError)
        assert log[-1] == "open C"
    assert log[-1] == "close C"  # nobody took it


def threaded(log: list[str], *labels: str | None) -> ThreadedAhead:
    queue: SimpleQueue[str | None] = SimpleQueue()
    for label in labels:
        queue.put(label)
    return ThreadedAhead(queue, preparing(log), lambda: None)


def test_in_real_time_units_come_from_a_thread_in_order() -> None:
    log: list[str] = []
    with threaded(log, "A", "B", None) as ahead:
        taken = [ahead.take() for _ in range(3)]
    assert [one and one.serial for one in taken] == ["A", "B", None]
    assert "close A" not in log  # it belongs to whoever took it


def test_a_unit_that_nobody_takes_is_let_go_of() -> None:
    log: list[str] = []
    closed = threading.Event()

    def prepared(serial: str) -> Ready:
        ready = preparing(log)(serial)
        ready.held.callback(closed.set)
        opened.set()
        return ready

    opened = threading.Event()
    queue: SimpleQueue[str | None] = SimpleQueue()
    queue.put("A")
    with ThreadedAhead(queue, prepared, lambda: None):
        assert opened.wait(WAIT_S)
    assert closed.wait(WAIT_S)


def test_what_happens_on_the_thread_is_raised_where_it_is_waited_for() -> None:
    with threaded([], "bug") as ahead, pytest.raises(ZeroDivisionError):
        ahead.take()


def test_waiting_ends_with_the_work() -> None:
    def over() -> None:
        raise Stopped("Stopped.")

    with ThreadedAhead(SimpleQueue(), preparing([]), over) as ahead, pytest.raises(Stopped):
        ahead.take()


def opening(serial: str, memory: Path, **options: str) -> Any:
    return lambda _, held: held.enter_context(on_bench(serial, memory, **options))


class Waiting:
    """A unit that notes when it is asked something, and for how long it is kept alive."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.asked_ms: list[int] = []
        self.alive_until_ms = 0
        self.gap_ms = 0
        self.is_gone = False

    def keep_alive(self, duration_ms: int) -> None:
        self.gap_ms = max(self.gap_ms, self.clock.now_ms() - self.alive_until_ms)
        self.alive_until_ms = self.clock.now_ms() + duration_ms

    def measure(self) -> None:
        if self.is_gone:
            raise LinkLost("The wand is no longer connected.")
        self.asked_ms.append(self.clock.now_ms())


def test_a_waiting_unit_is_asked_something_once_a_minute() -> None:
    """It would leave SERVICE after five, and lose its lease half a second after the last word that it is to be kept."""
    clock, closed = VirtualClock(), ExitStack()
    waiting, log = Waiting(clock), []
    closed.callback(lambda: log.append("closed"))
    tender = Tender(Ready("A", cast(BenchUnit, waiting), None, None, closed))
    clock.attach(tender.tick)
    clock.sleep_ms(400_000)
    assert len(waiting.asked_ms) == 7
    assert waiting.gap_ms < 500
    waiting.is_gone = True
    clock.sleep_ms(60_000)
    assert isinstance(tender.ready.problem, LinkLost)
    assert tender.ready.unit is None
    assert log == ["closed"]


@pytest.mark.parametrize(
    ("key", "errors", "problem"), [(b"another key", "", WandRefusal), (PRACTICE_SERVICE_KEY, "noise_pa=300", OutOfLimits)]
)
def test_a_unit_that_cannot_be_got_ready_says_why_and_is_closed(key: bytes, errors: str, problem: type, tmp_path: Path) -> None:
    options = {"errors": errors} if errors else {}
    opened: list[Any] = []

    def open_unit(serial: str, held: ExitStack) -> Any:
        opened.append(opening(serial, tmp_path / "memory", **options)(serial, held))
        return opened[0]

    ready = prepare("SIM-0302", open_unit, lambda unit: unit.unlock(key), QUICK)
    assert isinstance(ready.problem, problem)
    assert ready.unit is None
    with pytest.raises(MicrodermError):
        opened[0].measure()


def test_a_gauge_on_another_fixture_is_waited_for_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microderm_ctl.bench.live.ahead.FOLLOW_MOST_S", 20.0)
    asked: list[str] = []
    with on_bench("SIM-0303", tmp_path / "memory") as unit:
        rig = rig_of(unit)
        await_gauge(rig, lambda: asked.append("here"))
        with on_bench("SIM-0304", tmp_path / "memory", clock="elsewhere") as other:
            rig.gauge = rig_of(other).gauge
            with pytest.raises(NotSettled, match="does not follow"):
                await_gauge(rig, lambda: asked.append("elsewhere"))
    assert asked == ["here", "elsewhere"]
