"""Named tuples as plain values for JSON, and back, strictly: what is missing, unknown or of another type is refused.

The types are read from the annotations, so that a document is described once. What JSON cannot
say has one way to be written: an infinite number is ``"inf"``, an enum its value (or its name,
where the value is no text).
"""

from collections.abc import Callable
from enum import Enum
from functools import cache
from math import inf, isnan
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_UNIONS: Final = (UnionType, Union)
_INFINITE: Final = {"inf": inf, "-inf": -inf}


def to_plain(value: object) -> Any:
    """Return a value of named tuples, tuples, enums, numbers and text as JSON knows it.

    Raises:
        ValueError: something in it is not a number, or of a type that has no place here.
    """
    if isinstance(value, Enum):
        return _word(value)
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        return [to_plain(one) for one in value] if fields is None else {name: to_plain(getattr(value, name)) for name in fields}
    if isinstance(value, float):
        return _plain_float(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise ValueError(f"a document has no place for a {type(value).__name__}")


def from_plain(kind: type[T], value: object) -> T:
    """Return the value of a type that ``to_plain`` wrote.

    Raises:
        ValueError: it is not exactly what the type asks for; says where.
    """
    read: T = _read(kind, value, "")
    return read


def conform(value: T) -> T:
    """Return a value as it comes back from being frozen: whole numbers in the place of floats become floats.

    Raises:
        ValueError: it does not fit its own type.
    """
    return from_plain(type(value), _with_floats(type(value), to_plain(value)))


def _word(value: Enum) -> str:
    return value.value if isinstance(value.value, str) else value.name


def _plain_float(value: float) -> float | str:
    if isnan(value):
        raise ValueError("a document states numbers, and one of them is none (NaN)")
    if value in (inf, -inf):
        return "inf" if value > 0 else "-inf"
    return value + 0.0


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in kind._fields}  # type: ignore[attr-defined]  # a named tuple


def _read(kind: Any, value: object, where: str) -> Any:
    origin = get_origin(kind)
    if origin in _UNIONS:
        (inner,) = [one for one in get_args(kind) if one is not NoneType]
        return None if value is None else _read(inner, value, where)
    if origin is tuple:
        return _read_tuple(get_args(kind), value, where)
    if hasattr(kind, "_fields"):
        return _read_fields(kind, value, where)
    if issubclass(kind, Enum):
        return _read_enum(kind, value, where)
    return _READERS[kind](value, where)


def _read_tuple(kinds: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(f"'{where}' is no list")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise ValueError(f"'{where}' has {len(value)} entries instead of {len(kinds)}")
    return tuple(_read(kind, one, f"{where}[{i}]") for i, (kind, one) in enumerate(zip(kinds, value, strict=True)))


def _read_fields(kind: Any, value: object, where: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"'{where or 'document'}' is no object")
    hints = _hints(kind)
    wrong = sorted(set(value) ^ set(hints))
    if wrong:
        raise ValueError(f"'{_below(where, wrong[0])}' is {'unknown' if wrong[0] in value else 'missing'}")
    return kind(**{name: _read(hint, value[name], _below(where, name)) for name, hint in hints.items()})


def _read_enum(kind: type[Enum], value: object, where: str) -> Enum:
    for member in kind:
        if _word(member) == value:
            return member
    raise ValueError(f"'{where}' is none of {', '.join(_word(member) for member in kind)}")


def _read_float(value: object, where: str) -> float:
    if isinstance(value, str) and value in _INFINITE:
        return _INFINITE[value]
    if not isinstance(value, float):
        raise ValueError(f"'{where}' is no number with a decimal point")
    return value


def _of_type(kind: type, words: str) -> Callable[[object, str], object]:
    def read(value: object, where: str) -> object:
        if type(value) is not kind:
            raise ValueError(f"'{where}' is no {words}")
        return value

    return read


_READERS: Final[dict[Any, Callable[[object, str], object]]] = {
    float: _read_float,
    int: _of_type(int, "whole number"),
    bool: _of_type(bool, "yes or no"),
    str: _of_type(str, "text"),
}


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _with_floats(kind: Any, value: Any) -> Any:
    """Return plain values with whole numbers made floats where the type asks for floats."""
    if kind is float:
        return float(value) if type(value) is int else value
    origin = get_origin(kind)
    if origin in _UNIONS:
        (inner,) = [one for one in get_args(kind) if one is not NoneType]
        return None if value is None else _with_floats(inner, value)
    if origin is tuple:
        kinds = get_args(kind)
        kinds = (kinds[0],) * len(value) if kinds[-1] is Ellipsis else kinds
        return [_with_floats(one, member) for one, member in zip(kinds, value, strict=True)]
    if hasattr(kind, "_fields"):
        return {name: _with_floats(hint, value[name]) for name, hint in _hints(kind).items()}
    return value
