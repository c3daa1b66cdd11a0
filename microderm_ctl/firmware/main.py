"""The second thing that the Pico runs: a wand, or once the prompt that mpremote needs. Lies at the top of the board's files.

Whatever ends the wand's program, pump and vent are at rest before anything else, and
the board restarts. Without the program, or with half of it, it ends at the prompt.

Which program runs is said by a file of one line, the name of the folder that holds
the package `firmware`. Whoever installs another one renames a new file over it at
the very end, so that there is always a whole program in force, or none.
"""

import os
import sys
from time import sleep_ms  # type: ignore[attr-defined]

import machine  # type: ignore[import-not-found]

PUMP = 2
VENT = 3
BUTTON = 7
PROGRAM_FILE = "program.txt"
SERVICE_FILE = "service"
CRASH_FILE = "crash.txt"
HELD_STEPS = 100
"""2 s with the button held from power-up on."""
LONG_MS = 5_000


def rest() -> None:
    """Pump off and vent open."""
    machine.Pin(PUMP, machine.Pin.OUT, value=0)
    machine.Pin(VENT, machine.Pin.OUT, value=0)


def wants_service() -> bool:
    """Return whether to end at the prompt: LOADER asked for it, or the button is held for 2 s."""
    if SERVICE_FILE in os.listdir():
        os.remove(SERVICE_FILE)
        return True
    button = machine.Pin(BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
    for _ in range(HELD_STEPS):
        sleep_ms(20)
        if button.value():
            return False
    return True


def keep(error: Exception) -> None:
    """Write down what ended the program, the first one only, for whoever comes with mpremote."""
    machine.WDT(timeout=LONG_MS)
    try:
        if CRASH_FILE not in os.listdir():
            with open(CRASH_FILE, "w") as file:
                sys.print_exception(error, file)  # type: ignore[attr-defined]
    except OSError:
        pass  # nowhere to write; it restarts all the same


def be_a_wand() -> None:
    """Run the program that is in force; come back never.

    Raises:
        OSError: none is.
        ImportError: it is not there, or not whole.
    """
    with open(PROGRAM_FILE) as file:
        sys.path.insert(0, file.read(64).strip())
    from firmware.boards.loop import run  # type: ignore[import-not-found]

    try:
        run()
    except Exception as error:
        rest()
        keep(error)
    finally:
        rest()
        machine.reset()


rest()
if not wants_service():
    be_a_wand()
