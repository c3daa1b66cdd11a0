"""TOML files read strictly: every key is known, every value has its type, and a mistake is named with its place."""

import datetime
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from microderm_ctl.errors import FileProblem

BAD: Final = (ValueError, OverflowError, RecursionError)
"""What a file that cannot be used raises here: the last two for absurd numbers and nesting."""
_WORDS: Final[dict[type, str]] = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    datetime.date: "a date like 2026-03-31, without quotes",
    list: "a list",
    dict: "a table",
}


class Table:
    """One table of a file; leaving its ``with`` block refuses keys that nobody took."""

    def __init__(self, values: Mapping[str, Any], place: str = "") -> None:
        """Wrap a parsed table; ``place`` is its name for messages, empty at the top of the file."""
        self._values = values
        self._place = place
        self._taken: list[str] = []

    def __enter__(self) -> Self:
        """Begin to take values."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Refuse what was not taken, unless something else is wrong already."""
        unknown = [name for name in self._values if name not in self._taken]
        if kind is None and unknown:
            near = get_close_matches(unknown[0], self._taken, 1)
            raise ValueError(f"{self._named(unknown[0])} is unknown" + (f"; did you mean '{near[0]}'?" if near else ""))

    def _named(self, name: str) -> str:
        return f"'{name}'" + (f" in {self._place}" if self._place else "")

    def _take(self, name: str, kind: type, default: Any) -> Any:
        self._taken.append(name)
        if name not in self._values:
            if default is None:
                raise ValueError(f"{self._named(name)} is missing")
            return default
        value = self._values[name]
        if kind is float and type(value) is int:
            return float(value)
        # By the exact type: a bool is an int, and a moment is a date, and neither is meant.
        if type(value) is not kind:
            raise ValueError(f"{self._named(name)} is not {_WORDS[kind]}")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not empty."""
        value = str(self._take(name, str, default))
        if default is None and not value.strip():
            raise ValueError(f"{self._named(name)} is empty")
        return value

    def choice(self, name: str, words: tuple[str, ...], default: str) -> str:
        """Return one of some words."""
        value = self.text(name, default)
        if value not in words:
            raise ValueError(f"{self._named(name)} is '{value}', not {' or '.join(words)}")
        return value

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number within bounds."""
        return int(self._bounded(name, self._take(name, int, default), least, most))

    def real(self, name: str, least: float, most: float, default: float | None = None) -> float:
        """Return a number within bounds."""
        return float(self._bounded(name, self._take(name, float, default), least, most))

    def _bounded(self, name: str, value: float, least: float, most: float) -> float:
        if not least <= value <= most:
            raise ValueError(f"{self._named(name)} is {value:g}; it goes from {least:g} to {most:g}")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false, false where it is not there."""
        return bool(self._take(name, bool, False))

    def date(self, name: str) -> datetime.date:
        """Return a date."""
        value: datetime.date = self._take(name, datetime.date, None)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where there is none."""
        values = self._take(name, list, [])
        if not all(isinstance(one, str) and one for one in values):
            raise ValueError(f"{self._named(name)} is not a list of texts")
        return tuple(values)

    def has(self, name: str) -> bool:
        """Return whether a key is there."""
        return name in self._values

    def table(self, name: str) -> "Table":
        """Return a table inside; an empty one where there is none."""
        return Table(self._take(name, dict, {}), f"[{name}]")

    def tables(self, name: str) -> tuple["Table", ...]:
        """Return the tables of a list, none where it is not there."""
        values = self._take(name, list, [])
        if not all(isinstance(one, dict) for one in values):
            raise ValueError(f"{self._named(name)} is not a list of tables: write [[{name}]] above each")
        return tuple(Table(one, f"row {number} of [[{name}]]") for number, one in enumerate(values, 1))


def parse_toml(content: bytes) -> Table:
    """Return the table of a TOML file.

    Raises:
        ValueError: it is no TOML, or not UTF-8.
    """
    return Table(tomllib.loads(content.decode("utf-8")))


def read_bytes(path: Path) -> bytes:
    """Return the content of a small file.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileProblem(f"{path} cannot be read: {error.strerror or error}.", "Check its name and its permissions.") from error
