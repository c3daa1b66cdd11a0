"""What stands on the page: each field that ISO/IEC 17025:2017 7.8 asks for, and a verdict that follows from the results."""

from collections.abc import Callable

import pytest

from microderm_ctl.bench.certificate.blocks import Facts, Figure, Page, Sentence, Table
from microderm_ctl.bench.certificate.content import page_of
from microderm_ctl.bench.certificate.document import Amendment, Certificate, amend, freeze
from microderm_ctl.bench.certificate.document import Change as Changed
from microderm_ctl.bench.certificate.numbers import digits
from microderm_ctl.bench.decision import decide
from microderm_ctl.bench.measurement import Limits, measure
from microderm_ctl.records.canonical import sha256_of
from tests.bench.certificate.sample import PROCEDURE, smallest, whole


def said(page: Page) -> str:
    """All words of a page, with plain blanks."""
    words: list[str] = [page.title, page.number, page.laboratory, page.address, page.issued, *(one.text for one in page.notices)]
    for section in page.sections:
        words.append(section.title)
        for block in section.blocks:
            if isinstance(block, Sentence):
                words.append(block.text)
            elif isinstance(block, Facts):
                words += [f"{fact.name} {fact.note}: {fact.value}" for fact in block.rows]
            elif isinstance(block, Table):
                words += [block.title, " ".join(one.name for one in block.columns), *(" ".join(row) for row in block.rows)]
            elif isinstance(block, Figure):
                words.append(block.caption)
    return "\n".join([*words, page.end]).replace("\u00a0", " ")


def text_of(certificate: Certificate) -> str:
    return said(page_of(freeze(certificate)))


# By the letters of 7.8.2.1 (a to p), 7.8.2.2, 7.8.4.1 (4a to 4f), 7.8.6 and 7.8.8.
ASKED = {
    "a title": "Calibration certificate",
    "b laboratory": "Bench North\nHauptstraße 12\n20095 Hamburg",
    "c place": "Place of the work : bench 2, at the laboratory",
    "d number": "W-7KQ2M9XA-2026-000123",
    "d end": "End of certificate W-7KQ2M9XA-2026-000123",
    "e customer": "Studio Ωmega, Łódź\nul. Piotrkowska 1",
    "f method": "CAL-VAC-1, version 1: Vacuum calibration against a reference gauge",
    "f method's hash": f"SHA-256 {PROCEDURE.sha256}",
    "g item": "microderm wand, serial number W-0117",
    "g hardware": "Raspberry Pi Pico, board 1, hardware 2",
    "g firmware": "0.1.0, build 5f3a90c1",
    "g condition": "Clean, sealed, no damage seen.",
    "h received": "Received : 2026-11-24",
    "i performed": "2026-11-25 11:00 (UTC+01:00)\nto 2026-11-25 11:21 (UTC+01:00)",
    "j issued": "Issued : 2026-11-25 11:25 (UTC+01:00)",
    "l only the item": "relate only to the item calibrated",
    "m results": "Set, kPa Direction Reference, kPa Shown, kPa Error, kPa U, kPa Verdict",
    "n deviations": "The gauge was read by hand",
    "o authorised": "Authorised by : Dr. M. Ørsted, head of the bench",
    "operator": "Work done by : J. Lindqvist",
    "not in part": "not to be reproduced except in full",
    "2.2 from the customer": "Customer supplied by the customer",
    "4a uncertainty": "level of confidence of 95.45 %",
    "4b temperature": "21.4 to 21.9 °C",
    "4b pressure": "1011.8 hPa",
    "4b humidity": "43 %",
    "4c traceable": "results traceable through certificate D-K-15070-2026-0331 of the reference gauge (Fluke 700G06, serial 4242017)",
    "4c reference": "D-K-15070-2026-0331, calibrated on 2026-03-31, due on 2027-03-31",
    "4c its U": "U = 0.030 kPa (k = 2)",
    "4c its correction": "12.5 \u22120.0040 0.0300",
    "4d before": "Results as found",
    "4d after": "Results as left",
    "4e conformity": "The unit conforms, as left: error within ±0.50 kPa from 0 to 25 kPa.",
    "6 rule": "guard band as wide as U (w = U)",
    "6 risk": "The risk that a unit out of tolerance passes is at most 2.5 %",
    "honest": "Issued by a non-accredited laboratory",
    "coefficients": "as it came (factory) 8192 8192 0\nas it leaves",
    "gates": f"Gain against nominal {digits(whole().gates[1].value)} 0.95 1.05  pass",
    "characteristics": "Residual of the fit, Pa Hysteresis h, Pa",
    "budget": "reference: certificate 30.0 Pa normal, k = 2 1.00 \u221e 15.00",
    "budgets": "Component: u in Pa at 2.5 kPa 12.5 kPa 22.5 kPa\nreference: certificate 15.00 15.00 15.00",
    "budgets' degrees of freedom": "\neffective degrees of freedom ",
    "budgets' k": "\nk 2.00 2.00 2.00\n",
    "budget's k": "expanded, U = k u with k = 2.00",
    "leak": "Rate of the fixture alone : 0.50 kPa/min",
    "duty": "Points of the map",
    "step": "Gains of the regulator",
    "self-test": "Vacuum at which it vents by itself 26690 24700 26800 Pa pass, marginal",
    "software": "Made with microderm 0.1.0",
}


