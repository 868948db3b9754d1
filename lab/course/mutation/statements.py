"""Changes of statements: steps forgotten, done in another sequence, done too often or not to the end."""

import ast
from collections.abc import Iterator
from copy import copy
from typing import Final

from lab.course.mutation.facts import Facts
from lab.course.mutation.places import Change, Place, short, word

_STEPS: Final = (
    *(ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Assert),
    *(ast.Return, ast.Raise, ast.Break, ast.Continue),
)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS: Final = (ast.If, ast.With, ast.AsyncWith, ast.match_case)
_LEAVES: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_BROAD: Final = frozenset({"Exception", "BaseException"})


def drop_statement(place: Place, _: Facts) -> Iterator[Change]:
    """Leave a step out. Not a name's only value: the next line would fail, and nobody learns from that."""
    node = place.node
    if not isinstance(node, _STEPS) or _is_needed(place) or _leads_nowhere_else(place):
        return
    alone = isinstance(place.parent, ast.If) and place.field == "body" and place.parent.body == [node]
    if not alone:  # otherwise `branch-never` does the same
        yield Change(_word(node), f"without `{short(node)}`", ())


def swap_statements(place: Place, _: Facts) -> Iterator[Change]:
    """Do a step before the one that should come first, where one of the two is waited for."""
    match place.node, place.next:
        case ast.Expr(value=first) as one, ast.Expr(value=second) as two:
            if isinstance(first, ast.Await) or isinstance(second, ast.Await):
                yield Change(_word(one), f"`{short(two)}` before `{short(one)}`", (two, one), over=2)
        case _:
            return


def return_none(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield Change("value", f"None returned instead of `{short(value)}`", (ast.Return(ast.Constant(None)),))
        case _:
            return


def always(place: Place, _: Facts) -> Iterator[Change]:
    if isinstance(place.node, ast.If | ast.IfExp | ast.While) and not isinstance(place.node.test, ast.Constant):
        yield Change(
            _word(place.node), f"as if `{short(place.node.test)}` were always so", (_with_test(place.node, "True"),)
        )


def never(place: Place, _: Facts) -> Iterator[Change]:
    if isinstance(place.node, ast.If | ast.IfExp) and not isinstance(place.node.test, ast.Constant):
        yield Change(
            _word(place.node), f"as if `{short(place.node.test)}` were never so", (_with_test(place.node, "False"),)
        )


def loop_once(place: Place, _: Facts) -> Iterator[Change]:
    node = place.node
    if isinstance(node, ast.For | ast.AsyncFor) and not isinstance(node.body[-1], _LEAVES):
        once = copy(node)
        once.body = [*node.body, ast.Break()]
        yield Change("for", f"only the first of `{short(node.iter)}`", (once,))


def swap_exit(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.Break():
            yield Change("break", "continue instead of break", (ast.Continue(),))
        case ast.Continue():
            yield Change("continue", "break instead of continue", (ast.Break(),))
        case _:
            return


def widen_except(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.ExceptHandler(type=ast.expr() as kind) as handler if ast.unparse(kind) not in _BROAD:
            wide = copy(handler)
            wide.type = ast.Name("Exception", ast.Load())
            yield Change("Exception", f"except Exception instead of {short(kind)}", (wide,))
        case _:
            return


def unwrap(place: Place, _: Facts) -> Iterator[Change]:
    """Do without the block around: without the transaction, without the handler, without the finally."""
    match place.node:
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            if not any(item.optional_vars for item in items):
                yield Change("with", f"without `with {', '.join(map(short, items))}`", tuple(body))
        case ast.Try(handlers=handlers, finalbody=final) as block:
            if handlers:
                bare = copy(block)
                bare.handlers, bare.orelse, bare.body = [], [], [*block.body, *block.orelse]
                yield Change("except", "without its except", (bare,) if final else tuple(bare.body))
            if final:
                bare = copy(block)
                bare.finalbody = []
                yield Change("finally", "without its finally", (bare,) if handlers else tuple(block.body))
        case _:
            return


def drop_case(place: Place, _: Facts) -> Iterator[Change]:
    match place.node, place.parent:
        case ast.match_case(pattern=pattern), ast.Match(cases=[_, _, *_]):
            yield Change(word(pattern), f"without the case `{short(pattern)}`", ())
        case _:
            return


def _word(node: ast.AST) -> str:
    """Name a statement by what it does: the call's name, the target, or its keyword."""
    match node:
        case ast.Expr(value=inner):
            return word(inner)
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return short(target)
        case _:
            return type(node).__name__.lower()


def _with_test(node: ast.If | ast.IfExp | ast.While, test: str) -> ast.AST:
    changed = copy(node)
    changed.test = ast.Name(test, ast.Load())
    return changed


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_needed(place: Place) -> bool:
    """Say whether this gives a name its first value, or says no more than that there is a name."""
    node = place.node
    if not isinstance(node, ast.Assign | ast.AnnAssign) or isinstance(place.parent, ast.ClassDef):
        return False  # a class can be without a field
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = {name for target in targets for name in _names(target)}
    if len(names) < sum(len(target.elts) if isinstance(target, ast.Tuple) else 1 for target in targets):
        return False  # something else than a name is among them, such as row.status
    roof = next((found for found in reversed(place.above) if isinstance(found, _FUNCTIONS)), None)
    return roof is None or not names <= _known_before(roof, node.lineno)


def _names(target: ast.expr) -> list[str]:
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _known_before(function: ast.AST, line: int) -> set[str]:
    """Return the names that have a value before that line of a function."""
    nodes = list(ast.walk(function))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and _is_stored_before(node, line)}
    return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _is_stored_before(name: ast.Name, line: int) -> bool:
    return isinstance(name.ctx, ast.Store) and name.lineno < line


def _leads_nowhere_else(place: Place) -> bool:
    """Say whether a return or continue stands where the function or the loop ends anyway."""
    if not isinstance(place.node, ast.Return | ast.Continue):
        return False
    roofs = _FUNCTIONS if isinstance(place.node, ast.Return) else _LOOPS
    for node, (name, index) in zip(reversed(place.above), reversed(place.path), strict=True):
        if isinstance(node, (*_BLOCKS, *roofs)):
            if index != len(getattr(node, name)) - 1:
                return False
        elif not isinstance(node, ast.Match):
            return False
        if isinstance(node, roofs):
            return True
    return False
