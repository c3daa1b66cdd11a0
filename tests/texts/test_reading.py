"""Every text that a person at home reads can be read at the age of twelve, and the measure can be trusted."""

import pytest

from tests.texts.home_texts import Text, texts_of_errors, texts_of_package, texts_of_safety
from tests.texts.reading import GRADE, read, syllables_of, too_hard


def _hard(texts: list[Text]) -> list[str]:
    return [f"{one.where}: {too_hard(one.text)}: {one.text}" for one in texts if too_hard(one.text)]


def test_every_text_of_the_package_is_easy() -> None:
    texts = list(texts_of_package())
    assert len(texts) > 400
    assert not _hard(texts)


def test_every_sentence_of_an_error_is_easy() -> None:
    texts = list(texts_of_errors())
    assert len(texts) > 60
    assert not _hard(texts)


def test_every_sentence_of_the_rules_is_easy() -> None:
    texts = list(texts_of_safety())
    assert len(texts) > 120
    assert not _hard(texts)


# The measure itself


@pytest.mark.parametrize(
    ("text", "words", "sentences", "ease"),
    [
        # https://en.wikipedia.org/wiki/Flesch-Kincaid_readability_tests gives the ease of both.
        ("The cat sat on the mat.", 6, 1, 116),
        ("This sentence, taken as a reading passage unto itself, is being used to prove a point.", 16, 1, 69),
    ],
)
def test_what_is_counted_agrees_with_published_examples(text: str, words: int, sentences: int, ease: int) -> None:
    counted = read(text)
    assert (counted.words, counted.sentences) == (words, sentences)
    assert round(206.835 - 1.015 * words / sentences - 84.6 * counted.syllables / words) == ease


def test_the_grade_is_that_of_the_formula() -> None:
    """The grade of the first example, as the same page works it out for any text."""
    assert round(read("The cat sat on the mat.").grade, 2) == -1.45


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("skin", 1), ("treated", 2), ("patches", 2), ("needles", 2), ("samples", 2), ("moved", 1), ("lowered", 2), ("heated", 2),
        ("button", 2), ("treatment", 2), ("forehead", 2), ("vacuum", 2), ("radius", 3), ("being", 2), ("creation", 3), ("special", 2),
        ("redness", 2), ("likely", 2), ("carefully", 3), ("calibration", 4), ("psoriasis", 4), ("electricity", 5), ("anybody", 4),
        ("shower", 2), ("blood", 1), ("eyebrows", 2), ("collarbone", 3), ("wand's", 1), ("don't", 1), ("24", 1), ("half-way", 2),
        ("allowed", 2), ("wanted", 2), ("closes", 2), ("times", 1), ("used", 1), ("temple", 2), ("area", 3), ("tongue", 1),
    ],
)  # fmt: skip
def test_syllables_are_those_of_the_pronouncing_dictionary(word: str, count: int) -> None:
    assert syllables_of(word) == count


def test_what_is_typed_or_filled_in_counts_as_one_plain_word() -> None:
    plain = read("Type it and then look at it from it on.")
    assert read("Type 'microderm patch-test --result clean' and then look at {zone} from {at} on.") == plain


def test_a_hard_text_is_noticed() -> None:
    hard = "Contraindications necessitate immediate discontinuation of the procedure until professional consultation has been obtained."
    assert read(hard).grade > GRADE and too_hard(hard)
    assert too_hard("Discontinuation is advisable.")
    assert not too_hard("Stop if it stings.")
