"""Changes of values: another text, number, key, attribute or constant; one element less."""

import ast
import re
from collections.abc import Iterator
from copy import copy
from typing import Final

from lab.course.mutation.facts import Facts, is_plain_name
from lab.course.mutation.places import Change, Place, short, word
from lab.course.mutation.scalars import other_scalars

_ALTERNATIVES: Final = 2
_TIME: Final = re.compile(r"(^|_)(ms|s|secs?|seconds|millis|timeout|delay|interval)$")


def change_constant(place: Place, _: Facts) -> Iterator[Change]:
    node = place.node
    if not isinstance(node, ast.Constant) or _is_key(place):
        return
    is_time = isinstance(place.parent, ast.keyword) and bool(_TIME.search(place.parent.arg or ""))
    for other in other_scalars(node.value, is_time=is_time):
        yield Change(_word(node.value), f"{other!r} instead of {node.value!r}", (ast.Constant(other),))


def change_key(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.Constant(value=str(key)) if _is_key(place):
            yield Change(_word(key), f"the key {key + 'x'!r} instead of {key!r}", (ast.Constant(f"{key}x"),))
        case _:
            return


def other_attribute(place: Place, facts: Facts) -> Iterator[Change]:
    """Take another attribute; not of what is read further, `saga.order` in `saga.order.lines`: that fails at once."""
    node = place.node
    is_read_further = isinstance(place.parent, ast.Attribute) and place.path[-2] != ("func", None)
    if isinstance(node, ast.Attribute) and not place.is_called and not is_read_further:
        for name in list(facts.instead(place))[:_ALTERNATIVES]:
            changed = copy(node)
            changed.attr = name
            yield Change(f"{short(node)}-{name}", f"{short(changed)} instead of {short(node)}", (changed,))


def other_name(place: Place, facts: Facts) -> Iterator[Change]:
    node = place.node
    if isinstance(node, ast.Name) and is_plain_name(place):
        for name in list(facts.instead(place))[:1]:
            yield Change(node.id, f"{name} instead of {node.id}", (ast.Name(name, ast.Load()),))


def drop_element(place: Place, _: Facts) -> Iterator[Change]:
    if place.field == "elts" and _is_collection(place):
        yield Change(word(place.node), f"without the element `{short(place.node)}`", ())


def drop_pair(place: Place, _: Facts) -> Iterator[Change]:
    match place.node:
        case ast.Dict(keys=keys, values=values):
            for at, key in enumerate(keys):
                less = ast.Dict([*keys[:at], *keys[at + 1 :]], [*values[:at], *values[at + 1 :]])
                name = short(key) if key else f"**{short(values[at])}"
                yield Change(name.strip("'"), f"without the key {name}", (less,), line=(key or values[at]).lineno)
        case _:
            return


def swap_elements(place: Place, _: Facts) -> Iterator[Change]:
    """Swap neighbours in a list. Only there: what stands in a tuple or set mostly has no sequence."""
    if place.field == "elts" and isinstance(place.parent, ast.List) and _is_collection(place) and place.next:
        one, two = place.node, place.next
        yield Change(word(one), f"`{short(two)}` before `{short(one)}`", (two, one), over=2)


def drop_part(place: Place, _: Facts) -> Iterator[Change]:
    if isinstance(place.node, ast.FormattedValue):
        yield Change(word(place.node.value), f"a text without {{{short(place.node.value)}}}", ())


def _is_key(place: Place) -> bool:
    return (isinstance(place.parent, ast.Dict) and place.field == "keys") or (
        isinstance(place.parent, ast.Subscript) and place.field == "slice" and _is_str(place.node)
    )


def _is_str(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_collection(place: Place) -> bool:
    """Say whether the parent is a list, tuple or set of values; not names that are unpacked, not an index."""
    match place.parent:
        case ast.List(ctx=ast.Load()) | ast.Tuple(ctx=ast.Load()) | ast.Set():
            pass
        case _:
            return False
    match place.above[-2]:
        case ast.Subscript() | ast.Assign(targets=[ast.Tuple()]) | ast.ExceptHandler():
            return False
        case _:
            return True


def _word(value: object) -> str:
    return str(value)[:30] or "empty"
