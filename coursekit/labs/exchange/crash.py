"""Where an answer raised: the operation that failed, and the shapes that met there.

Runs beside the student's code. It looks at names, parts of arrays and plain arithmetic, and calls
nothing of the student's.
"""

from __future__ import annotations

import ast
import linecache
import operator
import textwrap
from types import TracebackType
from typing import Any

import numpy as np

_SIGNS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_COMPUTED = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
_LARGEST = 100_000
_UNKNOWN = object()


def crash_site(trace: TracebackType | None) -> dict[str, Any]:
    """The operation at which a frame of the student's stands, its text, and its operands as pairs
    of text and shape (None where it is not known); empty where it cannot be told."""
    try:
        text = _expression(trace)
        node = ast.parse(text).body[0]
        operation, operands = _parts(node)
        if _calls_a_local(node, trace.tb_frame):
            operation = "call"  # what a function of the student's is called is their own business
        return {
            "operation": operation,
            "expression": text[:200],
            "operands": [[_text(node), _shape(_peek(node, trace.tb_frame))] for node in operands],
        }
    except Exception:  # a nicety: whatever the student's objects do here must not matter
        return {}


def _expression(trace: TracebackType) -> str:
    code = trace.tb_frame.f_code
    first, last, start, stop = list(code.co_positions())[trace.tb_lasti // 2]
    lines = [
        linecache.getline(code.co_filename, n, trace.tb_frame.f_globals)
        for n in range(first, last + 1)
    ]
    raw = [line.encode() for line in lines]
    raw[-1] = raw[-1][:stop]
    raw[0] = raw[0][start:]
    text = b"".join(raw).decode()
    try:
        ast.parse(text)
    except SyntaxError:  # an expression over several lines
        text = f"({text})"
    return textwrap.dedent(text)


def _parts(node: ast.AST) -> tuple[str, list[ast.expr]]:
    if isinstance(node, ast.Expr):
        node = node.value
    match node:
        case ast.BinOp(left, op, right):
            return _SIGNS.get(type(op), type(op).__name__), [left, right]
        case ast.AugAssign(target, op, value):
            return _SIGNS.get(type(op), type(op).__name__) + "=", [target, value]
        case ast.Compare(left, [op], [right]):
            return type(op).__name__, [left, right]
        case ast.Subscript(value, index):
            return "[]", [value, index]
        case ast.Assign([ast.Subscript(value, index)], right):
            return "[]=", [value, index, right]
        case ast.Call(ast.Attribute(owner, name), args):
            module = isinstance(owner, ast.Name) and owner.id in ("np", "numpy", "math", "keras")
            return name, [*([] if module else [owner]), *args]
        case ast.Call(ast.Name(name), args):
            return name, list(args)
        case ast.Raise():
            return "raise", []
        case ast.Attribute(value, name):
            return f".{name}", [value]
    return "", []


def _calls_a_local(node: ast.stmt, frame: Any) -> bool:
    match node:
        case ast.Expr(ast.Call(ast.Name(name))):
            return name in frame.f_code.co_varnames or name in frame.f_code.co_freevars
    return False


def _text(node: ast.expr) -> str:
    return ast.unparse(node)[:80]


def _peek(node: ast.expr, frame: Any) -> Any:
    """The value of a name, of a part of an array or of plain arithmetic on these."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return frame.f_locals.get(name, frame.f_globals.get(name, _UNKNOWN))
        case ast.Starred(value):
            return _UNKNOWN
        case ast.Attribute(value, "T"):
            inner = _peek(value, frame)
            return inner.T if type(inner) is np.ndarray else _UNKNOWN
        case ast.UnaryOp(ast.USub(), operand):
            inner = _peek(operand, frame)
            return -inner if _plain(inner) else _UNKNOWN
        case ast.Subscript(value, index):
            return _item(_peek(value, frame), index, frame)
        case ast.BinOp(left, op, right) if type(op) in _COMPUTED:
            ours, theirs = _peek(left, frame), _peek(right, frame)
            known = _plain(ours) and _plain(theirs)
            return _COMPUTED[type(op)](ours, theirs) if known else _UNKNOWN
        case ast.List(parts) | ast.Tuple(parts):
            values = [_peek(part, frame) for part in parts]
            return _UNKNOWN if any(v is _UNKNOWN for v in values) else values
    return _UNKNOWN


def _item(value: Any, index: ast.expr, frame: Any) -> Any:
    if type(value) not in (np.ndarray, list, tuple):
        return _UNKNOWN
    if isinstance(index, ast.Tuple):
        at: Any = tuple(_index(part, frame) for part in index.elts)
    else:
        at = _index(index, frame)
    wrong = any(part is _UNKNOWN for part in (at if isinstance(at, tuple) else (at,)))
    return _UNKNOWN if wrong else value[at]


def _index(node: ast.expr, frame: Any) -> Any:
    if isinstance(node, ast.Slice):
        ends = [None if n is None else _peek(n, frame) for n in (node.lower, node.upper, node.step)]
        return slice(*ends) if all(e is None or type(e) is int for e in ends) else _UNKNOWN
    value = _peek(node, frame)
    return value if value is None or type(value) in (int, np.ndarray, list) else _UNKNOWN


def _plain(value: Any) -> bool:
    return type(value) in (int, float) or (
        type(value) is np.ndarray and value.dtype.kind in "biuf" and value.size <= _LARGEST
    )


def _shape(value: Any) -> list[int] | None:
    if value is _UNKNOWN or value is None:
        return None
    if isinstance(value, bool | int | float | np.generic):
        return []
    if isinstance(value, list | tuple):
        try:
            return list(np.shape(value))
        except ValueError:
            return [len(value)]
    shape = getattr(value, "shape", None)
    return None if shape is None else [int(n) for n in tuple(shape)]
