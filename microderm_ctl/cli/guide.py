"""``microderm guide``: how each zone is done, where to begin, how to stretch and stroke, what to feel and when to stop."""

from collections.abc import Iterator
from typing import NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import zones_of
from microderm_ctl.safety import label
from microderm_ctl.safety.zones import WHOLE_FACE
from microderm_ctl.texts import guide as hints
from microderm_ctl.texts import zones as texts
from microderm_ctl.treatment.guide import GUIDES


class ZoneGuide(NamedTuple):
    """How one zone is done, with where the advice comes from."""

    zone: str
    begin: str
    stretch: str
    along: str
    across: str
    feel: str
    stop: str
    sources: tuple[str, ...]


class GuideRecord(NamedTuple):
    """How the wand is held, and how each zone is done."""

    hold: tuple[str, ...]
    sources: tuple[str, ...]
    zones: tuple[ZoneGuide, ...]


@command("guide", help="show how each zone is done, and when to stop", example="microderm guide --zone nose")
@click.option(
    "--zone", "zones", multiple=True, metavar="NAME", shell_complete=offers.zones, help="only this zone; the whole face unless told"
)
def guide(call: Invocation, zones: tuple[str, ...]) -> Report:
    """Show the guide of zones."""
    chosen = zones_of(zones) or WHOLE_FACE
    told = tuple(ZoneGuide(zone.value, *GUIDES[zone]) for zone in chosen if zone in GUIDES)
    return Report(GuideRecord(hints.HOW_TO_HOLD, texts.HOLD_SOURCES, told), _lines)


def _lines(record: GuideRecord) -> Iterator[str]:
    yield from record.hold
    for one in record.zones:
        name = label(zones_of([one.zone])[0])
        yield ""
        yield texts.HEADING.format(zone=name[:1].upper() + name[1:])
        yield f"  {texts.BEGIN.format(begin=one.begin)} {one.stretch}"
        yield f"  {texts.ALONG.format(along=one.along)} {texts.ACROSS.format(across=one.across)}"
        yield f"  {one.feel} {one.stop}"
