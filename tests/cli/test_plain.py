"""For the ear and for narrow terminals: no tables, drawings, colours or redrawing; each line makes sense alone; nothing is cut."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from microderm_ctl.cli.keys import Keys
from microderm_ctl.cli.live import HEIGHT, Lines, picture
from microderm_ctl.cli.main import root
from microderm_ctl.cli.printer import Fixed, Printer, fitted
from microderm_ctl.safety import WIRE_IDS, Zone
from microderm_ctl.texts import live as texts
from microderm_ctl.treatment.events import Event, PassBegins, PressButton, Running, TouchDown, sentence_of
from microderm_ctl.treatment.guide import GUIDES
from tests.cli.conftest import Run
from tests.cli.test_treat_live import HEADING, PROGRESS, READING
from tests.cli.treating import House

DRAWN = re.compile(r"\x1b|[│─╭╮╰╯█#|]{2}|  +\S+  +\S")
"""Escapes, boxes, bars, and columns."""
COMMANDS: tuple[list[str], ...] = (
    ["limits"], ["limits", "--zone", "cheek", "--grit", "fine"], ["history"], ["profile", "show"], ["profile", "list"], ["guide"],
    ["after-care"], ["devices"], ["questions"], [],
)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_plain_has_no_tables_and_no_drawings(run: Run, ana: str, words: list[str]) -> None:
    if words == ["profile", "list"]:
        pytest.skip("a list of names")
    ran = run("--plain", *words)
    assert ran.code == 0 and ran.out
    lines = [line for line in ran.out.splitlines() if DRAWN.search(line.strip())]
    assert lines == []


def test_a_table_is_noticed(run: Run, ana: str) -> None:
    assert DRAWN.search(run("limits").out)


def test_a_treatment_in_plain_is_told_in_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path, monkeypatch)
    house.add_person()
    house.add_clean_patch()
    ran = house.script("--zone", "nose,chin", "--plain")
    assert ran.code == 0
    assert [line for line in ran.out.splitlines() if DRAWN.search(line.strip())] == []
    assert "12 of 12 s" in ran.out and "on average" in ran.out
    detail = house.run("--plain", "history", "p1")
    assert "The vacuum was at most" in detail.out and "kPa |" not in detail.out


def test_strokes_are_not_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """The tip that is lifted at the end of a stroke is no news; one that stays off is, and then that it draws again."""
    lines = Lines(Printer(), Keys())
    touch, draws = TouchDown(Zone.NOSE, 10_000), Running(Zone.NOSE, 9_000)

    def off(now_ms: int) -> None:
        lines.shown(PROGRESS._replace(reading=READING._replace(received_ms=now_ms)))

    told: list[Event] = [touch, draws, PassBegins(Zone.NOSE, 1, 1), touch]
    for event in told:
        lines.told(event, 0)
    off(1_000)
    off(1_500)
    lines.told(draws, 0)
    assert capsys.readouterr().out.splitlines() == [sentence_of(event) for event in told[:3]]
    lines.told(touch, 0)
    off(2_000)
    off(4_100)
    off(4_200)
    lines.told(draws, 0)
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2 and "off the" in shown[0] and shown[1] == sentence_of(draws)


def test_every_event_is_in_the_json_stream_although_text_leaves_strokes_out(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(Printer(as_json=True), Keys())
    for _ in range(3):
        lines.told(TouchDown(Zone.NOSE, 10_000), 0)
        lines.told(Running(Zone.NOSE, 9_000), 0)
    assert len([json.loads(line) for line in capsys.readouterr().out.splitlines()]) == 6


# Widths


@pytest.mark.parametrize("width", [20, 39, 79])
def test_long_lines_are_broken_between_words_and_nothing_is_lost(width: int) -> None:
    line = "  3  The tip was off the skin for 10 s: touch down, and move to go on; see 'microderm guide --zone nose'."
    broken = fitted([line], width)
    assert all(len(part) <= width for part in broken)
    assert " ".join(part.strip() for part in broken) == line.strip()
    assert all(part.startswith("     ") for part in broken[1:])


def test_tables_and_what_is_copied_are_never_broken() -> None:
    rule = 'SUBSYSTEM=="tty", ATTRS{idVendor}=="1209", TAG+="uaccess"'
    table = Fixed("zone      vacuum    cap       time  passes")
    assert fitted([rule, table], 20) == [rule, table]
    assert fitted(["a b c " * 40], None) == ["a b c " * 40]


@pytest.mark.parametrize("zone", list(WIRE_IDS))
@pytest.mark.parametrize("note", ["", "12.0 kPa is the cap here."])
def test_the_narrow_picture_says_all_that_matters(zone: Zone, note: str) -> None:
    now: list[Event] = [PressButton(zone, 12_000, True), TouchDown(zone, 10_000), PassBegins(zone, 1, 3)]
    for event in now:
        lines = picture(HEADING, PROGRESS._replace(now=event), note, 39, HEIGHT)
        assert len(lines) <= HEIGHT and max(map(len, lines)) <= 39
        text = " ".join(" ".join(lines).split())
        for said in (sentence_of(event), note, "9.9 kPa", "cap 12.0 kPa", "0:25", "0:54", texts.MOVING, texts.BUTTON_STOPS, "SIMULATED"):
            assert said in text, said


def test_a_low_screen_keeps_what_is_to_be_done() -> None:
    lines = picture(HEADING, PROGRESS, "", 78, 10)
    assert len(lines) <= 10
    text = " ".join(" ".join(lines).split())
    assert sentence_of(PROGRESS.now) in text and "9.9 kPa" in text and "wand's button stops" in text


def test_a_huge_screen_is_not_filled() -> None:
    assert max(map(len, picture(HEADING, PROGRESS, "", 400, 100))) <= 78


# Colours


@pytest.mark.skipif(sys.platform == "win32", reason="it takes a pseudo terminal")
@pytest.mark.parametrize(
    ("environment", "has_escapes"),
    [({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, True), ({"TERM": "xterm-256color"}, True)],
)
def test_no_colour_is_ever_used_and_a_dumb_terminal_gets_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], has_escapes: bool
) -> None:
    """The live view is in bold at most; a terminal that knows no places is told in lines."""
    shown = _at_terminal(tmp_path, monkeypatch, environment)
    assert ("\x1b[" in shown) == has_escapes
    assert not re.search(r"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m", shown)


def test_a_pipe_gets_no_escapes_whatever_the_environment_forces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    house = House(tmp_path, monkeypatch)
    house.add_person()
    house.add_clean_patch()
    ran = house.script("--zone", "nose")
    assert "\x1b" not in ran.out + ran.err
    assert "\x1b" not in CliRunner().invoke(root, ["--help"]).output


def _at_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> str:
    """Return all that a treatment shows at a terminal of 80 by 24 with nobody at its keys."""
    import fcntl
    import pty
    import struct
    import termios

    from microderm_ctl.clock import RealClock

    house = House(tmp_path, monkeypatch)
    house.add_person()
    house.add_clean_patch()
    house.advance(0)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    answers = house.answers(at=RealClock().utc_s())
    words = ["treat", "--port", "sim", "--zone", "nose", "--yes", "--answers", answers]
    program = [sys.executable, "-m", "microderm_ctl", "--data-dir", str(house.data), *words]
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    process = subprocess.Popen(
        program, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=plain | environment, start_new_session=True
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            piece = os.read(master, 65_536)
        except OSError:  # EIO: the program has ended
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    assert process.wait(30) == 0
    return shown.decode()


def test_each_zone_has_a_guide_with_all_its_parts() -> None:
    for guide in GUIDES.values():
        assert all(guide)
