"""What a certificate holds, frozen to canonical JSON: what ISO/IEC 17025:2017 asks for in 7.8.2, 7.8.4, 7.8.6 and 7.8.8.

    text = freeze(certificate)          # canonical; sha256_of(text) stands for it
    certificate = thaw(text)            # strict; a newer format is refused
    again = amend(certificate, sha256_of(text), Change(...), ...)

Nothing of it changes after it is frozen: a correction is a certificate of its own that names the
one it replaces. Vacuum is pascals below ambient, temperature degrees Celsius, times whole
seconds UTC; the page shows times by ``Dates.offset_min``, the clock of the bench.
"""

import json
import re
from typing import Any, Final, NamedTuple

from microderm_ctl.bench.budget import Budget
from microderm_ctl.bench.calibration import Characteristics
from microderm_ctl.bench.characterise import DutyMap, Gains, MapPoint, Plant, Response, StepSample
from microderm_ctl.bench.decision import Error, is_released
from microderm_ctl.bench.frozen import conform, from_plain, to_plain
from microderm_ctl.bench.gauges.record import GaugeRecord
from microderm_ctl.bench.leak import Decay, Law, Leak, Sample
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.readings import Coefficients
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.canonical import canonical

FORMAT: Final = 1
KIND: Final = "microderm certificate"
SIMULATED_NUMBERS: Final = "SIMULATED-"
"""How the numbers begin of what came from a simulated unit or gauge; no other number begins so."""
_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{2,63}")
_ISSUE_IT_AGAIN: Final = "Take the certificate's text from the bench that issued it: 'microderm bench certificate NUMBER --to FILE.json'."


class Laboratory(NamedTuple):
    """Who issues it, and where the work was done."""

    name: str
    address: str
    """Lines of it are kept."""
    place: str
    """Where the work was done: the bench, or the customer's site."""
    contact: str = ""


class Customer(NamedTuple):
    """Whom it is for, as they said it themselves."""

    name: str
    contact: str = ""


class Method(NamedTuple):
    """The procedure, and what was done otherwise."""

    name: str
    version: int
    title: str
    sha256: str
    deviations: tuple[str, ...] = ()
    """Additions to it, deviations and exclusions from it; a gauge that was used overdue, with who allowed it and why."""


class Item(NamedTuple):
    """The unit."""

    serial: str
    model: str
    board: str
    hardware: str
    firmware: str
    build: str
    """Hash of the firmware's files, in hexadecimal."""
    condition: str
    """In which it was received."""
    is_simulated: bool


class Dates(NamedTuple):
    """UTC, in seconds; ``offset_min`` is that of the bench's clock, by which people read them."""

    from_s: int
    to_s: int
    issued_s: int
    offset_min: int = 0
    received_s: int | None = None


class Environment(NamedTuple):
    """Conditions while the work was done."""

    temperature_from_c: float
    temperature_to_c: float
    pressure_pa: int | None = None
    humidity_percent: float | None = None
    remark: str = ""


class Row(NamedTuple):
    """One row of the reference's own certificate."""

    shown_pa: float
    add_pa: float
    expanded_pa: float


class ReferenceGauge(NamedTuple):
    """The reference, and the next link of its chain of traceability. Dates are written as ``2026-03-31``."""

    maker: str
    model: str
    serial: str
    certificate: str
    calibrated: str
    due: str
    expanded_pa: float
    """U of its certificate, the largest."""
    k: float
    drift_pa: float
    """Half width of what it may have drifted by since, at ``drift_at_pa``."""
    drift_at_pa: float
    zero_pa: float
    resolution_pa: float
    rows: tuple[Row, ...]
    is_simulated: bool


class People(NamedTuple):
    """Who did the work, and who answers for the certificate."""

    operator: str
    authorised_by: str
    role: str = ""


