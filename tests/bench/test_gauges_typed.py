"""A gauge that a person reads: twice, in its unit, with its sign, and asked again when it does not fit."""

from collections.abc import Callable

import pytest

from microderm_ctl.bench.gauges import Identity, Sign, TypedGauge, TypedQuestion, Unit
from microderm_ctl.bench.gauges.problems import GaugeProblem, GaugeUnfit
from microderm_ctl.bench.gauges.units import KPA
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import UsageProblem
from tests.bench.gauge_lines import same


class Person:
    """Types what a test says, a second each time."""

    def __init__(self, *typed: str) -> None:
        self.clock = VirtualClock()
        self.questions: list[TypedQuestion] = []
        self._typed = list(typed)

    def __call__(self, question: TypedQuestion) -> str:
        self.questions.append(question)
        self.clock.sleep_ms(1_000)
        return self._typed.pop(0)

    def gauge(self, unit: Unit = KPA, sign: Sign = Sign.NEGATIVE) -> TypedGauge:
        return TypedGauge(self, self.clock, unit, sign, Identity("Any", "Dial", "77"))


def asked(person: Person) -> list[int]:
    return [one.time for one in person.questions]


def test_two_numbers_that_agree_are_a_reading() -> None:
    person = Person("-12.34", " -12,36 ")
    reading = person.gauge().read()
    assert reading.vacuum_pa == pytest.approx(12_350)
    assert reading.raw == "-12.34 | -12,36"
    assert (reading.asked_ms, reading.at_ms) == (0, 2_000)
    assert person.questions == [TypedQuestion(1, "kPa", Sign.NEGATIVE), TypedQuestion(2, "kPa", Sign.NEGATIVE)]


def test_a_gauge_may_show_vacuum_above_zero_and_in_another_unit() -> None:
    assert Person("3.7 inHg", "3.7").gauge(Unit("inHg"), Sign.POSITIVE).read().vacuum_pa == pytest.approx(3.7 * 3386.389)


def test_numbers_more_than_two_digits_apart_are_asked_again() -> None:
    person = Person("-12.34", "-12.37", "-12.34", "-12.34")
    assert person.gauge().read().vacuum_pa == pytest.approx(12_340)
    assert asked(person) == [1, 2, 1, 2]
    assert person.questions[2].problem == "-12.34 and -12.37 differ by more than 2 digits."
    assert person.questions[3].problem == ""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("abc", "is not a number"),
        ("", "is not a number"),
        ("-5 psi", "as one in kPa, not in 'psi'"),
        ("1e3", "not in 'e3'"),
        ("99999999", "number"),
    ],
)
def test_what_is_no_number_in_the_unit_is_asked_again(typed: str, told: str) -> None:
    person = Person(typed, "-5.0", "-5.0")
    assert person.gauge().read().vacuum_pa == pytest.approx(5_000)
    assert asked(person) == [1, 1, 2]
    assert told in person.questions[1].problem


def test_a_second_number_that_is_none_begins_the_round_anew() -> None:
    person = Person("-5.0", "x", "-5.0", "-5.1")
    assert person.gauge().read().vacuum_pa == pytest.approx(5_050)
    assert asked(person) == [1, 2, 1, 2]


@pytest.mark.parametrize("typed", [("1", "9"), ("a",)])
def test_after_three_rounds_the_point_is_given_up(typed: tuple[str, ...]) -> None:
    person = Person(*typed * 3, "-5", "-5")
    with pytest.raises(UsageProblem, match="was not taken") as raised:
        person.gauge().read()
    assert raised.value.exit_code == 2
    assert len(person.questions) == 3 * len(typed)


def test_an_absolute_unit_is_refused_and_zero_is_a_key() -> None:
    with pytest.raises(GaugeUnfit, match="absolute"):
        Person().gauge(Unit("psi", True))
    gauge = same(Person().gauge())
    assert gauge.identify() == Identity("Any", "Dial", "77")
    assert not gauge.can_zero
    with pytest.raises(GaugeProblem):
        gauge.zero()
    gauge.close()


def test_asking_is_all_that_a_caller_hands_in() -> None:
    ask: Callable[[TypedQuestion], str] = lambda question: "0"  # noqa: E731
    assert TypedGauge(ask, VirtualClock(), KPA).read().vacuum_pa == 0
