"""Mutants of a source file: small wrong changes of its syntax tree, each of which some test has to notice.

Every comparison becomes every other that differs; whole numbers go one up, one down,
double and to zero; ``and``, ``or`` and ``not`` are swapped and operands dropped; arithmetic,
``min`` and ``max`` are turned round; statements, decorators and members of tables are taken
out; conditions are forced; returns give another value of their type. The gains of the
regulator, which were found by a search, are doubled, halved and put to zero.

Texts, annotations and imports stay as they are: what a text says is the business of other
tests, and the types are mypy's.
"""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ORDERED: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
SWAPPED: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,  # codespell:ignore notin
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
DELETED: Final = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Raise, ast.Continue, ast.Break)
CALLS: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
GAINS: Final = "Gains"
"""The class whose numbers were found by a search: one up or down is as good."""
ANNOTATIONS: Final = ("annotation", "returns", "type_comment")
Step = tuple[str, int | None]
"""A field of a node and, where it is a list, the place in it."""


class Mutant(NamedTuple):
    """One change: where, what it does, the way to the node, which of its variants, and the function that it is in."""

    path: str
    line: int
    what: str
    way: tuple[Step, ...]
    variant: int
    function: str | None
    """The qualified name of the outermost function whose body holds it; None outside of functions."""

    def __str__(self) -> str:
        """Return the line by which a person finds it."""
        return f"{self.path}:{self.line}: {self.what}"


def mutants_of(path: Path, name: str) -> list[Mutant]:
    """Return every mutant of a file, in the order of the text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for way, node, holder in _walk(tree, (), ""):
        for variant, changed in enumerate(_variants(tree, way, node)):
            what = f"{_short(node)} -> {_short(changed)}" if changed is not None else f"without {_short(node)}"
            found.append(Mutant(name, getattr(node, "lineno", 0), what, way, variant, holder or None))
    return found


def mutated(path: Path, mutant: Mutant) -> ast.Module:
    """Return the tree of a file with one mutant in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    *before, (field, place) = mutant.way
    parent: ast.AST = tree
    for step in before:
        parent = _child(parent, step)
    changed = _variants(tree, mutant.way, _child(parent, mutant.way[-1]))[mutant.variant]
    if place is None:
        setattr(parent, field, changed)
    else:
        members = getattr(parent, field)
        members[place : place + 1] = [] if changed is None else [changed]
    return ast.fix_missing_locations(tree)


def _child(node: ast.AST, step: Step) -> ast.AST:
    field, place = step
    child = getattr(node, field)
    found: ast.AST = child if place is None else child[place]
    return found


def _walk(node: ast.AST, way: tuple[Step, ...], holder: str, prefix: str = "") -> Iterator[tuple[tuple[Step, ...], ast.AST, str]]:
    """Yield every node that may be changed with the way to it and the function that holds it."""
    for field, value in ast.iter_fields(node):
        if field in ANNOTATIONS:
            continue
        for place, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or isinstance(child, (ast.expr_context, ast.JoinedStr)) or _is_text(child):
                continue
            here, held, inside = (*way, (field, place)), holder, prefix
            if not holder and isinstance(node, ast.FunctionDef) and field == "body":
                held = prefix + node.name
            if isinstance(node, ast.ClassDef) and not holder and field == "body":
                inside = f"{prefix}{node.name}."
            yield here, child, held
            yield from _walk(child, here, held, inside)


def _is_text(node: ast.AST) -> bool:
    """Say whether a node is a docstring or stands for a type: nothing that runs.

    ``Callable[[...], ...]`` is a type wherever it stands, ``X | None`` too: what is in them is never looked at.
    """
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name) and node.value.id == "Callable"
    return isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and node.right.value is None


def _variants(tree: ast.Module, way: tuple[Step, ...], node: ast.AST) -> list[ast.AST | None]:
    """Return what a node may be changed into; None takes it out of the list that it stands in."""
    chain: list[ast.AST] = [tree]
    for step in way[:-1]:
        chain.append(_child(chain[-1], step))
    parent, (field, place) = chain[-1], way[-1]
    found: list[ast.AST | None] = list(_expression(chain, field, node))
    if isinstance(node, ast.stmt):
        found += _statement(chain, node)
    if _is_member(chain, field) and place is not None:
        found.append(None)
    if field in {"test", "ifs"}:
        found += [ast.Constant(True), ast.Constant(False)] if not isinstance(parent, ast.While) else [ast.Constant(False)]
    return found


