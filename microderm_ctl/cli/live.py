"""A treatment as it runs: a screen in a terminal, lines without one, NDJSON for programs.

All three tell the same: what to do now, the vacuum, the time that is left. What the
colour of the screen says is said in words as well.
"""

from collections.abc import Sequence
from textwrap import wrap
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from microderm_ctl.cli.keys import HELP, Keys
from microderm_ctl.cli.printer import Printer
from microderm_ctl.clock import Clock, RealClock
from microderm_ctl.safety import Plan, label
from microderm_ctl.treatment import guide
from microderm_ctl.treatment.events import Event, Wish, name_of, record_of, seconds, sentence_of
from microderm_ctl.treatment.runner import Progress
from microderm_ctl.units import format_kpa

if TYPE_CHECKING:
    from rich.live import Live as RichLive
    from rich.text import Text

WIDTH: Final = 78
GAUGE_WIDTH: Final = 44
NOW_LINES: Final = 3
ZONE_LINES: Final = 4
EVERY_MS: Final = 250
"""Four pictures a second: enough to follow, and slow enough for a terminal over a network."""
_NOTES: Final = frozenset({"set-point", "wish-refused"})
"""Events that are shown beside what is to be done, not in its place."""


class Heading(NamedTuple):
    """What stays the same on the screen."""

    person: str
    wand: str
    simulated: bool
    plan: Plan


