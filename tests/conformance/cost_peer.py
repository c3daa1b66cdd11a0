"""Measures on MicroPython what a control step costs: time, memory allocated, memory held. `cost.py` puts `SNAPSHOT` before it.

It needs the package `firmware` on the path and nothing of the board: what is measured
comes from here, so that the program's own cost is seen and no driver's.
"""

import gc
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    SNAPSHOT: "tuple[tuple[int, ...], ...]" = ()
    """The state in mid treatment, from CPython."""

if len(sys.argv) > 1:
    sys.path.insert(0, sys.argv[1])

gc.collect()
HELD_BEFORE = gc.mem_alloc()  # type: ignore[attr-defined]

app_module = __import__("firmware.app").app
base = __import__("firmware.board").board
unlock = __import__("firmware.unlock").unlock
wire = __import__("firmware.wire").wire

STEPS = 200
TICKS = time.ticks_us  # type: ignore[attr-defined]
RENEW = 0x10
RAW = 8_192 + 4_900
"""9.8 kPa: a little below the set point, so that the regulator works."""


class Still(base.Board):  # type: ignore[misc, name-defined]
    """A board on which somebody holds 10 kPa and moves; nothing is allocated to say so."""

    def __init__(self) -> None:
        self.now = 0
        self.slots: dict[int, bytes] = {}

    def ticks_ms(self) -> int:
        return self.now & 0x3FFFFFFF

    def raw_pressure(self) -> int:
        return RAW + self.now // 20 % 16

    def motion_mg(self) -> int:
        return 120

    def tip_ohm(self) -> int:
        return 2_200

    def temperature_dc(self) -> int:
        return 281

    def supply_mv(self) -> int:
        return 5_010

    def pump_ma(self) -> int:
        return 320

    def line_up(self) -> bool:
        return True

    def button(self) -> bool:
        return False

    def serial_number(self) -> bytes:
        return b"MD-COST-0001"

    def random8(self) -> bytes:
        return b"\1\2\3\4\5\6\7\x08"

    def reset_cause(self) -> int:
        return 0

    def set_pump(self, duty: int) -> None:
        pass

    def set_vent(self, is_open: bool) -> None:
        pass

    def set_signal(self, signal: int) -> None:
        pass

    def read_slot(self, slot: int) -> bytes:
        return self.slots.get(slot, b"")

    def write_slot(self, slot: int, content: bytes) -> None:
        self.slots[slot] = content


class Measured:
    """Time and memory of many calls of one thing."""

    def __init__(self, act: "Callable[[], object]", prepare: "Callable[[], None]", count: int) -> None:
        """Call it so often, with the collector off and what prepares it left out."""
        times = [0] * count
        allocated = 0
        gc.collect()
        gc.disable()
        for number in range(count):
            prepare()
            before = gc.mem_alloc()  # type: ignore[attr-defined]
            begun = TICKS()
            act()
            times[number] = TICKS() - begun
            allocated += gc.mem_alloc() - before  # type: ignore[attr-defined]
            if number % 50 == 49:
                gc.collect()
        gc.enable()
        times.sort()
        self.numbers = (count, times[count // 2], times[0], allocated // count)
        gc.collect()


def main() -> None:
    """Print what each thing costs, a line each."""
    board = Still()
    app = app_module.App(board)
    gc.collect()
    print("held", gc.mem_alloc() - HELD_BEFORE)  # type: ignore[attr-defined]

    def pass_time() -> None:
        board.now += 20
        app.state.lease = 25
        app._until_telemetry = 99
        app.events.clear()

    def pass_time_to_telemetry() -> None:
        pass_time()
        app._until_telemetry = 1

    def nothing() -> None:
        pass

    for _ in range(60):
        pass_time()
        app.step()
    app.state.restore(SNAPSHOT)
    app.open_session(True)
    frames = [wire.build(wire.REQUEST, RENEW, number, wire.pack("<II", (app.token, app.now))) for number in range(1, 21)]

    def renew() -> None:
        app.feed(frames.pop())

    frames.reverse()
    names = ("nothing", "renewal", "control-step", "step", "step-with-telemetry", "hmac")
    acts = (
        (nothing, nothing, STEPS),
        (renew, nothing, len(frames)),
        (app.control_step, pass_time, STEPS),
        (app.step, pass_time, STEPS),
        (app.step, pass_time_to_telemetry, STEPS),
        (lambda: unlock.hmac_sha256(b"k" * 32, b"m" * 32), nothing, 200),
    )
    for name, (act, prepare, count) in zip(names, acts):
        app.state.restore(SNAPSHOT)
        print(name, *Measured(act, prepare, count).numbers)
        if prepare is not nothing:
            print("state", app.state.mode, int(app.state.duty > 0))
    held = []
    for _ in range(2):
        for _ in range(STEPS):
            pass_time()
            app.step()
        begun = TICKS()
        gc.collect()
        took = TICKS() - begun
        held.append(gc.mem_alloc())  # type: ignore[attr-defined]
    print("kept", held[1] - held[0])
    print("collect", took)


main()
