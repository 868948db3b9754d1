"""Reads lab/shop/ports as text: for every port its Protocol, signature and docstring.

At run time a `Port[Wrap]("wrap")` no longer knows `Wrap`, and an alias has no docstring; the source has both.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import lab.shop.ports
from lab.shop import ports
from lab.shop.ports import Port

_FOLDER: Final = Path(lab.shop.ports.__file__).parent
_EXERCISE: Final = re.compile(r"`([a-z-]+)`(?:, superseded by `([a-z-]+)`)?")
_TOKEN: Final = re.compile(r"[A-Z_]+ = Port\[(?P<protocol>\w+)\]\('(?P<port>\w+)'\)")


@dataclass(frozen=True, slots=True)
class PortSource:
    """One port as its source has it. `first` and `then`: the exercises that its text names for phases 1 and 2."""

    port: str
    protocol: str
    signature: str
    text: str
    first: str
    then: str


@dataclass(frozen=True, slots=True)
class _Definition:
    """A Protocol or an alias. `parameters` are the names of a Protocol's type variables."""

    signature: str
    text: str
    parameters: tuple[str, ...] = ()


@cache
def read() -> tuple[PortSource, ...]:
    """Return every port, in the sequence of tokens.py. Raises LookupError where one has no text."""
    known: dict[str, _Definition] = {}
    for name in ("travel", "mediator", "services", "reliability"):
        _collect(_FOLDER / f"{name}.py", known)
    return tuple(_port(*token, known) for token in _tokens())


def token(source: PortSource) -> Port[object]:
    """Return the port itself: what `Parts` is asked for."""
    found = (value for value in vars(ports).values() if isinstance(value, Port) and value.name == source.port)
    return next(found)


def _tokens() -> list[tuple[str, str, str]]:
    """Read `WRAP = Port[Wrap]("wrap")` as ("wrap", "Wrap", its docstring where it has one)."""
    body = ast.parse((_FOLDER / "tokens.py").read_text()).body
    found = []
    for node, after in zip(body, [*body[1:], None], strict=True):
        match = _TOKEN.fullmatch(ast.unparse(node))
        if match:
            found.append((match["port"], match["protocol"], _text_after(after)))
    return found


def _port(port: str, protocol: str, text: str, known: Mapping[str, _Definition]) -> PortSource:
    definition = known[protocol]
    text = text or definition.text
    if not text:
        raise LookupError(f"the port {port} has no text: give {protocol} a docstring")
    exercise = _EXERCISE.search(text)
    first, then = (exercise.group(1), exercise.group(2) or "") if exercise else ("", "")
    return PortSource(port, protocol, definition.signature.replace("def __call__", f"def {port}"), text, first, then)


def _collect(file: Path, known: dict[str, _Definition]) -> None:
    lines = file.read_text().splitlines()
    body = ast.parse("\n".join(lines)).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef) and (call := _call(node)):
            known[node.name] = _Definition(_signature(call), ast.get_docstring(node) or "", _parameters(node))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            text = _text_after(after) or lines[node.lineno - 1].partition("  # ")[2]
            known[node.target.id] = _alias(node.value, text, known)


def _call(node: ast.ClassDef) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    functions = (item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))
    return next((function for function in functions if function.name == "__call__"), None)


def _signature(call: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Write `async def __call__(…) -> …`, without self, a line for each argument where one line is too long."""
    first = (call.args.posonlyargs or call.args.args).pop(0)
    if first.arg != "self":
        raise LookupError("a Protocol's __call__ without self")
    begin = "async def __call__" if isinstance(call, ast.AsyncFunctionDef) else "def __call__"
    return f"{begin}({ast.unparse(call.args)}) -> {ast.unparse(call.returns) if call.returns else 'None'}"


def _parameters(node: ast.ClassDef) -> tuple[str, ...]:
    for base in node.bases:
        if isinstance(base, ast.Subscript) and ast.unparse(base.value) == "Protocol":
            return tuple(_elements(base.slice))
    return ()


def _elements(node: ast.expr) -> Sequence[str]:
    return [ast.unparse(element) for element in node.elts] if isinstance(node, ast.Tuple) else [ast.unparse(node)]


def _alias(value: ast.expr, text: str, known: Mapping[str, _Definition]) -> _Definition:
    """Write `Handler[InventoryCheck]` as Handler's signature with the type put in; any other alias as it stands."""
    base = known.get(ast.unparse(value.value)) if isinstance(value, ast.Subscript) else None
    if base is None or not isinstance(value, ast.Subscript):
        return _Definition(ast.unparse(value), text)
    signature = base.signature
    for parameter, argument in zip(base.parameters, _elements(value.slice), strict=True):
        signature = re.sub(rf"\b{parameter}\b", argument, signature)
    return _Definition(signature, text if " " in text else f"{text}: {base.text[0].lower()}{base.text[1:]}")


def _text_after(node: ast.stmt | None) -> str:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return node.value.value.strip() if is_text else ""  # type: ignore[union-attr]
