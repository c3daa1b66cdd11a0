"""Line charts as SVG: curves over bands, with axes that carry their units, for any page of ours.

leather lays out axes, ticks, legend and lines; the shapes here say what each is by a class,
and colours come from the page's style sheet alone, so that the dark page and the printed one
have their own. The same picture is always the same text: no random ids, no dates, no script.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import leather
from leather import theme

WIDTH: Final = 720
HEIGHT: Final = 200
BAND: Final = "band"
_LETTER: Final = 6.3
"""Width of a letter of a band's text, in the units of the picture."""
_SAMPLE: Final = 26
"""Width of the line that stands before a name in the legend."""
_EDGE: Final = 16
"""Room above and to the right of leather's drawing, for half of the outermost letters."""
_LEFT: Final = 6
"""What leather leaves free to the left of the axis's name."""
_BOTTOM: Final = 4
_ONE_DECIMAL: Final = re.compile(r"-?\d+\.\d+(?:E[-+]?\d+)?")
_STYLE: Final = ("fill", "stroke", "stroke-width", "font-family", "font-size")
_TEXT_SIZES: Final = {
    "margin": 0.0,
    "tick_font_char_width": 9,
    "tick_font_char_height": 12,
    "axis_title_font_char_height": 12,
    "axis_title_gap": 9,
    "legend_font_char_width": 6.6,
    "legend_font_char_height": 12,
    "legend_gap": 10,
}

Points = Sequence[tuple[float, float]]


class Curve(NamedTuple):
    """A line. ``role`` is the class that it is drawn by, ``pieces`` are its stretches without a gap.

    ``name`` stands in the legend (nothing: it has none). With ``dots`` each point is marked.
    """

    role: str
    name: str
    pieces: Sequence[Points]
    dots: bool = False


class Band(NamedTuple):
    """A stretch along the x axis, or a line where it ends as it begins; of ``words`` the first that is narrow enough is on it."""

    start: float
    end: float
    words: tuple[str, ...]


class Axis(NamedTuple):
    """An axis: its name with the unit (None where its values say what they are), its ends, its ticks, and how these are written."""

    name: str | None
    least: float
    most: float
    ticks: Sequence[float]
    write: Callable[[float], str] = lambda value: f"{value:g}"


class Picture(NamedTuple):
    """A chart. ``key`` is unique on its page; title and description are read to those who do not see it."""

    key: str
    title: str
    description: str
    x: Axis
    y: Axis
    curves: Sequence[Curve]
    bands: Sequence[Band] = ()


