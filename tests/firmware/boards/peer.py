"""Starts the board's own files on MicroPython, with a chip that is not there, and says in integers what came of it.

    micropython peer.py FAKES FOLDER

FAKES holds `machine` and `usb`; FOLDER holds the package `firmware`. It runs in the
current folder, which takes the memory, in real time for a little under two seconds.
"""

import sys
from time import sleep_ms, ticks_diff, ticks_ms  # type: ignore[attr-defined]

sys.path.insert(0, sys.argv[2])
sys.path.insert(0, sys.argv[1])

import machine  # type: ignore[import-not-found]
import usb.device  # type: ignore[import-not-found]
from firmware.boards import loop as program  # type: ignore[import-not-found]

SAFE = 2
STEPS_MOST = 150
"""As many as a self-test may have."""


def turn_for(loop: program.Loop, duration_ms: int) -> None:
    """Turn as `run` does, while the chip's clock follows the real one."""
    world = machine.world
    begun_ms = ticks_ms()
    begun_us = world.now_us
    while ticks_diff(ticks_ms(), begun_ms) < duration_ms:
        world.now_us = max(world.now_us, begun_us + 1000 * ticks_diff(ticks_ms(), begun_ms))
        if not loop.turn():
            sleep_ms(1)


def main() -> None:
    """Start, pass the self-test, answer a HELLO, write a record, and lose a part."""
    world = machine.world
    loop = program.start()
    cdc = usb.device.get().interfaces[0]
    print("driven", world.driven[:2])
    while loop.app.state.mode != SAFE and loop.steps < STEPS_MOST:
        turn_for(loop, 100)  # by steps: a busy computer makes fewer of them in a second
    print("passed", loop.app.state.mode, world.pump_duty(), world.vent_is_open(), world.feeds == loop.steps)
    cdc.host_line(3)
    turn_for(loop, 60)
    cdc.host_send(bytes([int(sys.argv[3][at : at + 2], 16) for at in range(0, len(sys.argv[3]), 2)]))
    turn_for(loop, 100)
    print("linked", loop.app.state.mode, len(cdc.host_fetch()) > 40)
    print("written", loop.app.memory.write(3, b"\x13"), loop.app.memory.read(3)[1] == b"\x13")
    world.driven.clear()
    loop.board.set_vent(False)
    loop.board.set_pump(20_000)
    print("on", world.pump_duty(), world.vent_is_open())
    loop.board.rest()
    print("off", world.driven[-3:])
    world.parts.clear()
    print("gone", loop.board.raw_pressure(), loop.board.temperature_dc(), loop.board.motion_mg(), loop.board.pump_ma())
    try:
        loop.board.restart(True)
    except machine.Reset:
        print("restarted", world.resets)


main()
