"""One text for a document: the same whatever the order, read and written again without a change, and never of what JSON cannot hold."""

import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microderm_ctl.records.canonical import canonical, parsed, sha256_of

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


class Point(NamedTuple):
    x: int


def test_keys_are_in_order_and_letters_stay_as_they_are() -> None:
    document = {"b": [1, 2.5, True, None], "a": {"Ω": "µ ≤ é", "y": "\x00\n"}, "": -0.0}
    assert canonical(document) == '{"":-0.0,"a":{"y":"\\u0000\\n","Ω":"µ ≤ é"},"b":[1,2.5,true,null]}'


def test_a_hash_is_that_of_the_text_in_utf_8() -> None:
    assert sha256_of('{"a":"Ω"}') == "67d752c3c21c30c5fa23930dd667ea7ee29b0f6fcd5091c568fc63d4e1f99389"


@given(st.dictionaries(st.text(), DOCUMENTS))
def test_what_was_read_is_written_as_it_was(document: dict[str, object]) -> None:
    text = canonical(document)
    assert canonical(parsed(text)) == text
    assert canonical(dict(reversed(document.items()))) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"points": [{"vacuum_kpa": number}]})


@pytest.mark.parametrize("value", [{1: "one"}, {"a": {None: 1}}, [b"bytes"], {"a": {1, 2}}, [Point(1)], object()])
def test_what_would_silently_become_something_else_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_half_a_letter_is_refused_before_it_reaches_a_disk() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical({"name": "\udcff"})


@pytest.mark.parametrize("text", ["[]", "1", "{", ""])
def test_only_an_object_is_a_document(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)


def test_a_tuple_is_a_list() -> None:
    assert canonical((1, (2,))) == json.dumps([1, [2]], separators=(",", ":"))
