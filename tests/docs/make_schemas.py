"""Writes docs/schemas/*.json, what `--json` prints of each command, from the records: `python -m tests.docs.make_schemas`.

A record is a named tuple: its fields are the names of an object, their types what may
stand there, its docstring what they mean. Names may be added in a later version, so a
schema takes names that it does not know.
"""

import json
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from tests.docs import printed

PAGES: Final = Path(__file__).parents[2] / "docs" / "schemas"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE: Final = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
Schema = dict[str, Any]


def schemas() -> Iterator[tuple[str, Schema]]:
    """Yield the name of each file and its schema."""
    for command, record in printed.RECORDS.items():
        yield _name(command), _schema(" ".join(f"microderm {command} --json".split()), (record,))
    for command, events in printed.STREAMS.items():
        yield _name(command), _schema(f"one line of microderm {command} --json", events)
    yield "error", _schema("an error of any command, on standard error", (printed.Problem,))


def _name(command: str) -> str:
    return command.replace(" --", "-").replace(" ", "-").lower() or "standing"


@cache
def schema_of(command: str) -> Schema:
    """Return the schema of what a command prints, or of ``error``."""
    return dict(schemas())[_name(command)]


def _schema(title: str, records: tuple[type, ...]) -> Schema:
    known: dict[str, Schema] = {}
    found = [_of(record, known) for record in records]
    whole = found[0] if len(found) == 1 else {"oneOf": found}
    return {"$schema": DIALECT, "title": title, **whole, "$defs": dict(sorted(known.items()))}


def _of(kind: Any, known: dict[str, Schema]) -> Schema:
    """Return what a type allows; objects and choices go to ``known`` and are named from here."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any or kind is object:
        return {}
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    if origin is Literal:
        return {"const": inner[0]} if len(inner) == 1 else {"enum": list(inner)}
    if origin in (Union, types.UnionType):
        return _any_of([_of(one, known) for one in inner])
    if origin is not None:
        return _container(origin, inner, known)
    if issubclass(kind, PurePath):
        return {"type": "string"}
    if kind.__name__ not in known:
        known[kind.__name__] = {}  # it may hold itself
        known[kind.__name__] = _choice(kind) if issubclass(kind, Enum) else _object(kind, known)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _any_of(found: list[Schema]) -> Schema:
    if all(set(one) == {"type"} for one in found):
        return {"type": [one["type"] for one in found]}
    return {"anyOf": found}


def _container(origin: Any, inner: tuple[Any, ...], known: dict[str, Schema]) -> Schema:
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(inner[1], known)}
    if len(inner) == 2 and inner[1] is not Ellipsis:
        return {"type": "array", "prefixItems": [_of(one, known) for one in inner], "minItems": 2, "maxItems": 2}
    return {"type": "array", "items": _of(inner[0], known)}


def _choice(kind: type[Enum]) -> Schema:
    return {"description": _told(kind), "enum": [one.value for one in kind]}


def _object(kind: Any, known: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind, localns=printed.LATER)
    fields = {printed.NAMES.get(name, name): _of(hints[name], known) for name in kind._fields}
    return {"description": _told(kind), "type": "object", "properties": fields, "required": list(fields)}


def _told(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())


def text_of(schema: Schema) -> str:
    """Return a schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all schemas anew."""
    PAGES.mkdir(exist_ok=True)
    for old in PAGES.glob("*.json"):
        old.unlink()
    for name, schema in schemas():
        (PAGES / f"{name}.json").write_text(text_of(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
