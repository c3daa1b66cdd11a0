"""The air in the wand: pump, chamber, filter, bleed, vent and tip, in floats, 20 ms at a time.

One chamber of air, isothermal: ``dv/dt = (P0 / V) * (pump - leaks)``, v being vacuum in
pascals below ambient and flows free air in m3/s. The pump follows a straight line from
its free flow down to its stall, both falling with the speed of the motor; the filter is a
resistance in its path. Bleed, vent and tip are orifices.

Each sub-step takes pump slope and leaks implicitly (by the secant), so it can neither
ring nor fall below ambient, however far the tip is lifted off. The numbers of the plant
are plausible for a small diaphragm pump; they were not measured on a device.
"""

from math import exp, sqrt
from random import Random
from typing import Final, NamedTuple

STEP_MS: Final = 20
SUB_STEPS: Final = 4
SUB_STEP_MS: Final = STEP_MS / SUB_STEPS
DUTY_FULL: Final = 65535
AMBIENT_PA: Final = 101_325.0
ORIFICE_COEFFICIENT: Final = 0.65
AIR_KG_M3: Final = 1.2
LAMINAR_BELOW_PA: Final = 200.0
"""Below this an orifice is taken as linear, which keeps its conductance finite at rest."""
CHOKED_ABOVE_PA: Final = 47_800.0
"""Above this (0.472 of ambient, the critical ratio of air) an orifice passes no more."""
OPEN_MM2: Final = 28.0
"""The free bore of the tip, 6 mm across."""
SEALED_BEST_MM2: Final = 0.02
SEALED_WORST_MM2: Final = 0.2
"""What still leaks under a tip that sits on skin: from its best to its worst."""

_REST_PA: Final = 0.5
_REST_SPEED: Final = 0.001
_FLOW_PER_MM2: Final = 1e-6 * ORIFICE_COEFFICIENT * sqrt(2 / AIR_KG_M3)
_CHOKED_PER_MM2: Final = _FLOW_PER_MM2 * sqrt(CHOKED_ABOVE_PA)
_LAMINAR_PER_MM2: Final = _FLOW_PER_MM2 / sqrt(LAMINAR_BELOW_PA)


class Plant(NamedTuple):
    """The hardware of one unit; the defaults are the nominal wand."""

    pump_l_min: float = 8.0
    """Free flow at full speed; the band is +-25 %."""
    stall_pa: float = 70_000.0
    """Vacuum at which the pump passes nothing at full speed; +-10 %."""
    droop: float = 0.6
    """How much of the stall goes as the speed goes to zero, 0.3 to 0.8."""
    volume_ml: float = 40.0
    """Dead volume between pump and skin; +-25 %."""
    filter_pa_s_m3: float = 2e7
    """Resistance of a clean filter."""
    bleed_mm2: float = 0.126
    """A fixed hole of 0.4 mm, so that vacuum falls with the power off."""
    vent_mm2: float = 2.0
    """The open vent valve, 1 to 3."""
    vent_lag_ms: float = 5.0
    """Time constant with which the valve opens and closes."""
    pump_lag_ms: float = 60.0
    """Time constant of the motor's speed."""
    start_duty: int = 7864
    """Duty (of 65535) at which the motor begins to turn: 12 %."""


class Faults(NamedTuple):
    """What is broken; the default is nothing."""

    pump_stuck: bool | None = None
    """True: runs at full speed whatever the duty; False: never turns."""
    vent_stuck: bool | None = None
    """True: stands open; False: stays closed."""
    filter_clog: float = 1.0
    """Factor on the filter's resistance; 50 is badly clogged."""
    leak_mm2: float = 0.0
    """A leak besides that at the tip: of a seal, or of a fixture."""


NO_FAULTS: Final = Faults()


def draw_plant(random: Random) -> Plant:
    """Return a plant from the whole band, evenly, as one unit of many would have it."""
    return Plant(
        pump_l_min=random.uniform(6.0, 10.0),
        stall_pa=random.uniform(63_000.0, 77_000.0),
        droop=random.uniform(0.3, 0.8),
        volume_ml=random.uniform(30.0, 50.0),
        vent_mm2=random.uniform(1.0, 3.0),
    )


