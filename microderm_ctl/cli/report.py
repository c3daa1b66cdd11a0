"""``microderm report``: one page with all that is known of a person and their treatments, to print and to show to a professional."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import FileProblem, Stopped
from microderm_ctl.texts import reporting as texts

if TYPE_CHECKING:
    from microderm_ctl.cli.progress import Progress
    from microderm_ctl.records.rows import PersonRecord
    from microderm_ctl.records.store import Store
    from microderm_ctl.report.record import CourseView, ReportRecord, ScaleView

_FORCE: Final = "--force"
_NAME_MOST: Final = 40
"""Letters of a person's name in the name of a file."""


class Written(NamedTuple):
    """A report, and the file it was written to (None where only its record was asked for).

    ``replaced`` says that another file had its name, ``practice_left_out`` that there are treatments on simulated wands besides.
    """

    file: str | None
    replaced: bool
    practice_left_out: bool
    report: "ReportRecord"


@command(
    "report",
    help="write a page to print and to show to a professional; with --json its record, and a file only with --out",
    example="microderm report --out my-skin.html",
)
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), shell_complete=offers.files, help="where to write it; unasked, here"
)
@click.option(_FORCE, is_flag=True, help="replace a file that has this name")
@person_option
def report(call: Invocation, out: Path | None, force: bool, person: str | None) -> Report:
    """Write the report of a person."""
    from microderm_ctl.cli.progress import progress_in

    store, known, left_out = _chosen(call, person)
    record = _gather(progress_in(store, known, call.now_s(store.practice)))
    if out is None and call.options.as_json:
        return Report(Written(None, False, left_out, record), _lines)
    path = (out if out is not None else Path(_file_name(record))).absolute()
    replaced = _may_write(call, path, force)
    _write(path, record)
    return Report(Written(str(path), replaced, left_out, record), _lines)


def _chosen(call: Invocation, name: str | None) -> "tuple[Store, PersonRecord, bool]":
    """Return the store that is meant with its person, and whether practice is left out.

    ``--port`` says whose treatments are meant: of a real wand, or practice. Without it practice is
    taken only where nothing was ever done with a real wand.
    """
    from microderm_ctl.records.store import PRACTICE_NAME

    known = call.store().find_person(name)
    if call.options.port is not None:
        practice = call.practices()
        return call.store(practice), call.person(name, practice), False
    if not (call.data_dir() / PRACTICE_NAME).exists():
        return call.store(), known, False
    tried = [one for one in call.store(True).persons() if one.name.casefold() == known.name.casefold()]
    if not any(_has_records(call.store(True), one) for one in tried):
        return call.store(), known, False
    return (call.store(), known, True) if _has_records(call.store(), known) else (call.store(True), tried[0], False)


def _has_records(store: "Store", known: "PersonRecord") -> bool:
    return bool(store.treatments(known.id) or store.patch_tests(known.id) or store.journal(known.id))


def _gather(known: "Progress") -> "ReportRecord":
    from microderm_ctl import __version__
    from microderm_ctl.report.record import gather

    return gather(known.store, known.record, known.now_s, _course(known), _scales(), f"microderm {__version__}")


def _course(known: "Progress") -> "CourseView":
    """Return the course and its trend as the report tells them."""
    from microderm_ctl.cli.outlook import outlook
    from microderm_ctl.cli.words import iso_time
    from microderm_ctl.report.record import CourseView, WindowView
    from microderm_ctl.treatment.course import windows
    from microderm_ctl.treatment.trend import HEADS, trend

    ahead = outlook(known.store, known.record, known.now_s)
    found = trend(known.entries, known.course, known.treatments, known.now_s)
    first = ahead.refusals[0] if ahead.refusals else None
    return CourseView(
        done=known.course.done,
        length=known.course.length,
        interval_days=known.course.interval_days,
        by=known.course.by,
        treatments_at=tuple(iso_time(at_s) for at_s in known.course.treatments_s),
        is_full=known.course.is_full,
        is_over=known.course.is_over,
        allowed_now=ahead.is_open,
        allowed_from=iso_time(ahead.from_s),
        why=f"{first.why} {first.do_next}" if first else "",
        windows=tuple(WindowView(one.number, iso_time(one.from_s), iso_time(one.until_s)) for one in windows(known.course, known.now_s)),
        verdict=found.verdict.value,
        verdict_words=HEADS[found.verdict],
        reasons=tuple(one.sentence for one in found.reasons),
        source=found.source,
    )


def _scales() -> "tuple[ScaleView, ...]":
    from microderm_ctl.report.record import ScaleView
    from microderm_ctl.treatment.scales import SCALES

    return tuple(ScaleView(scale.id, scale.question, tuple(step.words for step in scale.steps)) for scale in SCALES)


def _file_name(record: "ReportRecord") -> str:
    """Return a name with the person and the day, of letters, digits and hyphens alone."""
    letters = "".join(letter if letter.isalnum() else " " for letter in record.person.name.casefold())
    name = "-".join(letters[:_NAME_MOST].split()) or "person"
    mark = "-simulated" if record.simulated else ""
    return f"microderm-report-{name}-{(record.written_at or '')[:10]}{mark}.html"


def _may_write(call: Invocation, path: Path, force: bool) -> bool:
    """Return whether a file is replaced, once that is agreed to.

    Raises:
        UsageProblem: there is a file, and nobody can be asked.
        Stopped: the person would rather keep it.
        FileProblem: it is no file that could be replaced.
    """
    if not os.path.lexists(path):
        return False
    if not path.is_file() or path.is_symlink():
        raise FileProblem(texts.NOT_A_FILE.format(path=path), texts.ELSEWHERE, {"path": str(path)})
    if not force and not call.ask.confirm(texts.REPLACE.format(path=path), _FORCE):
        raise Stopped(texts.KEPT)
    return True


def _write(path: Path, record: "ReportRecord") -> None:
    """Write the page: whole or not at all, and for its owner alone."""
    from microderm_ctl.records.files import write_private
    from microderm_ctl.report.page import render

    page = render(record).encode()
    try:
        write_private(path, page)
    except OSError as error:
        details = {"path": str(path), "cause": error.strerror or str(error)}
        raise FileProblem(texts.NOT_WRITTEN.format(path=path, cause=details["cause"]), texts.ELSEWHERE, details) from error


def _lines(written: Written) -> Iterator[str]:
    told = written.report
    yield (texts.REPLACED if written.replaced else texts.WRITTEN).format(path=written.file)
    counts = texts.COUNTS.format(
        person=told.person.name, treatments=len(told.treatments), patches=len(told.patch_tests), entries=len(told.journal.entries)
    )
    yield f"{texts.SIMULATED} {counts}" if told.simulated else counts
    if written.practice_left_out:
        yield texts.LEFT_OUT
    yield texts.OPEN
    yield texts.PRIVATE
