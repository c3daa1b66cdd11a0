"""The first thing that the Pico runs: pump off, vent open. Lies at the top of the board's files and needs none of them."""

import machine  # type: ignore[import-not-found]

machine.Pin(2, machine.Pin.OUT, value=0)  # the pump
machine.Pin(3, machine.Pin.OUT, value=0)  # the vent, open without current