class Pneumatics:
    """The air of one wand; ``vacuum_pa`` is the truth that its sensor only approximates."""

    def __init__(self, plant: Plant = Plant(), faults: Faults = NO_FAULTS) -> None:  # noqa: B008 (an immutable value)
        """Begin at ambient with the pump at rest and the vent closed."""
        self.plant = plant
        self.vacuum_pa = 0.0
        self.pump_speed = 0.0
        """0 at rest to 1 at full speed; the motor's current follows it."""
        self.vent_mm2 = 0.0
        """How far the vent valve is open at this moment."""
        self._per_flow = SUB_STEP_MS / 1000 * AMBIENT_PA / (plant.volume_ml * 1e-6)
        self._pump_gain = 1 - exp(-SUB_STEP_MS / plant.pump_lag_ms)
        self._vent_gain = 1 - exp(-SUB_STEP_MS / plant.vent_lag_ms)
        self.faults = faults
        self.drawn_pa = 0.0
        """What another pump takes away in a sub-step, as the fall of pressure that it makes; see ``draw``."""

    def draw(self, flow_m3_s: float) -> None:
        """Let another pump draw so much free air out of the chamber from here on, whatever the vacuum."""
        self.drawn_pa = self._per_flow * flow_m3_s

    @property
    def faults(self) -> Faults:
        """What is broken now; may be set at any time."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._filter = self.plant.filter_pa_s_m3 * max(1.0, faults.filter_clog)
        self._fixed_mm2 = self.plant.bleed_mm2 + faults.leak_mm2

    def step(self, duty: int, vent_open: bool, seal_mm2: float) -> float:
        """Let 20 ms pass and return the vacuum in pascals, never below 0.

        Args:
            duty: of the pump, 0 to 65535.
            vent_open: what the valve is told.
            seal_mm2: leak at the tip, ``OPEN_MM2`` in the air, 0.02 to 0.2 on skin.
        """
        target = self._speed_of(duty)
        if target == 0.0 and self.vacuum_pa < _REST_PA and self.pump_speed < _REST_SPEED and not self.drawn_pa:
            return self._rest(vent_open)
        stuck = self._faults.vent_stuck
        vent_target = self.plant.vent_mm2 if (vent_open if stuck is None else stuck) else 0.0
        self._move(target, vent_target, self._fixed_mm2 + max(0.0, seal_mm2))
        return self.vacuum_pa

    def _speed_of(self, duty: int) -> float:
        stuck = self._faults.pump_stuck
        if stuck is not None:
            return 1.0 if stuck else 0.0
        start = self.plant.start_duty
        return min(1.0, (duty - start) / (DUTY_FULL - start)) if duty > start else 0.0

    def _rest(self, vent_open: bool) -> float:
        """Nothing turns and nothing is held: skip the sums."""
        stuck = self._faults.vent_stuck
        self.vent_mm2 = self.plant.vent_mm2 if (vent_open if stuck is None else stuck) else 0.0
        self.vacuum_pa = self.pump_speed = 0.0
        return 0.0

    def _move(self, target: float, vent_target: float, fixed_mm2: float) -> None:
        """Take the sub-steps; everything is local, for this is the innermost loop of a simulation."""
        vacuum, speed, vent = self.vacuum_pa, self.pump_speed, self.vent_mm2
        pump_gain, vent_gain, per_flow, resistance = self._pump_gain, self._vent_gain, self._per_flow, self._filter
        full_flow, droop, stall_full, drawn = self.plant.pump_l_min / 60_000, self.plant.droop, self.plant.stall_pa, self.drawn_pa
        for _ in range(SUB_STEPS):
            speed += (target - speed) * pump_gain
            vent += (vent_target - vent) * vent_gain
            stall = stall_full * (1 - droop + droop * speed)
            flow = full_flow * speed
            # Past its stall the pump's own valves shut: it passes nothing, and nothing flows back.
            slope = flow / (stall + flow * resistance) if vacuum < stall else 0.0
            if vacuum <= LAMINAR_BELOW_PA:
                leak = (fixed_mm2 + vent) * _LAMINAR_PER_MM2
            elif vacuum <= CHOKED_ABOVE_PA:
                leak = (fixed_mm2 + vent) * _FLOW_PER_MM2 / sqrt(vacuum)
            else:
                leak = (fixed_mm2 + vent) * _CHOKED_PER_MM2 / vacuum
            vacuum = (vacuum + per_flow * slope * stall + drawn) / (1 + per_flow * (slope + leak))
        self.vacuum_pa, self.pump_speed, self.vent_mm2 = vacuum, speed, vent
