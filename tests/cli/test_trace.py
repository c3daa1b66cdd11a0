"""``trace`` on whole, torn, damaged and foreign files."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.recordings.make import EXAMPLE, record


@pytest.fixture
def lines() -> list[str]:
    return EXAMPLE.read_text().splitlines()


def _written(directory: Path, lines: list[str], end: str = "\n") -> str:
    path = directory / "copy.ndjson"
    path.write_text("\n".join(lines) + end)
    return str(path)


def _at(lines: list[str], text: str) -> int:
    """Return the number of the first line that says something, from 0."""
    return next(place for place, line in enumerate(lines) if text in line)


def test_it_shows_each_message_with_its_units_and_what_it_adds_up_to(run: Run) -> None:
    ran = run("trace", str(EXAMPLE))
    assert ran.code == 0, ran.err
    assert "tx ARM request" in ran.out and "cap=10000,12000 Pa" in ran.out and "trip=11500,13500 Pa" in ran.out
    assert "before=ARMED after=RUN" in ran.out and "TELEMETRY" not in ran.out and "RENEW" not in ran.out
    assert "none bad" in ran.out and "Renewals came 100 ms apart at most, which left 400 ms" in ran.out
    assert "cut off" not in ran.out


def test_json_is_a_stream_with_the_summary_last(run: Run) -> None:
    stream = [json.loads(line) for line in run("trace", str(EXAMPLE), "--all", "--json").out.splitlines()]
    names = {one["message"] for one in stream if one["event"] == "message"}
    assert {"HELLO", "ARM", "RENEW", "TELEMETRY", "STATE", "ROWS"} <= names
    arm = next(one for one in stream if one.get("message") == "ARM" and one["direction"] == "tx")
    assert arm["fields"]["cap_pa"] == [10_000, 12_000] and arm["fields"]["purpose"] == "treatment" and arm["bytes"].startswith("00")
    summary = stream[-1]
    assert summary["event"] == "summary" and summary["is_closed"] and summary["bad"] == 0
    assert summary["duration_ms"] == stream[-2]["t_ms"]


def test_all_of_the_bytes_are_in_it(run: Run, lines: list[str]) -> None:
    stream = [json.loads(line) for line in run("trace", str(EXAMPLE), "--all", "--json").out.splitlines()]
    for direction in ("tx", "rx"):
        told = "".join(one["bytes"] for one in stream if one.get("direction") == direction)
        assert told == "".join(json.loads(line).get(direction, "") for line in lines[1:])


@pytest.mark.parametrize(
    ("words", "shown", "hidden"),
    [
        (("--all",), "TELEMETRY event", "no message"),
        (("-vvv",), "RENEW request", "no message"),
        (("--only", "set-point"), "SET_POINT answer", "ARM"),
        (("--only", "renew", "--only", "arm"), "RENEW answer", "ZONE request"),
        (("--since", "1"), "after=RUN", "HELLO"),
        (("--until", "1"), "HELLO", "after=RUN"),
        (("--bytes", "--only", "hello"), " 00 ", "ARM"),
    ],
)
def test_filters(run: Run, words: tuple[str, ...], shown: str, hidden: str) -> None:
    ran = run("trace", str(EXAMPLE), *words)
    assert ran.code == 0 and shown in ran.out
    assert hidden not in ran.out


@pytest.mark.parametrize(
    ("words", "said"), [(("--only", "tellemetry"), "Did you mean 'telemetry'?"), (("--since", "3", "--until", "2"), "Nothing lies between")]
)
def test_wrong_filters(run: Run, words: tuple[str, ...], said: str) -> None:
    ran = run("trace", str(EXAMPLE), *words)
    assert ran.code == 2 and said in ran.err


def test_one_wrong_byte_is_shown_with_its_line(run: Run, lines: list[str], tmp_path: Path) -> None:
    place = _at(lines, "ARM answer")
    row = json.loads(lines[place])
    row["rx"] = row["rx"][:40] + ("7" if row["rx"][40] != "7" else "8") + row["rx"][41:]
    lines[place] = json.dumps(row)
    ran = run("trace", _written(tmp_path, lines))
    assert ran.code == 0 and f"no message: its check sum is wrong (line {place + 1})" in ran.out
    assert f"1 bad (line {place + 1})" in ran.out
    stream = [json.loads(line) for line in run("trace", _written(tmp_path, lines), "--json").out.splitlines()]
    (bad,) = [one for one in stream if one["event"] == "bad"]
    assert bad["line"] == place + 1 and bad["bytes"] == row["rx"]


@pytest.mark.parametrize("cut", [1, 2, 20])
def test_a_torn_last_line_is_told_and_left_out(run: Run, lines: list[str], tmp_path: Path, cut: int) -> None:
    torn = _written(tmp_path, [*lines[:-1], lines[-1][:-cut]], end="")
    ran = run("trace", torn)
    assert ran.code == 0 and f"Line {len(lines)}, the last one, is not whole" in ran.err and "cut off" in ran.out
    assert json.loads(run("trace", torn, "--json").out.splitlines()[-1])["torn"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("half a li", "no JSON object"),
        ('{"t": 5}', "none of tx, rx"),
        ('{"t": -5, "tx": ""}', "no time"),
        ('{"tx": "00"}', "no time"),
        ('{"t": true, "tx": "00"}', "no time"),
        ('{"t": 5, "tx": "0g"}', "not in hexadecimal"),
        ('{"t": 5, "rx": 12}', "no text"),
        ("[]", "no JSON object"),
        ("\x00\x01", "no JSON object"),
    ],
)
def test_a_damaged_line_in_the_middle_is_named(run: Run, lines: list[str], tmp_path: Path, broken: str, said: str) -> None:
    lines[20] = broken
    ran = run("trace", _written(tmp_path, lines))
    assert ran.code == 9 and "damaged at line 21" in ran.err and said in ran.err and "head -n 20" in ran.err


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", 9, "is empty"),
        (bytes(range(256)) * 10, 9, "is no recording"),
        (b"\xff" * 200_000, 9, "is no recording"),
        (b"hello\n", 9, "is no recording"),
        (b'{"microderm": "recor', 9, "is no recording"),
        (b"[" * 60_000, 9, "is no recording"),
        (b'{"microderm": "recording", "form": 2, "program": "9.0"}\n', 9, "newer program (9.0): form 2"),
        (b'{"microderm": "recording", "form": 1}\n', 9, "the header lacks 'protocol'"),
        (b'{"microderm": "recording", "form": "x"}\n', 9, "newer program"),
    ],
)
def test_what_is_no_recording(run: Run, tmp_path: Path, content: bytes, code: int, said: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    ran = run("trace", str(path))
    assert ran.code == code and said in ran.err and len(ran.err.splitlines()) >= 2, ran.err


def test_a_trace_of_the_simulator_is_known_for_what_it_is(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "truth.ndjson"
    record(tmp_path / "wire.ndjson", f"sim://?seed=3&trace={path}")
    ran = run("trace", str(path))
    assert ran.code == 2 and "simulate --trace" in ran.err and "jq" in ran.err


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_cannot_be_read(run: Run, tmp_path: Path, name: str) -> None:
    ran = run("trace", str(tmp_path / name))
    assert ran.code == 9 and "cannot be read" in ran.err


def test_another_protocol_is_told_and_what_never_changes_is_decoded(run: Run, lines: list[str], tmp_path: Path) -> None:
    lines[0] = json.dumps(json.loads(lines[0]) | {"protocol": "00000001"})
    ran = run("trace", _written(tmp_path, lines))
    assert ran.code == 0 and "protocol 00000001" in ran.err
    assert "serial=SIM-0007" in ran.out and "cap=10000" not in ran.out and "ARM " in ran.out


def _row(t_ms: int, kind: str, value: str) -> str:
    return json.dumps({"t": t_ms, kind: value})


def test_silences_and_the_lease_are_told(run: Run, lines: list[str], tmp_path: Path) -> None:
    """What comes after the fifth renewal while it runs comes 0.45 s later."""
    place = [number for number, line in enumerate(lines) if "RENEW request" in line][15]
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for row in rows[place:]:
        row["t"] += 450
    ran = run("trace", _written(tmp_path, [json.dumps(row) for row in rows]))
    silence = re.search(r"nothing from the wand for (\d+) ms", ran.out)
    assert silence is not None and 450 <= int(silence[1]) <= 550
    assert f"The wand was silent for {silence[1]} ms at most" in ran.out
    assert "Renewals came 550 ms apart at most, which left 0 ms" in ran.out


def test_signals_keys_and_a_lost_port_are_told(run: Run, lines: list[str], tmp_path: Path) -> None:
    more = [_row(9_000, "key", "pause"), _row(9_001, "signal", ""), _row(9_002, "lost", ""), _row(9_003, "end", "closed")]
    out = run("trace", _written(tmp_path, [*lines[:-1], *more])).out
    for said in ("the person asked: pause", "a signal came", "the port failed", "the recording ended"):
        assert said in out


def test_a_reader_that_goes_early_is_met_in_silence() -> None:
    """As with ``| head``: no error, no complaint."""
    read, write = os.pipe()
    os.close(read)
    words = [sys.executable, "-m", "microderm_ctl", "trace", str(EXAMPLE), "--all"]
    ended = subprocess.run(words, stdout=write, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")
