"""A simulated gauge on the fixture of a virtual wand that is open in this process: it follows that wand, on its clock.

with Wand.open("sim://?serial=SIM-0007&hand=bench") as wand:
    line = gauge_beside("SIM-0007")
"""

from collections.abc import Iterable
from random import Random
from typing import Final

from microderm_ctl.clock import VirtualClock
from microderm_ctl.simulator.blank import Blank
from microderm_ctl.simulator.errors_model import GaugeErrors, draw_gauge
from microderm_ctl.simulator.faults import Fault
from microderm_ctl.simulator.gauge import SimulatedGauge, VirtualLine, vacuum_of
from microderm_ctl.simulator.live import find_live

GAUGE_SERIAL: Final = "SIM-G001"
DIALECT: Final = "fluke-val"


def gauge_errors(serial: str) -> GaugeErrors:
    """Return the errors of the gauge with a serial number, within its certificate: always the same ones."""
    return draw_gauge(Random(f"gauge {serial}"))


def gauge_beside(
    wand_serial: str,
    dialect: str = DIALECT,
    *,
    serial: str = GAUGE_SERIAL,
    errors: GaugeErrors | None = None,
    faults: Iterable[str | Fault] = (),
    seed: int | None = 0,
) -> VirtualLine:
    """Return the way to a gauge that sees the true vacuum of a wand which is open in this process.

    Args:
        wand_serial: of the wand, opened as ``sim`` or ``sim://...``.
        dialect: fluke-val or druck-pace.
        serial: of the gauge; its errors follow from it.
        errors: its errors, if not those.
        faults: what goes wrong, as ``gauge.parse_gauge_fault`` reads it.
        seed: of noise and latency; None draws one.

    Raises:
        NoWand: no such wand is open.
        UsageProblem: dialect or fault is unknown.
    """
    unit, clock = find_live(wand_serial)
    own = errors or gauge_errors(serial)
    return VirtualLine(SimulatedGauge(vacuum_of(unit), own, dialect=dialect, serial=serial, faults=faults, seed=seed), clock)


def gauge_on_blank(
    clock: VirtualClock, dialect: str = DIALECT, *, blank: Blank | None = None, faults: Iterable[str | Fault] = (), seed: int | None = 0
) -> VirtualLine:
    """Return the way to the same gauge on a blanked fixture, with nobody's wand on it.

    Args:
        clock: steps fixture and gauge.
        dialect: fluke-val or druck-pace.
        blank: the fixture, if not a good one.
        faults: what goes wrong with the gauge.
        seed: of noise and latency; None draws one.
    """
    air = blank or Blank()
    clock.attach(air.step)
    gauge = SimulatedGauge(lambda: air.vacuum_pa, gauge_errors(GAUGE_SERIAL), dialect=dialect, faults=faults, seed=seed)
    return VirtualLine(gauge, clock)
