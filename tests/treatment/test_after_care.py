"""After-care holds for its days, and is at least as careful as today's questions."""

import pytest

from microderm_ctl.safety import TODAY, Kind
from microderm_ctl.treatment.after_care import DAY_S, care_after, care_now

ENDED_S = 1_780_000_000


def test_acids_and_retinol_wait_as_long_after_as_before() -> None:
    """Three days would be in the sources too; the longer of both waits holds."""
    asked = {question.id: question.wait_s for question in TODAY}
    until = {care.id: care.until_s for care in care_after(Kind.TREATMENT, ENDED_S)}
    assert until["acids"] == ENDED_S + max(asked["retinoid"], asked["acid"], 3 * DAY_S)


def test_sunscreen_is_for_three_days_at_least() -> None:
    until = {care.id: care.until_s for care in care_after(Kind.TREATMENT, ENDED_S)}
    assert (until["sun"] or 0) >= ENDED_S + 3 * DAY_S


@pytest.mark.parametrize(
    ("days", "ids"),
    [
        (0, {"heat", "make-up", "acids", "sun", "look"}),
        (1, {"heat", "acids", "sun", "look"}),
        (2, {"acids", "sun", "look"}),
        (7, set()),
    ],
)
def test_care_ends_with_its_days(days: int, ids: set[str]) -> None:
    assert {care.id for care in care_now(Kind.TREATMENT, ENDED_S, ENDED_S + days * DAY_S)} == ids


def test_a_spot_is_left_alone_for_a_day() -> None:
    assert care_now(Kind.PATCH_TEST, ENDED_S, ENDED_S + DAY_S - 1) and not care_now(Kind.PATCH_TEST, ENDED_S, ENDED_S + DAY_S)


def test_every_care_has_a_source() -> None:
    assert all(care.source for kind in (Kind.TREATMENT, Kind.PATCH_TEST) for care in care_after(kind, ENDED_S))
