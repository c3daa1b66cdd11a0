"""The picture in the README is a screen of the program."""

import html
import re

from tests.docs.make_picture import PICTURE, drawing, screen


def _plain(text: str) -> str:
    """Return a text without its numbers and the length of its bar, which another system may round otherwise."""
    text = html.unescape(text).replace("\xa0", " ")
    return re.sub(r" +", " ", re.sub(r"=+", "=", re.sub(r"\d+", "0", text)))


def test_the_picture_is_the_live_view_of_today() -> None:
    """Every line that the live view shows now is in the picture; `python -m tests.docs.make_picture` draws it anew."""
    lines = [_plain(line).strip() for line in screen()]
    shown, fresh = _plain(PICTURE.read_text(encoding="utf-8")), _plain(drawing(screen()))
    assert any("sealed, moving" in line for line in lines)
    for line in lines:
        assert line in fresh, "the drawing cuts it off"
        assert line in shown, "it shows an older screen"
