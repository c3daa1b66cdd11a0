"""The pictures: each thing where its value says, up and down told apart by shape, both outputs from the same shapes."""

import re
import xml.etree.ElementTree as ET

import pytest

from microderm_ctl.bench.certificate import charts
from microderm_ctl.bench.certificate.picture import Path, Picture, Plot, Words, axis, round_up
from microderm_ctl.bench.certificate.style import COLOURS, ROLES, WORDS, style_sheet
from microderm_ctl.bench.certificate.svg import to_svg
from microderm_ctl.bench.decision import Error, decide
from microderm_ctl.bench.readings import Direction
from tests.bench.certificate.sample import duty_study, leak_down, results, step_study


def error(set_pa: int, direction: Direction, error_pa: float, expanded_pa: float = 50.0) -> Error:
    return Error(set_pa, direction, float(set_pa), set_pa + error_pa, error_pa, expanded_pa, decide(error_pa, expanded_pa, 500))


def paths(picture: Picture, role: str, is_closed: bool) -> list[Path]:
    return [one for one in picture.shapes if isinstance(one, Path) and one.role == role and one.is_closed is is_closed]


ERRORS = (
    error(0, Direction.UP, 0.0),
    error(20_000, Direction.UP, 100.0),
    error(20_000, Direction.DOWN, -100.0),
    error(0, Direction.DOWN, 0.0),
)


@pytest.fixture
def picture() -> Picture:
    return charts.errors("e", "Errors", ERRORS, 500)


