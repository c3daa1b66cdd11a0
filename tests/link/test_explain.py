"""Every number that a wand can send has its sentence, its next step and its kind of error."""

import pytest

from microderm_ctl.errors import WandFault, WandRefusal
from microderm_ctl.link.explain import CAUSES, REFUSALS, cause_name, cause_of, fault, refusal, state_name
from microderm_protocol import codes
from tests.link.peer import nak


@pytest.mark.hazard("H-18", "computer")
@pytest.mark.hazard("H-35", "computer")
def test_both_tables_are_complete_and_hold_nothing_else() -> None:
    assert set(CAUSES) == set(range(len(codes.CAUSES)))
    assert set(REFUSALS) == set(codes.NAK_CODES)


@pytest.mark.parametrize("known", [*CAUSES.values(), *REFUSALS.values()])
def test_each_is_a_sentence_with_a_next_step(known: tuple[str, str]) -> None:
    for text in known:
        assert not text[0].islower()
        assert text.endswith(".")
    assert known[0] != known[1]


@pytest.mark.parametrize("code", sorted(codes.NAK_CODES))
def test_each_refusal_is_an_error_with_a_stable_code(code: int) -> None:
    error = refusal(nak(code), "ARM")
    assert isinstance(error, WandFault if code in (30, 31, 35, 36, 40) else WandRefusal)
    assert error.exit_code == 8
    assert error.details["nak"] == codes.NAK_CODES[code]
    assert str(error.details["class"]) in codes.NAK_CLASSES.values()


def test_a_refusal_above_a_limit_names_both_numbers() -> None:
    sentence = refusal(nak(14, asked=24_000, allowed=16_000), "ZONE").sentence
    assert "24000" in sentence
    assert "16000" in sentence


def test_a_wrong_tip_is_named_and_a_missing_one_too() -> None:
    assert "tip has 150 um" in refusal(nak(34, asked=106, allowed=150), "ARM").sentence
    assert "no tip is on" in refusal(nak(34, asked=106, allowed=0), "ARM").sentence


def test_a_cool_down_says_how_long() -> None:
    assert "12 min 01 s" in refusal(nak(32, allowed=720_500), "ARM").sentence


def test_a_fault_brings_the_sentence_of_its_cause() -> None:
    error = refusal(nak(30, cause=codes.TEMPERATURE), "ARM")
    assert CAUSES[codes.TEMPERATURE].sentence in error.sentence
    assert error.hint == CAUSES[codes.TEMPERATURE].hint
    assert fault(codes.SUPPLY).details == {"cause": "supply"}


def test_a_button_held_in_the_self_test_is_told_as_such_and_what_to_do() -> None:
    """In FAULT it has stopped nothing, so "begin again when you like" would send the person in a circle."""
    for error in (fault(codes.BUTTON), refusal(nak(30, cause=codes.BUTTON), "ARM")):
        assert "was down while the wand tested itself" in error.sentence
        assert "Let go of the button, then press it once." in error.hint
    assert "tested itself" not in cause_of(codes.BUTTON).sentence


def test_numbers_of_a_newer_wand_are_named_not_hidden() -> None:
    assert (cause_name(200), state_name(99)) == ("unknown-200", "UNKNOWN-99")
    assert "200" in cause_of(200).sentence
    assert "77" in refusal(nak(77), "ARM").sentence
