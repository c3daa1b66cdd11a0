"""Treatments over real serial bytes: a simulator on a pseudo-terminal in one process, the program in others.

The wand's program runs on this Python, and again on a real MicroPython that the simulator's board drives.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from microderm_ctl.safety import all_no
from tests.cli.treating import House
from tests.conformance import runtime

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

MOST_S: Final = 30.0
WITHOUT_DESCRIPTOR: Final = (
    "from microderm_ctl.wand import Wand; Wand.open.__func__.__kwdefaults__['use_descriptor'] = False; "
    "from microderm_ctl.cli.main import main; main()"
)
PROGRAM: Final = {True: ("-m", "microderm_ctl"), False: ("-c", WITHOUT_DESCRIPTOR)}
SIMULATOR: Final = {"cpython": ("-m", "microderm_ctl"), "micropython": ("-m", "tests.conformance.live")}
both_wands = pytest.mark.parametrize(
    ("wand_on", "use_descriptor"), [("cpython", True), ("cpython", False), ("micropython", True)], ids=["True", "False", "micropython"]
)


class Started:
    """A program of ours whose lines are awaited."""

    def __init__(self, house: House, *words: str, program: tuple[str, str] = PROGRAM[True], **environment: str) -> None:
        command = [sys.executable, *program, *words]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"MICRODERM_DATA_DIR": str(house.data), "PYTHONPATH": str(runtime.ROOT)} | environment,
        )
        self.events: list[dict[str, Any]] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, name: str) -> dict[str, Any]:
        """Return the next event of a name."""
        end_s = time.monotonic() + MOST_S
        while (line := self._lines.get(timeout=max(0.01, end_s - time.monotonic()))) is not None:
            event: dict[str, Any] = json.loads(line)
            self.events.append(event)
            if event["event"] == name:
                return event
        pytest.fail(f"it ended without {name}: {self.process.stderr and self.process.stderr.read()}")

    def end(self) -> int:
        return self.process.wait(MOST_S)

    def errors(self) -> str:
        return self.process.stderr.read() if self.process.stderr else ""


@contextmanager
def started(house: House, *words: str, program: tuple[str, str] = PROGRAM[True], **environment: str) -> Iterator[Started]:
    running = Started(house, *words, "--json", program=program, **environment)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        for stream in (running.process.stdout, running.process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def served(house: House, wand_on: str, *words: str, **environment: str) -> Iterator[Started]:
    """Serve a wand on a pseudo-terminal, its program on this Python or on MicroPython."""
    if wand_on == "micropython":
        environment["MICROPYTHON"] = runtime.find_or_skip()
    with started(house, "simulate", "--pty", "--seed", "1", *words, program=SIMULATOR[wand_on], **environment) as wand:
        yield wand


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, monkeypatch)
    made.add_person()
    made.add_clean_patch()
    return made


def _answers(house: House) -> str:
    path = house.directory / "now.json"
    path.write_text(json.dumps({**all_no(0).values, "at": int(time.time())}))
    return str(path)


@both_wands
def test_a_patch_test_runs_to_its_end_over_a_pseudo_terminal(house: House, wand_on: str, use_descriptor: bool) -> None:
    with served(house, wand_on) as wand:
        port = wand.wait_for("ready")["port"]
        words = ("patch-test", "--port", port, "--yes", "--answers", _answers(house), "--site", "forearm")
        with started(house, *words, program=PROGRAM[use_descriptor]) as program:
            result = program.wait_for("result")
            assert program.end() == 0, program.errors()
    assert result["patch_test"]["complete"] and result["patch_test"]["sealed_ms"] == 3_000
    assert [event["event"] for event in program.events if event["event"] != "telemetry"] == [
        "plan", "armed", "press-button", "touch-down", "running", "pass-begins", "stopping", "ended", "result",
    ]  # fmt: skip


@pytest.mark.hazard("H-48", "computer")
@both_wands
def test_stop_in_another_terminal_ends_a_treatment_in_order(house: House, wand_on: str, use_descriptor: bool) -> None:
    trace = house.directory / "trace.ndjson"
    with served(house, wand_on, "--trace", str(trace)) as wand:
        port = wand.wait_for("ready")["port"]
        words = ("treat", "--port", port, "--yes", "--answers", _answers(house), "--zone", "nose")
        with started(house, *words, program=PROGRAM[use_descriptor]) as program:
            program.wait_for("running")
            command = [sys.executable, "-m", "microderm_ctl", "stop", "--json"]
            stopped = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=MOST_S,
                check=False,
                env=os.environ | {"MICRODERM_DATA_DIR": str(house.data)},
            )
            assert stopped.returncode == 0, stopped.stderr
            result = program.wait_for("result")
            assert program.end() == 130, program.errors()
    record = json.loads(stopped.stdout)
    assert record["by"] == "process" and record["pid"] == program.process.pid
    assert record["vented"] and record["vacuum_pa"] < 1_000
    assert result["cause"] == "stop", (result, program.events[-5:])
    assert result["treatment"]["ended_s"] is not None
    assert 0 < result["treatment"]["sealed_ms"] < 12_000
    last = json.loads(trace.read_text().splitlines()[-1])
    assert last["duty"] == 0 and last["vent"] and last["vacuum_pa"] < 1_000


@pytest.mark.hazard("H-09", "computer")
def test_kill_9_leaves_an_open_record_that_the_next_start_settles(house: House) -> None:
    with served(house, "cpython") as wand:
        port = wand.wait_for("ready")["port"]
        words = ("treat", "--port", port, "--yes", "--answers", _answers(house), "--zone", "nose")
        with started(house, *words) as program:
            program.wait_for("running")
            program.process.kill()
            program.process.wait()
        (open_record,) = house.treatments()
        assert open_record.ended_s is None and open_record.counted_ms == 12_000
        with started(house, *words) as unsaid:
            assert unsaid.end() == 7 and "not said why" in unsaid.errors()
        with started(house, *words, "--last-ended", "interrupted") as later:
            later.wait_for("running")
        first = house.treatments()[0]
    assert first.settled_by == "ledger" and first.cause in ("hang-up", "lease")
    assert 0 < (first.sealed_ms or 0) < 12_000


def test_a_wand_whose_micropython_dies_is_gone_and_the_computer_says_so(house: House) -> None:
    pid_file = house.directory / "pid"
    with served(house, "micropython", MICROPYTHON_PID_FILE=str(pid_file)) as wand:
        port = wand.wait_for("ready")["port"]
        words = ("treat", "--port", port, "--yes", "--answers", _answers(house), "--zone", "nose")
        with started(house, *words) as program:
            program.wait_for("running")
            os.kill(int(pid_file.read_text()), signal.SIGKILL)
            assert wand.end() == 6 and "MicroPython has ended" in wand.errors()
            assert program.end() == 6, program.errors()
    (record,) = house.treatments()
    assert record.ended_s is None or record.cause not in ("none", "treatment-done")
