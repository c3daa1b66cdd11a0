"""``microderm questions``: every question that is asked, with its id and answers, and the form that scripts fill in."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import click

from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import iso_time
from microderm_ctl.safety import SETUP, TODAY
from microderm_ctl.safety.questions import takes
from microderm_ctl.texts import asking as texts

AT: Final = "at"
"""Key of the time at which the answers were given; they hold for an hour."""


class Asked(NamedTuple):
    """A question with its id, what it takes as an answer, and why it is asked."""

    id: str
    group: str
    text: str
    takes: str
    why: str
    source: str


class Form(NamedTuple):
    """All questions, and an empty form for ``--answers``: fill in every id; missing ones are refused, not guessed."""

    questions: tuple[Asked, ...]
    form: dict[str, str | None]


@command("questions", help="show what is asked before each treatment, with ids for 'treat --answers'", example="microderm questions --json")
@click.option("--setup", is_flag=True, help="the questions of a first use instead, for 'profile create --answers'")
def questions(call: Invocation, setup: bool) -> Report:
    """Show the questions and the form of their answers."""
    if setup:
        asked = tuple(
            Asked(one.id, "setup", one.text, ", ".join(answer for answer, _ in one.answers) or texts.WHOLE_YEARS, "", "") for one in SETUP
        )
        return Report(Form(asked, {one.id: None for one in asked}), _lines)
    asked = tuple(Asked(one.id, one.group, one.text, takes(one), one.why, one.source) for one in TODAY)
    form: dict[str, str | None] = {AT: iso_time(call.clock.utc_s())}
    return Report(Form(asked, form | {one.id: None for one in asked}), _lines)


def _lines(record: Form) -> Iterator[str]:
    for one in record.questions:
        yield one.id
        yield f"    {one.text} {one.why}".rstrip()
        yield texts.TAKES.format(takes=one.takes)
    if AT in record.form:
        yield ""
        yield texts.HOLDS_AN_HOUR.format(at=AT, now=record.form[AT])
