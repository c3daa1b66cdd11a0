"""How the Pico is wired, and which pressure sensor it carries. `docs/wand/board.md` is this page as a drawing."""

PUMP = 2
"""Gate of the pump's switch: PWM slice 1. A soft reset of MicroPython stops slices 0 to 3 only."""
VENT = 3
"""Gate of the vent valve's switch. The valve is open without current."""
SDA = 4
SCL = 5
"""I2C 0."""
BUZZER = 6
"""PWM slice 3, not the pump's: a slice has one frequency."""
BUTTON = 7
"""To ground, pulled up inside."""
ALIVE = 8
"""Changes with each whole step in which the pump is wanted: a one-shot on it holds the second switch of the pump."""
RED = 10
GREEN = 11
BLUE = 12
PRESSURE = 26
TIP = 27
SUPPLY = 28
"""ADC 0, 1 and 2."""

OUTPUTS = (PUMP, VENT, BUZZER, ALIVE, RED, GREEN, BLUE)
INPUTS = (BUTTON,)
I2C_PINS = (SDA, SCL)
ANALOG = (PRESSURE, TIP, SUPPLY)

I2C_HZ = 400_000
I2C_TIMEOUT_US = 2_000
"""MicroPython's own 50 ms would make a step late that only met a dead part."""
PUMP_HZ = 20_000
"""Above hearing; where full duty still has 6,250 steps."""

XGZP6897D = "xgzp6897d"
MPXV6115V = "mpxv6115v"
SENSORS = (XGZP6897D, MPXV6115V)
UNKNOWN = ""
CONFIG_FILE = "board.txt"
PROGRAM_FILE = "program.txt"
"""Names the folder of the program that is in force; `main.py` reads it too."""
FOLDER_MARK = "wand-"
BUILD_DIGITS = 8


def pressure_sensor(text: str) -> str:
    """Return the pressure sensor that a board's file names in a line ``pressure NAME``.

    Without such a line it is the I2C sensor; a name that nobody knows is no sensor,
    with which the wand never starts.
    """
    chosen = XGZP6897D
    for line in text.split("\n"):
        words = line.split()
        if words and words[0] == "pressure":
            chosen = words[1] if len(words) == 2 and words[1] in SENSORS else UNKNOWN
    return chosen


def build_of(folder: str) -> int:
    """Return the build number in the name of a program's folder, ``wand-1a2b3c4d``; 0 where it has none."""
    digits = folder.strip()[len(FOLDER_MARK) :][:BUILD_DIGITS]
    if not folder.startswith(FOLDER_MARK) or len(digits) != BUILD_DIGITS:
        return 0
    try:
        return int(digits, 16)
    except ValueError:
        return 0


def pwm_slice(pin: int) -> int:
    """Return which of the eight PWM slices drives a pin (RP2040 data sheet, 4.5.2)."""
    return (pin >> 1) & 7
