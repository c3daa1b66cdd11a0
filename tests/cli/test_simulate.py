"""``microderm simulate``: virtual wands on real ports, found by other commands, and the practice calendar."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from microderm_ctl.bench.gauges.port import PortLine
from microderm_ctl.cli.context import Invocation, Options
from microderm_ctl.cli.simulate import Calendar
from microderm_ctl.link.ports import open_port
from microderm_ctl.records.store import open_store
from microderm_ctl.simulator.unit import make_unit
from tests.cli.conftest import Run

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are of POSIX")


@contextmanager
def serving(count: int, *words: str) -> Iterator[tuple[subprocess.Popen[str], list[dict[str, str]]]]:
    """Run ``simulate`` in a process of its own until its wands are ready; give it and what it said."""
    command = [sys.executable, "-m", "microderm_ctl", "simulate", "--json", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("no pipes")
    try:
        yield process, [json.loads(process.stdout.readline()) for _ in range(count)]
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()
        process.stderr.close()


@posix
def test_two_wands_are_served_found_and_told_apart(run: Run, data_dir: Path) -> None:
    with serving(2, "--units", "2") as (process, ready):
        assert [one["serial"] for one in ready] == ["SIM-0001", "SIM-0002"]
        wands = run("devices", "--json").record["wands"]
        assert [(one["serial"], one["port"], one["simulated"]) for one in wands] == [(one["serial"], one["port"], True) for one in ready]
        assert run("info").code == 3
        told = run("info", "--serial", "SIM-0002", "--json").record
        assert (told["serial"], told["port"], told["simulated"]) == ("SIM-0002", ready[1]["port"], True)
        assert run("info", "--port", ready[0]["port"], "--json").record["serial"] == "SIM-0001"

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert run("devices", "--json").record["wands"] == []


@posix
def test_a_simulator_that_was_killed_is_no_longer_listed(run: Run, data_dir: Path) -> None:
    with serving(1) as (process, _):
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

        assert run("devices", "--json").record["wands"] == []


def test_over_tcp_with_a_trace_of_what_truly_happens(run: Run, data_dir: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.ndjson"
    with serving(1, "--tcp", "--trace", str(trace), "--tip", "medium") as (_, ready):
        assert ready[0]["port"].startswith("socket://127.0.0.1:")
        told = run("info", "--json").record
        assert (told["serial"], told["grit"], told["simulated"]) == ("SIM-0001", "medium", True)
    first = json.loads(trace.read_text().splitlines()[0])
    assert (first["serial"], first["duty"], first["vent"]) == ("SIM-0001", 0, True)


def test_a_gauge_is_served_beside_the_wands_and_is_no_wand(run: Run, data_dir: Path) -> None:
    words = ("--tcp", "--units", "2", "--hand", "bench", "--gauge", "fluke-val", "--gauge-fault", "sign", "--uncalibrated")
    with serving(3, *words, "--errors", "none,offset_pa=200") as (_, ready):
        assert [(one["kind"], one["serial"]) for one in ready] == [("wand", "SIM-0001"), ("wand", "SIM-0002"), ("gauge", "SIM-G001")]
        assert {one["port"] for one in run("devices", "--json").record["wands"]} == {one["port"] for one in ready[:2]}
        assert run("info", "--port", ready[0]["port"], "--json").record["calibration"]["made_at"] is None
        line = PortLine(open_port(ready[2]["port"]))
        line.send(b"*IDN?\r")
        assert answered(line) == "FLUKE,700G,SIM-G001,1.00"
        line.send(b"VAL?\r")
        number, unit = answered(line).split(",")
        assert (abs(float(number)) < 0.1, unit) == (True, "KPA")
        line.close()


def answered(line: PortLine) -> str:
    """The next answer of a gauge."""
    data = b""
    while not data.endswith(b"\r"):
        data += line.receive(10_000)
    return data.decode().strip()


@posix
def test_a_cable_that_a_script_pulls_is_said(run: Run, data_dir: Path, tmp_path: Path) -> None:
    script = tmp_path / "hand.txt"
    script.write_text("0.2 unplug\n")
    with serving(2, "--hand", str(script)) as (_, said):
        assert [one["event"] for one in said] == ["ready", "gone"]


def test_the_practice_calendar_moves_on_and_only_forwards(run: Run) -> None:
    before = run("simulate", "--advance", "0d", "--json").record
    after = run("simulate", "--advance", "28d", "--json").record

    assert (before["ahead_days"], after["ahead_days"]) == (0, 28)
    assert run("simulate", "--advance", "36h").out.endswith("29.5 days ahead.\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--advance", "-3d"), 2),
        (("--advance", "3"), 2),
        (("--advance", "nan"), 2),
        (("--advance", "99999d"), 2),
        (("--units", "0"), 2),
        (("--units", "17"), 2),
        (("--fault", "gremlin"), 2),
        (("--tip", "rough"), 2),
        (("--hand", "keys"), 2),
        (("--errors", "gian=0.02"), 2),
        (("--gauge", "bourdon"), 2),
        (("--gauge-fault", "sign"), 2),
        (("--gauge", "fluke-val", "--gauge-fault", "gremlin"), 2),
        (("--hand", "/nowhere/hand.txt"), 9),
        (("--pty", "--trace", "/nowhere/trace.ndjson"), 9),
        (("--pty", "--serial", "much-too-long-a-number"), 2),
        (("--units", "2", "--serial", "SIM-7"), 2),
    ],
)
def test_bad_input_is_said_before_anything_runs(run: Run, words: tuple[str, ...], code: int) -> None:
    ended = run("simulate", *words)

    assert (ended.code, ended.out) == (code, "")
    assert ended.err


def test_a_wand_that_is_served_rests_when_its_calendar_moves(run: Run, data_dir: Path) -> None:
    with open_store(data_dir, practice=True) as store:
        unit = make_unit(hand="none", seed=1, utc_s=store.now_s(1_790_000_000))
        seen: list[int] = []
        calendar = Calendar(store, _Steps(seen))
        unit.trace = calendar
        unit.run(2_000)
        assert len(seen) == 100

        store.advance(86_400)
        unit.run(2_000)
        assert unit.state == "SELF_TEST" or len(seen) == 200
        assert unit.now_ms == 4_000


@pytest.mark.parametrize(("command", "hand"), [("bench calibrate", ["bench"]), ("bench", ["bench"]), ("treat", []), ("benchmark", [])])
def test_the_wand_behind_port_sim_sits_in_a_fixture_for_a_technicians_commands(command: str, hand: list[str], data_dir: Path) -> None:
    with Invocation(Options(port="sim", data_dir=data_dir), command=command) as call:
        assert parse_qs(urlsplit(call.chosen().spec).query).get("hand", []) == hand


class _Steps:
    def __init__(self, seen: list[int]) -> None:
        self._seen = seen

    def row(self, unit: object, /) -> None:
        self._seen.append(1)
