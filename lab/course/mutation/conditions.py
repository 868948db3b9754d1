"""Changes of conditions and of arithmetic: the wrong way round, one too few, one too many."""

import ast
from collections.abc import Iterator
from typing import Final

from lab.course.mutation.facts import Facts
from lab.course.mutation.places import Change, Place, short, word

_EDGES: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_OPPOSITES: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


def negate(place: Place, _: Facts) -> Iterator[Change]:
    """Turn a condition round. Not that of an `if` (always and never say more), nor a comparison, which is flipped."""
    match place.parent:
        case ast.While() | ast.Assert() if place.field == "test":
            pass
        case ast.comprehension() if place.field == "ifs":
            pass
        case ast.BoolOp(values=[*_, last]) if not isinstance(last, ast.Constant):  # `found or 0` is no condition
            pass
        case _:
            return
    match place.node:
        case ast.UnaryOp(op=ast.Not(), operand=inner) as node:
            yield Change(word(inner), f"`{short(inner)}` instead of `{short(node)}`", (inner,))
        case ast.Compare(ops=[_]) | ast.BoolOp():
            return
        case ast.expr() as node:
            yield Change(word(node), f"not `{short(node)}`", (ast.UnaryOp(ast.Not(), node),))
        case _:
            return


def drop_condition(place: Place, _: Facts) -> Iterator[Change]:
    """Leave out one of several conditions, or the only one behind the `if` of a comprehension."""
    match place.parent:
        case ast.BoolOp(values=[_, _, *_]) if place.field == "values":
            yield Change(word(place.node), f"without the condition `{short(place.node)}`", ())
        case ast.comprehension() if place.field == "ifs":
            yield Change(word(place.node), f"without `if {short(place.node)}`", ())
        case _:
            return


def swap_and_or(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.BoolOp(op=ast.And(), values=values):
            yield Change("and", "or instead of and", (ast.BoolOp(ast.Or(), values),))
        case ast.BoolOp(op=ast.Or(), values=values):
            yield Change("or", "and instead of or", (ast.BoolOp(ast.And(), values),))
        case _:
            return


def flip_comparison(place: Place, _: Facts) -> Iterator[Change]:
    """Move the edge, or ask the opposite; an `if` is not asked the opposite: `branch-always` and `-never` say more."""
    match place.node:
        case ast.Compare(left=left, ops=[op], comparators=comparators) as node:
            is_test = isinstance(place.parent, ast.If | ast.IfExp) and place.field == "test"
            kind = _EDGES.get(type(op)) or (None if is_test else _OPPOSITES[type(op)])
            if kind:
                changed = ast.Compare(left, [kind()], comparators)
                yield Change(word(left), f"`{short(changed)}` instead of `{short(node)}`", (changed,))
        case _:
            return


def swap_arithmetic(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.BinOp(left=left, op=op, right=right) as node if type(op) in _ARITHMETIC:
            if not _is_text(left) and not _is_text(right):
                changed = ast.BinOp(left, _ARITHMETIC[type(op)](), right)
                yield Change(word(left), f"`{short(changed)}` instead of `{short(node)}`", (changed,))
        case ast.AugAssign(target=target, op=op, value=value) as node if type(op) in _ARITHMETIC:
            other = ast.AugAssign(target, _ARITHMETIC[type(op)](), value)
            yield Change(word(target), f"`{short(other)}` instead of `{short(node)}`", (other,))
        case _:
            return


def drop_sign(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.UnaryOp(op=ast.USub() | ast.Invert() | ast.Not(), operand=operand) as node if not _is_test(place):
            yield Change(word(operand), f"`{short(operand)}` instead of `{short(node)}`", (operand,))
        case _:
            return


def _is_test(place: Place) -> bool:
    """Say whether `negate` or the two branches have it in hand."""
    return place.field in {"test", "ifs"} or isinstance(place.parent, ast.BoolOp)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
