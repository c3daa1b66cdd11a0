"""Every text that a person at home reads, with where it stands."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import microderm_ctl.texts

PACKAGE: Final = Path(microderm_ctl.texts.__file__).parents[1]
SOURCES_OF_ROWS: Final = {"ZONES": slice(0, 6), "CARE": slice(2, 3), "PATCH_CARE": slice(2, 3)}
"""Members of a row that are read aloud; the rest are ids, days and sources."""
NOT_READ: Final = frozenset({"HOLD_SOURCES"})
ERRORS: Final = frozenset(
    {
        "UsageProblem", "NoWand", "SeveralWands", "PortProblem", "PortMissing", "PortForbidden", "PortBusy", "WandSilent", "WandGarbled",
        "VersionMismatch", "LinkLost", "RuleRefusal", "WandRefusal", "WandFault", "FileProblem", "CheckFailed", "Stopped", "Bug",
        "MicrodermError", "unknown", "Standing",
    }
)  # fmt: skip
FLOORS: Final = ("cli", "link", "records", "treatment", "wand.py", "units.py")
"""Where errors are raised that reach a person at home; safety has its own list, the bench is for technicians."""
BENCH: Final = PACKAGE / "cli" / "bench"
FILLED: Final = "{it}"


class Text(NamedTuple):
    """A text, and the file and name or line where it stands."""

    where: str
    text: str


def texts_of_package() -> Iterator[Text]:
    """Yield every text of the package of texts, once."""
    for module in pkgutil.iter_modules(microderm_ctl.texts.__path__):
        found = vars(importlib.import_module(f"microderm_ctl.texts.{module.name}"))
        seen: set[str] = set()
        for name, value in found.items():
            if name.startswith("_") or name in NOT_READ:
                continue
            for text in _strings(_read_part(name, value)):
                if text not in seen:
                    seen.add(text)
                    yield Text(f"texts/{module.name}.py {name}", text)


def _read_part(name: str, value: Any) -> Any:
    part = SOURCES_OF_ROWS.get(name)
    if part is None:
        return value
    rows = value.values() if isinstance(value, dict) else value
    return [row[part] for row in rows]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | tuple | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _strings(member)


def texts_of_errors() -> Iterator[Text]:
    """Yield every sentence and hint that stands where an error is made."""
    for path in _files(FLOORS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ERRORS:
                for argument in [*node.args[:4], *(one.value for one in node.keywords if one.arg in ("hint", "sentence"))]:
                    yield from (Text(_where(path, argument), text) for text in _told(argument) if " " in text)


def texts_of_safety() -> Iterator[Text]:
    """Yield every sentence of the rules: questions, answers, reasons, next steps, notes."""
    for path in _files(("safety",)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = _not_read(tree)
        for node in ast.walk(tree):
            if id(node) in silent:
                continue
            yield from (Text(_where(path, node), text) for text in _told(node) if _is_sentence(text))


def _files(names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        path = PACKAGE / name
        found = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        yield from (one for one in found if BENCH not in one.parents)


def _not_read(tree: ast.AST) -> set[int]:
    """Return what is no text of its own: docstrings, and the parts of f-strings."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return silent | {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}


def _is_sentence(text: str) -> bool:
    return " " in text and text.rstrip()[-1:] in ".?!" and "http" not in text and "manual" not in text


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"


def _told(node: ast.AST) -> Iterator[str]:
    """Yield what a piece of source says; what is filled in stands as one plain word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else FILLED for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _told(node.body)
        yield from _told(node.orelse)
