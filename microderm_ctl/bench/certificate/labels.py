"""A page of small labels, one for each unit that has a certificate: to be printed, cut and stuck on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from microderm_ctl.bench.certificate import words
from microderm_ctl.bench.certificate.style import style_sheet

_TEMPLATES: Final = Path(__file__).parent / "templates"


class Label(NamedTuple):
    """What stands on a label."""

    serial: str
    date: str
    number: str
    sha256: str
    """The first digits: enough to tell one certificate from another."""
    is_simulated: bool


def render_labels(labels: Sequence[Label]) -> str:
    """Return the page: no script, nothing loaded, 21 labels of 63 x 38 mm on a sheet of A4."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("labels.html").render(labels=labels, colours=style_sheet(), simulated=words.SIMULATED)
