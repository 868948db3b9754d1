"""What one file says somewhere, and what could therefore stand elsewhere by mistake."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lab.course.mutation.places import Place

_DOCUMENTED: Final = re.compile(r"\b([a-z_]\w*)\.([a-z_]\w*)\b(?!\()")
_Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """For each name the ones that it could be taken for, itself among them, in the sequence in which they appear."""

    attributes: _Names
    """For each object, such as `event`: what is read from it, then what the docstrings say it has."""
    names: _Names
    """For each imported constant or class: those of its module that are used in the same way."""

    def instead(self, place: Place) -> Iterator[str]:
        """Yield what could stand in the place of an attribute or a name, the nearest first."""
        match place.node, place.parent:
            case ast.Attribute(value=base, attr=name), _:
                known = self.attributes.get(ast.unparse(base), ())
            case ast.Name(id=name), ast.Attribute(attr=attribute):  # only one that has this attribute, too
                known = [other for other in self.names.get(name, ()) if attribute in self.attributes.get(other, ())]
            case ast.Name(id=name), _:
                known = self.names.get(name, ())
            case _:
                return
        if name in known:
            at = known.index(name)
            yield from (*known[at + 1 :], *known[:at])


def facts(tree: ast.Module, places: Sequence[Place]) -> Facts:
    """Collect what a file says."""
    attributes: dict[str, dict[str, None]] = defaultdict(dict)  # a dict keeps the sequence, and each name once
    for place in places:
        if isinstance(place.node, ast.Attribute) and not place.is_called:
            attributes[ast.unparse(place.node.value)][place.node.attr] = None
    for base, name in _documented(tree):
        if base in attributes:
            attributes[base][name] = None
    return Facts({base: list(names) for base, names in attributes.items()}, _alike(tree, places))


def is_plain_name(place: Place) -> bool:
    """Say whether this is a name that is read, and neither called itself nor through an attribute."""
    if not isinstance(place.node, ast.Name) or not isinstance(place.node.ctx, ast.Load) or place.is_called:
        return False
    return not (isinstance(place.parent, ast.Attribute) and place.path[-2] == ("func", None))


def _documented(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield what a function's docstring says of its parameters: `event.customer_id`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parameters = {found.arg for found in ast.walk(node.args) if isinstance(found, ast.arg)}
            said = _DOCUMENTED.findall(ast.get_docstring(node) or "")
            yield from ((base, name) for base, name in said if base in parameters)


def _alike(tree: ast.Module, places: Sequence[Place]) -> _Names:
    """Group what is imported by its module and by how it is written: CONSTANT or Class."""
    kind = {
        alias.asname or alias.name: (node.module, (alias.asname or alias.name).isupper())
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name[0].isupper()
    }
    used: dict[object, dict[str, None]] = defaultdict(dict)
    for place in places:
        if isinstance(place.node, ast.Name) and is_plain_name(place) and place.node.id in kind:
            used[kind[place.node.id]][place.node.id] = None
    return {name: list(names) for names in used.values() for name in names}
