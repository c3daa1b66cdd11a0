"""Real time: a simulator in a process of its own, and what treats with its wands in others."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from tests.benchmarks import peers
from tests.benchmarks.figures import Row
from tests.benchmarks.memory_of import resident_kib

PERCENT_VIEW: Final = 6
PERCENT_PLAIN: Final = 2
LEASE_MS: Final = 500
STEP_MS: Final = 20
TREAT_MOST_S: Final = 60.0
CALM_S: Final = 2.0


class Served(NamedTuple):
    """A simulator that serves wands on pseudo terminals: its process, the ports by serial number, its trace, a directory."""

    pid: int
    ports: dict[str, str]
    trace: Path
    directory: Path


@contextmanager
def served(units: int, no_hangup: bool = False) -> Iterator[Served]:
    """Serve wands for the time of the body."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        trace = directory / "trace.ndjson"
        words = ["--units", str(units), "--memory", str(directory / "memory"), "--trace", str(trace), "--seed", "7"]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.wands", *words, *(["--no-hangup"] if no_hangup else [])],
            stdout=subprocess.PIPE, text=True, env=peers.environment(), cwd=peers.ROOT,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            told = [json.loads(process.stdout.readline()) for _ in range(units)]
            yield Served(process.pid, {one["serial"]: one["port"] for one in told}, trace, directory)
        finally:
            process.terminate()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def treated(wands: Served, how: str, duration_s: float, port: str | None = None) -> dict[str, float]:
    """Treat with a wand in another process, and return what that said of itself."""
    chosen = port or next(iter(wands.ports.values()))
    words = [sys.executable, "-m", "tests.benchmarks.treating", chosen, str(wands.directory), how, str(duration_s)]
    pid = at_terminal(words)
    drain(pid.descriptor, duration_s + TREAT_MOST_S)
    _, status = os.waitpid(pid.process, 0)
    os.close(pid.descriptor)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"treating ({how}) ended with {os.waitstatus_to_exitcode(status)}")
    found: dict[str, float] = json.loads((wands.directory / f"{how}.json").read_text(encoding="utf-8"))
    return found


class AtTerminal(NamedTuple):
    """A process in a terminal of its own, and the end of it that we hold."""

    process: int
    descriptor: int


def at_terminal(words: list[str]) -> AtTerminal:
    """Start a program in a terminal of its own."""
    process, descriptor = pty.fork()
    if process == 0:
        os.chdir(peers.ROOT)
        os.execve(words[0], words, peers.environment() | {"TERM": "xterm-256color"})
    return AtTerminal(process, descriptor)


def drain(descriptor: int, most_s: float) -> None:
    """Read what a program draws until it ends."""
    end = time.monotonic() + most_s
    while time.monotonic() < end:
        if select.select([descriptor], [], [], 1.0)[0]:
            try:
                if not os.read(descriptor, 65_536):
                    return
            except OSError:
                return


def load(rounds: int, duration_s: float) -> Row:
    """Measure processor time while a treatment runs: with the live view, without, and a bare read loop."""
    row = Row("load")
    taken: dict[str, list[float]] = {"view": [], "plain": [], "bare": []}
    kib: dict[str, float] = {}
    with served(1) as wands:
        for _ in range(rounds):
            for how, values in taken.items():
                found = treated(wands, how, duration_s)
                values.append(found["percent"])
                kib[how] = found["kib"]
    row.within(
        "a treatment with the live view", "% of a core", taken["view"], PERCENT_VIEW, "10 readings, 10 renewals, 4 pictures a second"
    )
    row.within("a treatment that nobody watches", "% of a core", taken["plain"], PERCENT_PLAIN, "10 readings, 10 renewals a second")
    row.told("a loop that only reads", "% of a core", taken["bare"], "10 readings a second")
    return row


def death(deaths: int) -> Row:
    """Kill what treats, where no hang-up is seen and where one is, and read in the wand's trace how long the pump went on."""
    row = Row("death")
    for no_hangup, what in ((True, "the lease is all there is"), (False, "the hang-up is seen")):
        with served(1, no_hangup) as wands:
            offs = [_killed(wands) for _ in range(deaths)]
        limit = LEASE_MS + STEP_MS
        name = f"last renewal to pump off, {what}"
        row.within(name, "ms", offs, limit, "the lease and one step, in the wand's clock", scales=False)
        row.told(f"the longest of {deaths}, {what}", "ms", [max(offs)], "in the wand's clock", scales=False)
    return row


def _killed(wands: Served) -> float:
    """Kill one treatment on the skin, and return ms of the wand's clock from its last renewal to pump off."""
    words = [sys.executable, "-m", "tests.benchmarks.treating", next(iter(wands.ports.values())), str(wands.directory), "plain", "60"]
    begun = len(_steps(wands.trace))
    child = at_terminal(words)
    try:
        while not any(step["state"] == "RUN" and step["vacuum_pa"] > 1_000 for step in _steps(wands.trace)[begun:]):
            time.sleep(0.1)
        time.sleep(0.3)
    finally:
        os.kill(child.process, 9)
        os.waitpid(child.process, 0)
        os.close(child.descriptor)
    time.sleep(CALM_S)
    return _off_after_ms(_steps(wands.trace)[begun:])


def _off_after_ms(steps: list[dict[str, Any]]) -> float:
    running = [place for place, step in enumerate(steps) if step["state"] == "RUN" and step["duty"] > 0]
    off = next(step["ms"] for step in steps[running[-1] :] if step["duty"] == 0)
    renewed = max(step["ms"] - (LEASE_MS - step["lease_ms"]) for step in steps[: running[-1] + 1] if step["lease_ms"])
    return float(off - renewed)


def _steps(trace: Path) -> list[dict[str, Any]]:
    lines = trace.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def memory(duration_s: float) -> Row:
    """Measure resident memory: at rest, in a treatment, and of a simulator."""
    row = Row("memory")
    base = "import click, serial, construct, sqlite3"
    row.told("the bare interpreter", "MiB", [_held("pass") / 1024], scales=False)
    row.told(f"`{base}`", "MiB", [_held(base) / 1024], scales=False)
    ours = "import microderm_ctl.wand, microderm_ctl.records.store, microderm_ctl.cli.main, microderm_ctl.treatment.runner"
    row.told("at rest: wand, store, runner and command line imported", "MiB", [_held(ours) / 1024], scales=False)
    row.told(
        "the same for a bench: gauges, calibration, procedure", "MiB",
        [_held(ours + ", microderm_ctl.bench.calibration, microderm_ctl.bench.procedure, microderm_ctl.bench.gauges") / 1024],
        scales=False,
    )  # fmt: skip
    with served(1) as wands:
        row.told("in a treatment that nobody watches", "MiB", [treated(wands, "plain", duration_s)["kib"] / 1024], scales=False)
        row.told("in a treatment with the live view", "MiB", [treated(wands, "view", duration_s)["kib"] / 1024], scales=False)
        row.told("a simulator with one wand", "MiB", [resident_kib(wands.pid) / 1024], scales=False)
    with served(64) as wands:
        row.told("a simulator with 64 wands", "MiB", [resident_kib(wands.pid) / 1024], scales=False)
    return row


def _held(source: str) -> float:
    script = f"{source}\nfrom tests.benchmarks.memory_of import resident_kib\nprint(resident_kib('self'))"
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=peers.environment(), cwd=peers.ROOT
    )
    return float(ended.stdout)
