"""Where a Python file can be changed. Every operator is handed every one of these places.

Left alone is what cannot make an answer wrong: imports, docstrings, annotations (but not what stands behind the type in
`Annotated[…]`, which pydantic and FastAPI obey), type variables, aliases, `__all__`, the wording of errors and of logs.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

Path = tuple[tuple[str, int | None], ...]
"""The way from the module down to a node: the name of each field, and the index where the field is a list."""

LONGEST: Final = 60
_TYPES: Final = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple", "NewType", "NamedTuple", "TypedDict", "namedtuple"})
_LOGS: Final = frozenset({"log", "logger", "logging", "_log", "_logger"})
_ANNOTATIONS: Final = frozenset({"annotation", "returns"})
_NOT_WALKED: Final = frozenset({"type_params", "bases", "format_spec", "cls", "ctx", "op", "ops"})


@dataclass(frozen=True, slots=True)
class Place:
    """A node that may be changed, the way to it, and everything above it, the module first."""

    node: ast.AST
    path: Path
    above: tuple[ast.AST, ...]

    @property
    def parent(self) -> ast.AST:
        """The node that holds this one."""
        return self.above[-1]

    @property
    def field(self) -> str:
        """The name of the parent's field in which this node stands."""
        return self.path[-1][0]

    @property
    def next(self) -> ast.AST | None:
        """The node behind it, where it stands in a list and is not the last."""
        name, index = self.path[-1]
        behind: list[ast.AST] = [] if index is None else getattr(self.parent, name)[index + 1 : index + 2]
        return behind[0] if behind else None

    @property
    def is_called(self) -> bool:
        """Say whether this is what a call calls."""
        return isinstance(self.parent, ast.Call) and self.field == "func"

    @property
    def line(self) -> int:
        """The line it stands on."""
        lines = (getattr(node, "lineno", 0) for node in (self.node, *reversed(self.above)))
        return next(filter(None, lines), 1)


class Change(NamedTuple):
    """One way to change a place."""

    what: str
    """What is meant, in a word: part of the mutant's id."""
    says: str
    by: tuple[ast.AST, ...]
    """What stands there instead: one node; in a list also none, or several."""
    over: int = 1
    """How many nodes of the list are replaced."""
    line: int = 0
    """The line that is meant, where it is not the place's own."""


def places(tree: ast.Module) -> list[Place]:
    """Return every place of a file that may be changed, from its top to its end."""
    return list(_below(tree, (), ()))


def _below(node: ast.AST, path: Path, above: tuple[ast.AST, ...]) -> Iterator[Place]:
    for step, child in _children(node):
        place = Place(child, (*path, step), (*above, node))
        if step[0] in _ANNOTATIONS:
            yield from _behind_types(child, place.path, place.above)
        elif not _is_left_alone(place):
            yield place
            yield from _below(child, place.path, place.above)


def _behind_types(node: ast.AST, path: Path, above: tuple[ast.AST, ...]) -> Iterator[Place]:
    """Yield what stands behind the type in `Annotated[type, …]`, wherever that is in an annotation."""
    is_behind = _is_annotated(above[-1]) and isinstance(node, ast.Tuple)
    for step, child in _children(node):
        place = Place(child, (*path, step), (*above, node))
        if is_behind and step[1]:
            yield place
            yield from _below(child, place.path, place.above)
        else:
            yield from _behind_types(child, place.path, place.above)


def _children(node: ast.AST) -> Iterator[tuple[tuple[str, int | None], ast.AST]]:
    for name, value in ast.iter_fields(node):
        if name in _NOT_WALKED or (isinstance(node, ast.ClassDef) and name == "keywords"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield (name, index), child


def _is_left_alone(place: Place) -> bool:
    return _says_nothing(place) or _is_only_wording(place)


def _says_nothing(place: Place) -> bool:
    """Say whether this is there for readers, type checkers and importers only."""
    match place.node:
        case ast.Import() | ast.ImportFrom() | ast.Global() | ast.Nonlocal() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id=name))):
            return name in _TYPES
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Subscript() | ast.BinOp()):
            is_alias = isinstance(place.node.value, ast.Name) or (name[0].isupper() and not name.isupper())
            return is_alias and isinstance(place.parent, ast.Module)
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return False


def _is_only_wording(place: Place) -> bool:
    """Say whether this is the wording of an error or a log line, a type's name, or what stands between two values."""
    match place.parent:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in _LOGS:
            return not place.is_called
        case ast.Call(func=ast.Name(id="print")):
            return not place.is_called
        case ast.Call(func=ast.Name(id="cast")):
            return place.path[-1] == ("args", 0)
        case ast.Call() | ast.keyword():
            return _is_text(place.node) and any(isinstance(node, ast.Raise) for node in place.above[-3:])
        case _:
            return isinstance(place.parent, ast.JoinedStr) and isinstance(place.node, ast.Constant)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_annotated(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Annotated"


def short(node: ast.AST) -> str:
    """Return a node's code in one line, cut where it is long."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def word(node: ast.AST) -> str:
    """Name a node in a word or two: a call by what is called, a function without a name by what it is."""
    match node:
        case ast.Await(value=inner):
            return word(inner)
        case ast.Starred(value=inner):
            return f"*{word(inner)}"
        case ast.Call(func=called):
            return short(called)
        case ast.Lambda() | ast.GeneratorExp() | ast.ListComp() | ast.JoinedStr():
            return type(node).__name__
        case _:
            return short(node)
