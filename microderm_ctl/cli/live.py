"""A treatment as it runs: a screen in a terminal, lines without one, NDJSON for programs.

All three tell the same: what to do now, the vacuum, the time that is left. What the
colour of the screen says is said in words as well.
"""

from collections.abc import Sequence
from textwrap import wrap
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from microderm_ctl.cli.keys import Keys
from microderm_ctl.cli.printer import Printer
from microderm_ctl.cli.strokes import Strokes
from microderm_ctl.clock import Clock, RealClock
from microderm_ctl.safety import Plan, label
from microderm_ctl.texts import live as texts
from microderm_ctl.treatment import guide
from microderm_ctl.treatment.events import Event, Wish, name_of, record_of, seconds, sentence_of
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.units import format_kpa

if TYPE_CHECKING:
    from rich.live import Live as RichLive
    from rich.text import Text

WIDTH: Final = 78
GAUGE_WIDTH: Final = 44
NOW_LINES: Final = 3
ZONE_LINES: Final = 4
HEIGHT: Final = 23
NAMES: Final = 9
EVERY_MS: Final = 250
"""Four pictures a second: enough to follow, and slow enough for a terminal over a network."""
_NOTES: Final = frozenset({"set-point", "wish-refused"})
"""Events that are shown beside what is to be done, not in its place."""


class Loud(str):
    """A line that is shown in bold."""

    __slots__ = ()


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
        return {"ARMED": texts.WAITING, "HOLD": texts.HOLDING}.get(reading.state, texts.OFF)
    if not reading.sealed:
        return texts.NOT_ON_SKIN
    return texts.MOVING if reading.moving else texts.STILL.format(seconds=f"{reading.dwell_ms / 1000:.1f}")


