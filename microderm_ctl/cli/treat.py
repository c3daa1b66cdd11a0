"""``microderm treat`` and ``patch-test``: what a person types to begin, and to test a spot.

The way itself is in ``flow``, which is imported only once the options are understood.
"""

from pathlib import Path
from typing import Any, Final

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.asked import SITES, Asked, check_script
from microderm_ctl.cli.commands import command, person_option, unknown
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import zones_of
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety import Aftermath, Depth, Ending, Kind, PatchResult, Zone
from microderm_ctl.safety.zones import PATCH_SITES, WHOLE_FACE
from microderm_ctl.texts import recording as texts
from microderm_ctl.texts import treating
from microderm_ctl.units import parse_vacuum

LAST_SKIN: Final = {"fine": Aftermath.FINE, "red": Aftermath.RED_OVER_24_H, "dark-mark": Aftermath.DARK_MARK}


@command("treat", help="lead a treatment: questions, plan, the run itself, record", example="microderm treat --zone cheek")
@click.option(
    "--zone",
    "zones",
    multiple=True,
    metavar="NAME",
    shell_complete=offers.zones,
    help="a zone, may be repeated; the whole face unless told",
)
@click.option("--level", metavar="LEVEL", help="1 to 10, or a vacuum such as '12 kPa'; unless told, what suits your skin")
@click.option("--depth", type=click.Choice([depth.value for depth in Depth]), help="how much of the cap, with its grit and passes")
@click.option(
    "--one-level/--no-one-level", default=None, help="the lowest cap of all zones for all, so that nothing needs a press in between"
)
@click.option("--up-to-cap", is_flag=True, help="where LEVEL is above a cap, take the cap")
@click.option("--finish", is_flag=True, help="finish what was interrupted in the last 2 hours")
@click.option(
    "--answers",
    metavar="FILE",
    shell_complete=offers.files,
    help="today's answers as JSON, '-' for standard input; see 'microderm questions --json'",
)
@click.option("--yes", is_flag=True, help="arm without asking; the button on the wand is still to be pressed")
@click.option(
    "--last-ended", type=click.Choice([ending.value for ending in Ending]), help="why the last treatment ended, if nobody said it yet"
)
@click.option("--last-skin", type=click.Choice(list(LAST_SKIN)), help="how the skin was after the last treatment")
@click.option("--dry-run", is_flag=True, help="show the plan and every message that would be sent; nothing is sent or kept")
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="FILE",
    shell_complete=offers.files,
    help="play a recording, and see whether the same is sent today",
)
@person_option
def treat(call: Invocation, person: str | None, replay: Path | None, dry_run: bool, **options: Any) -> None:
    """Lead a treatment from the look back to the after-care."""
    if replay is not None:
        _check_alone("--replay", call, dry_run or person or any(options.values()))
        from microderm_ctl.cli.replay import replay as play

        play(call, replay)
        return
    asked = _asked(**options)
    if dry_run:
        _check_alone("--dry-run", call, False)
        from microderm_ctl.cli.dry_run import rehearse

        rehearse(call, asked, person)
        return
    check_script(call, asked)
    from microderm_ctl.cli.flow import lead_treatment

    lead_treatment(call, asked, person)


def _check_alone(flag: str, call: Invocation, has_more: object) -> None:
    """Refuse what makes no sense together: a replay has its plan, and neither opens a wand that could be recorded."""
    if call.options.record is not None:
        raise UsageProblem(texts.NO_RECORD_WITH.format(flag=flag), texts.LEAVE_OUT_RECORD)
    if has_more:
        raise UsageProblem(texts.REPLAY_ALONE, texts.ONLY_REPLAY)


def _asked(level: str | None, zones: tuple[str, ...], **options: Any) -> Asked:
    """Return what was asked for."""
    chosen = zones_of(zones)
    return Asked(
        Kind.FINISH if options["finish"] else Kind.TREATMENT,
        chosen if chosen or options["finish"] else WHOLE_FACE,
        None if level is None else parse_vacuum(level),
        Depth(options["depth"]) if options["depth"] else None,
        options["one_level"],
        options["answers"],
        options["yes"],
        options["up_to_cap"],
        Ending(options["last_ended"]) if options["last_ended"] else None,
        LAST_SKIN[options["last_skin"]] if options["last_skin"] else None,
    )


# Patch test


@command(
    "patch-test",
    help="test one spot, 24 hours before a first treatment; later say how it looks",
    example="microderm patch-test --result clean",
)
@click.option("--result", type=click.Choice([result.value for result in PatchResult]), help="how the spot looks, from 24 hours later on")
@click.option("--site", metavar="NAME", help="forearm (the inner side) or neck (its side)")
@click.option("--answers", metavar="FILE", shell_complete=offers.files, help="today's answers as JSON, '-' for standard input")
@click.option("--yes", is_flag=True, help="arm without asking; the button on the wand is still to be pressed")
@person_option
def patch_test(call: Invocation, result: str | None, site: str | None, answers: str | None, yes: bool, person: str | None) -> Report | None:
    """Lead a patch test, or keep its result."""
    chosen = None if site is None else _site_of(site)
    if result is not None:
        from microderm_ctl.cli.flow import keep_result

        return keep_result(call, person, PatchResult(result))
    asked = Asked(Kind.PATCH_TEST, () if chosen is None else (chosen,), answers=answers, yes=yes)
    check_script(call, asked)
    from microderm_ctl.cli.flow import lead_patch_test

    lead_patch_test(call, asked, person)
    return None


def _site_of(text: str) -> Zone:
    word = text.strip().casefold().replace("-", "_").replace(" ", "_")
    known = SITES | {zone.value: zone for zone in PATCH_SITES}
    if word not in known:
        raise unknown(treating.PLACE, text, list(known), treating.PLACES)
    return known[word]
