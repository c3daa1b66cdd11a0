"""Every zone of the face is on the drawn face, where it belongs, and told by more than its colour."""

import xml.etree.ElementTree as ET

import pytest

from microderm_ctl.report import face
from microderm_ctl.report.face import Mark
from microderm_ctl.safety import TREATABLE, Zone, label

SVG = "{http://www.w3.org/2000/svg}"
ELSEWHERE = {Zone.DECOLLETE, Zone.HAND_LEFT, Zone.HAND_RIGHT, Zone.ARM, Zone.LEG, Zone.BACK}


def drawn(marks: dict[Zone, Mark]) -> ET.Element:
    return ET.fromstring(face.draw("one", "A face", "Its zones", marks))


def marks_of(root: ET.Element) -> dict[str, tuple[float, float]]:
    """Return by its text where each mark stands."""
    groups = [group for group in root.iter(SVG + "g") if group.get("class") == "mark"]
    places = [tuple(float(part) for part in group.get("transform", "")[10:-1].split()) for group in groups]
    return {"".join(group.itertext()): (place[0], place[1]) for group, place in zip(groups, places, strict=True)}


def test_every_zone_of_the_face_is_drawn() -> None:
    assert set(TREATABLE) - ELSEWHERE == face.ON_FACE
    titles = [title.text for title in drawn({}).iter(SVG + "title")]
    assert {label(zone) for zone in face.ON_FACE} <= set(titles)


def test_right_is_the_right_of_the_person() -> None:
    """Who looks at a face sees its right side on the left."""
    places = marks_of(drawn({zone: Mark(face.WHOLE, zone.value) for zone in face.ON_FACE}))
    for stem in ("cheek", "temple", "jaw", "neck"):
        right, left = places[f"{stem}_right"], places[f"{stem}_left"]
        assert right[0] < face.SIZE[0] / 2 < left[0]
        assert right[0] + left[0] == face.SIZE[0] and right[1] == left[1]
    sides = {text.text: float(text.get("x", "")) for text in drawn({}).iter(SVG + "text")}
    assert sides["right"] < sides["left"]


def test_zones_lie_in_the_order_of_a_face() -> None:
    places = marks_of(drawn({zone: Mark(face.WHOLE, zone.value) for zone in face.ON_FACE}))
    down = [places[name][1] for name in ("forehead", "nose", "around_mouth", "chin", "neck_left")]
    assert down == sorted(down)
    assert all(0 < x < face.SIZE[0] and 0 < y < face.SIZE[1] for x, y in places.values())


@pytest.mark.parametrize(
    ("state", "hatch"), [(face.WHOLE, "#hatch-whole-cheek_right"), (face.PART, "#hatch-part-cheek_right"), (face.NONE, None)]
)
def test_a_state_is_told_by_hatch_and_class(state: str, hatch: str | None) -> None:
    root = drawn({Zone.CHEEK_LEFT: Mark(state, "7")})
    assert [use.get("href") for use in root.iter(SVG + "use")] == ([hatch] if hatch else [])
    assert [path.get("class") for path in root.iter(SVG + "path")].count(f"zone {state}") == 1
    assert list(marks_of(root)) == ["7"]


def test_what_is_used_is_shared_by_the_page() -> None:
    shared = {element.get("id") for element in ET.fromstring(face.patterns()).iter() if element.get("id")}
    root = drawn({zone: Mark(state, "1") for state in (face.WHOLE, face.PART) for zone in face.ON_FACE})
    used = {use.get("href", "")[1:] for use in root.iter(SVG + "use")} | {use.get("clip-path", "")[5:-1] for use in root.iter(SVG + "use")}
    samples = [ET.fromstring(face.swatch(state)) for state in (face.WHOLE, face.PART)]
    used |= {use.get("clip-path", "")[5:-1] for sample in samples for use in sample.iter(SVG + "use")}
    assert used <= shared and len(used) > 8


def test_zones_elsewhere_are_left_out() -> None:
    assert marks_of(drawn({Zone.BACK: Mark(face.WHOLE, "1")})) == {}
