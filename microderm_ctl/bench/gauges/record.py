"""What is known of one gauge: its certificate, correction, uncertainty and when it is due; a TOML file.

    maker = "Fluke"                 U_pa = 30             # expanded uncertainty of the certificate
    model = "700G"                  k = 2                 # its coverage factor
    serial = "1234567"              drift_pa = 8          # half width at drift_at_pa, in proportion below
    certificate = "D-12345-2026"    drift_at_pa = 25000
    calibrated = 2026-03-31         resolution_pa = 10    # one digit of its display
    due = 2027-03-31                zero_pa = 5           # how far its zero wanders in a series, one sigma

    [[correction]]                  # true vacuum = shown_pa + add_pa; straight lines between rows
    shown_pa = 0
    add_pa = 0
    U_pa = 30                       # of this row; that of the file where it is left out

Vacuum is pascals below ambient, positive.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.bench.gauges.gauge import Identity, Sign
from microderm_ctl.bench.gauges.problems import GaugeOverdue, GaugeUnfit
from microderm_ctl.bench.gauges.tables import BAD, Table, parse_toml, read_bytes
from microderm_ctl.bench.gauges.units import KPA, UNITS_PA, Unit, parse_unit
from microderm_ctl.bench.uncertainty import Reference
from microderm_ctl.errors import FileProblem

SPAN_PA: Final = 25_000.0
BEYOND_PA: Final = 500.0
"""How far past the last row of its certificate a gauge may be used: what a set point may be missed by."""
WARN_DAYS: Final = 30
"""A gauge is best sent away before it is due."""
ROWS_MOST: Final = 100
_FAR_PA: Final = 200_000.0


class Row(NamedTuple):
    """One row of the certificate; vacuum in pascals below ambient."""

    shown_pa: float
    add_pa: float
    """What is added to the gauge's reading to get the true vacuum: the error with its sign turned."""
    U_pa: float
    """Expanded uncertainty, with the record's k."""


class GaugeRecord(NamedTuple):
    """One gauge."""

    maker: str
    model: str
    serial: str
    certificate: str
    """Number of its certificate: the next link of the chain of traceability."""
    calibrated: datetime.date
    due: datetime.date
    """The last day on which it may be used."""
    U_pa: float
    """The largest expanded uncertainty of the certificate."""
    k: float
    """Coverage factor of ``U_pa`` and of the rows."""
    drift_pa: float
    """Half width of what it may have drifted since its calibration, at ``drift_at_pa`` and in proportion to the vacuum."""
    drift_at_pa: float
    resolution_pa: float
    zero_pa: float
    """Standard deviation of its zero within a series."""
    rows: tuple[Row, ...]
    """By what it shows, rising; empty where the certificate corrects nothing."""
    is_simulated: bool = False
    description: str = ""
    """Name or path of what says how it talks; empty for a gauge whose display a person reads."""
    unit: Unit = KPA
    """Of its display, for a gauge that a person reads."""
    vacuum_is: Sign = Sign.NEGATIVE
    """How its display shows a vacuum, likewise."""

    @property
    def label(self) -> str:
        """The gauge in a few words."""
        return f"{self.maker} {self.model}, serial {self.serial}"

    def corrected_pa(self, shown_pa: float) -> float:
        """Return the true vacuum for what the gauge shows, by straight lines; past the ends that of the end row."""
        return shown_pa + _between(self.rows, shown_pa, [row.add_pa for row in self.rows]) if self.rows else shown_pa

    def U_at(self, shown_pa: float) -> float:  # noqa: N802 (the symbol of the field)
        """Return the certificate's expanded uncertainty at a vacuum, with ``k``."""
        return _between(self.rows, shown_pa, [row.U_pa for row in self.rows]) if self.rows else self.U_pa

    def reference(self) -> Reference:
        """Return what an uncertainty budget takes of this gauge, its certificate's U brought to k = 2."""
        rows = self.rows or (Row(0.0, 0.0, self.U_pa), Row(SPAN_PA, 0.0, self.U_pa))
        return Reference(
            tuple(row.shown_pa + row.add_pa for row in rows),
            tuple(row.U_pa * 2 / self.k for row in rows),
            1000 * self.drift_pa / self.drift_at_pa,
            self.zero_pa,
            self.resolution_pa,
        )

    def days_left(self, today: datetime.date) -> int:
        """Return how many days it may still be used; 0 is the last day, less is overdue."""
        return (self.due - today).days


def _between(rows: Sequence[Row], shown_pa: float, values: Sequence[float]) -> float:
    if shown_pa <= rows[0].shown_pa:
        return values[0]
    for index in range(1, len(rows)):
        low, high = rows[index - 1].shown_pa, rows[index].shown_pa
        if shown_pa <= high:
            return values[index - 1] + (values[index] - values[index - 1]) * (shown_pa - low) / (high - low)
    return values[-1]


