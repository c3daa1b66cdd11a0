"""The document: it comes back as it was, exactly, and what is not a certificate is refused."""

import datetime
import json
from collections.abc import Callable
from math import inf, nan
from typing import Any

import pytest

from microderm_ctl.bench.certificate.document import Certificate, Change, Customer, amend, freeze, reference_gauge, thaw
from microderm_ctl.bench.decision import decide
from microderm_ctl.bench.gauges import practice_record
from microderm_ctl.bench.measurement import Limits, measure
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.canonical import canonical, sha256_of
from tests.bench.certificate.sample import smallest, whole


@pytest.mark.parametrize("make", [smallest, whole])
@pytest.mark.parametrize("simulated", [False, True])
def test_it_comes_back_as_it_was(make: Callable[[bool], Certificate], simulated: bool) -> None:
    certificate = make(simulated)
    text = freeze(certificate)
    assert thaw(text) == certificate and freeze(thaw(text)) == text
    assert certificate.is_simulated is simulated


def test_whole_numbers_in_the_place_of_floats_change_nothing() -> None:
    gauge = smallest().gauge
    assert freeze(smallest()._replace(gauge=gauge._replace(expanded_pa=30, k=2))) == freeze(smallest())


def test_what_is_infinite_is_kept() -> None:
    certificate = whole()
    assert certificate.step is not None
    never = certificate._replace(step=certificate.step._replace(response=certificate.step.response._replace(settle_s=inf)))
    assert any(one.degrees == inf for budget in never.budgets for one in budget.components)
    assert thaw(freeze(never)) == never


def test_what_is_no_number_is_refused() -> None:
    error = smallest().as_found[0]._replace(error_pa=nan)
    with pytest.raises(ValueError, match="NaN"):
        freeze(smallest()._replace(as_found=(error,)))


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    table = json.loads(freeze(whole()))
    change(table)
    return canonical(table)


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "missing": lambda table: table["certificate"].pop("customer"),
    "unknown": lambda table: table["certificate"]["item"].update(colour="white"),
    "no text": lambda table: table["certificate"]["item"].update(serial=117),
    "no whole number": lambda table: table["certificate"]["rule"].update(tolerance_pa=500.0),
    "no number with a decimal point": lambda table: table["certificate"]["gauge"].update(k=2),
    "no yes or no": lambda table: table["certificate"]["gauge"].update(is_simulated=0),
    "no list": lambda table: table["certificate"].update(as_found={}),
    "none of pass": lambda table: table["certificate"]["as_found"][0].update(verdict="good"),
    "no object": lambda table: table["certificate"].update(item=[]),
    "besides the certificate": lambda table: table.update(note=""),
    "no results": lambda table: table["certificate"].update(as_found=[]),
    "address of the laboratory is missing": lambda table: table["certificate"]["laboratory"].update(address=" "),
    "numbers of its own": lambda table: table["certificate"]["item"].update(is_simulated=True),
    "capital letters": lambda table: table["certificate"].update(number="W-1</style>"),
    "not in their order": lambda table: table["certificate"]["dates"].update(from_s=2_000_000_000),
    "no format": lambda table: table.update(format=True),
    "does not say that it is one": lambda table: table.update(kind="invoice"),
}


@pytest.mark.parametrize("said", CHANGES)
def test_what_is_not_exactly_a_certificate_is_refused(said: str) -> None:
    with pytest.raises(FileProblem, match=said):
        thaw(changed(CHANGES[said]))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"a":NaN}', "[" * 100_000, '{"kind":"microderm certificate","format":1}'])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(FileProblem, match="no certificate"):
        thaw(text)


def test_another_way_of_writing_it_is_refused() -> None:
    text = freeze(whole())
    for other in (json.dumps(json.loads(text), indent=1), text + "\n", text.replace('"format":1', '"format":1,"format":1')):
        with pytest.raises(FileProblem, match="changed it"):
            thaw(other)


def test_a_newer_format_says_so() -> None:
    with pytest.raises(FileProblem, match="format 2; this program reads up to 1") as caught:
        thaw(changed(lambda table: table.update(format=2)))
    assert "update" in caught.value.hint


def test_an_amendment_cites_the_original_and_keeps_its_results() -> None:
    original = whole()
    sha256 = sha256_of(freeze(original))
    issued_s = original.dates.issued_s + 86_400
    new = amend(original, sha256, "W-7KQ2M9XA-2026-000124", issued_s, "The customer's name was misspelt. ", Change(customer=Customer("B")))
    assert new.amendment == (original.number, sha256, "The customer's name was misspelt.")
    assert new.customer == Customer("B") and new.dates == original.dates._replace(issued_s=issued_s)
    kept = set(Certificate._fields) - {"number", "customer", "dates", "amendment"}
    assert all(getattr(new, name) == getattr(original, name) for name in kept)
    assert thaw(freeze(new)) == new and thaw(freeze(original)) == original


def test_an_amendment_may_change_words_around_the_results() -> None:
    original = smallest()
    change = Change(original.laboratory._replace(name="Bench South"), None, "A scratch at the tip.", "Window open.")
    new = amend(original, "0" * 64, "W-7KQ2M9XA-2026-000124", original.dates.issued_s, "moved", change)
    assert (new.laboratory.name, new.item.condition, new.environment.remark) == ("Bench South", "A scratch at the tip.", "Window open.")


@pytest.mark.parametrize(("reason", "change"), [(" ", Change(condition="wet")), ("because", Change())])
def test_an_amendment_without_a_reason_or_a_change_is_refused(reason: str, change: Change) -> None:
    with pytest.raises(ValueError, match=r"says what|nothing is changed"):
        amend(smallest(), "0" * 64, "W-7KQ2M9XA-2026-000124", smallest().dates.issued_s, reason, change)


def test_a_gauge_record_becomes_what_a_certificate_says() -> None:
    record = practice_record(datetime.date(2026, 11, 30))
    gauge = reference_gauge(record)
    assert gauge.is_simulated and gauge.due == record.due.isoformat() and gauge.expanded_pa == record.U_pa
    assert [tuple(row) for row in gauge.rows] == [tuple(row) for row in record.rows]
    simulated = smallest()._replace(gauge=gauge)
    assert simulated.is_simulated
    with pytest.raises(ValueError, match="numbers of its own"):
        freeze(simulated)


def test_it_conforms_only_without_a_doubt() -> None:
    certificate = whole()
    assert certificate.conforms and not certificate._replace(as_left=()).conforms
    worse = certificate.as_left[0]._replace(error_pa=480.0)
    worse = worse._replace(verdict=decide(worse.error_pa, worse.expanded_pa, certificate.rule.tolerance_pa))
    assert not certificate._replace(as_left=(worse, *certificate.as_left[1:])).conforms
    assert not certificate._replace(self_test=(measure("vent", 3.0, Limits(0, 1, 0.2, "s", "")),)).conforms


def test_the_characteristics_are_those_of_the_calibration() -> None:
    kept = thaw(freeze(whole())).characteristics
    assert kept is not None and kept == whole().characteristics
    assert kept.hysteresis_at(kept.points_pa[1]) == kept.hysteresis_pa[1]
