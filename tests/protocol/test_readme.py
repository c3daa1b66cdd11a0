"""The page that a stranger writes the other end from is held against the code."""

from pathlib import Path

from microderm_protocol import Decoder, codes
from microderm_protocol.describe import tables
from microderm_protocol.messages.treatment import DWELL_MOST_MS, TREATMENT_MOST_MS

README = (Path(__file__).parents[2] / "protocol" / "README.md").read_text(encoding="utf-8")


def test_the_tables_are_the_tables() -> None:
    """Every message, field, range and number of the page is that of the code."""
    assert README.split("-->\n", 1)[1].strip() == tables().strip()


def test_the_example_frame_is_stop() -> None:
    """The bytes in the prose decode."""
    text = README.split("Example, STOP with sequence 1: `")[1].split("`")[0]
    (frame,) = Decoder().feed(bytes.fromhex(text))
    assert (frame.kind, frame.message_id, frame.sequence, frame.payload) == (codes.REQUEST, 3, 1, b"")


def test_every_signal_is_explained() -> None:
    """Light and buzzer have a row for each signal."""
    for number, name in enumerate(codes.SIGNALS):
        assert f"| {number} | {name} |" in README


def test_the_hard_numbers() -> None:
    """The ranges of ARM are the hard limits."""
    assert (TREATMENT_MOST_MS, DWELL_MOST_MS) == (360_000, 3_000)
