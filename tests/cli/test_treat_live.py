"""The live view as text, the keys, and both in a real terminal."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from microderm_ctl.cli.keys import wishes_in
from microderm_ctl.cli.live import GAUGE_WIDTH, WIDTH, Heading, contact_text, gauge, picture
from microderm_ctl.link.values import Reading
from microderm_ctl.safety import TREATABLE, Ending, Grit, Kind, Plan, PlannedZone, Zone
from microderm_ctl.treatment.events import PassBegins, PressButton, TouchDown, Wish
from microderm_ctl.treatment.watching import Progress
from microderm_protocol import codes
from tests.cli.treating import House

ZONES = tuple(PlannedZone(zone, 10_000, 12_000, 13_500, 30, 3, 2_000, ()) for zone in TREATABLE[:12])
PLAN = Plan(Kind.TREATMENT, ZONES, 360, 106, Grit.FINE, False, True, 1000)
HEADING = Heading("Ann", "SIM-0001", True, PLAN)
READING = Reading(
    received_ms=0, tick_ms=0, state="RUN", cause="none", cause_number=0, row=0, signal="running", flags=codes.SEALED | codes.MOVING,
    vacuum_pa=9_940, set_point_pa=10_000, cap_pa=12_000, trip_pa=13_500, duty=1, motion_mg=80, dwell_ms=0, row_left_ms=24_300,
    treatment_left_ms=54_000, hold_left_ms=0, cooldown_ms=0, grit_um=106, temperature_dc=250, supply_mv=5_000, faults=(),
    lease_least_ms=400, late_ms=0, dropped=0,
)  # fmt: skip
PROGRESS = Progress(READING, 0, 12, ZONES[0], 1, 24_300, 54_000, PassBegins(Zone.FOREHEAD, 1, 3))


def test_the_gauge_shows_vacuum_set_point_and_cap_in_place() -> None:
    bar = gauge(9_940, 10_000, 12_000)
    assert len(bar) == GAUGE_WIDTH
    assert bar.index("|") == 10_000 * GAUGE_WIDTH // 13_800 and bar.index("]") == 12_000 * GAUGE_WIDTH // 13_800
    assert bar[: bar.index("|")] == "=" * bar.index("|")


@pytest.mark.parametrize("vacuum_pa", [-50, 0, 12_000, 30_000])
def test_the_gauge_keeps_its_width_whatever_is_measured(vacuum_pa: int) -> None:
    assert len(gauge(vacuum_pa, 2_500, 2_500)) == GAUGE_WIDTH
    assert "=" not in gauge(-50, 10_000, 12_000)
    assert gauge(30_000, 10_000, 12_000).count("=") == GAUGE_WIDTH - 2


def test_the_picture_fits_a_terminal_of_80_by_24_and_says_everything_in_words() -> None:
    for now in (PROGRESS.now, PressButton(Zone.AROUND_MOUTH, 12_000, True), TouchDown(Zone.NOSE, 10_000)):
        lines = picture(HEADING, PROGRESS._replace(now=now), "12.0 kPa is the cap here.")
        assert len(lines) <= 22 and max(map(len, lines)) <= WIDTH
    text = "\n".join(picture(HEADING, PROGRESS))
    for said in ("SIMULATED", "9.9 kPa", "set point 10.0 kPa", "cap 12.0 kPa", "0:25", "0:54", "forehead, 1 of 12, pass 1 of 3",
                 "sealed, moving",
                 "green light, steady", "Pass 1 of 3", "> forehead", "space pause", "q stop"):  # fmt: skip
        assert said in text, said
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"flags": codes.SEALED, "dwell_ms": 1_200}, "STANDING STILL for 1.2 s"),
        ({"flags": 0}, "not on the skin"),
        ({"state": "HOLD"}, "holding, vacuum off"),
        ({"state": "ARMED"}, "waiting for the button"),
    ],
)
def test_contact_is_said_in_words(changes: dict[str, object], said: str) -> None:
    assert said in contact_text(PROGRESS._replace(reading=READING._replace(**changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "wishes", "rest"),
    [
        (" nq", [Wish.PAUSE, Wish.NEXT, Wish.STOP], ""),
        ("\x1b[A\x1bOB", [Wish.UP, Wish.DOWN], ""),
        ("\xe0H\xe0P", [Wish.UP, Wish.DOWN], ""),
        ("Q", [Wish.STOP], ""),
        ("xyz\x1b[Zn", [Wish.NEXT], ""),
        ("n\x1b[", [Wish.NEXT], "\x1b["),
        ("\x1b", [], "\x1b"),
    ],
)
def test_keys_mean_wishes_and_half_a_key_is_kept(typed: str, wishes: list[Wish], rest: str) -> None:
    assert wishes_in(typed) == (wishes, rest)


# In a real terminal

if sys.platform != "win32":
    import fcntl
    import struct
    import termios

    class Screen:
        """A program in a terminal of 80 by 24, typed into and read by a test."""

        def __init__(self, master: int, slave: int, process: subprocess.Popen[bytes]) -> None:
            self.master = master
            self.slave = slave
            self.process = process
            self.seen = ""

        def wait_for(self, pattern: str, most_s: float = 20.0) -> None:
            """Read until a pattern comes after what was waited for before."""
            end_s = time.monotonic() + most_s
            while not (found := re.search(pattern, self.seen)):
                left_s = end_s - time.monotonic()
                if left_s <= 0 or not select.select([self.master], [], [], left_s)[0]:
                    pytest.fail(f"{pattern!r} did not come; the screen has {self.seen[-2000:]!r}")
                self.seen += os.read(self.master, 65_536).decode()
            self.seen = self.seen[found.end() :]

        def type(self, keys: str) -> None:
            os.write(self.master, keys.encode())

        def modes(self) -> list[object]:
            return list(termios.tcgetattr(self.slave))

    @contextmanager
    def in_terminal(house: House, *words: str) -> Iterator[Screen]:
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        program = [sys.executable, "-m", "microderm_ctl", "--data-dir", str(house.data), *words]
        process = subprocess.Popen(
            program, stdin=slave, stdout=slave, stderr=slave, env=os.environ | {"TERM": "xterm"}, start_new_session=True
        )
        try:
            yield Screen(master, slave, process)
        finally:
            process.kill()
            process.wait()
            os.close(master)
            os.close(slave)

    @pytest.fixture
    def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
        made = House(tmp_path, monkeypatch)
        made.add_person()
        made.add_clean_patch()
        made.advance(0)
        return made

    def test_a_person_treats_by_key_stops_with_q_and_gets_the_terminal_back(house: House) -> None:
        with in_terminal(house, "treat", "--port", "sim", "--zone", "forehead") as screen:
            before = screen.modes()
            for _ in range(3):
                screen.wait_for("or you are not sure")
                screen.type("n")
            screen.wait_for("Arm the wand")
            screen.type("y")
            screen.wait_for("sealed, moving")
            screen.type("\x1b[B")
            screen.wait_for("The vacuum is now ")
            screen.type(" ")
            screen.wait_for("Paused")
            screen.type(" ")
            screen.wait_for("sealed, moving")
            screen.type("q")
            screen.wait_for(r"\x1b\[\?25h")  # the cursor is shown again
            screen.wait_for("Why did it end")
            assert screen.modes() == before
            screen.type("2\n")
            screen.wait_for("can be finished within 2 hours")
            assert screen.process.wait(20) == 130
            assert screen.modes() == before
        with house.store() as store:
            record = store.treatments(store.find_person().id)[0]
        assert record.ending is Ending.INTERRUPTED and record.cause == "stop"
        assert record.zones[0].sealed_ms > 0
