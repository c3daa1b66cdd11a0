"""What every reference gauge can do, and what it gives."""

from enum import StrEnum
from typing import NamedTuple, Protocol

from microderm_ctl.bench.gauges.units import Unit


class Sign(StrEnum):
    """How a gauge shows a vacuum."""

    NEGATIVE = "negative"
    """Below zero, as compound and gauge-pressure instruments do."""
    POSITIVE = "positive"
    """Above zero, as pure vacuum gauges do."""

    def vacuum_pa(self, shown: float, unit: Unit) -> float:
        """Return the vacuum, pascals below ambient, of a number on the display."""
        return (-shown if self is Sign.NEGATIVE else shown) * unit.pa


class Identity(NamedTuple):
    """Who a gauge says it is; empty where it does not say."""

    maker: str = ""
    model: str = ""
    serial: str = ""


class GaugeReading(NamedTuple):
    """One reading as the gauge gave it, not yet corrected by its certificate."""

    vacuum_pa: float
    """Pascals below ambient; negative is over-pressure."""
    raw: str
    """The answer as it came, for the record."""
    unit: Unit
    """In which it was given."""
    asked_ms: int
    """On the caller's clock."""
    at_ms: int
    """When the answer was complete."""
    stamp: str = ""
    """The gauge's own time or count of this reading, where it gives one."""

    @property
    def middle_ms(self) -> float:
        """Half-way between question and answer: when it was measured, as well as can be known."""
        return (self.asked_ms + self.at_ms) / 2


class Gauge(Protocol):
    """A reference gauge."""

    @property
    def can_zero(self) -> bool:
        """Whether it can be zeroed from here; else a person presses its key."""

    @property
    def is_typed(self) -> bool:
        """Whether a person types what it shows, which takes seconds."""

    def identify(self) -> Identity:
        """Return who it says it is, and learn its unit anew: once at the start and before every series.

        Raises:
            GaugeProblem: it does not answer, or with something else.
        """

    def zero(self) -> None:
        """Let it take the pressure of now as zero; only with the port vented.

        Raises:
            GaugeProblem: it cannot, or is too far from zero for that.
        """

    def read(self) -> GaugeReading:
        """Return a fresh reading; every wait in it is bounded.

        Raises:
            GaugeProblem: silent, garbled or refusing.
            GaugeLost: its port went away.
        """

    def close(self) -> None:
        """Let go of its port; a second time does nothing."""
