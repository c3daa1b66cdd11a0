"""A certificate as one HTML file: no script, nothing loaded, good on paper and in the dark, the same bytes each time."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from microderm_ctl.bench.certificate import words
from microderm_ctl.bench.certificate.blocks import Block, Facts, Figure, Sentence
from microderm_ctl.bench.certificate.content import page_of
from microderm_ctl.bench.certificate.style import style_sheet
from microderm_ctl.bench.certificate.svg import to_svg

_TEMPLATES: Final = Path(__file__).parent / "templates"


def render_html(text: str) -> str:
    """Return the page of a frozen certificate.

    Raises:
        FileProblem: the text is no certificate.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["kind"] = _kind
    template = environment.get_template("certificate.html")
    return template.render(page=page_of(text), colours=style_sheet(), svg=to_svg, simulated=words.SIMULATED)


def _kind(block: Block) -> str:
    if isinstance(block, Sentence):
        return "sentence"
    if isinstance(block, Facts):
        return "facts"
    return "figure" if isinstance(block, Figure) else "table"