def _is_member(chain: list[ast.AST], field: str) -> bool:
    """Say whether what stands in a field is one of several: of a table, or of decorators."""
    parent = chain[-1]
    if field == "decorator_list":
        return True
    if not isinstance(parent, (ast.Tuple, ast.List, ast.Set)) or field != "elts":
        return False
    return isinstance(getattr(parent, "ctx", ast.Load()), ast.Load) and not isinstance(chain[-2], (ast.Subscript, ast.Return))


def _expression(chain: list[ast.AST], field: str, node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, (ast.BoolOp, ast.BinOp, ast.AugAssign)) and type(node.op) in SWAPPED:
        if isinstance(node, ast.BoolOp):
            yield from _fewer(node)
        yield _with(node, op=SWAPPED[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub, ast.Invert)):
        yield copy.deepcopy(node.operand)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield _with(node, func=ast.Name(CALLS[node.func.id], ast.Load()))
    elif isinstance(node, ast.Constant):
        yield from _numbers(node.value, chain)


def _fewer(node: ast.BoolOp) -> Iterator[ast.AST]:
    for place in range(len(node.values)):
        left = [copy.deepcopy(value) for other, value in enumerate(node.values) if other != place]
        yield left[0] if len(left) == 1 else ast.BoolOp(copy.deepcopy(node.op), left)


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for place, was in enumerate(node.ops):
        others = [SWAPPED[type(was)]] if type(was) in SWAPPED else [other for other in ORDERED if other is not type(was)]
        for other in others:
            ops = list(node.ops)
            ops[place] = other()  # type: ignore[call-overload]
            yield _with(node, ops=ops)


def _numbers(value: object, chain: list[ast.AST]) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        is_gain = any(isinstance(one, ast.ClassDef) and one.name == GAINS for one in chain)
        others = (value * 2, value // 2, 0) if is_gain else (value + 1, value - 1, value * 2, 0)
        for other in dict.fromkeys(others):
            if other != value:
                yield ast.Constant(other)


def _statement(chain: list[ast.AST], node: ast.stmt) -> Iterator[ast.AST]:
    """Yield a statement that does nothing, and for a return another value of its type."""
    function = next((one for one in reversed(chain) if isinstance(one, ast.FunctionDef)), None)
    if function is None:
        return
    if isinstance(node, ast.Return):
        other = _other_value(node.value, function.returns)
        if other is not None:
            yield ast.Return(other)
    elif isinstance(node, DELETED) and getattr(node, "value", node) is not None:
        yield ast.Pass()


def _other_value(value: ast.expr | None, returns: ast.expr | None) -> ast.expr | None:
    """Return an expression of the same type with another value; None where the value is mutated anyhow."""
    kind = ast.unparse(returns).strip("'\"") if returns is not None else ""
    if value is None or isinstance(value, ast.Constant) or kind == "None":
        return None
    if kind == "bool":
        return ast.UnaryOp(ast.Not(), copy.deepcopy(value))
    if kind == "int":
        return ast.BinOp(copy.deepcopy(value), ast.Add(), ast.Constant(1))
    if "None" in kind:
        return ast.Constant(None)
    empty = {"str": ast.Constant(""), "bytes": ast.Constant(b""), "Found": ast.Tuple([], ast.Load())}
    if kind in empty:
        return None if _is_empty(value) else empty[kind]
    if (kind.startswith(("tuple[", "list[")) and "..." in kind) or kind.startswith("list["):
        return None if _is_empty(value) else ast.Tuple([], ast.Load()) if kind.startswith("tuple") else ast.List([], ast.Load())
    return ast.Constant(None)


def _is_empty(value: ast.expr) -> bool:
    return isinstance(value, (ast.Tuple, ast.List)) and not value.elts


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _short(node: ast.AST | None) -> str:
    text = " ".join(ast.unparse(node).split()) if node is not None else ""
    return text if len(text) <= 100 else f"{text[:97]}..."
