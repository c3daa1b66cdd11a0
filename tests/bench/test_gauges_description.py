"""A description file says how a gauge talks; a mistake in it is named with its place."""

from pathlib import Path

import pytest

from microderm_ctl.bench.gauges import Sign, describe, parse_description, shipped_names
from microderm_ctl.bench.gauges.description import cut, part_of
from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.link.ports import LineSettings

FILE = """
name = "mine"
title = "My gauge"
[line]
baud = 57600
parity = "even"
data_bits = 7
[talk]
send_end = "\\r\\n"
pause_ms = 20
[read]
ask = "P?"
separator = ","
value = 2
unit = "mbar"
"""
UNIT_TABLE = """
[unit]
ask = "U?"
"""


def test_what_came_with_the_program_can_be_read() -> None:
    assert shipped_names() == ["druck-pace", "fluke-val"]
    for name in shipped_names():
        found = describe(name)
        assert found.name == name
        assert found.line == LineSettings(9600, 8, "N", 1)
        assert found.vacuum_is is Sign.NEGATIVE
        assert found.identify is not None


def test_a_file_is_described_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FILE)
    found = describe(str(path))
    assert (found.name, found.line) == ("mine", LineSettings(57600, 7, "E", 1))
    assert (found.talk.send_end, found.talk.pause_ms, found.talk.timeout_ms) == ("\r\n", 20, 1000)
    assert (found.identify, found.ask_unit, found.zero) == (None, None, None)
    assert found.fixed_unit is not None
    assert found.fixed_unit.name == "mbar"


def test_a_name_that_nothing_has_lists_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as raised:
        describe("fluke")
    assert "druck-pace, fluke-val" in raised.value.hint
    with pytest.raises(FileProblem, match="cannot be read"):
        describe(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("baud = 57600", "baud = 57600\nboud = 9600", "'boud' in [line] is unknown; did you mean 'baud'"),
        ("baud = 57600", "baud = 0", "'baud' in [line] is 0; it goes from 50"),
        ('parity = "even"', 'parity = "mark"', "'parity' in [line] is 'mark', not none or even or odd"),
        ("data_bits = 7", "data_bits = 9", "'data_bits' in [line] is 9"),
        ("[read]", "[reading]", "missing"),
        ('ask = "P?"', "", "'ask' in [read] is missing"),
        ('ask = "P?"', 'ask = ""', "'ask' in [read] is empty"),
        ('ask = "P?"', 'ask = "Pé?"', "not ASCII"),
        ("value = 2", "value = 0", "'value' is 0: parts are counted from 1"),
        ("value = 2", "value = 2.0", "'value' in [read] is not a whole number"),
        ('unit = "mbar"', 'unit = "furlong"', "'unit' in [read] is 'furlong'; units are Pa, hPa, kPa"),
        ('unit = "mbar"', 'unit = "psia"', "absolute gauge cannot be used"),
        ('unit = "mbar"', "", "the unit comes from one place"),
        ('unit = "mbar"', 'unit = "mbar"' + UNIT_TABLE, "the unit comes from one place"),
        ('unit = "mbar"', 'unit = "mbar"\nunit_part = 3', "the unit comes from one place"),
        ('name = "mine"', 'name = "mine"\nvacuum_is = "below"', "'vacuum_is' is 'below', not negative or positive"),
        ("pause_ms = 20", 'answer_end = ""', "'answer_end' in [talk]"),
        ('unit = "mbar"', 'unit = "mbar"\n[error]\nstarts = "E"', "'starts' in [error] is not a list"),
        ('unit = "mbar"', 'unit = "mbar"\n[error]\nstarts = [""]', "'starts' in [error] is not a list of texts"),
        ('unit = "mbar"', 'unit = "mbar"\n[zero]\nwait_ms = 5', "'send' in [zero] is missing"),
        ('unit = "mbar"', 'unit = "mbar"\n[identify]\nask = "I?"\nmodle = 2', "'modle' in [identify] is unknown"),
        ('title = "My gauge"', 'title = "My gauge"\ncolour = "red"', "'colour' is unknown"),
        ("[line]", "[line", "does not describe a gauge"),
    ],
)
def test_a_mistake_in_the_file_is_named(before: str, after: str, told: str) -> None:
    with pytest.raises(FileProblem) as raised:
        parse_description(FILE.replace(before, after).encode(), "mine.toml")
    assert told in raised.value.sentence
    assert raised.value.sentence.startswith("mine.toml does not describe a gauge")
    assert "docs/bench/gauges.md" in raised.value.hint


def test_parts_are_counted_from_both_ends() -> None:
    parts = cut(" a, b ,c", ",")
    assert [part_of(parts, place) for place in (1, 2, 3, 4, -1, -3, -4, 0)] == ["a", "b", "c", "", "c", "a", "", ""]
    assert cut("PR  =\t1.0", " ") == ["PR", "=", "1.0"]
