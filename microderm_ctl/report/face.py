"""A face as seen by somebody who looks at the person, with the zones that a wand may treat.

Each zone carries a class for its state and a mark, such as the number of its row in a
table beside it, so that nothing is told by colour alone. The outlines are our own. The
shared patterns (``patterns``) stand once on a page that has faces.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Final, NamedTuple

from microderm_ctl.report.charts import svg
from microderm_ctl.safety import Zone, label

SIZE: Final = (300, 372)
WHOLE: Final = "whole"
PART: Final = "part"
NONE: Final = "none"
FREE: Final = "free"
"""The state of a zone that has no mark."""


class Outline(NamedTuple):
    """The outline of a zone, and where its mark stands."""

    path: str
    x: float
    y: float


class Mark(NamedTuple):
    """How a zone is drawn: the class of its state, and the mark on it."""

    state: str
    text: str


_CHEEK: Final = (
    "M57 158 L85 152 C93 166 108 173 127 172 C130 180 126 187 122 193 C118 202 121 209 116 215 "
    "C104 221 99 234 97 247 C84 244 73 234 67 226 C60 204 56 182 57 158 Z"
)
_TEMPLE: Final = "M90 68 C73 76 58 97 55 124 C54 136 55 147 57 156 L84 150 C81 138 83 126 86 116 C84 102 85 84 90 68 Z"
_JAW: Final = "M68 230 C76 241 86 248 98 250 C102 257 108 262 114 264 C114 279 120 295 130 305 C108 297 81 264 68 230 Z"
_NECK: Final = "M106 292 C108 311 106 330 99 348 C113 356 131 361 149 362 L149 317 C133 315 117 306 106 292 Z"

_FOREHEAD: Final = (
    "M93 66 C126 53 174 53 207 66 C213 84 214 100 212 113 C194 102 172 103 157 115 L143 115 C128 103 106 102 88 113 C86 100 87 84 93 66 Z"
)
_NOSE: Final = (
    "M143 119 L157 119 C158 150 162 171 173 190 C177 204 163 210 150 210 C137 210 123 204 127 190 C138 171 142 150 143 119 Z"
)  # fmt: skip
_LIPS: Final = "M126 242 C136 250 164 250 174 242 C165 234 157 234 150 237 C143 234 135 234 126 242 Z"
_MOUTH: Final = (
    "M122 214 C134 215 166 215 178 214 C193 221 197 240 190 256 C176 264 124 264 110 256 C103 240 107 221 122 214 Z " + _LIPS
)  # fmt: skip
_CHIN: Final = "M118 264 C133 268 167 268 182 264 C183 281 176 299 164 306 C155 311 145 311 136 306 C124 299 117 281 118 264 Z"

OUTLINES: Final[dict[Zone, Outline]] = {
    Zone.FOREHEAD: Outline(_FOREHEAD, 150, 83),
    Zone.NOSE: Outline(_NOSE, 150, 186),
    Zone.AROUND_MOUTH: Outline(_MOUTH, 150, 224),
    Zone.CHIN: Outline(_CHIN, 150, 287),
}
"""The zones in the middle; the others come in pairs."""
_PAIRS: Final = (
    (Zone.TEMPLE_RIGHT, Zone.TEMPLE_LEFT, Outline(_TEMPLE, 70, 120)),
    (Zone.CHEEK_RIGHT, Zone.CHEEK_LEFT, Outline(_CHEEK, 88, 194)),
    (Zone.JAW_RIGHT, Zone.JAW_LEFT, Outline(_JAW, 99, 267)),
    (Zone.NECK_RIGHT, Zone.NECK_LEFT, Outline(_NECK, 127, 337)),
)
"""Zones of the person's right, which is on the left of the picture, each with its mirror image."""
ON_FACE: Final = frozenset({*OUTLINES, *(zone for right, left, _ in _PAIRS for zone in (right, left))})

_HEAD: Final = (
    "M150 14 C94 14 55 56 53 122 C51 160 55 198 66 228 C78 262 112 308 150 314 C188 308 222 262 234 228 C245 198 249 160 247 122 "
    "C245 56 206 14 150 14 Z"
)
_HAIR: Final = (
    "M52 136 C40 52 88 4 150 4 C212 4 260 52 248 136 C247 112 236 84 210 66 C174 52 126 52 90 66 C64 84 53 112 52 136 Z"
)  # fmt: skip
_EAR: Final = "M53 146 C43 140 40 152 44 168 C47 182 53 190 59 188"
_SHOULDER: Final = "M105 290 C108 312 106 332 98 350 C80 360 54 364 34 370"
_EYE: Final = "M94 141 C102 132 120 132 130 143 C119 150 104 150 94 141 Z"
_BROW: Final = "M90 124 C102 117 120 117 132 124"
_SWATCH: Final = "M1 1 L27 1 L27 17 L1 17 Z"
_HATCHED: Final = (WHOLE, PART)
_STEP: Final = 8
"""Between two lines of a hatch."""
_NUMBER: Final = re.compile(r"\d+")
_MIRROR: Final = "matrix(-1 0 0 1 300 0)"


