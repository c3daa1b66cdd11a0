"""The page of a certificate as sections of facts, tables, sentences and pictures: made once, and only set by ``html`` and ``pdf``."""

from collections.abc import Iterator
from typing import Final

from microderm_ctl.bench.certificate import results, words
from microderm_ctl.bench.certificate.blocks import Block, Column, Fact, Facts, Page, Section, Sentence, Table
from microderm_ctl.bench.certificate.document import FORMAT, Certificate, Environment, ReferenceGauge, thaw
from microderm_ctl.bench.certificate.numbers import bound, day_of, fixed, kpa, signed, time_of
from microderm_ctl.bench.decision import Error, Verdict
from microderm_ctl.bench.measurement import Outcome
from microderm_ctl.records.canonical import sha256_of

_WORST: Final = (Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.CONDITIONAL_FAIL, Verdict.FAIL)
_CONVERT_HPA: Final = 100


def page_of(text: str) -> Page:
    """Return the page of a frozen certificate.

    Raises:
        FileProblem: the text is no certificate.
    """
    certificate = thaw(text)
    offset_min = certificate.dates.offset_min
    found = [
        _who_and_what(certificate),
        _conformity(certificate),
        _conditions(certificate),
        results.as_found(certificate),
        results.adjustment(certificate),
        results.as_left(certificate),
        results.budgets(certificate),
        results.leak(certificate.leak) if certificate.leak else None,
        results.duty(certificate.duty) if certificate.duty else None,
        results.step(certificate.step) if certificate.step else None,
        Section("Self-test", (results.checks("Checks of the self-test", certificate.self_test),)) if certificate.self_test else None,
        Section("Remarks", tuple(_remarks(certificate, sha256_of(text)))),
    ]
    return Page(
        words.TITLE,
        certificate.number,
        certificate.laboratory.name,
        "\n".join(one for one in (certificate.laboratory.address, certificate.laboratory.contact) if one),
        day_of(certificate.dates.issued_s, offset_min),
        certificate.is_simulated,
        tuple(_notices(certificate)),
        tuple(Section(one.title, tuple(_bound(block) for block in one.blocks)) for one in found if one is not None),
        words.END.format(number=certificate.number),
    )


def _bound(block: Block) -> Block:
    """Return a block in whose sentences numbers stay with their units."""
    if isinstance(block, Sentence):
        return block._replace(text=bound(block.text))
    if isinstance(block, Facts):
        return Facts(tuple(fact._replace(value=bound(fact.value)) for fact in block.rows))
    return block


def _notices(certificate: Certificate) -> Iterator[Sentence]:
    if certificate.is_simulated:
        both = certificate.item.is_simulated and certificate.gauge.is_simulated
        what = words.SIMULATED_BOTH if both else words.SIMULATED_UNIT if certificate.item.is_simulated else words.SIMULATED_GAUGE
        yield Sentence(words.SIMULATED_NOTE.format(what=what, verb="were" if both else "was"), "mark")
    amended = certificate.amendment
    if amended is not None:
        reason = amended.reason if amended.reason.endswith((".", "!", "?")) else f"{amended.reason}."
        yield Sentence(words.AMENDS.format(number=amended.number, sha256=amended.sha256, reason=reason), "mark")


def _who_and_what(certificate: Certificate) -> Section:
    item, method, dates, people = certificate.item, certificate.method, certificate.dates, certificate.people
    customer = "\n".join(one for one in certificate.customer if one)
    facts = [
        Fact("Item", f"{item.model}, serial number {item.serial}"),
        Fact("Board and hardware", f"{item.board}, hardware {item.hardware}"),
        Fact("Firmware", f"{item.firmware}, build {item.build}"),
        Fact("Condition as received", item.condition),
        Fact("Customer", customer, words.BY_CUSTOMER),
        Fact("Procedure", f"{method.name}, version {method.version}: {method.title}\nSHA-256 {method.sha256}"),
        Fact("Deviations from it", "\n".join(method.deviations) or "none"),
        Fact("Place of the work", certificate.laboratory.place),
        Fact("Work done", f"{time_of(dates.from_s, dates.offset_min)}\nto {time_of(dates.to_s, dates.offset_min)}"),
        Fact("Issued", time_of(dates.issued_s, dates.offset_min)),
        Fact("Work done by", people.operator),
        Fact("Authorised by", f"{people.authorised_by}, {people.role}" if people.role else people.authorised_by),
    ]
    if dates.received_s is not None:
        facts.insert(4, Fact("Received", day_of(dates.received_s, dates.offset_min)))
    return Section("Item, customer and method", (Facts(tuple(facts)),))


def _conformity(certificate: Certificate) -> Section:
    rule = certificate.rule
    tolerance = kpa(rule.tolerance_pa)
    left = bool(certificate.as_left)
    said = words.CONFORMS if certificate.conforms else words.CONFORMS_NOT
    is_adjusted = certificate.adjustment.new is not None
    state = (words.AS_LEFT if is_adjusted else words.NOT_ADJUSTED) if left else words.AS_FOUND if certificate.is_verified else ""
    head = said.format(state=state, specification=rule.specification)
    kind = ("pass" if certificate.conforms else "fail") if not certificate.is_simulated else "mark"
    mark = f"{words.SIMULATED}: " if certificate.is_simulated else ""
    blocks: list[Block] = [Sentence(f"{mark}{head} {' '.join(_reasons(certificate))}", kind)]
    if left or not certificate.is_verified:
        blocks.append(Sentence(_worst(certificate.as_found, is_adjusted)))
    if certificate.moved_top:
        blocks.append(Sentence(certificate.moved_top, "mark"))
    blocks.append(
        Sentence(words.RULE.format(specification=rule.specification, tolerance=tolerance, risk=f"{rule.risk_percent:g}"), "small")
    )
    blocks.append(Sentence(words.ADJUST_RULE.format(above=kpa(rule.adjust_above_pa)), "small"))
    return Section("Conformity", tuple(blocks))


