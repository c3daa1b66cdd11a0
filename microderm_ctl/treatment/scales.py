"""The scales on which a person says how their skin is: five steps each, from the worst to the best."""

from typing import Final, NamedTuple

from microderm_ctl.texts import journal as texts


class Step(NamedTuple):
    """One step of a scale: its stable id, short enough for a table, and its words."""

    id: str
    words: str

    @property
    def short(self) -> str:
        """The words for a table."""
        return self.id.replace("_", " ")


class Scale(NamedTuple):
    """One scale: its stable id, its question, and its steps; the first is 1 (worst), the last 5 (best)."""

    id: str
    question: str
    steps: tuple[Step, ...]

    def step(self, value: int | None) -> Step | None:
        """Return the step of a value from 1 to 5; None where nothing was said."""
        return None if value is None else self.steps[value - 1]

    def value(self, step_id: object) -> int | None:
        """Return the value of a step's id, or None where there is no such step."""
        return next((number for number, step in enumerate(self.steps, 1) if step.id == step_id), None)


def _scale(scale_id: str, question: str, ids: tuple[str, ...], words: tuple[str, ...]) -> Scale:
    return Scale(scale_id, question, tuple(Step(*step) for step in zip(ids, words, strict=True)))


SCALES: Final = (
    _scale("smoothness", texts.SMOOTHNESS, ("very_rough", "rough", "mixed", "smooth", "very_smooth"), texts.SMOOTHNESS_STEPS),
    _scale("pores", texts.PORES, ("very_many", "many", "some", "few", "none"), texts.PORES_STEPS),
    _scale("redness", texts.REDNESS, ("deep_red", "red", "pink", "a_little", "not_red"), texts.REDNESS_STEPS),
    _scale("comfort", texts.COMFORT, ("hurts", "stings", "itches", "tender", "fine"), texts.COMFORT_STEPS),
)
"""Every scale, in the order in which it is asked. More is better in each."""

CALM: Final = ("redness", "comfort")
"""The scales that say whether skin takes the treatments."""
GAIN: Final = ("smoothness", "pores")
"""The scales that say whether the treatments do something for it."""
