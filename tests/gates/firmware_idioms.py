"""What MicroPython takes without a word and does otherwise, or only refuses once the line is reached: idiom by idiom.

The names and modules it lacks are in `firmware_subset`; here is what runs there and
means something else. Each rule stands for a difference that was seen by running the
idiom on CPython 3.11 and on MicroPython 1.29: `tests/gates/test_firmware_idioms.py`
runs them again, where there is a MicroPython.
"""

import ast
import builtins
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.gates.micropython_names import (
    BYTEARRAY_METHODS,
    METHODS,
    MODULES,
    SPECIALS_DEFINED,
    SPECIALS_READ,
)

KEYWORD_METHODS: Final = frozenset({"format", "update"})
"""Methods of built-in types that take keywords there, whatever the keywords are called."""
CONSUMERS: Final = frozenset("all any bytearray bytes enumerate filter iter list map reversed sum tuple zip".split())
"""What goes through its arguments in their order."""
CONSUMING_METHODS: Final = frozenset({"extend", "join"})
_TYPES: Final = frozenset(name for name, kind in vars(builtins).items() if isinstance(kind, type))
_EXCEPTIONS: Final = frozenset(name for name in _TYPES if issubclass(getattr(builtins, name), BaseException))
_FLOAT_SPEC: Final = re.compile(r"[eEfFgGn%]$")
_FLOAT_PERCENT: Final = re.compile(r"%[-+ #0]*[\d*]*(\.[\d*]+)?[eEfFgG]")
_DOTTED_FIELD: Final = re.compile(r"\{\w*[.\[]")
_BARE_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)

Finding = tuple[int, str, str]
"""Line, code and message."""


class Kinds(NamedTuple):
    """What is known of the names in a file, as they are written there."""

    bytearrays: frozenset[str]
    mappings: frozenset[str]
    """Dicts and sets."""
    functions: frozenset[str]
    """Functions at the top of the file."""
    hashes: frozenset[str]


def kinds(tree: ast.Module, elsewhere: frozenset[str] = frozenset()) -> Kinds:
    """Return what a file says of its names, by assignment and by annotation.

    Args:
        tree: the file.
        elsewhere: names of dicts and sets at the top of other files, which it may import.
    """
    bytearrays: set[str] = set()
    mappings: set[str] = set()
    hashes: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            annotation = _annotation(node.annotation) if isinstance(node, ast.AnnAssign) else ""
            names = {ast.unparse(target) for target in targets}
        elif isinstance(node, ast.arg) and node.annotation is not None:
            annotation, names = _annotation(node.annotation), {node.arg}
        else:
            continue
        value = getattr(node, "value", None)
        if calls(value, "bytearray") or annotation == "bytearray":
            bytearrays |= names
        if is_unordered(value) or re.match(r"(dict|set|frozenset)\b", annotation):
            mappings |= names
        if _makes_hash(value):
            hashes |= names
    mappings |= _from_elsewhere(tree, elsewhere)
    return Kinds(frozenset(bytearrays), frozenset(mappings), _top_functions(tree), frozenset(hashes))


