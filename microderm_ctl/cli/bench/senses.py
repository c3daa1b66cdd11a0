"""What only a person can tell of a unit: whether its light and its buzzer are seen and heard. Its button is tried by the unlock."""

from typing import Final

from microderm_ctl.bench.measurement import Limits, Measurement, measure
from microderm_ctl.cli.bench.station import Station

ASKED: Final = "Did the unit blink, and did it beep?"
FLAG: Final = "--json"
ANSWER_MS: Final = 300_000
"""How long a person may think before SERVICE idles out."""
TOLD: Final = Limits(1, 1, 0, "1", "eyes are on the skin in a treatment: light and buzzer lead through it")


def look_and_listen(station: Station) -> tuple[Measurement, ...]:
    """Let the unit show itself, and ask; where nobody can be asked, nothing is judged."""
    if not station.call.ask.can_ask:
        return ()
    station.unit.show("identify")
    station.unit.keep_alive(ANSWER_MS)
    return (measure("light_and_buzzer", float(station.call.ask.confirm(ASKED, FLAG)), TOLD),)
