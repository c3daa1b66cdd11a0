"""One text for a document, the same on every computer and in every year, and the hash that stands for it."""

import hashlib
import json
from typing import Any


def canonical(document: object) -> str:
    """Return a document as its only JSON text: keys in order, no spaces, letters as they are, floats by ``repr``.

    Reading the text and writing it again gives the same text.

    Args:
        document: dictionaries with texts as keys, lists, tuples, texts, numbers, truths and None, and nothing else.

    Raises:
        ValueError: a number is not finite, or a text holds half a letter and has no UTF-8.
        TypeError: it holds what JSON does not know, or would silently make something else of.
    """
    _judge(document)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    text.encode()  # half a letter, as of a file's name that is no UTF-8, fails here and not on the disk
    return text


def _judge(value: object) -> None:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key is no text")
        for member in value.values():
            _judge(member)
    elif isinstance(value, list | tuple):
        if hasattr(value, "_asdict"):
            raise TypeError(f"{type(value).__name__} would lose the names of its fields")
        for member in value:
            _judge(member)
    elif not isinstance(value, str | int | float | None):
        raise TypeError(f"{type(value).__name__} has no JSON")


def parsed(text: str) -> dict[str, Any]:
    """Return the document of a canonical text.

    Raises:
        ValueError: it is no JSON object.
    """
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return document


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()
