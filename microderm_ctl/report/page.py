"""The page of a report: its record rendered as one HTML file, with nothing that is not in the file.

The same record at the same offset of the clock gives the same bytes.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from microderm_ctl.report import drawings, face
from microderm_ctl.report.record import ReportRecord
from microderm_ctl.safety import Zone, label
from microderm_ctl.texts import report as texts
from microderm_ctl.units import format_kpa

_TEMPLATES: Final = Path(__file__).parent / "templates"
_UTC: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI")


def render(record: ReportRecord, zone: tzinfo | None = None) -> str:
    """Return a report as an HTML page.

    Args:
        record: all that the page tells.
        zone: of the times that people read; None is that of this computer.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= _filters(zone)
    environment.tests["on_the_face"] = lambda name: Zone(name) in face.ON_FACE
    whole: dict[str, Any] = {
        "record": record,
        "patterns": face.patterns(),
        "swatch": face.swatch,
        "states": texts.ZONE_STATES,
        "times": texts.ZONE_TIMES,
        "counts": texts.ZONE_COUNTS,
        "scales": texts.SCALES,
        "trace": drawings.trace,
        "zones_of": drawings.zones_of_treatment,
        "all_zones": drawings.zones_of_all,
        "result": drawings.result,
        "zone": zone,
    }
    return environment.get_template("report.html").render(whole)


def _filters(zone: tzinfo | None) -> Mapping[str, Callable[..., str]]:
    def local(at: str | None, form: str = "%Y-%m-%d %H:%M") -> str:
        return datetime.fromisoformat(at).astimezone(zone).strftime(form) if at else "not known"

    def localized(text: str) -> str:
        return _UTC.sub(lambda told: datetime.fromisoformat(f"{told[1]}+00:00").astimezone(zone).strftime("%Y-%m-%d %H:%M"), text)

    return {
        "time": local,
        "day": lambda at: local(at, "%Y-%m-%d"),
        "localized": localized,
        "kpa": lambda pascals: format_kpa(pascals).replace(" ", "\N{NO-BREAK SPACE}"),
        "number": lambda pascals: f"{pascals / 1000:.1f}",
        "seconds": lambda seconds: f"{seconds:.0f}\N{NO-BREAK SPACE}s",
        "state": drawings.state_of,
        "often": drawings.often,
        "duration": drawings.duration,
        "label": lambda name: label(Zone(name)),
        "words": lambda name: name.replace("_", " "),
        "roman": lambda number: _ROMAN[number - 1],
        "capital": lambda text: text[:1].upper() + text[1:],
    }
