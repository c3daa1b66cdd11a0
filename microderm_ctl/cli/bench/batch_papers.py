"""What a batch leaves behind besides its certificates: a table, and a page of labels to stick on the units."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Final

from microderm_ctl.bench.live.batch import Outcome, UnitResult
from microderm_ctl.cli.bench.export import cell
from microderm_ctl.cli.words import columns
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.files import explained, write_private

COLUMNS: Final = (
    "serial", "simulated", "outcome", "worst_error_kpa", "U_kpa", "certificate", "sha256", "issued", "seconds", "hand_actions", "reason",
)  # fmt: skip
_NOT_WRITTEN: Final = "The batch is in the records, but its files cannot be written"
_TRIES: Final = 1_000


def write_papers(results: tuple[UnitResult, ...], simulated: bool, directory: Path, at_s: int) -> tuple[str, str]:
    """Write ``batch-DATE.csv`` and ``labels-DATE.html``, numbered on where there are some of that day; return their paths.

    Raises:
        FileProblem: they cannot be written.
    """
    from microderm_ctl.bench.certificate.labels import Label, render_labels

    labels = [
        Label(one.serial, _day(one.issued_s), one.number, one.sha256[:12], simulated) for one in results if one.outcome is Outcome.PASS
    ]
    day = _day(at_s)
    table = _write(directory, f"batch-{day}", ".csv", table_of(results, simulated))
    page = _write(directory, f"labels-{day}", ".html", render_labels(labels)) if labels else ""
    return table, page


def table_of(results: Iterable[UnitResult], simulated: bool) -> str:
    """Return the results as CSV: the names of the columns, then a unit a line."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in results:
        row = (one.serial, simulated, one.outcome.value, _kpa(one.worst_error_pa, "+"), _kpa(one.expanded_pa), one.number, one.sha256,
               _day(one.issued_s), f"{one.seconds:.0f}", one.hand_actions, one.reason)  # fmt: skip
        writer.writerow([value if name == "worst_error_kpa" else cell(value) for name, value in zip(COLUMNS, row, strict=True)])
    return out.getvalue()


def result_lines(results: tuple[UnitResult, ...]) -> Iterator[str]:
    """Return the results as people read them: a table, then the reasons; nothing where there are none."""
    if not results:
        return
    rows = [
        (one.serial, one.outcome.value, _kpa(one.worst_error_pa, "+"), _kpa(one.expanded_pa), f"{one.seconds:.0f}", one.number)
        for one in results
    ]
    yield from columns([("unit", "outcome", "error", "U", "s", "certificate"), *rows])
    yield from (f"{one.serial}: {one.reason}" for one in results if one.reason)


def _kpa(value_pa: float | None, sign: str = "") -> str:
    return "" if value_pa is None else f"{value_pa / 1000:{sign}.3f}"


def _day(at_s: int | None) -> str:
    return "" if at_s is None else datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d")


def _write(directory: Path, name: str, ending: str, text: str) -> str:
    """Write a file under the first name that is free, whole or not at all; one that says the same is left as it is."""
    content = text.encode()
    with explained(directory, _NOT_WRITTEN):
        directory.mkdir(parents=True, exist_ok=True)
        for number in range(1, _TRIES):
            path = directory / f"{name}{f'-{number}' if number > 1 else ''}{ending}"
            if not path.exists():
                write_private(path, content)
                return str(path.absolute())
            if path.is_file() and path.read_bytes() == content:
                return str(path.absolute())
    raise FileProblem(f"'{directory}' is full of batches of one day.", "Choose another directory with --to.", {"path": str(directory)})
