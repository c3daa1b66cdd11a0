"""Treatments over real serial bytes: a simulator on a pseudo-terminal in one process, the program in others."""

import json
import os
import queue
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

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

MOST_S: Final = 30.0
WITHOUT_DESCRIPTOR: Final = (
    "from microderm_ctl.wand import Wand; Wand.open.__func__.__kwdefaults__['use_descriptor'] = False; "
    "from microderm_ctl.cli.main import main; main()"
)
PROGRAM: Final = {True: ("-m", "microderm_ctl"), False: ("-c", WITHOUT_DESCRIPTOR)}


class Started:
    """A program of ours whose lines are awaited."""

    def __init__(self, house: House, *words: str, use_descriptor: bool = True) -> None:
        command = [sys.executable, *PROGRAM[use_descriptor], *words]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"MICRODERM_DATA_DIR": str(house.data)},
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
def started(house: House, *words: str, use_descriptor: bool = True) -> Iterator[Started]:
    program = Started(house, *words, "--json", use_descriptor=use_descriptor)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.wait()
        for stream in (program.process.stdout, program.process.stderr):
            if stream is not None:
                stream.close()


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


@pytest.mark.parametrize("use_descriptor", [True, False])
def test_a_patch_test_runs_to_its_end_over_a_pseudo_terminal(house: House, use_descriptor: bool) -> None:
    with started(house, "simulate", "--pty", "--seed", "1") as wand:
        port = wand.wait_for("ready")["port"]
        words = ("patch-test", "--port", port, "--yes", "--answers", _answers(house), "--site", "forearm")
        with started(house, *words, use_descriptor=use_descriptor) as program:
            result = program.wait_for("result")
            assert program.end() == 0, program.errors()
    assert result["patch_test"]["complete"] and result["patch_test"]["sealed_ms"] == 3_000
    assert [event["event"] for event in program.events if event["event"] != "telemetry"] == [
        "plan", "armed", "press-button", "touch-down", "running", "pass-begins", "stopping", "ended", "result",
    ]  # fmt: skip


@pytest.mark.hazard("H-48", "computer")
@pytest.mark.parametrize("use_descriptor", [True, False])
def test_stop_in_another_terminal_ends_a_treatment_in_order(house: House, use_descriptor: bool) -> None:
    trace = house.directory / "trace.ndjson"
    with started(house, "simulate", "--pty", "--seed", "1", "--trace", str(trace)) as wand:
        port = wand.wait_for("ready")["port"]
        words = ("treat", "--port", port, "--yes", "--answers", _answers(house), "--zone", "nose")
        with started(house, *words, use_descriptor=use_descriptor) as program:
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
    with started(house, "simulate", "--pty", "--seed", "1") as wand:
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
