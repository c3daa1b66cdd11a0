"""Start-up in whole processes: what only reads a table, and a device command up to its first byte on the wire."""

import os
import select
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.benchmarks import peers
from tests.benchmarks.figures import Row
from tests.benchmarks.measure import in_turn, process_cpu_ms

HELLO: Final = "import click\n\n\n@click.command()\ndef hello():\n    click.echo('hello')\n\n\nhello()\n"
MOST_CLICK: Final = 1.15
BY_HAND: Final = """
import sys
import click
import construct
import serial
from zlib import crc32

port = serial.Serial(sys.argv[1], 115200, timeout=0, exclusive=True)
layout = construct.Struct("magic" / construct.Int32ul, "table_hash" / construct.Int32ul, "nonce" / construct.Int32ul)
payload = layout.build({"magic": 0x4D52444D, "table_hash": 0xBDB95B1B, "nonce": 1})
body = bytes((1, 1, 1, 0, 1, 0, len(payload), 0)) + payload
body += crc32(body).to_bytes(4, "little")
port.write(b"\\0" + b"".join(bytes((len(one) + 1,)) + one for one in body.split(b"\\0")) + b"\\0")
port.flush()
"""
"""What a careful person writes by hand: the same libraries, one message, one frame."""
MOST_BY_HAND: Final = 1.5
FIRST_BYTE_MOST_S: Final = 30.0
PEERS: Final[Mapping[str, Sequence[str]]] = {
    "liquidctl": ("--version",),
    "esptool": ("version",),
    "mpremote": ("--version",),
    "ykman": ("--version",),
}


def microderm() -> str:
    """Return the program as a person types it."""
    return str(Path(sysconfig.get_path("scripts")) / "microderm")


def clean() -> dict[str, str]:
    """Return the environment of a program that was installed: nothing of ours on its path."""
    environment = peers.environment()
    del environment["PYTHONPATH"]
    return environment


def start(rounds: int) -> Row:
    """Measure `--version` and `--help` beside a click hello, the bare interpreter and the peers."""
    row = Row("start")
    with TemporaryDirectory() as directory:
        hello = Path(directory) / "hello.py"
        hello.write_text(HELLO, encoding="utf-8")
        programs = {
            "--version": [microderm(), "--version"],
            "--help": [microderm(), "--help"],
            "a click hello": [sys.executable, str(hello)],
            "python -c pass": [sys.executable, "-c", "pass"],
        }
        for name, words in PEERS.items():
            if (path := peers.program(name)) is not None:
                programs[f"{name} {words[0]}"] = [path, *words]
        taken = in_turn({name: process_cpu_ms(words, clean()) for name, words in programs.items()}, rounds)
    for ours in ("--version", "--help"):
        for name in list(taken)[2:]:
            most = MOST_CLICK if name == "a click hello" else None if name == "python -c pass" else 1
            row.versus(f"`microderm {ours}`", "ms CPU", taken[ours], name, taken[name], most)
    return row


def device(rounds: int) -> Row:
    """Measure a device command from its start to its first byte on the wire, beside a script by hand."""
    row = Row("device")
    with TemporaryDirectory() as directory:
        by_hand = Path(directory) / "by_hand.py"
        by_hand.write_text(BY_HAND, encoding="utf-8")
        environment = clean() | {"MICRODERM_DATA_DIR": str(Path(directory) / "data")}
        taken: dict[str, list[float]] = {}

        def first_byte(name: str, words: Sequence[str]) -> Callable[[], float]:
            def measure() -> float:
                wall_ms, cpu_ms = to_first_byte(words, environment)
                taken.setdefault(name, []).append(cpu_ms)
                return wall_ms

            return measure

        cases = {
            "ours": first_byte("ours", [microderm(), "--port", "PORT", "info"]),
            "theirs": first_byte("theirs", [sys.executable, str(by_hand), "PORT"]),
        }
        wall = in_turn(cases, rounds)
    row.versus("`microderm info`, wall clock", "ms", wall["ours"], "a script by hand", wall["theirs"], MOST_BY_HAND)
    row.versus("`microderm info`, CPU", "ms CPU", taken["ours"][1:], "a script by hand", taken["theirs"][1:], MOST_BY_HAND)
    return row


def to_first_byte(words: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run a program with a pseudo terminal in place of PORT until it sends a byte; return the wall and the CPU time so far, in ms."""
    master, slave = os.openpty()
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    try:
        filled = [os.ttyname(slave) if word == "PORT" else word for word in words]
        began = time.perf_counter()
        pid = os.posix_spawn(filled[0], filled, dict(environment), file_actions=nowhere)
        ready, _, _ = select.select([master], [], [], FIRST_BYTE_MOST_S)
        wall_ms = (time.perf_counter() - began) * 1000
        os.kill(pid, 9)
        _, _, usage = os.wait4(pid, 0)
        if not ready:
            raise RuntimeError(f"{words[0]} sent nothing in {FIRST_BYTE_MOST_S:g} s")
        return wall_ms, (usage.ru_utime + usage.ru_stime) * 1000
    finally:
        os.close(master)
        os.close(slave)