def draw(key: str, title: str, description: str, marks: Mapping[Zone, Mark]) -> str:
    """Return the face as an ``<svg>`` element with the zones of ``marks``; zones that are not on a face are left out."""
    drawing = [*_features(), *(_zone(zone, marks.get(zone)) for zone in Zone if zone in ON_FACE), *_sides()]
    drawing += [_mark(zone, marks[zone]) for zone in Zone if zone in ON_FACE and zone in marks]
    return svg(key, title, description, drawing, SIZE, "face")


def patterns() -> str:
    """Return what all faces of a page share: the hatches of the states, and the outlines that they are cut to.

    They are lines, not ``<pattern>`` elements: browsers print those as coarse images.
    """
    root = ET.Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "patterns", "width": "0", "height": "0", "aria-hidden": "true"}
    )
    defs = ET.SubElement(root, "defs")
    for name, outline in _shapes().items():
        for state in _HATCHED:
            ET.SubElement(defs, "path", id=f"hatch-{state}-{name}", d=_hatch(outline, state))
        cut = ET.SubElement(defs, "clipPath", id=f"cut-{name}")
        ET.SubElement(cut, "path", {"d": outline, "clip-rule": "evenodd"})
    return ET.tostring(root, encoding="unicode")


def swatch(state: str) -> str:
    """Return a small sample of a state for a legend; the words stand beside it."""
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "face swatch", "viewBox": "0 0 28 18", "aria-hidden": "true"})
    root.extend(_filled(_SWATCH, "swatch", state))
    return ET.tostring(root, encoding="unicode")


def _shapes() -> dict[str, str]:
    """Return by name what hatches are cut to: each zone but those that are mirrored, and the swatch."""
    middle = {zone.value: outline.path for zone, outline in OUTLINES.items()}
    return middle | {right.value: outline.path for right, _, outline in _PAIRS} | {"swatch": _SWATCH}


def _hatch(outline: str, state: str) -> str:
    """Return lines over an outline: slanting ones, or level ones that the style sheet makes dots of."""
    numbers = [int(number) for number in _NUMBER.findall(outline)]
    left, right, top, bottom = min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2])
    if state == PART:
        rows = range(top - top % _STEP, bottom + 1, _STEP)
        return " ".join(f"M{left - left % _STEP + y // _STEP % 2 * _STEP // 2} {y} H{right}" for y in rows)
    sums = range(left + top - (left + top) % _STEP, right + bottom + 1, _STEP)
    return " ".join(f"M{total - top} {top} L{total - bottom} {bottom}" for total in sums)


def _filled(path: str, cut: str, state: str) -> list[ET.Element]:
    """Return a shape with its hatch, where its state has one."""
    shape = _path(path, f"zone {state}")
    shape.set("fill-rule", "evenodd")
    if state not in _HATCHED:
        return [shape]
    return [shape, ET.Element("use", {"class": f"hatch {state}", "href": f"#hatch-{state}-{cut}", "clip-path": f"url(#cut-{cut})"})]


def _features() -> list[ET.Element]:
    """Return what is no zone: head, hair, ears, shoulders, eyes, lips."""
    paired = [_path(path, kind) for path, kind in ((_EAR, "line"), (_SHOULDER, "line"))]
    behind = [*paired, *map(_mirrored, paired), _path(_HEAD, "head"), _path(_HAIR, "hair")]
    eye = [_path(_EYE, "eye"), ET.Element("circle", {"class": "iris", "cx": "112", "cy": "141", "r": "5.5"}), _path(_BROW, "brow")]
    return [*behind, *eye, *map(_mirrored, eye), _path(_LIPS, "lips")]


def _path(path: str, kind: str) -> ET.Element:
    return ET.Element("path", {"class": kind, "d": path})


def _mirrored(element: ET.Element) -> ET.Element:
    return ET.Element(element.tag, {**element.attrib, "transform": _MIRROR})


def _outline(zone: Zone) -> tuple[Outline, Zone]:
    """Return the outline of a zone with its mark in place, and the zone that it is the mirror image of (itself: it is not)."""
    if zone in OUTLINES:
        return OUTLINES[zone], zone
    right, _, outline = next(pair for pair in _PAIRS if zone in pair[:2])
    return outline if zone is right else outline._replace(x=SIZE[0] - outline.x), right


def _zone(zone: Zone, mark: Mark | None) -> ET.Element:
    outline, drawn_as = _outline(zone)
    group = ET.Element("g", {} if drawn_as is zone else {"transform": _MIRROR})
    ET.SubElement(group, "title").text = label(zone)
    group.extend(_filled(outline.path, drawn_as.value, mark.state if mark else FREE))
    return group


def _mark(zone: Zone, mark: Mark) -> ET.Element:
    outline, _ = _outline(zone)
    group = ET.Element("g", {"class": "mark", "transform": f"translate({outline.x:g} {outline.y:g})"})
    width = max(21, 9 * len(mark.text) + 7)
    ET.SubElement(group, "rect", x=f"{-width / 2:g}", y="-10.5", width=f"{width}", height="21", rx="10.5")
    ET.SubElement(group, "text", y="5.5").text = mark.text
    return group


def _sides() -> list[ET.Element]:
    """Return which side is whose: right and left are those of the person."""
    sides = []
    for x, anchor, text in (("2", "start", "right"), ("298", "end", "left")):
        element = ET.Element("text", {"class": "side", "x": x, "y": "16", "text-anchor": anchor})
        element.text = text
        sides.append(element)
    return sides
