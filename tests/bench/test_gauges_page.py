"""The page about gauges: its files can be used as they stand, and every text of its table is one that the program says."""

import re
from pathlib import Path
from typing import Final

from microderm_ctl.bench.gauges import parse_description, parse_record
from microderm_ctl.bench.gauges.units import UNITS_PA
from tests.bench.gauge_lines import scripted
from tests.docs.pages import blocks, text_of

PAGE: Final = "docs/bench/gauges.md"
SOURCES: Final = Path(__file__).parents[2] / "microderm_ctl/bench/gauges"


def _files() -> tuple[bytes, bytes]:
    record, description = ("\n".join(block.lines).encode() for block in blocks(PAGE) if block.language == "toml")
    return record, description


def test_the_record_of_the_page_is_one() -> None:
    record = parse_record(_files()[0])
    assert record.corrected_pa(25_000) == 24_980
    assert (record.U_at(25_000), record.U_at(0)) == (25, 30)


def test_the_description_of_the_page_reads_its_instrument() -> None:
    gauge, _ = scripted(parse_description(_files()[1]), {b"255:R:MRMD:1\r\n": b"001:F:MRMD: -12.3456:KPA\r\n"})
    assert round(gauge.read().vacuum_pa, 1) == 12_345.6


def test_every_refusal_of_the_table_is_said_somewhere() -> None:
    said = " ".join(re.sub(r"\{[^}]*\}", "...", path.read_text(encoding="utf-8")) for path in sorted(SOURCES.glob("*.py")))
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", text_of(PAGE), flags=re.MULTILINE)
    texts = [row for row in rows if row not in ("it says", "---")]
    assert len(texts) == 17
    assert [text for text in texts if not re.search(re.escape(text).replace(r"\.\.\.", ".{1,40}?"), said)] == []


def test_the_units_of_the_page_are_those_that_are_known() -> None:
    line = text_of(PAGE).replace("\n", " ").split("Units are ")[1].split(".")[0]
    assert {word for word in re.findall(r"[A-Za-z0-9/]+", line) if word not in ("and", "Torr")} == set(UNITS_PA)
