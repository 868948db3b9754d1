"""Changes of calls: what is handed over, what is waited for, and which of two alike names is called."""

import ast
from collections.abc import Iterator
from typing import Final

from lab.course.mutation.facts import Facts
from lab.course.mutation.places import Change, Place, short, word

# The two do alike things, and one is easily taken for the other.
_METHODS: Final = {
    "send_and_wait": "send",
    "send": "send_and_wait",
    "commit": "flush",
    "flush": "commit",
    "rollback": "commit",
    "begin_nested": "begin",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
}
_FUNCTIONS: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_CONVERSIONS: Final = frozenset({"encode", "decode", "isoformat", "strip", "lower", "upper", "casefold", "hex", "copy"})
_CONVERTERS: Final = frozenset({"str", "int", "float", "bool", "bytes", "list", "tuple", "set", "frozenset", "sorted"})
# Their arguments are so many equal things: each can be left out, and their sequence means nothing.
_ALIKE: Final = frozenset({"where", "filter", "and_", "or_", "min", "max"})
_MANY: Final = _ALIKE | {"gather", "select", "values", "add_all"}


def drop_await(place: Place, _: Facts) -> Iterator[Change]:
    if isinstance(place.node, ast.Await):
        inner = place.node.value
        yield Change(word(inner), f"`{short(inner)}` without await", (inner,))


def await_in_turn(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.Await(
            value=ast.Call(func=ast.Attribute(attr="gather"), args=[ast.Starred(value=ast.GeneratorExp() as all_of)])
        ):
            each = ast.ListComp(ast.Await(all_of.elt), all_of.generators)
            yield Change("gather", f"`{short(all_of.elt)}` one after another", (each,))
        case _:
            return


def drop_keyword(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.keyword(arg=str(name)):
            yield Change(name, f"without {short(place.node)}", ())
        case _:
            return


def drop_argument(place: Place, _: Facts) -> Iterator[Change]:
    """Leave out one of many; elsewhere the last one, which may have a default, unless it is a plain name."""
    match place.parent:
        case ast.Call(args=[_, _, *_]) as call if place.field == "args":
            if _name(call) in _MANY or (place.next is None and not isinstance(place.node, ast.Name)):
                yield Change(word(place.node), f"{_name(call)}(…) without `{short(place.node)}`", ())
        case _:
            return


def swap_arguments(place: Place, _: Facts) -> Iterator[Change]:
    """Swap neighbours that look alike. Two others, a name and a list, are mixed up by nobody."""
    call, one, two = place.parent, place.node, place.next
    if not isinstance(call, ast.Call) or place.field != "args" or two is None or _name(call) in _ALIKE:
        return
    if _look(one) and _look(one) == _look(two):
        yield Change(word(one), f"`{short(two)}` before `{short(one)}`", (two, one), over=2)


def skip_call(place: Place, _: Facts) -> Iterator[Change]:
    """Leave out a conversion, or one link of a chain of calls: `select(…).where(…)` becomes `select(…)`."""
    match place.node:
        case ast.Call(func=ast.Attribute(value=base, attr=name), args=args, keywords=keywords):
            if isinstance(base, ast.Call) or (name in _CONVERSIONS and not args and not keywords):
                yield Change(name, f"`{short(base)}` without .{name}(…)", (base,))
        case ast.Call(func=ast.Name(id=name), args=[ast.expr() as value], keywords=[]) if name in _CONVERTERS:
            if not isinstance(value, ast.Starred):
                yield Change(name, f"`{short(value)}` without {name}(…)", (value,))
        case _:
            return


def get_as_index(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.Call(func=ast.Attribute(value=base, attr="get"), args=[key], keywords=[]):
            changed = ast.Subscript(base, key, ast.Load())
            yield Change(word(key), f"`{short(changed)}` instead of `{short(place.node)}`", (changed,))
        case _:
            return


def other_call(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.Attribute(value=base, attr=name) if place.is_called and name in _METHODS:
            changed: ast.expr = ast.Attribute(base, _METHODS[name], ast.Load())
        case ast.Name(id=name) if place.is_called and name in _FUNCTIONS:
            changed = ast.Name(_FUNCTIONS[name], ast.Load())
        case _:
            return
    yield Change(name, f"{short(changed)}(…) instead of {name}(…)", (changed,))


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _look(node: ast.AST) -> str:
    """Say what an argument looks like: a class, another name, a call, or a single value of some type."""
    match node:
        case ast.Name(id=name):
            return "class" if name[0].isupper() and not name.isupper() else "name"
        case ast.Attribute():
            return "name"
        case ast.Constant(value=value):
            return type(value).__name__
        case ast.Call():
            return "call"
        case _:
            return ""