def middle(path: Path) -> tuple[float, float]:
    xs, ys = zip(*path.points, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def test_up_and_down_have_other_shapes(picture: Picture) -> None:
    ups, downs = paths(picture, "up", True), paths(picture, "down", True)
    assert len(ups) == len(downs) == 3, "two points and the sign that explains them"
    for up, down in zip(ups, downs, strict=True):
        (tip,) = [point for point in up.points if point[1] == min(y for _, y in up.points)]
        (foot,) = [point for point in down.points if point[1] == max(y for _, y in down.points)]
        assert tip[0] == pytest.approx(middle(up)[0], abs=0.02) and foot[0] == pytest.approx(middle(down)[0], abs=0.02)
    assert ROLES["up"].fill != ROLES["down"].fill, "and one is filled, one is not"


def test_points_lie_where_their_values_say(picture: Picture) -> None:
    (low_x, low_y), (up_x, up_y), _ = (middle(one) for one in paths(picture, "up", True))
    (down_x, down_y) = middle(paths(picture, "down", True)[0])
    assert up_x - low_x == pytest.approx(down_x - low_x - 2 * charts.ASIDE, abs=0.02) and up_x > low_x + 300
    assert up_y < low_y < down_y
    limits = sorted(one.points[0][1] for one in paths(picture, "limit", False) if one.points[0][1] > 20)
    per_pa = (limits[1] - limits[0]) / 1000
    bars = [one for one in paths(picture, "bar-up", False) if one.points[0][0] == one.points[1][0]]
    assert [abs(one.points[0][1] - one.points[1][1]) for one in bars] == [pytest.approx(100 * per_pa, abs=0.03)] * 2
    assert sum(bars[1].points[i][1] for i in (0, 1)) / 2 == pytest.approx(sum(limits) / 2 - 100 * per_pa, abs=0.03)


def test_the_guard_band_is_as_wide_as_u() -> None:
    drawn = charts.errors("e", "Errors", (error(5_000, Direction.UP, 0, 40), error(15_000, Direction.UP, 0, 120)), 500)
    per_pa = abs(paths(drawn, "limit", False)[0].points[0][1] - paths(drawn, "limit", False)[1].points[0][1]) / 1000
    upper = paths(drawn, "guard-edge", False)[0]
    limit = min(one.points[0][1] for one in paths(drawn, "limit", False)[:2])
    assert [round((y - limit) / per_pa) for _, y in upper.points] == [40, 40, 120, 120]


def test_an_error_far_out_makes_the_picture_larger_and_not_the_point_smaller() -> None:
    drawn = charts.errors("e", "Errors", (error(10_000, Direction.UP, 2_000.0),), 500)
    (mark, _) = paths(drawn, "up", True)
    assert 20 < middle(mark)[1] < min(one.points[0][1] for one in paths(drawn, "limit", False)[:2])
    assert "+2.000" not in drawn.description and "2.000 kPa at 10.0 kPa, up" in drawn.description


def test_no_vacuum_and_no_band_are_drawn_too() -> None:
    assert charts.errors("e", "Errors", (error(0, Direction.UP, 0.0, 900.0),), 500).shapes


def all_pictures() -> list[Picture]:
    found, before, after = results()
    return [
        charts.errors("as-found", "As found", before, 500),
        charts.errors("as-left", "As left", after, 500),
        charts.residuals(found.characteristics, found.gates),
        charts.leak_down(leak_down()),
        charts.duty_map(duty_study()),
        charts.step(step_study()),
    ]


@pytest.mark.parametrize("picture", all_pictures(), ids=lambda one: one.key)
def test_everything_is_on_the_sheet_and_has_a_style(picture: Picture) -> None:
    for shape in picture.shapes:
        assert shape.role in (WORDS if isinstance(shape, Words) else ROLES)
        for x, y in (shape.at,) if isinstance(shape, Words) else shape.points:
            assert 0 <= x <= picture.width and 0 <= y <= picture.height
    assert picture.description.endswith(".") and re.search(r"\d", picture.description)


@pytest.mark.parametrize("picture", all_pictures(), ids=lambda one: one.key)
def test_an_svg_has_each_shape_once_and_no_colour_of_its_own(picture: Picture) -> None:
    root = ET.fromstring(to_svg(picture))
    assert len(root) == len(picture.shapes) + 2
    assert {name for one in root for name in one.attrib} <= {"class", "points", "x", "y", "font-size", "text-anchor", "transform", "id"}


def test_the_law_goes_through_the_samples() -> None:
    leak = leak_down()
    drawn = charts.leak_down(leak)
    (curve,) = [one for one in paths(drawn, "curve", False) if len(one.points) > 2]
    marks = {middle(one) for one in paths(drawn, "sample", True)}
    near = [y for x, y in marks if abs(x - curve.points[40][0]) < 5]
    assert near and all(abs(y - curve.points[40][1]) < 6 for y in near)


def test_a_step_that_never_settled_and_a_leak_of_few_samples_are_drawn() -> None:
    study = step_study()
    assert "did not settle" in charts.step(study._replace(response=study.response._replace(settle_s=float("inf")))).description
    assert charts.leak_down(leak_down()._replace(samples=leak_down().samples[:2])).shapes


@pytest.mark.parametrize(
    ("least", "most", "ticks"),
    [
        (0, 25, (0, 5, 10, 15, 20, 25)),
        (-0.56, 0.56, (-0.4, -0.2, 0, 0.2, 0.4)),
        (0, 0.007, tuple(i / 1000 for i in range(8))),
        (3, 180, (50, 100, 150)),
    ],
)
def test_ticks_are_round(least: float, most: float, ticks: tuple[float, ...]) -> None:
    made = axis("x", least, most)
    assert made.ticks == pytest.approx(ticks) and len({made.write(one) for one in made.ticks}) == len(ticks)


def test_a_quotient_on_the_edge_is_not_rounded_up() -> None:
    assert round_up(0.3 / 0.1) == 3 and round_up(3.1) == 4 and round_up(-0.5) == 0


def test_what_lies_outside_the_axes_is_cut_or_left_out() -> None:
    plot = Plot(axis("x", 0, 1), axis("y", 0, 1))
    plot.level("limit", 2.0)
    plot.line("curve", [(0.5, 5.0), (2.0, 0.5)])
    drawn = plot.picture("k", "t", "d")
    assert not paths(drawn, "limit", False)
    assert paths(drawn, "curve", False)[0].points == (plot.at(0.5, 1.0), plot.at(1.0, 0.5))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2)."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("is_dark", [False, True])
def test_text_and_marks_can_be_seen_on_paper_and_in_the_dark(is_dark: bool) -> None:
    paper = COLOURS["paper"][is_dark]
    for name in ("ink", "soft", "up", "down", "limit", "pass", "fail", "mark", "guard-edge"):
        assert contrast(COLOURS[name][is_dark], paper) >= 4.5, name


def test_every_colour_of_a_role_is_known() -> None:
    assert {one for stroke in ROLES.values() for one in (stroke.line, stroke.fill)} - {""} <= set(COLOURS)
    sheet = style_sheet()
    assert all(f"svg .{role}{{" in sheet for role in ROLES) and sheet.count("@media") == 2
