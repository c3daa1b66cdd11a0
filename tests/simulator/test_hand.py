"""Hands: what they do to button, tip and cable, and how a script is read."""

from pathlib import Path
from random import Random

import pytest

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.simulator.hand import RESTING_MG, SEAL_MM2, STROKE_MG, AutoHand, Hand
from microderm_ctl.simulator.keys import Keyboard, KeyHand
from microderm_ctl.simulator.pneumatics import OPEN_MM2
from microderm_ctl.simulator.script import SIGNALS, ScriptHand, parse_script, read_script
from microderm_ctl.simulator.unit import make_hand
from microderm_protocol import codes

QUIET = SIGNALS["quiet"]


class Driver:
    """Steps a hand by its own time."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.now_ms = 0
        self.presses = 0

    def run(self, duration_ms: int, signal: str = "quiet", pulls: bool = False) -> None:
        for _ in range(duration_ms // 20):
            self.now_ms += 20
            before = self.hand.button
            self.hand.step(self.now_ms, SIGNALS[signal], pulls)
            self.presses += self.hand.button and not before


def scripted(text: str) -> Driver:
    return Driver(ScriptHand(parse_script(text), Random(1)))


def test_signals_are_those_of_the_protocol() -> None:
    assert tuple(SIGNALS) == codes.SIGNALS
    assert tuple(SIGNALS.values()) == tuple(range(len(codes.SIGNALS)))


def test_a_hand_that_does_nothing_leaves_the_wand_in_the_air() -> None:
    driver = Driver(Hand())
    driver.run(20_000, "press")
    assert (driver.presses, driver.hand.seal_mm2, driver.hand.motion_mg, driver.hand.plugged) == (0, OPEN_MM2, RESTING_MG, True)


def test_the_seal_closes_within_a_tenth_of_a_second_and_not_at_once() -> None:
    driver = scripted("0.1 touch")
    driver.run(100)
    seals = []
    for _ in range(5):
        seals.append(driver.hand.seal_mm2)
        driver.run(20)
    assert seals == sorted(seals, reverse=True)
    assert seals[0] > 5
    assert driver.hand.seal_mm2 < 2 * SEAL_MM2


def test_moving_is_felt_and_holding_still_is_not() -> None:
    driver = scripted("0 touch\n1 still 2")
    motion = []
    for _ in range(200):
        driver.run(20)
        motion.append(driver.hand.motion_mg)
    assert all(STROKE_MG[0] <= one <= STROKE_MG[1] for one in motion[:49] + motion[155:])
    assert set(motion[55:145]) == {RESTING_MG}
    assert len(set(motion[:49])) > 10


def test_a_slip_opens_the_seal_for_a_moment() -> None:
    driver = scripted("0 touch\n1 slip 0.2")
    driver.run(1_100)
    assert driver.hand.seal_mm2 > 2
    driver.run(400)
    assert driver.hand.seal_mm2 < 2 * SEAL_MM2


def test_a_script_presses_unplugs_and_lifts_when_it_says() -> None:
    driver = scripted("1 press\n2.0 press 0.5  # long\n\n+1 unplug 1\n5 touch\n6 lift\n6.5 unplug\n+1 plug")
    driver.run(900)
    assert driver.presses == 0
    driver.run(1_400)
    assert (driver.presses, driver.hand.button) == (2, True)
    driver.run(800)
    assert (driver.hand.button, driver.hand.plugged) == (False, False)
    driver.run(1_000)
    assert driver.hand.plugged
    driver.run(1_500)
    assert driver.hand.is_down
    driver.run(1_400)
    assert (driver.hand.is_down, driver.hand.plugged) == (False, False)
    driver.run(1_000)
    assert driver.hand.plugged


def test_a_line_can_wait_for_a_signal() -> None:
    driver = scripted("@press+0.5 press\n@next-zone lift")
    driver.run(5_000, "touch")
    driver.run(480, "press")
    assert driver.presses == 0
    driver.run(60, "press")
    assert driver.presses == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("press", "needs a time"),
        ("1 2 3 4", "needs a time"),
        ("soon press", "'soon' is not a number"),
        ("nan press", "'nan' is not a number"),
        ("-1 press", "'-1' is not a number"),
        ("1 pull", "'pull' is none of press"),
        ("1 lift 3", "takes no number"),
        ("1 seal", "needs a number"),
        ("1 seal 900", "not a number from 0.001 to 28"),
        ("@dance press", "'dance' is no signal"),
        ("@press+x press", "'x' is not a number"),
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str, says: str) -> None:
    with pytest.raises(UsageProblem, match="Line 3 ") as caught:
        parse_script(f"0 touch\n# fine\n{line}\n")
    assert says in caught.value.sentence


def test_a_script_that_cannot_be_read_is_a_file_problem(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        read_script(tmp_path / "none")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileProblem):
        read_script(tmp_path / "binary")


def test_the_hand_option_means_a_kind_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("1 press")
    kinds = [type(make_hand(spec)) for spec in ("none", "auto", "keys", str(tmp_path / "script"))]
    assert kinds == [Hand, AutoHand, KeyHand, ScriptHand]


def test_the_polite_hand_presses_only_when_asked_and_asks_again() -> None:
    driver = Driver(AutoHand())
    driver.run(5_000)
    assert driver.presses == 0
    driver.run(1_000, "press")
    assert driver.presses == 1
    driver.run(1_500, "press")
    assert driver.presses == 2


def test_the_polite_hand_touches_when_asked_and_lifts_when_it_is_over() -> None:
    driver = Driver(AutoHand())
    driver.run(1_000, "touch")
    assert driver.hand.is_down
    driver.run(5_000, "running", pulls=True)
    assert driver.hand.is_down
    driver.run(1_000, "done")
    assert not driver.hand.is_down


def test_the_polite_hand_tries_again_where_the_wand_does_not_draw() -> None:
    driver = Driver(AutoHand())
    driver.run(1_000, "touch")
    driver.run(3_500, "touch")
    assert not driver.hand.is_down
    driver.run(2_000, "touch")
    assert driver.hand.is_down


def test_the_polite_hand_leaves_a_zone_that_is_done_and_lands_on_the_next() -> None:
    driver = Driver(AutoHand())
    driver.run(1_000, "touch")
    driver.run(2_000, "running", pulls=True)
    driver.run(500, "next-zone")
    assert not driver.hand.is_down
    driver.run(2_500, "next-zone")
    assert driver.hand.is_down


def test_the_polite_hand_lifts_before_it_confirms() -> None:
    driver = Driver(AutoHand())
    driver.run(1_000, "touch")
    driver.run(1_000, "press-to-confirm")
    assert (driver.hand.is_down, driver.presses) == (False, 0)
    driver.run(1_000, "press-to-confirm")
    assert driver.presses == 1


def test_keys_move_the_hand_one_a_step() -> None:
    driver = Driver(KeyHand())
    keyboard = Keyboard([KeyHand(), driver.hand] if isinstance(driver.hand, KeyHand) else [])
    keyboard.take("2pTx")
    driver.run(40)
    assert (driver.presses, driver.hand.is_down) == (1, True)
    keyboard.take("mu")
    driver.run(40)
    assert (driver.hand.motion_mg, driver.hand.plugged) == (RESTING_MG, False)
    keyboard.take("mul")
    driver.run(60)
    assert (driver.hand.is_down, driver.hand.plugged, driver.hand.wants_to_end) == (False, True, False)
    keyboard.take("q")
    driver.run(20)
    assert driver.hand.wants_to_end


def test_keys_go_to_the_first_wand_until_a_digit_says_otherwise() -> None:
    hands = [KeyHand(), KeyHand()]
    keyboard = Keyboard(hands)
    keyboard.take("t2t9l")
    for hand in hands:
        Driver(hand).run(60)
    assert [hand.is_down for hand in hands] == [True, False]
