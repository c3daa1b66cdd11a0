"""A picture as an ``<svg>`` element; what its roles look like is the page's style sheet's."""

import xml.etree.ElementTree as ET

from microderm_ctl.bench.certificate.picture import TEXT, Path, Picture, Point, Shape, Words


def to_svg(picture: Picture) -> str:
    """Return a picture as text to be set into a page."""
    box = f"0 0 {picture.width:g} {picture.height:g}"
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "role": "img"})
    root.set("aria-labelledby", f"{picture.key}-title {picture.key}-desc")
    ET.SubElement(root, "title", id=f"{picture.key}-title").text = picture.title
    ET.SubElement(root, "desc", id=f"{picture.key}-desc").text = picture.description
    for shape in picture.shapes:
        root.append(_element(shape))
    return ET.tostring(root, encoding="unicode")


def _element(shape: Shape) -> ET.Element:
    return _path(shape) if isinstance(shape, Path) else _words(shape)


def _path(shape: Path) -> ET.Element:
    name = "polygon" if shape.is_closed else "polyline"
    return ET.Element(name, {"class": shape.role, "points": " ".join(_numbers(point) for point in shape.points)})


def _words(shape: Words) -> ET.Element:
    x, y = (f"{one:g}" for one in shape.at)
    element = ET.Element("text", {"class": shape.role, "x": x, "y": y, "font-size": f"{TEXT:g}"})
    if shape.anchor != "start":
        element.set("text-anchor", shape.anchor)
    if shape.is_upright:
        element.set("transform", f"rotate(-90 {x} {y})")
    element.text = shape.text
    return element


def _numbers(point: Point) -> str:
    return f"{point[0]:g},{point[1]:g}"