def draw(picture: Picture, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return a picture as an ``<svg>`` element to be set into a page; its sizes are only proportions.

    Raises:
        ValueError: it has no point at all.
    """
    _set_sizes(has_legend=any(curve.name for curve in picture.curves))
    chart = leather.Chart()
    chart.set_x_scale(_Scale(picture.x))
    chart.set_y_scale(_Scale(picture.y))
    chart.set_x_axis(_axis(picture.x))
    chart.set_y_axis(_axis(picture.y))
    if picture.bands:
        chart.add_series(leather.Series([(band.start, picture.y.least) for band in picture.bands]), _Bands(picture.bands))
    for curve in picture.curves:
        if any(curve.pieces):
            chart.add_series(leather.Series(list(_broken(curve.pieces)), name=curve.name), _Line(curve))
    return svg(picture.key, picture.title, picture.description, _laid_out(chart, width, height), (width, height), "chart")


def svg(key: str, title: str, description: str, drawing: Iterable[ET.Element], size: tuple[int, int], kind: str) -> str:
    """Return drawn elements as an ``<svg>`` with a title and a description; ``kind`` is its class."""
    box = f"0 0 {size[0]} {size[1]}"
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "class": kind, "role": "img"})
    root.set("aria-labelledby", f"{key}-title {key}-desc")
    ET.SubElement(root, "title", id=f"{key}-title").text = title
    ET.SubElement(root, "desc", id=f"{key}-desc").text = description
    root.extend(drawing)
    return ET.tostring(root, encoding="unicode")


def even_ticks(most: float, steps: Sequence[float], ticks_most: int = 8) -> list[float]:
    """Return ticks from 0 to the first at or above ``most``, by the smallest of some steps that needs at most so many."""
    step = next((step for step in steps if most / step <= ticks_most - 1), steps[-1])
    count = max(1, -int(-most // step))
    return [step * number for number in range(count + 1)]


class _Scale(leather.Scale):  # type: ignore[misc]  # leather carries no types
    """A scale that ends where its axis ends; leather's own end at the next tick that it likes."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    def contains(self, value: float) -> bool:
        return self._axis.least <= value <= self._axis.most

    def project(self, value: float, range_min: float, range_max: float) -> float:
        return range_min + (range_max - range_min) * (float(value) - self._axis.least) / (self._axis.most - self._axis.least)

    def ticks(self) -> Sequence[float]:
        return self._axis.ticks


class _Line(leather.Line):  # type: ignore[misc]  # leather carries no types
    """A line, or marked points on one, known by a class."""

    def __init__(self, curve: Curve) -> None:
        super().__init__(stroke_color="currentColor")
        self._curve = curve

    def to_svg(self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> ET.Element:
        group: ET.Element = super().to_svg(width, height, x_scale, y_scale, series, palette)
        group.set("class", f"curve {self._curve.role}")
        for x, y in (point for piece in self._curve.pieces for point in piece if self._curve.dots):
            centre = {"cx": _number(x_scale.project(x, 0, width)), "cy": _number(y_scale.project(y, height, 0))}
            group.append(ET.Element("circle", centre | {"r": "4"}))
        return group

    def legend_to_svg(self, series: Any, palette: Any) -> list[tuple[ET.Element, float]]:
        if not self._curve.name:
            return []
        group = ET.Element("g", {"class": f"legend {self._curve.role}"})
        ET.SubElement(group, "path", d=f"M0 -4 L{_SAMPLE - 6} -4")
        ET.SubElement(group, "text", x=str(_SAMPLE), y="0").text = self._curve.name
        return [(group, _SAMPLE + (len(self._curve.name) + 3) * theme.legend_font_char_width)]


class _Bands(leather.Shape):  # type: ignore[misc]  # leather carries no types
    """Stretches of the x axis behind the curves, each with its name on top."""

    def __init__(self, bands: Sequence[Band]) -> None:
        self._bands = bands

    def validate_series(self, series: Any) -> None:
        """Take any series; only its ends are used."""

    def to_svg(self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> ET.Element:
        group = ET.Element("g", {"class": BAND})
        for band in self._bands:
            left, right = (x_scale.project(end, 0, width) for end in (band.start, band.end))
            if band.start == band.end:
                ET.SubElement(group, "line", x1=_number(left), y1="0", x2=_number(left), y2=_number(height))
                continue
            wide = max(right - left, 1)
            ET.SubElement(group, "rect", x=_number(left), y="0", width=_number(wide), height=_number(height))
            fitting = [text for text in band.words if len(text) * _LETTER <= wide - 2]
            if fitting:
                ET.SubElement(group, "text", x=_number((left + right) / 2), y="13").text = fitting[0]
        return group

    def legend_to_svg(self, series: Any, palette: Any) -> list[tuple[ET.Element, float]]:
        return []


def _set_sizes(has_legend: bool) -> None:
    """Tell leather the sizes of our letters: it has one theme for all charts, whose names are to be set."""
    none = {} if has_legend else {"legend_font_char_height": 0, "legend_gap": 0}
    for name, value in (_TEXT_SIZES | none).items():
        setattr(theme, name, value)


def _axis(axis: Axis) -> Any:
    return leather.Axis(ticks=list(axis.ticks), tick_formatter=lambda value, _, __: axis.write(value), name=axis.name)


def _broken(pieces: Sequence[Points]) -> Iterator[tuple[float | None, float | None]]:
    """Yield the points of all pieces, with a break between two."""
    whole = [piece for piece in pieces if piece]
    for piece, following in pairwise([*whole, ()]):
        yield from piece
        if following:
            yield (None, None)


def _laid_out(chart: Any, width: int, height: int) -> list[ET.Element]:
    """Return leather's drawing without its background and colours, moved so that no letter is cut off."""
    drawn: ET.Element = chart.to_svg_group(width - _EDGE + _LEFT, height - _EDGE - _BOTTOM)
    drawn.remove(drawn[0])
    for element in drawn.iter():
        for name in _STYLE:
            element.attrib.pop(name, None)
        for name, value in list(element.attrib.items()):
            if value:
                element.set(name, _ONE_DECIMAL.sub(lambda found: _number(float(found[0])), value))
            else:
                del element.attrib[name]
    drawn.set("transform", f"translate({-_LEFT} {_EDGE})")
    return [drawn]


def _number(value: float) -> str:
    """Return a length with one decimal at most; minus nought is nought."""
    return f"{round(value, 1) + 0:g}" if abs(value) < 100_000 else str(round(value))
