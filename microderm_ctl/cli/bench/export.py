"""``microderm bench export``: everything that is known on this bench as a file, for programs or for a spreadsheet."""

import csv
import os
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.bench.story import Work, all_rows, stores, works_in
from microderm_ctl.cli.commands import command, unknown
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import FileProblem, Stopped
from microderm_ctl.records.bench import BenchRow
from microderm_ctl.texts import bench_records as texts

_FORCE: Final = "--force"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet begins to compute what was only to be read."""


class Exported(NamedTuple):
    """What was written: rows, one a line, or works as a table."""

    file: str
    format: str
    rows: int


@command(
    "export",
    help="write all rows with their hashes as JSON, one a line; or with --csv the works and how they came out",
    example="microderm bench export --to rows.ndjson",
)
@click.option("--to", metavar="FILE", type=click.Path(path_type=Path), shell_complete=offers.files, required=True, help="where to write")
@click.option("--unit", metavar="SERIAL", help="only what is about this unit")
@click.option("--csv", "as_csv", is_flag=True, help="works and outcomes, for a spreadsheet")
@click.option(_FORCE, is_flag=True, help="replace a file that has this name")
def export(call: Invocation, to: Path, unit: str | None, as_csv: bool, force: bool) -> Report:
    """Write what is known to a file."""
    path = to.absolute()
    rows: list[BenchRow] = []
    works: list[Work] = []
    for store in stores(call):
        found = all_rows(store, unit)
        rows += found
        works += works_in(found, store.bench_id() if found else "")
    if unit is not None and not rows:
        raise unknown("unit", unit, [one for store in stores(call) for one in store.known_units()], texts.SEE_UNITS)
    _may_write(call, path, force)
    _write(path, table_of(works) if as_csv else "".join(map(line_of, rows)))
    return Report(Exported(str(path), "csv" if as_csv else "ndjson", len(works if as_csv else rows)), _lines)


def line_of(row: BenchRow) -> str:
    """Return a row as a line of JSON; the hash is that of the canonical text of its document."""
    from microderm_ctl.records.canonical import canonical

    return canonical({**row._asdict(), "simulated": row.is_simulated}) + "\n"


def table_of(works: Iterable[Work]) -> str:
    """Return works as CSV: the names of the columns, then one a line."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(Work._fields)
    for work in works:
        writer.writerow([cell(value) for value in work])
    return out.getvalue()


def cell(value: object) -> str:
    """Return a value as a spreadsheet shows it, and never computes it."""
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _may_write(call: Invocation, path: Path, force: bool) -> None:
    """Go on where no file has the name, or it may be replaced.

    Raises:
        UsageProblem: there is a file, and nobody can be asked.
        Stopped: the person would rather keep it.
        FileProblem: it is no file that could be replaced.
    """
    if not os.path.lexists(path):
        return
    if not path.is_file() or path.is_symlink():
        raise FileProblem(texts.NOT_A_FILE.format(path=path), texts.ELSEWHERE, {"path": str(path)})
    if not force and not call.ask.confirm(texts.REPLACE.format(path=path), _FORCE):
        raise Stopped(texts.KEPT)


def _write(path: Path, text: str) -> None:
    """Write the file: whole or not at all, and for its owner alone."""
    from microderm_ctl.records.files import write_private

    try:
        write_private(path, text.encode())
    except OSError as error:
        details = {"path": str(path), "cause": error.strerror or str(error)}
        raise FileProblem(texts.NOT_WRITTEN.format(path=path, cause=details["cause"]), texts.ELSEWHERE, details) from error


def _lines(record: Exported) -> Iterator[str]:
    yield (texts.RESULTS if record.format == "csv" else texts.WRITTEN).format(rows=record.rows, path=record.file)
