"""Charts carry their words and units, take colours from the page alone, and are the same text each time."""

import re
import xml.etree.ElementTree as ET

import pytest

from microderm_ctl.report.charts import Axis, Band, Curve, Picture, draw, even_ticks

SVG = "{http://www.w3.org/2000/svg}"
X = Axis("seconds", 0, 100, [0, 50, 100])
Y = Axis("kPa below ambient", 0, 20, [0, 10, 20])
CURVE = Curve("vacuum", "vacuum", [[(0, 0), (50, 20), (100, 10)]])
PICTURE = Picture("one", "A title", "A description", X, Y, [CURVE], [Band(10, 90, ("1 forehead", "1"))])


def parts(picture: Picture, name: str) -> list[ET.Element]:
    return list(ET.fromstring(draw(picture)).iter(SVG + name))


def texts(picture: Picture) -> list[str]:
    return ["".join(element.itertext()) for element in parts(picture, "text")]


def test_axes_carry_names_with_units_and_their_ticks() -> None:
    assert {"seconds", "kPa below ambient", "0", "50", "100", "10", "20"} <= set(texts(PICTURE))


def test_title_and_description_name_the_picture() -> None:
    root = ET.fromstring(draw(PICTURE))
    assert root.get("role") == "img" and root.get("aria-labelledby") == "one-title one-desc"
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert named == {"one-title": "A title", "one-desc": "A description"}


def test_colours_are_left_to_the_page() -> None:
    drawn = draw(PICTURE)
    names = {name for element in ET.fromstring(drawn).iter() for name in element.attrib}
    assert not names & {"fill", "stroke", "stroke-width", "font-family", "font-size", "style"}
    assert "<script" not in drawn and "#" not in drawn


def test_the_same_picture_is_the_same_text() -> None:
    assert draw(PICTURE) == draw(PICTURE)
    other = PICTURE._replace(curves=[CURVE._replace(name="")])
    between = draw(other)
    assert draw(PICTURE) != between == draw(other)


def test_a_gap_breaks_the_line() -> None:
    broken = PICTURE._replace(curves=[CURVE._replace(name="", pieces=[[(0, 0), (20, 5)], [], [(80, 5), (100, 0)]])], bands=())
    lines = [path.get("d", "") for path in parts(broken, "path")]
    assert [line.count("L") for line in lines] == [1, 1]


def test_what_has_no_name_has_no_legend() -> None:
    legends = [element.get("class") for element in parts(PICTURE, "g") if "legend" in (element.get("class") or "")]
    assert legends == ["legend vacuum"]
    silent = PICTURE._replace(curves=[CURVE._replace(name="")])
    assert not [element for element in parts(silent, "g") if "legend" in (element.get("class") or "")]


def test_points_lie_where_their_values_are() -> None:
    dotted = PICTURE._replace(curves=[CURVE._replace(dots=True)])
    xs = [float(dot.get("cx", "")) for dot in parts(dotted, "circle")]
    ys = [float(dot.get("cy", "")) for dot in parts(dotted, "circle")]
    assert xs[0] == 0 and xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.11)
    assert ys[1] == 0 and ys[2] == pytest.approx(ys[0] / 2, abs=0.11)


@pytest.mark.parametrize(("end", "word"), [(90, "1 forehead"), (16, "1"), (10.5, None)])
def test_the_words_on_a_band_fit_it(end: float, word: str | None) -> None:
    banded = PICTURE._replace(bands=[Band(10, end, ("1 forehead", "1"))])
    (group,) = [element for element in parts(banded, "g") if element.get("class") == "band"]
    assert [text.text for text in group.iter(SVG + "text")] == ([word] if word else [])


def test_a_band_without_width_is_a_line() -> None:
    marked = PICTURE._replace(bands=[Band(50, 50, ())])
    (group,) = [element for element in parts(marked, "g") if element.get("class") == "band"]
    (line,) = group
    assert line.tag == SVG + "line" and line.get("x1") == line.get("x2")


def test_numbers_are_short() -> None:
    third = PICTURE._replace(curves=[CURVE._replace(pieces=[[(100 / 3, 20 / 3), (200 / 3, 40 / 3)]])])
    assert not re.search(r"\d\.\d\d", draw(third))


def test_words_are_escaped() -> None:
    named = PICTURE._replace(title="<script>", curves=[CURVE._replace(name="a<b>&")])
    assert "<script" not in draw(named) and "a<b>&" in texts(named)


@pytest.mark.parametrize(
    ("most", "ticks"), [(106, [0, 20, 40, 60, 80, 100, 120]), (10, [0, 5, 10]), (3, [0, 5]), (900, [0, 60 * 5, 600, 900])]
)
def test_ticks_are_few_and_reach_the_end(most: float, ticks: list[float]) -> None:
    assert even_ticks(most, (5, 10, 20, 30, 60, 300)) == ticks
