"""What is done with a professional's plan: shown, imported, removed, and the form that is printed for them."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Fixed, Report
from microderm_ctl.cli.professional import PlanCheck, check_lines, held_against_rules
from microderm_ctl.cli.progress import day, progress
from microderm_ctl.cli.words import iso_time
from microderm_ctl.errors import Stopped, UsageProblem
from microderm_ctl.texts import plan as texts

KEPT: Final = "kept"
REMOVED: Final = "removed"


class PlanShown(NamedTuple):
    """A professional's plan held against the rules, if there is one."""

    person: str
    simulated: bool
    professional: PlanCheck | None


class Example(NamedTuple):
    """The form of a plan, as TOML, and the file it was written to, if any."""

    toml: str
    file: str | None


class KeptPlan(NamedTuple):
    """What was done to a professional's plan (kept or removed), and what it says."""

    person: str
    simulated: bool
    done: str
    professional: PlanCheck


@command("show", help="show a professional's plan, line by line against the rules", example="microderm plan show")
@person_option
def show(call: Invocation, person: str | None) -> Report:
    """Show a professional's plan."""
    known = progress(call, person)
    held = known.store.plan(known.record.id)
    check = None if held is None else held_against_rules(held, known)
    return Report(PlanShown(known.record.name, known.store.practice, check), partial(_lines, in_tables=call.printer.in_tables))


@command("import", help="keep the plan that a professional filled in", example="microderm plan import my-plan.toml --yes")
@click.argument("file", metavar="FILE", shell_complete=offers.files)
@click.option("--yes", is_flag=True, help="keep it without asking")
@person_option
def import_(call: Invocation, file: str, yes: bool, person: str | None) -> Report:
    """Check a plan, show it against the rules, and keep it once that is confirmed."""
    from microderm_ctl.cli.plan_file import read_plan

    known = progress(call, person)
    asked = read_plan(file, known.now_s)
    record = KeptPlan(known.record.name, known.store.practice, KEPT, held_against_rules(asked, known))
    before = known.store.plan(known.record.id)
    if not yes:
        call.ask.need(texts.KEEP, "--yes")
        call.ask.say(*_lines(record, call.printer.in_tables))
        if before is not None:
            call.ask.say(texts.REPLACES.format(name=before.name))
        if not call.ask.confirm(texts.KEEP, "--yes"):
            raise Stopped(texts.NOT_KEPT)
    known.store.keep_plan(known.record.id, asked, known.now_s)
    return Report(record, partial(_kept_lines, in_tables=call.printer.in_tables) if yes else _done_line)


@command("remove", help="remove a professional's plan; the rules alone hold then", example="microderm plan remove")
@click.option("--yes", is_flag=True, help="do not ask")
@person_option
def remove(call: Invocation, yes: bool, person: str | None) -> Report:
    """Remove a professional's plan."""
    known = progress(call, person)
    held = known.store.plan(known.record.id)
    if held is None:
        raise UsageProblem(texts.NO_PLAN, texts.SEE_PLAN)
    if not yes:
        call.ask.need(texts.REMOVE, "--yes")
        call.ask.say(texts.WHOSE.format(name=held.name, day=day(iso_time(held.made_at_s))))
        if not call.ask.confirm(texts.REMOVE, "--yes"):
            raise Stopped(texts.NOT_REMOVED)
    record = KeptPlan(known.record.name, known.store.practice, REMOVED, held_against_rules(held, known))
    known.store.remove_plan(known.record.id, known.now_s)
    return Report(record, _done_line)


@command("example", help="print a form with remarks, for a professional to fill in", example="microderm plan example --out my-plan.toml")
@click.option("--out", metavar="FILE", shell_complete=offers.files, help="write it to a new file instead")
@person_option
def example(call: Invocation, out: str | None, person: str | None) -> Report:
    """Print the form of a plan as TOML, or write it to a file."""
    from microderm_ctl.cli import plan_file

    practice = call.practices()
    known = progress(call, person) if call.store().persons() else None
    today = datetime.fromtimestamp(call.now_s(practice)).astimezone().date()
    floor, interval = (known.course.floor_days, known.with_plan(None).interval_days) if known else plan_file.NOBODYS_DAYS
    form = plan_file.example(today, floor, interval)
    if out is not None:
        plan_file.write(out, form)
    return Report(Example(form, out), _example_lines)


def _example_lines(record: Example) -> Iterator[str]:
    if record.file is None:
        yield from map(Fixed, record.toml.splitlines())
        return
    yield texts.WRITTEN.format(path=record.file)
    yield texts.NEXT.format(path=record.file)


def _lines(record: PlanShown | KeptPlan, in_tables: bool) -> Iterator[str]:
    yield texts.FOR.format(person=record.person, mark=texts.MARK if record.simulated else "")
    yield from [texts.NO_FORM] if record.professional is None else check_lines(record.professional, in_tables)


def _kept_lines(record: KeptPlan, in_tables: bool) -> Iterator[str]:
    yield from _lines(record, in_tables)
    yield texts.IS_KEPT


def _done_line(record: KeptPlan) -> Iterator[str]:
    mark = texts.MARK if record.simulated else ""
    yield texts.IS_NOW.format(name=record.professional.name, done=texts.REMOVED if record.done == REMOVED else texts.KEPT, mark=mark)
