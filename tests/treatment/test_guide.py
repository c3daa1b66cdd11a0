"""What a person is told: complete, and short enough for the screen."""

from textwrap import wrap

import pytest

from microderm_ctl.safety import WIRE_IDS, Zone
from microderm_ctl.texts import guide as texts
from microderm_ctl.treatment import guide
from microderm_ctl.treatment.events import (
    Armed,
    Ended,
    Event,
    Held,
    PassBegins,
    PressButton,
    Refused,
    Running,
    SetPoint,
    Stopping,
    TouchDown,
    ZoneDone,
    name_of,
    record_of,
    sentence_of,
)
from microderm_protocol import codes

LINES_ON_SCREEN = 3


def test_every_zone_that_can_be_run_has_its_guide() -> None:
    assert set(guide.GUIDES) == set(WIRE_IDS)


def test_every_signal_of_the_protocol_has_words() -> None:
    assert set(texts.PATTERNS) == set(codes.SIGNALS)
    assert guide.pattern("unknown-11") == "the signal unknown-11"


def test_passes_alternate_between_two_directions() -> None:
    assert guide.stroke(Zone.NOSE, 1) == guide.stroke(Zone.NOSE, 3) != guide.stroke(Zone.NOSE, 2)


@pytest.mark.parametrize("zone", list(WIRE_IDS))
def test_what_to_do_now_fits_three_lines_for_every_zone(zone: Zone) -> None:
    told: list[Event] = [
        PressButton(zone, 12_000, True),
        TouchDown(zone, 10_000),
        PassBegins(zone, 1, 3),
        PassBegins(zone, 2, 3),
        ZoneDone(zone, Zone.AROUND_MOUTH, True),
        *(Held(zone, cause) for cause in (*texts.HELD, "something new")),
    ]
    for event in told:
        assert len(wrap(sentence_of(event), 76)) <= LINES_ON_SCREEN, sentence_of(event)


@pytest.mark.parametrize(
    "event",
    [
        Armed((Zone.NOSE,), (12_000,), 15),
        Running(Zone.NOSE, 14_900),
        SetPoint(Zone.NOSE, 9_500, 12_000),
        Refused("No."),
        Stopping("button"),
        Ended("button", 6_040, False),
        ZoneDone(Zone.NOSE, None, False),
    ],
)
def test_each_event_has_a_name_a_record_and_a_sentence(event: Event) -> None:
    record = record_of(event, 1_200)
    assert record["event"] == name_of(event) and record["t_ms"] == 1_200
    assert record["text"] == sentence_of(event) != ""
    assert set(event._fields) <= set(record)