class Rule(NamedTuple):
    """How conformity is decided; the guard band is as wide as U of each point."""

    specification: str
    tolerance_pa: int
    adjust_above_pa: int
    risk_percent: float = 2.5
    """The most that a unit out of tolerance is released with."""


class Adjustment(NamedTuple):
    """The coefficients that the unit came with, and those that it leaves with."""

    old: Coefficients
    new: Coefficients | None
    """None where they were left as they are."""
    is_first: bool
    """Whether the unit had never been calibrated, and ran with the factory's."""


class LeakDown(NamedTuple):
    """The decay of the vacuum with the pump off."""

    law: Law
    samples: tuple[Sample, ...]
    start_pa: float
    """Between here and ``end_pa`` the law was fitted."""
    end_pa: float
    total: Decay
    fixture: Decay | None
    leak: Leak
    judged: tuple[Measurement, ...]


class DutyStudy(NamedTuple):
    """Vacuum against duty of the pump."""

    start_duty: float
    samples: tuple[MapPoint, ...]
    map: DutyMap
    judged: tuple[Measurement, ...]


class StepStudy(NamedTuple):
    """A step of the set point, with the regulator as it was left."""

    from_pa: int
    to_pa: int
    samples: tuple[StepSample, ...]
    response: Response
    plant: Plant | None
    gains: Gains | None
    judged: tuple[Measurement, ...]


class Software(NamedTuple):
    """What controlled the work and made the document."""

    name: str
    version: str


class Amendment(NamedTuple):
    """What this certificate replaces, and why."""

    number: str
    sha256: str
    reason: str


class Certificate(NamedTuple):
    """All that is certified. What was not done is none or empty, and the page says so."""

    number: str
    laboratory: Laboratory
    customer: Customer
    method: Method
    item: Item
    dates: Dates
    environment: Environment
    gauge: ReferenceGauge
    people: People
    rule: Rule
    adjustment: Adjustment
    as_found: tuple[Error, ...]
    as_left: tuple[Error, ...]
    """At points that the fit has not seen; empty where nothing was adjusted or verified."""
    moved_top: str
    """The sentence of ``procedure.Top``; empty where nothing was moved."""
    characteristics: Characteristics | None
    gates: tuple[Measurement, ...]
    budgets: tuple[Budget, ...]
    leak: LeakDown | None
    duty: DutyStudy | None
    step: StepStudy | None
    self_test: tuple[Measurement, ...]
    software: Software
    amendment: Amendment | None = None

    @property
    def is_simulated(self) -> bool:
        """Whether unit or gauge is no real one: then it certifies nothing, and says so on every page."""
        return self.item.is_simulated or self.gauge.is_simulated

    @property
    def judged(self) -> tuple[Measurement, ...]:
        """All that has a limit besides the errors."""
        parts = [part.judged for part in (self.leak, self.duty, self.step) if part is not None]
        return (*self.gates, *(one for part in parts for one in part), *self.self_test)

    @property
    def conforms(self) -> bool:
        """Whether the unit, as it leaves the bench, meets the specification under the decision rule."""
        return self.is_verified and is_released(self.as_left or self.as_found) and has_passed(self.judged)

    @property
    def is_verified(self) -> bool:
        """Whether there are results of the unit as it leaves the bench: after an adjustment those as found say nothing of it."""
        return bool(self.as_left) or self.adjustment.new is None


class Change(NamedTuple):
    """What an amendment may change: words around the results, never a result. None leaves them as they are."""

    laboratory: Laboratory | None = None
    customer: Customer | None = None
    condition: str | None = None
    environment: str | None = None


def reference_gauge(record: GaugeRecord) -> ReferenceGauge:
    """Return what a certificate says of a gauge, from its record."""
    return ReferenceGauge(
        record.maker,
        record.model,
        record.serial,
        record.certificate,
        record.calibrated.isoformat(),
        record.due.isoformat(),
        record.U_pa,
        record.k,
        record.drift_pa,
        record.drift_at_pa,
        record.zero_pa,
        record.resolution_pa,
        tuple(Row(row.shown_pa, row.add_pa, row.U_pa) for row in record.rows),
        record.is_simulated,
    )