def _reasons(certificate: Certificate) -> Iterator[str]:
    points = certificate.as_left or certificate.as_found
    if not certificate.is_verified:
        yield words.NOT_VERIFIED
        return
    failing = [one for one in points if one.verdict is not Verdict.PASS]
    failed = [results.measured(one.name) for one in certificate.judged if one.outcome is Outcome.FAIL]
    if failing:
        yield words.POINTS_FAIL.format(points="; ".join(_point(one) for one in failing))
    if failed:
        yield words.CHECKS_FAIL.format(names=", ".join(failed))
    if not failing and not failed:
        checks = words.AND_CHECKS.format(count=len(certificate.judged)) if certificate.judged else ""
        yield words.POINTS_PASS.format(count=len(points), tolerance=kpa(certificate.rule.tolerance_pa), checks=checks)


def _point(one: Error) -> str:
    return f"{kpa(one.set_pa, 1)} kPa {one.direction.value}, error {signed(one.error_pa / 1000, 3)} kPa, {words.VERDICTS[one.verdict]}"


def _worst(points: tuple[Error, ...], is_adjusted: bool) -> str:
    verdict = max((one.verdict for one in points), key=_WORST.index)
    largest = max(points, key=lambda one: abs(one.error_pa))
    return words.WORST_FOUND.format(
        when=words.BEFORE if is_adjusted else "",
        verdict=words.VERDICTS[verdict],
        error=signed(largest.error_pa / 1000, 3),
        at=kpa(largest.reference_pa, 1),
        direction=largest.direction.value,
    )


def _conditions(certificate: Certificate) -> Section:
    gauge = certificate.gauge
    blocks: list[Block] = [Facts((*_environment(certificate.environment), *_reference(gauge)))]
    if gauge.rows:
        columns = (Column("Shown, kPa", 0.34), Column("Correction, kPa", 0.33), Column(f"U (k = {gauge.k:g}), kPa", 0.33))
        rows = tuple((kpa(one.shown_pa, 1), signed(one.add_pa / 1000, 4), kpa(one.expanded_pa, 4)) for one in gauge.rows)
        blocks.append(Table("Reference gauge: corrections of its certificate, which were applied", columns, rows))
    return Section("Conditions and reference", tuple(blocks))


def _environment(conditions: Environment) -> Iterator[Fact]:
    low, high = sorted((conditions.temperature_from_c, conditions.temperature_to_c))
    yield Fact("Temperature", f"{fixed(low, 1)} to {fixed(high, 1)} \N{DEGREE SIGN}C")
    pressure = conditions.pressure_pa
    yield Fact("Ambient pressure", f"{fixed(pressure / _CONVERT_HPA, 1)} hPa" if pressure is not None else "not recorded")
    humidity = conditions.humidity_percent
    yield Fact("Relative humidity", f"{fixed(humidity, 0)} %" if humidity is not None else "not recorded")
    if conditions.remark:
        yield Fact("Remark on the conditions", conditions.remark)


def _reference(gauge: ReferenceGauge) -> Iterator[Fact]:
    simulated = f"{words.SIMULATED}: " if gauge.is_simulated else ""
    yield Fact("Reference gauge", f"{simulated}{gauge.maker} {gauge.model}, serial number {gauge.serial}")
    yield Fact("Its certificate", f"{gauge.certificate}, calibrated on {gauge.calibrated}, due on {gauge.due}")
    yield Fact("Its uncertainty", f"U = {kpa(gauge.expanded_pa, 3)} kPa (k = {gauge.k:g})")
    drift = f"up to \N{PLUS-MINUS SIGN}{kpa(gauge.drift_pa, 3)} kPa at {kpa(gauge.drift_at_pa, 1)} kPa"
    yield Fact("Taken for its drift since", f"{drift}, in proportion to the vacuum")
    yield Fact("Its zero and resolution", f"{kpa(gauge.zero_pa, 3)} kPa (standard deviation); {kpa(gauge.resolution_pa, 3)} kPa")


def _remarks(certificate: Certificate, sha256: str) -> Iterator[Block]:
    gauge, software = certificate.gauge, certificate.software
    yield Sentence(
        words.TRACEABILITY.format(
            certificate=gauge.certificate, gauge=f"{gauge.maker} {gauge.model}", serial=gauge.serial, calibrated=gauge.calibrated
        )
    )
    if not certificate.budgets:
        yield Sentence(words.UNCERTAINTY)
    yield Sentence(words.CONVENTIONS)
    missing = [said for name, said in words.PARTS.items() if not getattr(certificate, name)]
    if missing:
        yield Sentence(words.NOT_DONE.format(parts=", ".join(missing)))
    yield Sentence(words.ONLY_THE_ITEM)
    yield Sentence(words.IN_FULL)
    yield Sentence(words.DOCUMENT.format(format=FORMAT, sha256=sha256, software=f"{software.name} {software.version}"), "small")
