"""What a person hears: which steps ring, that ringing never waits, and a whole treatment led without screen and keyboard."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from microderm_ctl.cli import sound
from microderm_ctl.cli.sound import HELD, OVER, PRESS, TOUCH, TURN, ZONE, Bell, Pattern, Sounding, pattern_of
from microderm_ctl.clock import Clock, VirtualClock
from microderm_ctl.records.rows import Profile
from microderm_ctl.records.store import open_store
from microderm_ctl.safety import Grit, Kind, Plan, PlannedZone, Skin, Thickness, Zone, all_no
from microderm_ctl.treatment.book import TreatmentBook
from microderm_ctl.treatment.events import Ended, Event, Held, PassBegins, PressButton, Running, SetPoint, TouchDown, Wish, ZoneDone
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.wand import Wand
from tests.cli.treating import NOW_S, House

SOON_MS = 1_000
SILENT_SIGNALS = frozenset({"quiet"})


class Struck:
    """Keeps when the bell was struck."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.times_ms: list[int] = []

    def __call__(self) -> bool:
        self.times_ms.append(self.clock.now_ms())
        return True


@pytest.mark.parametrize(
    ("event", "pattern"),
    [
        (PressButton(Zone.NOSE, 12_000, False), PRESS),
        (TouchDown(Zone.NOSE, 10_000), TOUCH),
        (PassBegins(Zone.NOSE, 1, 2), None),
        (PassBegins(Zone.NOSE, 2, 2), TURN),
        (ZoneDone(Zone.NOSE, None, False), ZONE),
        (Held(Zone.NOSE, "dwell"), HELD),
        (Held(Zone.NOSE, "paused"), None),
        (Running(Zone.NOSE, 9_000), None),
        (SetPoint(Zone.NOSE, 9_000, 12_000), None),
        (Ended("treatment-done", 9_000, True), OVER),
    ],
)
def test_what_asks_something_of_the_hand_rings(event: Event, pattern: Pattern | None) -> None:
    assert pattern_of(event) == pattern


def test_patterns_are_told_apart_by_number_or_rhythm() -> None:
    patterns = [TOUCH, TURN, PRESS, ZONE, HELD, OVER]
    assert len(set(patterns)) == len(patterns)


def test_patterns_follow_one_another_and_keep_their_rhythm() -> None:
    clock = VirtualClock(NOW_S)
    struck = Struck(clock)
    bell = Bell(clock, struck)
    bell.play(ZONE)
    bell.play(TOUCH)
    bell.finish()
    first = struck.times_ms[0]
    assert [time_ms - first for time_ms in struck.times_ms] == [0, 180, 360, 960]


def test_bells_of_what_is_long_past_are_left_out() -> None:
    clock = VirtualClock(NOW_S)
    struck = Struck(clock)
    bell = Bell(clock, struck)
    for _ in range(10):
        bell.play(OVER)
    bell.finish()
    assert len(struck.times_ms) == 12


def test_a_turn_never_waits() -> None:
    clock = VirtualClock(NOW_S)
    bell = Bell(clock, Struck(clock))
    bell.play(OVER)
    before_ms = clock.now_ms()
    bell.turn()
    assert clock.now_ms() == before_ms


def test_a_terminal_that_takes_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that is full stands for a terminal that is held with Ctrl-S."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writing, b"x" * 65_536)
    os.set_blocking(writing, True)
    with os.fdopen(writing, "w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        assert sound.ring() is False
        os.read(reading, 1 << 20)
        assert sound.ring() is True
    assert sound.ring() is False  # closed
    os.close(reading)


# A whole treatment, heard and felt


class Heard(NamedTuple):
    """What reached a person who looks at nothing, and what it was about."""

    events: list[tuple[int, Event]]
    signals: list[tuple[int, str]]
    bells_ms: list[int]


class Listener:
    """Keeps what happens and what light and buzzer of the wand say; never touches a key."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.events: list[tuple[int, Event]] = []
        self.signals: list[tuple[int, str]] = []

    def told(self, event: Event, t_ms: int) -> None:
        self.events.append((self.clock.now_ms(), event))

    def shown(self, progress: Progress) -> None:
        if not self.signals or self.signals[-1][1] != progress.reading.signal:
            self.signals.append((self.clock.now_ms(), progress.reading.signal))

    def wishes(self) -> Sequence[Wish]:
        return ()


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    """Lead two zones with different caps, two passes each, by a hand that follows the wand's signals alone."""
    zones = (
        PlannedZone(Zone.CHEEK_LEFT, 8_000, 10_000, 11_500, 6, 2, 2_000, ()),
        PlannedZone(Zone.NOSE, 10_000, 12_000, 13_500, 6, 2, 2_000, ()),
    )
    plan = Plan(Kind.TREATMENT, zones, 12, 106, Grit.FINE, False, True, 1000)
    with open_store(tmp_path / "data", practice=True) as store:
        person = store.create_person("Ann", Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990), NOW_S - 8_640_000)
        with Wand.open(f"sim://?utc={NOW_S}&seed=1&hand=auto&memory={tmp_path / 'memory'}") as wand:
            struck, listener = Struck(wand.clock), Listener(wand.clock)
            prepared = prepare(store, person, wand, NOW_S)
            book = TreatmentBook(store, prepared, wand.identity.serial, plan, all_no(NOW_S).values, finishes=False)
            bell = Bell(wand.clock, struck)
            outcome = Runner(wand, plan, book, Sounding(listener, bell)).run(person.wire_tag, NOW_S)
            bell.finish()
    assert outcome.done and outcome.error is None
    yield Heard(listener.events, listener.signals, struck.times_ms)


