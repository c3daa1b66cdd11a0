"""The leak of the fixture alone, by the gauge alone: blanked, drawn with its hand pump, and left to itself.

It is measured each day, and taken off what is measured with a unit in the fixture.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from microderm_ctl.bench.gauges import Gauge, GaugeReading, GaugeRecord, check_vent
from microderm_ctl.bench.leak import Decay, Law, Sample, decay
from microderm_ctl.bench.live.problems import NotSettled
from microderm_ctl.bench.measurement import Measurement, measure
from microderm_ctl.bench.procedure import Numbers, Procedure
from microderm_ctl.clock import Clock

READINGS: Final = 6
DRAWN_PA: Final = 2_000
"""So much over the vacuum at which the leak is told: what re-warms and leaks meanwhile still leaves it in reach."""
DRAW_MOST_S: Final = 120.0
EVERY_MS: Final = 200
RESTS_PA: Final = 100.0
"""Two readings that rise by less: nobody draws any more."""
HOLDS_S: Final = 24 * 3600
"""For so long a leak that was measured stands for the fixture."""


class FixtureDown(NamedTuple):
    """How the vacuum of the blanked fixture fell, by the gauge."""

    samples: tuple[Sample, ...]


class Blanked(NamedTuple):
    """The decay of the fixture alone that holds for a run; none where it was not measured that day."""

    decay: Decay | None


class FixtureWork:
    """A fixture and a gauge, without a unit."""

    def __init__(self, gauge: Gauge, record: GaugeRecord, clock: Clock, numbers: Numbers, hands: Callable[[str], None]) -> None:
        """Take over a gauge that is open.

        Args:
            gauge: on the fixture.
            record: corrects it.
            clock: of the gauge.
            numbers: of the procedure.
            hands: says what hands have to do.
        """
        self._gauge = gauge
        self._record = record
        self._clock = clock
        self._numbers = numbers
        self._hands = hands

    def measure(self) -> FixtureDown:
        """Look at the gauge vented, let the technician draw, and watch the vacuum fall.

        Raises:
            GaugeProblem: it is silent, or not at zero when vented.
            NotSettled: nobody has drawn far enough, or the vacuum does not stay.
        """
        check_vent([self._gauge.read() for _ in range(READINGS)])
        wanted_pa = self._numbers.leak_from_pa + DRAWN_PA
        self._hands(f"Close the fixture with the blank, and draw with its hand pump to {wanted_pa / 1000:.0f} kPa; then let go.")
        self._await_drawn(wanted_pa)
        self._clock.sleep_ms(self._numbers.fixture_settle_s * 1000)
        return FixtureDown(self._watched())

    def _await_drawn(self, wanted_pa: float) -> None:
        end_ms = self._clock.now_ms() + round(DRAW_MOST_S * 1000)
        most_pa, last_pa = 0.0, 0.0
        while self._clock.now_ms() < end_ms:
            now_pa = self._vacuum_pa(self._gauge.read())
            most_pa = max(most_pa, now_pa)
            if most_pa >= wanted_pa - RESTS_PA and now_pa < last_pa + RESTS_PA:
                return
            last_pa = now_pa
            self._clock.sleep_ms(EVERY_MS)
        raise NotSettled(
            f"The fixture was drawn to {most_pa / 1000:.1f} kPa at the most, and {wanted_pa / 1000:.0f} kPa are needed.",
            "Is the blank on it, and the valve of the hand pump right? If the vacuum does not stay, look for the leak: the O-ring first.",
            {"most_pa": round(most_pa), "wanted_pa": wanted_pa},
        )

    def _watched(self) -> tuple[Sample, ...]:
        begin_ms, samples = self._clock.now_ms(), list[Sample]()
        while self._clock.now_ms() - begin_ms < self._numbers.fixture_window_s * 1000 or len(samples) < self._numbers.leak_samples:
            reading = self._gauge.read()
            vacuum_pa = self._vacuum_pa(reading)
            if vacuum_pa <= self._numbers.leak_end_pa:
                raise NotSettled("The fixture does not hold its vacuum.", "Look for the leak: O-ring, tubes, the valve of the hand pump.")
            samples.append(Sample((reading.middle_ms - begin_ms) / 1000, vacuum_pa))
            self._clock.sleep_ms(EVERY_MS)
        return tuple(samples)

    def _vacuum_pa(self, reading: GaugeReading) -> float:
        return self._record.corrected_pa(reading.vacuum_pa)


def judge_fixture(procedure: Procedure, found: FixtureDown) -> tuple[Decay, Measurement]:
    """Return the decay of the fixture alone, and its judgement in Pa/min."""
    known = decay(found.samples, procedure.numbers.leak_from_pa, Law.LAMINAR)
    return known, measure("fixture_leak", max(0.0, known.rate_pa_s * 60), procedure.gates.fixture_leak)  # noise may let it seem to rise