def gauge(vacuum_pa: int, set_point_pa: int, cap_pa: int, width: int = GAUGE_WIDTH) -> str:
    """Return the vacuum as a bar: ``=`` as far as it goes, ``|`` the set point, ``]`` the cap; its end is the trip's side of the cap."""
    whole_pa = max(cap_pa * 115 // 100, 1)

    def place(value_pa: int) -> int:
        return max(0, min(width - 1, value_pa * width // whole_pa))

    filled = max(0, vacuum_pa) * width // whole_pa
    cells = ["=" if column < filled else " " for column in range(width)]
    cells[place(cap_pa)] = "]"
    cells[place(set_point_pa)] = "|"
    return "".join(cells)


def clock_text(duration_ms: int) -> str:
    """Return a time as ``m:ss``, rounded up."""
    whole = seconds(duration_ms)
    return f"{whole // 60}:{whole % 60:02d}"


def contact_text(progress: Progress) -> str:
    """Return in words whether the tip is sealed and moving."""
    reading = progress.reading
    if reading.state != "RUN":
        return {"ARMED": "waiting for the button", "HOLD": "holding, vacuum off"}.get(reading.state, "off")
    if not reading.sealed:
        return "not on the skin"
    return "sealed, moving" if reading.moving else f"sealed, STANDING STILL for {reading.dwell_ms / 1000:.1f} s"


def picture(heading: Heading, progress: Progress, note: str = "") -> list[str]:
    """Return the screen as lines, at most 22 of at most 78 columns."""
    reading, zone = progress.reading, progress.zone
    set_point_pa = reading.set_point_pa or zone.level_pa
    now = wrap(sentence_of(progress.now), WIDTH - 2)[:NOW_LINES]
    title = f"microderm{'   SIMULATED' if heading.simulated else ''}"
    return [
        f"{title}{f'{heading.person}, wand {heading.wand}'.rjust(WIDTH - len(title))}",
        "",
        *(f"  {line}" for line in now),
        *[""] * (NOW_LINES - len(now)),
        f"  vacuum   {format_kpa(max(0, reading.vacuum_pa)):>8}  [{gauge(reading.vacuum_pa, set_point_pa, zone.cap_pa)}",
        f"           set point {format_kpa(set_point_pa)} |   cap {format_kpa(zone.cap_pa)} ]   vents above {format_kpa(zone.trip_pa)}",
        "",
        f"  zone     {clock_text(progress.row_left_ms):>8}  left: {label(zone.zone)}, {progress.row + 1} of {progress.rows},"
        f" pass {progress.pass_number} of {zone.passes}",
        f"  whole    {clock_text(progress.treatment_left_ms):>8}  left on the skin",
        f"  contact  {contact_text(progress)}",
        f"  wand     {guide.pattern(reading.signal)}",
        "",
        *_zones(heading.plan, progress.row),
        "",
        f"  {note}"[:WIDTH],
        f"  {HELP}   wand's button stops",
    ]


def _zones(plan: Plan, row: int) -> list[str]:
    """Return all zones in their order; the one that is on has an arrow."""
    names = [
        f"{'> ' if number == row else ''}{label(zone.zone)}{' (over)' if number < row else ''}" for number, zone in enumerate(plan.zones)
    ]
    joined = "   ".join(name.replace(" ", "\0") for name in names)  # names are not broken
    return [f"  {line}".replace("\0", " ") for line in wrap(joined, WIDTH - 2)[:ZONE_LINES]]


class Lines:
    """Tells a run as lines of text or of JSON, only when something changes; JSON has telemetry four times a second as well."""

    def __init__(self, printer: Printer, keys: Keys) -> None:
        """Take where to print, and the keys that are heard."""
        self._printer = printer
        self._keys = keys
        self._shown_ms: int | None = None
        self._t_ms = 0

    def __enter__(self) -> Self:
        """Say which keys are heard."""
        if self._keys.is_there and not self._printer.as_json:
            self._printer.note(f"Keys: {HELP}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave what was printed."""

    def told(self, event: Event, t_ms: int) -> None:
        """Print what has happened."""
        self._t_ms = t_ms
        self._printer.event(record_of(event, t_ms), f"{clock_text(t_ms):>5}  {sentence_of(event)}")

    def shown(self, progress: Progress) -> None:
        """Print telemetry, for programs alone."""
        reading = progress.reading
        if not self._printer.as_json or (self._shown_ms is not None and reading.received_ms - self._shown_ms < EVERY_MS):
            return
        self._shown_ms = reading.received_ms
        self._printer.event(_telemetry(progress), None)

    def wishes(self) -> Sequence[Wish]:
        """Return what was asked for by key."""
        return self._keys.wishes()


def _telemetry(progress: Progress) -> dict[str, Any]:
    reading = progress.reading
    return {
        "event": "telemetry",
        "tick_ms": reading.tick_ms,
        "state": reading.state,
        "zone": progress.zone.zone,
        "pass": progress.pass_number,
        "vacuum_pa": reading.vacuum_pa,
        "set_point_pa": reading.set_point_pa,
        "cap_pa": progress.zone.cap_pa,
        "trip_pa": progress.zone.trip_pa,
        "sealed": reading.sealed,
        "moving": reading.moving,
        "dwell_ms": reading.dwell_ms,
        "zone_left_ms": progress.row_left_ms,
        "treatment_left_ms": progress.treatment_left_ms,
        "signal": reading.signal,
    }


class Live:
    """Shows a run as a screen that is drawn anew four times a second, in place."""

    def __init__(self, heading: Heading, keys: Keys, clock: Clock | None = None) -> None:
        """Take what stays the same, and the keys that are heard."""
        self._heading = heading
        self._keys = keys
        self._clock = clock or RealClock()
        self._drawn_ms: int | None = None
        self._note = ""
        self._live: RichLive | None = None

    def __enter__(self) -> Self:
        """Begin to draw."""
        from rich.console import Console
        from rich.live import Live as RichLive

        self._live = RichLive(console=Console(), auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave the last picture, and the cursor as it was."""
        if self._live is not None:
            self._live.stop()

    def told(self, event: Event, t_ms: int) -> None:
        """Draw at once what has happened."""
        self._drawn_ms = None
        self._note = sentence_of(event) if name_of(event) in _NOTES else ""

    def shown(self, progress: Progress) -> None:
        """Draw where the run stands, if the last picture is old."""
        now_ms = self._clock.now_ms()
        if self._live is None or (self._drawn_ms is not None and now_ms - self._drawn_ms < EVERY_MS):
            return
        self._drawn_ms = now_ms
        self._live.update(_styled(picture(self._heading, progress, self._note)), refresh=True)

    def wishes(self) -> Sequence[Wish]:
        """Return what was asked for by key."""
        return self._keys.wishes()


def _styled(lines: list[str]) -> "Text":
    """Return the picture with its first line and what is to be done now in bold."""
    from rich.text import Text

    text = Text(no_wrap=True, overflow="crop")
    for number, line in enumerate(lines):
        text.append(f"{line}\n", style="bold" if number == 0 or 2 <= number < 2 + NOW_LINES else "")
    return text
