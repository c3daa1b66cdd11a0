"""The PDF: number and count on every page, an end, long texts and many rows over pages, and no letter lost in silence."""

import pytest

from microderm_ctl.bench.certificate.document import Certificate, Customer, freeze
from microderm_ctl.bench.certificate.letters import INSTEAD, Letters
from microderm_ctl.bench.certificate.pdf import render_pdf
from microderm_ctl.errors import FileProblem
from tests.bench.certificate.read_pdf import pages_of
from tests.bench.certificate.sample import smallest, whole


def read(certificate: Certificate) -> list[str]:
    return pages_of(render_pdf(freeze(certificate)))


@pytest.fixture(scope="module")
def pages() -> list[str]:
    return read(whole())


def test_every_page_has_the_number_and_how_many_there_are(pages: list[str]) -> None:
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert page.startswith(f"Calibration certificate W-7KQ2M9XA-2026-000123 Page {number} of {len(pages)} ")


def test_it_ends_where_it_says_so(pages: list[str]) -> None:
    end = "End of certificate W-7KQ2M9XA-2026-000123"
    assert pages[-1].endswith(end) and sum(page.count(end) for page in pages) == 1


def test_what_was_done_is_in_it(pages: list[str]) -> None:
    text = " ".join(pages)
    for title in (
        "Conformity",
        "Results as found",
        "Adjustment",
        "Results as left",
        "Uncertainty",
        "Leak-down",
        "Duty map",
        "Step response",
        "Self-test",
    ):
        assert title in text
    assert "up, deepening" in text and "reference vacuum, kPa below ambient" in text, "the words of the pictures"


def test_what_is_simulated_says_so_on_every_page_and_nothing_else_does(pages: list[str]) -> None:
    simulated = read(smallest(simulated=True))
    assert all(f"Page {i} of {len(simulated)} SIMULATED " in page for i, page in enumerate(simulated, 1))
    assert not any("SIMULATED" in page for page in pages)


def test_many_rows_break_over_pages_with_their_head() -> None:
    pages = read(smallest()._replace(self_test=whole().self_test * 40))
    assert len(pages) > 4 and sum("Check Value Least Most Unit Outcome" in page for page in pages) == len(pages) - 2
    assert sum(page.count("Stop without word") for page in pages) == 40


def test_long_texts_are_wrapped_and_go_on_over_pages() -> None:
    small = smallest()
    words = " ".join(f"word{i}" for i in range(1500))
    pages = read(
        small._replace(
            laboratory=small.laboratory._replace(name="Laboratory " * 30, address="Street\n" * 40),
            customer=Customer("N" * 3000, "one line"),
            method=small.method._replace(deviations=(words,)),
            item=small.item._replace(model="model " * 50),
        )
    )
    text = " ".join(pages)
    assert len(pages) > 4 and all(f"word{i}" in text for i in (0, 750, 1499)) and text.count("N") >= 3000
    assert "..." not in pages[0]


MANY = "Łódź, Ørsted, Ελλάδα, Жуковский, Երևան, თბილისი, Ω µ μ ≤ ≥ ± √ ₂ €"


def test_latin_greek_cyrillic_and_signs_are_drawn() -> None:
    letters = Letters()
    assert letters.plain(MANY) == MANY and letters.count == 0
    assert letters.plain("e\u0301\tx\r\ny") == "é x\ny" and letters.count == 0


@pytest.mark.parametrize("text", ["株", "한", "あ", "👩", "ש", "م", "ไ", "\x07", "\u202e", "\u200d", "\ue000"])
def test_what_cannot_be_drawn_is_replaced_and_named(text: str) -> None:
    letters = Letters()
    assert letters.plain(f"a{text}b{text}") == f"a{INSTEAD}b{INSTEAD}"
    assert letters.count == 2 and letters.named() == f"U+{ord(text):04X}"


def test_what_cannot_be_drawn_is_named_on_the_certificate() -> None:
    pages = read(smallest()._replace(customer=Customer("株式会社 <b>&amp;", "")))
    text = " ".join(pages)
    assert "4 characters are not in the font of this PDF" in text and "U+682A, U+5F0F, U+4F1A, U+793E" in text
    assert "<b>&amp;" in text.replace(" ", ""), "nothing in a text is markup"
    assert "not in the font" not in " ".join(read(smallest()))


def test_very_many_of_them_are_counted() -> None:
    letters = Letters()
    letters.plain("".join(chr(0x4E00 + i) for i in range(100)))
    assert letters.named().endswith(" and 76 others") and letters.count == 100


def test_no_certificate_has_no_pdf() -> None:
    with pytest.raises(FileProblem, match="no certificate"):
        render_pdf("")