@pytest.fixture(scope="module")
def everything() -> str:
    return text_of(whole())


@pytest.mark.parametrize("field", ASKED)
def test_what_the_standard_asks_for_is_there(everything: str, field: str) -> None:
    assert ASKED[field] in everything


def test_its_own_hash_stands_on_it() -> None:
    text = freeze(whole())
    assert sha256_of(text) in said(page_of(text))


def test_nothing_recommends_when_to_come_again(everything: str) -> None:
    words = everything.casefold()
    assert not [one for one in ("recommend", "next calibration", "interval", "recalibrat", "accredited by") if one in words]


def test_what_was_not_done_is_said() -> None:
    assert "Not part of this work: verification as left, leak-down, duty map, step response, self-test." in text_of(smallest())
    assert "Not part of this work" not in text_of(whole())
    assert "Ambient pressure : not recorded" in text_of(smallest()) and "Deviations from it : none" in text_of(smallest())


def worse(certificate: Certificate, error_pa: float) -> Certificate:
    """The same with one point as left that is off by so much."""
    one = certificate.as_left[3]
    verdict = decide(error_pa, one.expanded_pa, certificate.rule.tolerance_pa)
    bad = one._replace(error_pa=error_pa, shown_pa=one.reference_pa + error_pa, verdict=verdict)
    return certificate._replace(as_left=(*certificate.as_left[:3], bad, *certificate.as_left[4:]))