def test_every_step_is_signalled_by_the_wand_or_heard(heard: Heard) -> None:
    """Every event that asks for something has, within a second, a signal of the wand's or a bell."""
    steps = [(at_ms, event) for at_ms, event in heard.events if pattern_of(event) is not None]
    assert {type(event) for _, event in steps} == {PressButton, TouchDown, PassBegins, ZoneDone, Ended}
    for at_ms, event in steps:
        shown = [name for when_ms, name in heard.signals if abs(when_ms - at_ms) <= SOON_MS and name not in SILENT_SIGNALS]
        rung = [when_ms for when_ms in heard.bells_ms if 0 <= when_ms - at_ms <= 2 * SOON_MS]
        assert shown or rung, event


def test_the_wand_alone_tells_all_but_the_turn_of_the_strokes(heard: Heard) -> None:
    names = [name for _, name in heard.signals]
    order = ["press", "touch", "running", "press-to-confirm", "next-zone", "running", "done"]
    it = iter(names)
    assert all(name in it for name in order), names


def test_the_computer_rings_each_turn_of_the_strokes(heard: Heard) -> None:
    turns = [at_ms for at_ms, event in heard.events if isinstance(event, PassBegins) and event.number == 2]
    assert len(turns) == 2
    for at_ms in turns:
        assert len([when_ms for when_ms in heard.bells_ms if 0 <= when_ms - at_ms <= 500]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="it takes a pseudo terminal")
def test_a_treatment_runs_with_its_input_closed_and_nobody_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input is closed, standard output goes nowhere; what is heard is counted at the terminal of standard error."""
    house = House(tmp_path, monkeypatch)
    house.add_person()
    house.add_clean_patch()
    house.advance(0)
    words = ["treat", "--port", "sim", "--zone", "nose", "--yes", "--answers", house.answers(at=_now_of_computer())]
    assert _bells(house, words) >= PRESS.bells + TOUCH.bells + OVER.bells
    assert house.treatments()[-1].cause == "treatment-done"


@pytest.mark.skipif(sys.platform == "win32", reason="it takes a pseudo terminal")
def test_sound_off_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path, monkeypatch)
    house.add_person()
    house.add_clean_patch()
    house.advance(0)
    words = ["treat", "--port", "sim", "--zone", "nose", "--yes", "--answers", house.answers(at=_now_of_computer()), "--sound", "off"]
    assert _bells(house, words) == 0
    assert house.treatments()[-1].cause == "treatment-done"


def _now_of_computer() -> int:
    from microderm_ctl.clock import RealClock

    return RealClock().utc_s()


def _bells(house: House, words: list[str]) -> int:
    """Run a command with its input closed, and return how often the bell of its terminal rang."""
    import pty

    master, slave = pty.openpty()
    program = [sys.executable, "-m", "microderm_ctl", "--data-dir", str(house.data), *words]
    closing = "import os, sys; os.close(0); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen([sys.executable, "-c", closing, *program], stdout=subprocess.DEVNULL, stderr=slave, start_new_session=True)
    os.close(slave)
    rung = 0
    while True:
        try:
            piece = os.read(master, 65_536)
        except OSError:  # EIO: the program has ended
            break
        rung += piece.count(b"\a")
        if not piece:
            break
    os.close(master)
    assert process.wait(30) == 0
    return rung