def top_mappings(tree: ast.Module) -> frozenset[str]:
    """Return the names of the dicts and sets that stand at the top of a file."""
    assigned = [node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign)) and is_unordered(node.value)]
    targets = [target for node in assigned for target in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def _from_elsewhere(tree: ast.Module, elsewhere: frozenset[str]) -> frozenset[str]:
    """Return those names as this file writes them: imported, or behind the name of a module."""
    imports = [alias for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level for alias in node.names]
    names = {alias.asname or alias.name for alias in imports}
    behind = {f"{module}.{name}" for module in names for name in elsewhere}
    return frozenset({alias.asname or alias.name for alias in imports if alias.name in elsewhere} | behind)


def _makes_hash(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("hashlib.sha256", "sha256")


def _top_functions(tree: ast.Module) -> frozenset[str]:
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _annotation(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def calls(node: ast.AST | None, *names: str) -> bool:
    """Say whether something is a call of one of these names."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def is_unordered(node: ast.AST | None) -> bool:
    """Say whether something makes a dict or a set."""
    return isinstance(node, (ast.Dict, ast.Set, ast.DictComp, ast.SetComp)) or calls(node, "dict", "set", "frozenset")


def findings(tree: ast.Module, source: str, known: Kinds) -> list[Finding]:
    """Return what a file says that MicroPython understands otherwise."""
    walk = _Walk(source, known)
    walk.visit(tree)
    return walk.found


class _Walk(ast.NodeVisitor):
    """Visits what runs: annotations are dropped there and never evaluated."""

    def __init__(self, source: str, known: Kinds) -> None:
        self.source = source
        self.known = known
        self.found: list[Finding] = []
        self.digested: set[str] = set()

    def note(self, node: ast.AST, code: str, message: str) -> None:
        self.found.append((getattr(node, "lineno", 0), code, message))

    # Definitions.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Look at a function without its annotations."""
        if _is_special(node.name) and node.name not in SPECIALS_DEFINED:
            self.note(node, "special", f"{node.name} is not called there as it is here")
        if any(_calls_itself(inner, node) for inner in ast.walk(node)):
            self.note(node, "recursion", f"{node.name} calls itself: the board's stack holds some twenty calls")
        if any(isinstance(inner, ast.Try) and inner.finalbody and _yields(inner) for inner in _own_nodes(node)):
            self.note(node, "generator", "a generator that is left early never comes to its finally there")
        self.digested = set()
        for part in [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults), *node.body]:
            self.visit(part)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Refuse what inherits from a built-in type."""
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in _TYPES - _EXCEPTIONS - {"object"}:
                self.note(node, "class", f"a subclass of {base.id} is not one in all ways there")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Look at the value alone."""
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Refuse attributes of functions, and numbers that a bytearray would cut."""
        for target in node.targets:
            self._stores(node, target, node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Refuse numbers that a bytearray would cut."""
        masked = isinstance(node.op, (ast.BitAnd, ast.Mod, ast.RShift, ast.FloorDiv))
        self._stores(node, node.target, ast.Constant(0) if masked else node.value if isinstance(node.op, ast.BitOr) else node)
        self.generic_visit(node)

    def _stores(self, node: ast.AST, target: ast.expr, value: ast.AST) -> None:
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in self.known.functions:
            self.note(node, "function", "a function has no attributes there")
        if _item_of(target) in self.known.bytearrays and not _is_octet(value):
            self.note(node, "bytes", "a bytearray cuts what is over 255 there: & 0xFF says so")

    # Names and attributes.

    def visit_Name(self, node: ast.Name) -> None:
        """Refuse names of a module that are not there."""
        if _is_special(node.id) and isinstance(node.ctx, ast.Load) and node.id != "__name__":
            self.note(node, "special", f"{node.id} is not there")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Refuse special names, which built-in types do not have there."""
        if _is_special(node.attr) and node.attr not in SPECIALS_READ:
            self.note(node, "special", f"{node.attr} cannot be asked for there")
        if ast.unparse(node.value) in self.known.bytearrays and node.attr in METHODS - BYTEARRAY_METHODS:
            self.note(node, "method", f"a bytearray has no .{node.attr} there")
        if calls(node.value, "range", "memoryview"):
            self.note(node, "method", f"such an object has no .{node.attr} there")
        self._of_hash(node)
        self.generic_visit(node)

    def _of_hash(self, node: ast.Attribute) -> None:
        """Refuse what a hash cannot do there: it is read once, and then it is over."""
        is_named = ast.unparse(node.value) in self.known.hashes
        if (is_named or _makes_hash(node.value)) and node.attr not in ("update", "digest"):
            self.note(node, "method", f"a hash has no .{node.attr} there")
        if is_named and node.attr == "digest":
            if ast.unparse(node.value) in self.digested:
                self.note(node, "method", "a hash is read once there")
            self.digested.add(ast.unparse(node.value))
        if is_named and node.attr == "update" and ast.unparse(node.value) in self.digested:
            self.note(node, "method", "a hash that was read takes no more there")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Refuse types with brackets where they are evaluated."""
        if isinstance(node.value, ast.Name) and node.value.id in _TYPES:
            self.note(node, "annotation", f"{node.value.id}[...] raises there outside of an annotation")
        self.generic_visit(node)

    # Operators.

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Refuse unions of types, and powers and formats that make floats."""
        if isinstance(node.op, ast.BitOr) and any(isinstance(side, ast.Name) and side.id in _TYPES for side in (node.left, node.right)):
            self.note(node, "annotation", "A | B raises there outside of an annotation")
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.UnaryOp):
            self.note(node, "float", "a negative power is a float")
        if isinstance(node.op, ast.Mod) and _FLOAT_PERCENT.search(_text(node.left)):
            self.note(node, "float", "integers only: %d")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Refuse comparisons that always fail there."""
        sides = [node.left, *node.comparators]
        if any(calls(side, "range") for side in sides) and any(isinstance(one, (ast.Eq, ast.NotEq)) for one in node.ops):
            self.note(node, "range", "two equal ranges differ there")
        are_equal = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)
        if any(calls(side, "memoryview") for side in node.comparators) and not all(isinstance(one, are_equal) for one in node.ops):
            self.note(node, "method", "nothing can be looked for in a memoryview there")
        self.generic_visit(node)

    # Text.

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Refuse raw f-strings with a backslash before a field."""
        written = ast.get_source_segment(self.source, node) or ""
        if "r" in re.split("['\"]", written)[0].lower() and re.search(r"\\[{}]", written):
            self.note(node, "text", "a raw f-string with a backslash before a brace is read otherwise there")
        self.generic_visit(node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        """Refuse float formats."""
        parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
        if parts and _FLOAT_SPEC.search(_text(parts[-1])):
            self.note(node, "float", "integers only: d or x")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Refuse letters that are none there: case and digits beyond ASCII."""
        if isinstance(node.value, str) and not node.value.isascii():
            self.note(node, "text", "ASCII only: upper, lower and isdigit know no other letters there")

    # Calls.

    def visit_Call(self, node: ast.Call) -> None:
        """Refuse arguments that mean something else there."""
        if isinstance(node.func, ast.Name):
            self._call(node, node.func.id)
        elif isinstance(node.func, ast.Attribute):
            self._method(node, node.func)
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self._in_order(argument.value)
        self.generic_visit(node)

    def _call(self, node: ast.Call, name: str) -> None:
        if name == "iter" and len(node.args) != 1:
            self.note(node, "keyword", "iter takes one argument there")
        if name == "pow" and len(node.args) == 2 and isinstance(node.args[1], ast.UnaryOp):
            self.note(node, "float", "a negative power is a float")
        if name in CONSUMERS:
            for argument in node.args:
                self._in_order(argument)

    def _method(self, node: ast.Call, method: ast.Attribute) -> None:
        name = method.attr
        if node.keywords and (name in METHODS - KEYWORD_METHODS or ast.unparse(method.value) in MODULES):
            self.note(node, "keyword", f".{name} takes no keywords there")
        if name in ("encode", "decode") and node.args and _text(node.args[0]).lower() not in ("utf-8", "utf8"):
            self.note(node, "bytes", f"{name} is always UTF-8 there")
        if name == "from_bytes" and node.args and isinstance(node.args[0], (ast.Tuple, ast.List)):
            self.note(node, "bytes", "from_bytes takes nothing but bytes there")
        if name == "format" and _DOTTED_FIELD.search(_text(method.value)):
            self.note(node, "text", "a field is a name or a number there: no dot, no bracket")
        if name == "popitem":
            self.note(node, "order", "dict and set keep no order there")
        if name in CONSUMING_METHODS:
            for argument in node.args:
                self._in_order(argument)

    # Order.

    def visit_For(self, node: ast.For) -> None:
        """Refuse loops whose order is not the one of the source."""
        self._in_order(node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Refuse loops whose order is not the one of the source."""
        self._in_order(node.iter)
        self.generic_visit(node)

    def _in_order(self, node: ast.AST) -> None:
        views = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "keys", "values")
        if views or is_unordered(node) or (isinstance(node, ast.expr) and ast.unparse(node) in self.known.mappings):
            self.note(node, "order", "dict and set keep no order there: use a tuple of pairs")


def _item_of(target: ast.expr) -> str:
    """Return of what a target is one item; nothing for a slice or a name."""
    is_item = isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice)
    return ast.unparse(target.value) if isinstance(target, ast.Subscript) and is_item else ""


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_octet(node: ast.AST) -> bool:
    """Say whether a value is seen to fit a byte: a small constant, or masked."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int) and 0 <= node.value <= 255
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.Mod)) and isinstance(node.right, ast.Constant)


def _calls_itself(node: ast.AST, function: ast.FunctionDef) -> bool:
    if not isinstance(node, ast.Call):
        return False
    owner = function.args.args[0].arg if function.args.args else ""
    wanted = f"{owner}.{function.name}" if owner in ("self", "cls") else function.name
    return ast.unparse(node.func) == wanted


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in a function, without the functions in it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, _BARE_FUNCTIONS):
            yield from _own_nodes(child)


def _yields(node: ast.AST) -> bool:
    return any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in _own_nodes(node))
