"""Makes a Python file wrong at every place in every way that the table of operators knows."""

import ast
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from lab.course.mutation.facts import facts
from lab.course.mutation.operators import OPERATORS
from lab.course.mutation.places import Change, Place, places
from lab.course.mutation.wrong import Wrong


def normal_python(source: str) -> str:
    """Write a Python file in its normal form, without comments."""
    return _joined([ast.unparse(part) for part in ast.parse(source).body])


def wrong_python(source: str) -> Iterator[Wrong]:
    """Yield every way in which a Python file can be wrong; each is one that Python can compile."""
    tree = ast.parse(source)
    parts = [ast.unparse(part) for part in tree.body]
    found = places(tree)
    known = facts(tree, found)
    for place in found:
        for operator in OPERATORS:
            for change in operator.changes(place, known):
                text = _changed(tree, parts, place, change)
                if text is not None:
                    yield Wrong(operator.name, change.what, change.line or place.line, change.says, text)


def _changed(tree: ast.Module, parts: Sequence[str], place: Place, change: Change) -> str | None:
    """Return the file with the change in it; None where Python could not compile that.

    Only what stands at the top and holds the place is written anew: to write whole files takes ten times as long.
    """
    at = place.path[0][1] or 0
    is_at_the_top = len(place.path) == 1
    changed = map(ast.unparse, change.by) if is_at_the_top else [_part(tree.body[at], place, change)]
    try:
        new = [_normal(part) for part in changed]
    except SyntaxError:
        return None
    return _joined([*parts[:at], *new, *parts[at + (change.over if is_at_the_top else 1) :]])


def _part(top: ast.stmt, place: Place, change: Change) -> str:
    """Write what stands at the top with the change in it, and leave the tree as it was."""
    parent: Any = place.parent
    name, index = place.path[-1]
    before = getattr(parent, name)
    if index is None:
        setattr(parent, name, change.by[0])
    else:
        siblings = [*before[:index], *change.by, *before[index + change.over :]]
        if name == "body" and not siblings:
            siblings = [ast.Pass()]
        if isinstance(parent, ast.BoolOp) and len(siblings) == 1:
            siblings *= 2  # `a and a` is `a`
        setattr(parent, name, siblings)
    try:
        return ast.unparse(top)
    finally:
        setattr(parent, name, before)


def _normal(part: str) -> str:
    """Write a part in its normal form. Raises SyntaxError where Python could not compile it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mutant may well call a text or compare with `is`
        tree = ast.parse(part)
        compile(tree, "<mutant>", "exec", dont_inherit=True)
    return ast.unparse(tree)


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"
