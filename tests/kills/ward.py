"""Virtual wands side by side in one simulator, on pseudo terminals, and the trace of what truly happens in them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

SEALED_PA: Final = 900
STEP_MS: Final = 20
LEASE_LOW_MS: Final = 250
"""A computer that has its time renews a lease of 500 ms every 100 ms."""
DROPPED_MS: Final = 100
RESTING: Final = ("SAFE", "LINKED")


class Step(NamedTuple):
    """A line of the simulator's trace; times are the wand's own."""

    ms: int
    tick: int
    state: str
    cause: str
    line: bool
    lease_ms: int
    duty: int
    vent: bool
    vacuum_pa: int
    dropped_ms: int

    @property
    def is_off(self) -> bool:
        """Whether pump and valve are as they are after a stop."""
        return self.duty == 0 and self.vent

    @property
    def is_treating(self) -> bool:
        """Whether it draws on skin."""
        return self.state == "RUN" and self.vacuum_pa > SEALED_PA


class Bed:
    """A wand: its port and its steps since a treatment began.

    Attributes:
        pulls: how often its cable was pulled.
        left_ms: when the computer before was gone for certain, in the wand's clock.
    """

    def __init__(self, serial: str) -> None:
        """Begin with neither."""
        self.serial = serial
        self.port = ""
        self.steps: list[Step] = []
        self.pulls = 0
        self.left_ms = 0
        self.true_ms: dict[int, int] = {}
        """The true time under vacuum of its treatments, by their number in the store."""

    @property
    def now_ms(self) -> int:
        """The time of the last step that is known, in the wand's own clock."""
        return self.steps[-1].ms if self.steps else 0

    @property
    def state(self) -> str:
        """The state in the last step that is known."""
        return self.steps[-1].state if self.steps else ""

    @property
    def cause(self) -> str:
        """The cause in the last step that is known."""
        return self.steps[-1].cause if self.steps else ""

    @property
    def is_treating(self) -> bool:
        """Whether it draws on skin, as far as is known."""
        return bool(self.steps) and self.steps[-1].is_treating

    @property
    def is_resting(self) -> bool:
        """Whether it can be treated with, as far as is known."""
        return self.port != "" and self.state in RESTING

    def was_starved(self) -> bool:
        """Return whether simulator or computer had too little of the machine's time since the treatment began."""
        steps = self.steps
        low = any(step.state == "RUN" and step.lease_ms < LEASE_LOW_MS for step in steps)
        return low or (len(steps) > 1 and steps[-1].dropped_ms - steps[0].dropped_ms > DROPPED_MS)

    def first(self, since_ms: int, **wanted: object) -> Step | None:
        """Return the first step after a time in which fields are as wanted."""
        for step in self.steps:
            if step.ms > since_ms and all(getattr(step, name) == value for name, value in wanted.items()):
                return step
        return None

    def off_after(self, since_ms: int) -> Step | None:
        """Return the first step after a time that is no RUN."""
        return next((step for step in self.steps if step.ms > since_ms and step.state != "RUN"), None)

    def renewed_before(self, off: Step) -> Step:
        """Return the last step in which the lease was renewed before one in which all was off."""
        before = [step for step in self.steps if step.ms <= off.ms]
        for step, later in zip(reversed(before[:-1]), reversed(before), strict=False):
            if later.lease_ms > max(0, step.lease_ms - STEP_MS):  # else it has run down by this step
                return step
        return before[0]

    def begin(self) -> None:
        """Forget the steps of the treatment before."""
        del self.steps[:-1]


class Ward:
    """A simulator with its wands, in a process of its own.

    Attributes:
        beds: its wands.
    """

    def __init__(self, directory: Path, units: int, random: Random, *, no_hangup: bool = False, unplugs: bool = False) -> None:
        """Start it; ``unplugs`` makes hands that pull the cable at random moments of a treatment."""
        self.beds: list[Bed] = []
        self._by_serial: dict[str, Bed] = {}
        self._said = self._traced = b""
        self._was_killed = False
        self._units = units
        trace = directory / f"trace-{random.getrandbits(32):08x}"
        trace.touch()
        self._trace = os.open(trace, os.O_RDONLY)
        words = ["--units", str(units), "--trace", str(trace), "--seed", str(random.getrandbits(31))]
        words += ["--memory", str(directory / "memory")]
        words += ["--no-hangup"] if no_hangup else []
        words += ["--unplugs"] if unplugs else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.wands", *words],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            bufsize=0,
            process_group=0,  # a signal to this program and its group is not meant for the wands
        )
        if self.process.stdout is None:
            raise RuntimeError("no pipe")
        self._out = self.process.stdout.fileno()
        os.set_blocking(self._out, False)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    @property
    def failure(self) -> str:
        """What became of a simulator that nobody killed; nothing while it runs."""
        return "" if self.is_alive or self._was_killed else f"the simulator ended with exit code {self.process.returncode}"

    @property
    def is_ready(self) -> bool:
        """Whether every wand has a port."""
        return len(self.beds) == self._units

    def fileno(self) -> int:
        """Return the pipe on which it tells of its ports."""
        return self._out

    def look(self) -> None:
        """Take in what was told and traced, without waiting."""
        self._hear_ports()
        while data := os.read(self._trace, 1 << 20):
            self._traced += data
        *lines, self._traced = self._traced.split(b"\n")
        for line in lines:
            self._keep(json.loads(line))

    def _hear_ports(self) -> None:
        try:
            while data := os.read(self._out, 65_536):
                self._said += data
        except BlockingIOError:
            pass
        *lines, self._said = self._said.split(b"\n")
        for line in lines:
            told = json.loads(line)
            if told["event"] == "ready":
                self._bed(told["serial"]).port = told["port"]
            else:
                bed = self._bed(told["serial"])
                bed.port = ""
                bed.pulls += 1

    def _bed(self, serial: str) -> Bed:
        if serial not in self._by_serial:
            self._by_serial[serial] = Bed(serial)
            self.beds.append(self._by_serial[serial])
        return self._by_serial[serial]

    def _keep(self, row: dict[str, Any]) -> None:
        bed = self._by_serial.get(row["serial"])
        if bed is not None:
            bed.steps.append(Step(*(row[name] for name in Step._fields)))

    def kill(self) -> None:
        """Let it die as when the power goes."""
        self._was_killed = True
        self.process.kill()
        self.process.wait()
        self.look()

    def __enter__(self) -> Self:
        """Return the ward itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self._trace)
        if self.process.stdout is not None:
            self.process.stdout.close()
