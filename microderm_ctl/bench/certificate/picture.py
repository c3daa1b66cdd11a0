"""A picture as plain shapes, and the plot that lays them out: one drawing for page and PDF.

Lengths are in the picture's own units, y grows downwards as on a page. A shape says what it is
by its role; colours and line widths stand in ``style`` alone. ``svg`` and ``pdf`` draw the
shapes and decide nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

WIDTH: Final = 500.0
HEIGHT: Final = 192.0
TEXT: Final = 8.5
"""Height of letters."""
_LEFT: Final = 46.0
_RIGHT: Final = 14.0
_TOP: Final = 24.0
_BOTTOM: Final = 34.0
_LETTER: Final = 0.57
"""Width of a letter as a part of its height, of a wide font: room, not measure."""
_SIGN: Final = 22.0
_GAP: Final = 12.0
MARK: Final = 3.7
_STEPS: Final = (1, 2, 5)
_TICKS_MOST: Final = 7

Point = tuple[float, float]


class Path(NamedTuple):
    """A line through points; closed, an area."""

    role: str
    points: tuple[Point, ...]
    is_closed: bool = False


class Words(NamedTuple):
    """A text at the left end, middle or right end of its base line."""

    role: str
    at: Point
    text: str
    anchor: str = "start"
    is_upright: bool = False
    """Turned by a quarter, to be read from the right."""


Shape = Path | Words


class Picture(NamedTuple):
    """Shapes on a sheet. ``key`` is unique on its page; title and description are for those who do not see it."""

    key: str
    title: str
    description: str
    shapes: tuple[Shape, ...]
    width: float = WIDTH
    height: float = HEIGHT


class Axis(NamedTuple):
    """An axis: its name with the unit, its ends and ticks, and with how many decimals these are written."""

    name: str
    least: float
    most: float
    ticks: tuple[float, ...]
    decimals: int

    def write(self, value: float) -> str:
        """Return a tick as it is written; minus nought is nought."""
        return f"{round(value, self.decimals) + 0.0:.{self.decimals}f}".replace("-", "\N{MINUS SIGN}")


def axis(name: str, least: float, most: float) -> Axis:
    """Return an axis from least to most with ticks at round values."""
    span = most - least
    exponent, step, decimals = -6, 0.0, 0
    while True:
        found = next((one for one in _STEPS if span / (one * 10.0**exponent) <= _TICKS_MOST), None)
        if found is not None:
            step, decimals = found * 10.0**exponent, max(0, -exponent)
            break
        exponent += 1
    first, last = round_up(least / step), -round_up(-most / step)
    return Axis(name, least, most, tuple(i * step for i in range(first, last + 1)), decimals)


def round_up(value: float) -> int:
    """Return the next whole number, not fooled by the last digit of a quotient."""
    return -int(-(value - 1e-9) // 1)


class Plot:
    """Shapes over two axes, collected from back to front."""

    def __init__(self, x: Axis, y: Axis) -> None:
        """Draw grid and axes."""
        self._x, self._y = x, y
        self._shapes: list[Shape] = []
        self._signs = _LEFT
        self._frame()

    def at(self, x: float, y: float) -> Point:
        """Return where a value lies on the sheet, two decimals fine."""
        part_x = (x - self._x.least) / (self._x.most - self._x.least)
        part_y = (y - self._y.least) / (self._y.most - self._y.least)
        return (
            round(_LEFT + part_x * (WIDTH - _LEFT - _RIGHT), 2),
            round(HEIGHT - _BOTTOM - part_y * (HEIGHT - _TOP - _BOTTOM), 2),
        )

    def line(self, role: str, points: Iterable[Point]) -> None:
        """Draw a line; what leaves the axes is cut at their ends."""
        self._shapes.append(Path(role, tuple(self._inside(*one) for one in points)))

    def area(self, role: str, points: Iterable[Point]) -> None:
        """Fill an area, cut at the ends of the axes."""
        self._shapes.append(Path(role, tuple(self._inside(*one) for one in points), True))

    def level(self, role: str, y: float) -> None:
        """Draw a line across, if it lies between the ends."""
        if self._y.least <= y <= self._y.most:
            self.line(role, ((self._x.least, y), (self._x.most, y)))

    def upright(self, role: str, x: float) -> None:
        """Draw a line up and down."""
        self.line(role, ((x, self._y.least), (x, self._y.most)))

    def marks(self, role: str, kind: str, points: Iterable[Point], aside: float = 0.0) -> None:
        """Mark points by a shape (``up``, ``down``, ``dot``), drawn so far aside."""
        for x, y in points:
            left, top = self.at(x, y)
            self._shapes.append(_mark(role, kind, (left + aside, top)))

    def bars(self, role: str, bars: Iterable[tuple[float, float, float]], aside: float = 0.0, foot: float = 2.6) -> None:
        """Draw bars of ``(x, from, to)`` with feet."""
        for x, least, most in bars:
            (left, low), (_, high) = self.at(x, least), self.at(x, most)
            left += aside
            for y in (low, high):
                self._shapes.append(Path(role, (_point(left - foot, y), _point(left + foot, y))))
            self._shapes.append(Path(role, (_point(left, low), _point(left, high))))

    def sign(self, role: str, kind: str, words: str) -> None:
        """Add an entry to the line above the plot: a mark, a ``line`` or an ``area``, and what it stands for."""
        y, left = _TOP - 12, self._signs
        middle = left + _SIGN / 2 - 3
        if kind == "line":
            self._shapes.append(Path(role, ((left, y), (left + _SIGN - 6, y))))
        elif kind == "area":
            box = ((left, y - 4), (left + _SIGN - 6, y - 4), (left + _SIGN - 6, y + 4), (left, y + 4))
            self._shapes.append(Path(role, box, True))
        else:
            self._shapes.append(_mark(role, kind, (middle, y)))
        self._shapes.append(Words("words", _point(left + _SIGN - 2, y + TEXT * 0.35), words))
        self._signs += _SIGN + len(words) * TEXT * _LETTER + _GAP

    def picture(self, key: str, title: str, description: str) -> Picture:
        """Return what was drawn."""
        return Picture(key, title, description, tuple(self._shapes))

    def _inside(self, x: float, y: float) -> Point:
        return self.at(min(max(x, self._x.least), self._x.most), min(max(y, self._y.least), self._y.most))

    def _frame(self) -> None:
        bottom, left = HEIGHT - _BOTTOM, _LEFT
        for tick in self._y.ticks:
            y = self.at(self._x.least, tick)[1]
            self._shapes.append(Path("zero" if tick == 0 else "grid", ((left, y), (WIDTH - _RIGHT, y))))
            self._shapes.append(Words("soft", _point(left - 5, y + TEXT * 0.35), self._y.write(tick), "end"))
        for tick in self._x.ticks:
            x = self.at(tick, self._y.least)[0]
            self._shapes.append(Path("axis", ((x, bottom), (x, bottom + 3.5))))
            self._shapes.append(Words("soft", _point(x, bottom + 5 + TEXT), self._x.write(tick), "middle"))
        self._shapes.append(Path("axis", ((left, bottom), (WIDTH - _RIGHT, bottom))))
        self._shapes.append(Words("soft", _point((left + WIDTH - _RIGHT) / 2, HEIGHT - 5), self._x.name, "middle"))
        self._shapes.append(Words("soft", _point(TEXT, (_TOP + bottom) / 2), self._y.name, "middle", True))


def sampled(function: Callable[[float], float], least: float, most: float, count: int = 80) -> list[Point]:
    """Return points of a curve."""
    xs: Sequence[float] = [least + (most - least) * i / (count - 1) for i in range(count)]
    return [(x, function(x)) for x in xs]


def _mark(role: str, kind: str, at: Point) -> Path:
    x, y = at
    if kind == "up":
        corners = [(x - MARK, y + MARK * 0.75), (x + MARK, y + MARK * 0.75), (x, y - MARK)]
    elif kind == "down":
        corners = [(x - MARK, y - MARK * 0.75), (x + MARK, y - MARK * 0.75), (x, y + MARK)]
    else:
        half = MARK * 0.5
        corners = [(x - half, y), (x, y - half), (x + half, y), (x, y + half)]
    return Path(role, tuple(_point(*one) for one in corners), True)


def _point(x: float, y: float) -> Point:
    return round(x, 2), round(y, 2)