LATE = measure("vent", 3.0, Limits(0, 1, 0.2, "s", ""))
HEAD = "error within ±0.50 kPa from 0 to 25 kPa."
VERDICTS: dict[str, tuple[Callable[[], Certificate], str]] = {
    "pass": (
        whole,
        f"conforms, as left: {HEAD} At each of the 10 points |error| + U is within 0.50 kPa, and each of the 19",
    ),
    "a point that is only inside without U": (
        lambda: worse(whole(), 480.0),
        f"does not conform, as left: {HEAD} Points that do not pass: 17.5 kPa up, error +0.480 kPa, conditional pass.",
    ),
    "a point outside": (lambda: worse(whole(), -700.0), "17.5 kPa up, error \u22120.700 kPa, fail."),
    "a check outside": (
        lambda: whole()._replace(self_test=(LATE,)),
        f"does not conform, as left: {HEAD} Checks outside their limits: Vent.",
    ),
    "never measured again": (
        lambda: whole()._replace(as_left=()),
        f"does not conform: {HEAD} It was adjusted, and not measured after that.",
    ),
    "as found": (lambda: smallest()._replace(as_found=smallest().as_found[:4]), "The unit conforms, as found and not adjusted"),
    "as found and bad": (smallest, "The unit does not conform, as found and not adjusted"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_the_statement_follows_from_the_results(case: str) -> None:
    make, statement = VERDICTS[case]
    assert statement in text_of(make())
    kinds = {one.kind for section in page_of(freeze(make())).sections for one in section.blocks if isinstance(one, Sentence)}
    assert ("pass" in kinds, "fail" in kinds) == (make().conforms, not make().conforms)


def test_as_found_is_told_even_where_it_was_adjusted(everything: str) -> None:
    worst = max(whole().as_found, key=lambda one: abs(one.error_pa))
    told = f"{worst.error_pa / 1000:+.3f} kPa at {worst.reference_pa / 1000:.1f} kPa, {worst.direction}"
    assert f"As found, before it was adjusted: fail (largest error {told})." in everything


def test_a_row_that_fails_is_marked() -> None:
    tables = [one for section in page_of(freeze(whole())).sections for one in section.blocks if isinstance(one, Table)]
    (found,) = [one for one in tables if one.title.startswith("With the coefficients that")]
    failing = {i for i, row in enumerate(found.rows) if row[-1] in ("fail", "conditional fail")}
    assert found.failing == failing and 0 < len(failing) < len(found.rows)
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    assert all(sum(column.part for column in table.columns) == pytest.approx(1) for table in tables)


def test_a_moved_top_point_is_told_with_the_statement() -> None:
    sentence = "The top point was moved from 25.0 to 24.0 kPa."
    page = page_of(freeze(whole()._replace(moved_top=sentence)))
    (section,) = [one for one in page.sections if one.title == "Conformity"]
    assert sentence.replace(" kPa", "\u00a0kPa") in [one.text for one in section.blocks if isinstance(one, Sentence)]


@pytest.mark.parametrize(
    ("unit", "gauge", "what"),
    [(True, False, "The unit was"), (False, True, "The reference gauge was"), (True, True, "The unit and the reference gauge were")],
)
def test_what_is_simulated_says_so_first_and_never_in_green(unit: bool, gauge: bool, what: str) -> None:
    certificate = whole()._replace(number="SIMULATED-SIM-0001-2026-000001")
    certificate = certificate._replace(
        item=certificate.item._replace(is_simulated=unit), gauge=certificate.gauge._replace(is_simulated=gauge)
    )
    page = page_of(freeze(certificate))
    assert page.is_simulated and page.notices[0].text.startswith(f"SIMULATED. {what} simulated")
    kinds = [one.kind for section in page.sections for one in section.blocks if isinstance(one, Sentence)]
    assert "pass" not in kinds and "SIMULATED: The unit conforms" in said(page)
    assert ("SIMULATED: Fluke" in said(page)) is gauge


def test_an_amendment_says_what_it_replaces() -> None:
    original = whole()
    sha256 = sha256_of(freeze(original))
    new = amend(original, sha256, "W-7KQ2M9XA-2026-000200", original.dates.issued_s, "wrong address", Changed(condition="Wet."))
    assert f"replaces certificate {original.number} (SHA-256 {sha256}). What was changed, and why: wrong address. The results" in text_of(
        new
    )
    assert new.amendment == Amendment(original.number, sha256, "wrong address")


def test_budgets_of_other_components_stand_one_after_the_other() -> None:
    certificate = whole()
    first, *rest = certificate.budgets
    tables = [one for section in page_of(freeze(certificate)).sections for one in section.blocks if isinstance(one, Table)]
    assert [one.title for one in tables if "udget" in one.title] == ["Budgets", "Budget at 12.5 kPa"]
    mixed = certificate._replace(budgets=(first._replace(components=first.components[1:]), *rest))
    tables = [one for section in page_of(freeze(mixed)).sections for one in section.blocks if isinstance(one, Table)]
    assert [one.title for one in tables if "udget" in one.title] == ["Budget at 2.5 kPa", "Budget at 12.5 kPa", "Budget at 22.5 kPa"]


def test_budgets_without_room_go_on_in_a_table_of_their_own() -> None:
    certificate = whole()
    page = page_of(freeze(certificate._replace(budgets=certificate.budgets * 4)))
    tables = [one for section in page.sections for one in section.blocks if isinstance(one, Table) and one.title == "Budgets"]
    assert [len(one.columns) for one in tables] == [8, 6]


def test_a_unit_that_was_left_alone_is_not_called_adjusted() -> None:
    certificate = whole()
    kept = certificate._replace(adjustment=certificate.adjustment._replace(new=None, is_first=False))
    text = text_of(kept)
    assert "The unit conforms, not adjusted: error within" in text and "As found: fail (largest error" in text
    assert "With the coefficients unchanged, at other points, after a restart" in text and "new coefficients, at points" not in text
    assert "as it came 8192 8192 0\nas it leaves not changed not changed not changed" in text