def freeze(certificate: Certificate) -> str:
    """Return the canonical text of a certificate; its SHA-256 is the certificate's.

    Raises:
        ValueError: something that has to be on it is missing, is not a number, or its number is of the wrong range.
    """
    _check(certificate)
    return canonical({"format": FORMAT, "kind": KIND, "certificate": to_plain(conform(certificate))})


def thaw(text: str) -> Certificate:
    """Return the certificate that a text holds.

    Raises:
        FileProblem: it is no certificate, of a newer format, or was changed by hand.
    """
    try:
        table = json.loads(text, parse_constant=_no_constant)
        _check_format(table)
        certificate = from_plain(Certificate, table["certificate"])
        _check(certificate)
        if freeze(certificate) != text:
            raise ValueError("it is not written as a certificate is; a program or a person has changed it")
    except (ValueError, RecursionError) as error:
        raise FileProblem(f"This is no certificate: {error}.", _ISSUE_IT_AGAIN) from error
    return certificate


def amend(original: Certificate, sha256: str, number: str, issued_s: int, reason: str, change: Change) -> Certificate:
    """Return a certificate that replaces another: the same results, other words, and a line that says what it replaces.

    Args:
        original: stays as it is.
        sha256: of its text.
        number: of the new one.
        issued_s: UTC.
        reason: what was changed, and why.
        change: what is said otherwise.

    Raises:
        ValueError: no reason, or nothing is changed.
    """
    if not reason.strip():
        raise ValueError("an amendment says what was changed, and why")
    new = original._replace(
        laboratory=change.laboratory or original.laboratory,
        customer=change.customer or original.customer,
        item=original.item if change.condition is None else original.item._replace(condition=change.condition),
        environment=original.environment if change.environment is None else original.environment._replace(remark=change.environment),
    )
    if new == original:
        raise ValueError("nothing is changed")
    return new._replace(
        number=number, dates=original.dates._replace(issued_s=issued_s), amendment=Amendment(original.number, sha256, reason.strip())
    )


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _check_format(table: Any) -> None:
    if not isinstance(table, dict) or table.get("kind") != KIND:
        raise ValueError("it does not say that it is one")
    found = table.get("format")
    if type(found) is not int or found < 1:
        raise ValueError("it has no format")
    if found > FORMAT:
        raise FileProblem(
            f"This certificate is of format {found}; this program reads up to {FORMAT}.",
            "It was made by a newer version: update this one.",
            {"format": found, "known": FORMAT},
        )
    if set(table) != {"format", "kind", "certificate"}:
        raise ValueError("it holds something besides the certificate")


def _check(certificate: Certificate) -> None:
    """Refuse what no certificate may be without.

    Raises:
        ValueError: named.
    """
    needed = {
        "name of the laboratory": certificate.laboratory.name,
        "address of the laboratory": certificate.laboratory.address,
        "place of the work": certificate.laboratory.place,
        "customer": certificate.customer.name,
        "serial number": certificate.item.serial,
        "condition of the unit": certificate.item.condition,
        "operator": certificate.people.operator,
        "person who authorises it": certificate.people.authorised_by,
        "certificate of the gauge": certificate.gauge.certificate,
    }
    if not _NUMBER.fullmatch(certificate.number):
        raise ValueError("its number is not made of capital letters, digits and hyphens")
    for name, value in needed.items():
        if not value.strip():
            raise ValueError(f"the {name} is missing")
    if not certificate.as_found:
        raise ValueError("there are no results")
    if certificate.number.startswith(SIMULATED_NUMBERS) is not certificate.is_simulated:
        raise ValueError("what is simulated has numbers of its own, and this one is of the other kind")
    dates = certificate.dates
    if not dates.from_s <= dates.to_s <= dates.issued_s:
        raise ValueError("its dates are not in their order")
