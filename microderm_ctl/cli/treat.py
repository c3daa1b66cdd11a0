"""``microderm treat``, ``patch-test`` and ``stop``: what a person types to begin, to test a spot, to end at once."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.cli.commands import command, person_option, unknown
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.lead import lead
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.visit import CALENDAR, PATCH_MISSING, PATCH_UNANSWERED, Asked, Visit, interruptible, refused
from microderm_ctl.cli.words import iso_time, local_time, zones_of
from microderm_ctl.errors import RuleRefusal, UsageProblem
from microderm_ctl.safety import Aftermath, Decision, Depth, Ending, Kind, PatchResult, Zone
from microderm_ctl.safety.evidence import PATCH_WAIT_S
from microderm_ctl.safety.zones import PATCH_SITES, WHOLE_FACE
from microderm_ctl.units import parse_vacuum

SITES: Final = {"forearm": Zone.INNER_FOREARM, "neck": Zone.NECK_SIDE}
LAST_SKIN: Final = {"fine": Aftermath.FINE, "red": Aftermath.RED_OVER_24_H, "dark-mark": Aftermath.DARK_MARK}


@command("treat", help="lead a treatment: questions, plan, the run itself, record", example="microderm treat --zone cheek")
@click.option("--zone", "zones", multiple=True, metavar="NAME", help="a zone, may be repeated; the whole face unless told")
@click.option("--level", metavar="LEVEL", help="1 to 10, or a vacuum such as '12 kPa'; unless told, what suits your skin")
@click.option("--depth", type=click.Choice([depth.value for depth in Depth]), help="how much of the cap, with its grit and passes")
@click.option(
    "--one-level/--no-one-level", default=None, help="the lowest cap of all zones for all, so that nothing needs a press in between"
)
@click.option("--up-to-cap", is_flag=True, help="where LEVEL is above a cap, take the cap")
@click.option("--finish", is_flag=True, help="finish what was interrupted in the last 2 hours")
@click.option("--answers", metavar="FILE", help="today's answers as JSON, '-' for standard input; see 'microderm questions --json'")
@click.option("--yes", is_flag=True, help="arm without asking; the button on the wand is still to be pressed")
@click.option(
    "--last-ended", type=click.Choice([ending.value for ending in Ending]), help="why the last treatment ended, if nobody said it yet"
)
@click.option("--last-skin", type=click.Choice(list(LAST_SKIN)), help="how the skin was after the last treatment")
@person_option
def treat(call: Invocation, person: str | None, level: str | None, zones: tuple[str, ...], **options: Any) -> None:
    """Lead a treatment from the look back to the after-care."""
    chosen = zones_of(zones)
    asked = Asked(
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
    _check_script(call, asked)
    with call.wand() as wand:
        with interruptible():
            visit = Visit(call, wand, person)
            visit.look_back(asked)
            asked = _before_questions(visit, asked)
            answers = visit.answers(asked)
            asked, decision = visit.agree(asked, answers)
        lead(visit, asked, answers, decision)


def _check_script(call: Invocation, asked: Asked) -> None:
    """Without a terminal everything must be given: consent and answers are never guessed."""
    missing = [flag for flag, given in (("--yes", asked.yes), ("--answers FILE", asked.answers)) if not given]
    if missing and not call.ask.can_ask:
        raise UsageProblem(
            f"There is no terminal to ask at, so {' and '.join(missing)} must be given.",
            "'microderm questions --json' prints the ids; --yes is your consent to the plan.",
            {"flags": missing},
        )


def _before_questions(visit: Visit, asked: Asked) -> Asked:
    """Refuse what needs no question, and offer what can be done instead: a patch test, or finishing.

    Raises:
        RuleRefusal: nothing is to be done now.
    """
    decision = visit.decide(asked._replace(up_to_cap=True))
    codes = {refusal.code for refusal in decision.refusals}
    if not codes:
        return asked
    if PATCH_UNANSWERED in codes and visit.ask.can_ask:
        visit.keep_patch_result(visit.ask_patch_result())
        return _before_questions(visit, asked)
    if PATCH_MISSING in codes:
        return _offer_patch_test(visit, asked, decision)
    if codes <= CALENDAR and asked.kind is Kind.TREATMENT and visit.may_finish(asked):
        return _offer_finish(visit, asked, decision)
    if not visit.ask.can_ask or not decision.open_zones:
        raise refused(decision)
    return asked


def _offer_patch_test(visit: Visit, asked: Asked, decision: Decision) -> Asked:
    if not visit.ask.can_ask:
        raise refused(decision)
    visit.ask.say("", *(refusal.why for refusal in decision.refusals if refusal.code == PATCH_MISSING))
    ready = local_time(visit.prepared.now_s + PATCH_WAIT_S)
    if visit.ask.key(f"Begin the patch test now? It takes 3 s; the first treatment is then possible from {ready}.", "yn", "--yes") != "y":
        raise refused(decision)
    return asked._replace(kind=Kind.PATCH_TEST, zones=(_ask_site(visit),), level_pa=None, depth=None)


def _offer_finish(visit: Visit, asked: Asked, decision: Decision) -> Asked:
    how = "The treatment before was interrupted and can be finished: 'microderm treat --finish'."
    if not visit.ask.can_ask:
        raise refused(decision, how)
    visit.ask.say("", "The treatment before was interrupted.")
    if visit.ask.key("Finish it now?", "yn", "--finish") != "y":
        raise refused(decision)
    return asked._replace(kind=Kind.FINISH, zones=(), level_pa=None)


# Patch test


@command(
    "patch-test",
    help="test one spot, 24 hours before a first treatment; later say how it looks",
    example="microderm patch-test --result clean",
)
@click.option("--result", type=click.Choice([result.value for result in PatchResult]), help="how the spot looks, from 24 hours later on")
@click.option("--site", metavar="NAME", help="forearm (the inner side) or neck (its side)")
@click.option("--answers", metavar="FILE", help="today's answers as JSON, '-' for standard input")
@click.option("--yes", is_flag=True, help="arm without asking; the button on the wand is still to be pressed")
@person_option
def patch_test(call: Invocation, result: str | None, site: str | None, answers: str | None, yes: bool, person: str | None) -> Report | None:
    """Lead a patch test, or keep its result."""
    chosen = None if site is None else _site_of(site)
    if result is not None:
        return _keep_result(call, person, PatchResult(result))
    asked = Asked(Kind.PATCH_TEST, () if chosen is None else (chosen,), answers=answers, yes=yes)
    _check_script(call, asked)
    with call.wand() as wand:
        with interruptible():
            visit = Visit(call, wand, person)
            asked = asked if asked.zones else asked._replace(zones=(_ask_site(visit),))
            early = visit.decide(asked)
            if early.refusals:
                raise refused(early)
            given = visit.answers(asked)
            asked, decision = visit.agree(asked, given)
        lead(visit, asked, given, decision)
    return None


def _site_of(text: str) -> Zone:
    word = text.strip().casefold().replace("-", "_").replace(" ", "_")
    known = SITES | {zone.value: zone for zone in PATCH_SITES}
    if word not in known:
        raise unknown("place for a patch test", text, list(known), "It is forearm (the inner side) or neck (its side).")
    return known[word]


def _ask_site(visit: Visit) -> Zone:
    if not visit.ask.can_ask:
        return Zone.INNER_FOREARM
    places = [("forearm", "On the inner side of the forearm"), ("neck", "On the side of the neck, nearer to the face's skin")]
    return SITES[visit.ask.choose("Where is the spot to be tested?", places, "--site")]


class PatchRecord(NamedTuple):
    """What ``patch-test --result`` says."""

    result: PatchResult
    at: str | None
    simulated: bool
    next: str


def _keep_result(call: Invocation, name: str | None, result: PatchResult) -> Report:
    """Keep how the spot looks; clean only counts from 24 hours on, red and sore at once."""
    practice = call.practices()
    person = call.person(name, practice)
    store, now_s = call.store(practice), call.now_s(practice)
    complete = [test for test in store.patch_tests(person.id) if test.complete]
    if not complete:
        raise UsageProblem("There is no patch test to be judged.", "Make one with 'microderm patch-test'.")
    test = complete[-1]
    ready_s = test.started_s + PATCH_WAIT_S
    if result is PatchResult.CLEAN and now_s < ready_s:
        raise RuleRefusal(
            f"The patch test was made at {local_time(test.started_s)}; it is looked at after 24 hours.",
            f"From {local_time(ready_s)} say how the spot looks. If it is red or sore already, say that now.",
            {"retry_at": iso_time(ready_s)},
        )
    store.keep_patch_result(test.id, result, now_s)
    step = (
        "The first treatment is possible: 'microderm treat'."
        if result is PatchResult.CLEAN
        else ("Your skin does not take it: no treatment. A new patch test is possible in 14 days; if it gets worse, ask a doctor.")
    )
    return Report(PatchRecord(result, iso_time(now_s), practice, step), _result_lines)


def _result_lines(record: PatchRecord) -> Iterator[str]:
    yield f"Patch test: {record.result.value}{' (SIMULATED)' if record.simulated else ''}."
    yield record.next