def check_record(record: GaugeRecord, today: datetime.date, top_pa: float = SPAN_PA) -> None:
    """Refuse a gauge that must not be used for this work.

    Args:
        record: of the gauge.
        today: where the bench is.
        top_pa: the highest vacuum that it is to measure.

    Raises:
        GaugeOverdue: its calibration has run out, or is of a day to come.
        GaugeUnfit: its certificate ends below the highest vacuum, or begins above 0.
    """
    days = record.days_left(today)
    details: dict[str, object] = {"gauge": record.label, "certificate": record.certificate, "due": record.due.isoformat()}
    if days < 0:
        late = "1 day" if days == -1 else f"{-days} days"
        raise GaugeOverdue(
            f"The gauge {record.label} is overdue: its calibration (certificate {record.certificate}) held "
            f"until {record.due.isoformat()}, {late} ago.",
            "Use another gauge, or have this one calibrated and enter its new certificate and dates in its record.",
            details | {"days_overdue": -days},
        )
    if record.calibrated > today:
        raise GaugeOverdue(
            f"The gauge {record.label} was calibrated on {record.calibrated.isoformat()}, which is still to come.",
            "Check the clock of this computer, and the date in the record.",
            details | {"calibrated": record.calibrated.isoformat()},
        )
    if record.rows and not (record.rows[0].shown_pa <= BEYOND_PA and record.rows[-1].shown_pa >= top_pa - BEYOND_PA):
        covered = f"{record.rows[0].shown_pa / 1000:.1f} to {record.rows[-1].shown_pa / 1000:.1f} kPa"
        raise GaugeUnfit(
            f"The certificate of the gauge {record.label} covers {covered}; 0.0 to {top_pa / 1000:.1f} kPa are needed.",
            "Use a gauge that is calibrated over the whole span.",
            details | {"mistake": "range"},
        )


def check_identity(record: GaugeRecord, found: Identity) -> None:
    """Refuse a gauge that is another one than its record; one that does not say who it is passes.

    Raises:
        GaugeUnfit: another serial number, or another model.
    """
    for what, wanted, told in (("serial number", record.serial, found.serial), ("model", record.model, found.model)):
        if told and _plain(told) != _plain(wanted) and not (what == "model" and _is_kin(wanted, told)):
            raise GaugeUnfit(
                f"The gauge that answers has the {what} '{told}'; the record is of {record.label}.",
                "Connect the gauge of this record, or name the record of this gauge.",
                {"mistake": "another gauge", "record": wanted, "found": told},
            )


def _plain(text: str) -> str:
    return "".join(one for one in text.upper() if one.isalnum()).lstrip("0")


def _is_kin(wanted: str, told: str) -> bool:
    """A 700G04 may call itself 700G, and the other way round."""
    return _plain(wanted).startswith(_plain(told)) or _plain(told).startswith(_plain(wanted))


def load_record(path: Path) -> GaugeRecord:
    """Return the record that a file holds.

    Raises:
        FileProblem: it cannot be read or used.
    """
    return parse_record(read_bytes(path), str(path))


def practice_record(today: datetime.date, serial: str = "SIM-G001") -> GaugeRecord:
    """Return the record of a simulated gauge: calibrated a month ago, with the U that ``draw_gauge`` keeps within."""
    return GaugeRecord(
        "FLUKE",
        "700G",
        serial,
        "SIMULATED",
        today - datetime.timedelta(days=30),
        today + datetime.timedelta(days=335),
        U_pa=30.0,
        k=2.0,
        drift_pa=SPAN_PA / 3_000,
        drift_at_pa=SPAN_PA,
        resolution_pa=10.0,
        zero_pa=5.0,
        rows=(),
        is_simulated=True,
        description="fluke-val",
    )


def parse_record(content: bytes, source: str = "the record") -> GaugeRecord:
    """Return the record that the bytes of a file hold; ``source`` names it in messages.

    Raises:
        FileProblem: no TOML, or a key is unknown, missing, of another type or out of range.
    """
    try:
        with parse_toml(content) as table:
            return _read(table)
    except BAD as error:
        raise FileProblem(f"{source} is no record of a gauge: {error}.", "Compare it with the example in docs/bench/gauges.md.") from error


def _read(table: Table) -> GaugeRecord:
    expanded_pa = table.real("U_pa", 0.01, 5_000)
    record = GaugeRecord(
        table.text("maker"),
        table.text("model"),
        table.text("serial"),
        table.text("certificate"),
        table.date("calibrated"),
        table.date("due"),
        expanded_pa,
        table.real("k", 1, 5),
        table.real("drift_pa", 0, 5_000),
        table.real("drift_at_pa", 1_000, _FAR_PA, SPAN_PA),
        table.real("resolution_pa", 0.001, 1_000),
        table.real("zero_pa", 0, 1_000, 5.0),
        tuple(_row(one, expanded_pa) for one in table.tables("correction")),
        table.flag("simulated"),
        table.text("description", ""),
        _unit(table.text("unit", KPA.name)),
        Sign(table.choice("vacuum_is", tuple(Sign), Sign.NEGATIVE)),
    )
    if record.due <= record.calibrated:
        raise ValueError(f"'due' ({record.due.isoformat()}) is not after 'calibrated' ({record.calibrated.isoformat()})")
    _check_rows(record.rows)
    return record


def _unit(text: str) -> Unit:
    unit = parse_unit(text)
    if unit is None or unit.is_absolute:
        raise ValueError(f"'unit' is '{text}'; units are {', '.join(UNITS_PA)}, all of gauge pressure")
    return unit


def _row(table: Table, expanded_pa: float) -> Row:
    with table as row:
        return Row(
            row.real("shown_pa", -_FAR_PA, _FAR_PA),
            row.real("add_pa", -5_000, 5_000),
            row.real("U_pa", 0.01, 5_000, expanded_pa),
        )


def _check_rows(rows: tuple[Row, ...]) -> None:
    shown = [row.shown_pa for row in rows]
    if shown != sorted(set(shown)):
        raise ValueError("'shown_pa' does not rise from row to row of [[correction]]")
    if len(rows) == 1:
        raise ValueError("[[correction]] needs at least two rows, or none")
    if len(rows) > ROWS_MOST:
        raise ValueError(f"[[correction]] has {len(rows)} rows; at most {ROWS_MOST} are taken")