def picture(heading: Heading, progress: Progress, note: str = "", width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    """Return the screen as lines.

    Args:
        heading: what stays the same.
        progress: where the run stands.
        note: what is shown beside what is to be done.
        width: columns at most; a wider screen than 78 is not filled.
        height: lines at most; what matters least is left out first.
    """
    blocks = _wide(heading, progress, note) if width >= WIDTH else _narrow(heading, progress, note, width)
    for least in sorted({rank for rank, _ in blocks if rank}):
        if sum(len(lines) for _, lines in blocks) <= height:
            break
        blocks = [(rank, lines) for rank, lines in blocks if rank != least]
    return [line for _, lines in blocks for line in lines]


Block = tuple[int, list[str]]
"""Lines that stay or go together; those of the lowest number go first, those of 0 never."""


def _wide(heading: Heading, progress: Progress, note: str) -> list[Block]:
    reading, zone = progress.reading, progress.zone
    set_point_pa = reading.set_point_pa or zone.level_pa
    now = wrap(sentence_of(progress.now), WIDTH - 2)[:NOW_LINES]
    title = f"{texts.NAME}{texts.SIMULATED if heading.simulated else ''}"
    whose = texts.WHOSE.format(person=heading.person, wand=heading.wand)
    return [
        (0, [Loud(f"{title}{whose.rjust(WIDTH - len(title))}")]),
        (1, [""]),
        (0, [Loud(f"  {line}") for line in now]),
        (1, [""] * (NOW_LINES - len(now))),
        (0, [f"{_named(texts.VACUUM, format_kpa(max(0, reading.vacuum_pa)))}  [{gauge(reading.vacuum_pa, set_point_pa, zone.cap_pa)}"]),
        (0, [f"           {'   '.join(_settings(progress))}"]),
        (1, [""]),
        (0, [f"{_named(texts.ZONE, clock_text(progress.row_left_ms))}  {_zone_left(progress)}"]),
        (0, [f"{_named(texts.WHOLE, clock_text(progress.treatment_left_ms))}  {texts.WHOLE_LEFT}"]),
        (0, [f"  {texts.CONTACT.ljust(NAMES)}{contact_text(progress)}"]),
        (3, [f"  {texts.WAND.ljust(NAMES)}{guide.pattern(reading.signal)}"]),
        (1, [""]),
        (2, _zones(heading.plan, progress.row)),
        (1, [""]),
        (0 if note else 1, [f"  {note}"[:WIDTH]]),
        (0, [f"  {texts.KEYS}   {texts.BUTTON_STOPS}"]),
    ]


def _narrow(heading: Heading, progress: Progress, note: str, width: int) -> list[Block]:
    """Return the same for a narrow terminal: every text broken between words, and the gauge as wide as there is room."""
    reading, zone = progress.reading, progress.zone
    set_point_pa = reading.set_point_pa or zone.level_pa
    title = f"{texts.NAME}{texts.SIMULATED if heading.simulated else ''}"

    def told(rank: int, text: str) -> Block:
        return (rank, wrap(text, width, initial_indent="  ", subsequent_indent="  "))

    return [
        (0, [Loud(title[:width])]),
        (4, wrap(texts.WHOSE.format(person=heading.person, wand=heading.wand), width)),
        (1, [""]),
        (0, [Loud(line) for line in told(0, sentence_of(progress.now))[1]]),
        (1, [""]),
        (3, [f"  [{gauge(reading.vacuum_pa, set_point_pa, zone.cap_pa, max(8, width - 3))}"]),
        told(0, f"{texts.VACUUM} {format_kpa(max(0, reading.vacuum_pa))}, {'  '.join(_settings(progress))}"),
        told(0, f"{texts.ZONE} {clock_text(progress.row_left_ms)} {_zone_left(progress)}"),
        told(0, f"{texts.WHOLE} {clock_text(progress.treatment_left_ms)} {texts.WHOLE_LEFT}"),
        told(0, contact_text(progress)),
        told(2, guide.pattern(reading.signal)),
        (1, [""]),
        *([told(0, note)] if note else []),
        told(0, f"{texts.KEYS}  {texts.BUTTON_STOPS}"),
    ]


def _named(name: str, value: str) -> str:
    return f"  {name.ljust(NAMES)}{value:>8}"


def _settings(progress: Progress) -> list[str]:
    zone = progress.zone
    told = {
        "set_point": format_kpa(progress.reading.set_point_pa or zone.level_pa),
        "cap": format_kpa(zone.cap_pa),
        "trip": format_kpa(zone.trip_pa),
    }
    return [text.format(**told) for text in texts.SETTINGS]


def _zone_left(progress: Progress) -> str:
    return texts.ZONE_LEFT.format(
        zone=label(progress.zone.zone),
        row=progress.row + 1,
        rows=progress.rows,
        number=progress.pass_number,
        of=progress.zone.passes,
    )


def _zones(plan: Plan, row: int) -> list[str]:
    """Return all zones in their order; the one that is on has an arrow."""
    names = [
        f"{'> ' if number == row else ''}{texts.IS_OVER.format(zone=label(zone.zone)) if number < row else label(zone.zone)}"
        for number, zone in enumerate(plan.zones)
    ]
    joined = "   ".join(name.replace(" ", "\0") for name in names)  # names are not broken
    return [f"  {line}".replace("\0", " ") for line in wrap(joined, WIDTH - 2)[:ZONE_LINES]]


class Lines:
    """Tells a run as lines of text or of JSON, only when something changes; JSON has telemetry four times a second as well.

    In text a stroke that ends with the tip in the air is no event: only a tip that stays
    off for two seconds is told, and then that it draws again.
    """

    def __init__(self, printer: Printer, keys: Keys) -> None:
        """Take where to print, and the keys that are heard."""
        self._printer = printer
        self._keys = keys
        self._shown_ms: int | None = None
        self._strokes = Strokes()

    def __enter__(self) -> Self:
        """Say which keys are heard."""
        if self._keys.is_there and not self._printer.as_json:
            self._printer.note(texts.KEYS_LINE.format(keys=texts.KEYS))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave what was printed."""

    def told(self, event: Event, t_ms: int) -> None:
        """Print what has happened."""
        is_news = self._strokes.is_news(event) or self._printer.as_json
        self._printer.event(record_of(event, t_ms), sentence_of(event) if is_news else None)

    def shown(self, progress: Progress) -> None:
        """Print telemetry, for programs alone; for people that the tip has been off the skin for a while."""
        reading = progress.reading
        if not self._printer.as_json:
            if self._strokes.came_off(progress):
                self._printer.event(None, guide.touch_again_text(progress.zone.zone))
            return
        if self._shown_ms is not None and reading.received_ms - self._shown_ms < EVERY_MS:
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
        size = self._live.console.size
        lines = picture(self._heading, progress, self._note, size.width - 1, size.height - 1)
        self._live.update(_styled(lines), refresh=True)

    def wishes(self) -> Sequence[Wish]:
        """Return what was asked for by key."""
        return self._keys.wishes()


def _styled(lines: list[str]) -> "Text":
    """Return the picture with its first line and what is to be done now in bold."""
    from rich.text import Text

    text = Text(no_wrap=True, overflow="crop")
    for line in lines:
        text.append(f"{line}\n", style="bold" if isinstance(line, Loud) else "")
    return text
