"""What a control step of the wand's program costs on MicroPython, in time and in memory, beside the 20 ms that it has.

    python -m tests.conformance.cost                  on the native MicroPython
    python -m tests.conformance.cost --for-board      the same as one file, for `mpremote run` on a board

Bytes are exact. Times are this computer's; the factor to an RP2040 is taken from the
one thing that is known of both, an HMAC, and is right to a factor of two.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.firmware import constants as k
from microderm_protocol import codes
from tests.conformance.computer import Computer, ScriptedBoard
from tests.conformance.runtime import ROOT, find

PEER: Final = Path(__file__).with_name("cost_peer.py")
STEP_US: Final = 20_000
RP2040_HMAC_US: Final = 4_300
"""HMAC-SHA256 of 32 bytes, by the same few lines, on MicroPython 1.28 on an emulated RP2040 at 125 MHz.

The emulator counts instructions. A quarter to 40 % of them were USB's, which a board
does beside it, and it knows no misses of the flash's cache: hence half of it as the other end.
"""
RP2040_FREE_BYTES: Final = 232_000
"""Free heap of MicroPython 1.28 on a Pico before the program is loaded."""
BLOCKS: Final = 2
"""A block of the heap is 32 bytes here and 16 on the board."""


class Cost(NamedTuple):
    """Time and memory of one thing, per time that it is done."""

    median_us: int
    least_us: int
    allocated: int


class Costs(NamedTuple):
    """All that was measured."""

    held: int
    """Bytes of the heap that the program holds, compiled from source, before a treatment."""
    kept: int
    """Bytes that 200 steps in RUN leave behind for good."""
    collect_us: int
    """To collect the garbage of 200 steps."""
    each: dict[str, Cost]

    @property
    def garbage_a_second(self) -> int:
        """Bytes that a second of a treatment leaves behind: 50 steps, 10 of them with telemetry, and 10 renewals."""
        each = self.each
        return 40 * each["step"].allocated + 10 * each["step-with-telemetry"].allocated + 10 * each["renewal"].allocated


def script() -> str:
    """Return the program to run, with a state in mid treatment, at its set point."""
    computer = Computer(ScriptedBoard())
    computer.ready(((1, 10_000, 300),), 300_000)
    computer.run(2_000)
    snapshot = computer.wand.state()
    if snapshot[0][0] != k.RUN or not computer.telemetry or not computer.telemetry.flags & codes.SEALED:
        raise AssertionError(f"not on the skin: {computer.telemetry}")
    return f"SNAPSHOT = {snapshot!r}\n" + PEER.read_text(encoding="utf-8")


def measure(runtime: str) -> Costs:
    """Run it on a MicroPython.

    Raises:
        AssertionError: the program did not stay in RUN with the pump on, so that something else was measured.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cost.py"
        file.write_text(script(), encoding="utf-8")
        done = subprocess.run(
            [runtime, "-X", "heapsize=512K", str(file), str(ROOT / "microderm_ctl")],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    return read(done.stdout + done.stderr)


def read(said: str) -> Costs:
    """Return the figures that the program printed."""
    lines = [line.split() for line in said.splitlines()]
    if {tuple(words[1:]) for words in lines if words[0] == "state"} != {(str(k.RUN), "1")}:
        raise AssertionError(said)
    numbers = {words[0]: [int(word) for word in words[1:]] for words in lines if words[0] != "state"}
    each = {name: Cost(*values[1:]) for name, values in numbers.items() if len(values) == len(Cost._fields) + 1}
    nothing = each.pop("nothing")
    own = {name: Cost(*(max(0, one - none) for one, none in zip(cost, nothing, strict=True))) for name, cost in each.items()}
    return Costs(numbers["held"][0], numbers["kept"][0], numbers["collect"][0], own)


def table(costs: Costs) -> str:
    """Return the figures as a person reads them."""
    most = RP2040_HMAC_US / max(1, costs.each["hmac"].least_us)
    lines = [f"{'':21}{'here, us':>10}{'bytes':>8}{'RP2040, ms':>16}{'of 20 ms':>14}{'bytes':>8}"]
    for name, cost in costs.each.items():
        low_us, high_us = cost.least_us * most / 2, cost.least_us * most
        lines.append(
            f"{name:21}{cost.least_us:10}{cost.allocated:8}{low_us / 1_000:8.1f} to {high_us / 1_000:4.1f}"
            f"{100 * low_us / STEP_US:7.0f} to {100 * high_us / STEP_US:.0f}%{cost.allocated // BLOCKS:8}"
        )
    held, garbage = costs.held // BLOCKS, costs.garbage_a_second // BLOCKS
    free = RP2040_FREE_BYTES - held
    return "\n".join(
        [
            *lines,
            f"an RP2040 takes {most / 2:.0f} to {most:.0f} times as long, by the HMAC; its blocks of memory are half as large",
            f"the program holds {held} bytes there, {100 * held / RP2040_FREE_BYTES:.0f} % of the heap",
            f"a second leaves {garbage} bytes behind, {100 * garbage / free:.0f} % of what is free; {costs.kept} are kept",
            f"collecting them takes {costs.collect_us} us here",
        ]
    )


def main(arguments: list[str]) -> int:
    """Print the figures, or the program for a board."""
    if arguments == ["--for-board"]:
        print(script())
        return 0
    runtime = find()
    if not runtime:
        print("there is no MicroPython: make test-micropython")
        return 1
    print(table(measure(runtime)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
