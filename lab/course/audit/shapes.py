"""The public shape of a Python file: what others can call, and what it promises. Equal in starter and solution."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path


def shape_of(file: Path) -> tuple[str, ...]:
    """Return the public names with their signatures and docstrings; for a sheet of answers its questions."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return tuple(sorted(_python(ast.parse(text))))
    if file.suffix == ".toml":
        return tuple(sorted(_keys(tomllib.loads(text))))
    return ()


def _keys(table: dict[str, object], before: str = "") -> Iterator[str]:
    for name, value in table.items():
        yield f"{before}{name}"
        if isinstance(value, dict):
            yield from _keys(value, f"{before}{name}.")


def _python(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
            returns = ast.unparse(node.returns) if node.returns else ""
            yield f"{kind} {node.name}({ast.unparse(node.args)}) -> {returns}: {ast.get_docstring(node)}"
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield f"class {node.name}: {ast.get_docstring(node)}"


def imported(file: Path) -> set[str]:
    """Return the modules that a Python file imports, and the names it takes from modules of the lab."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def tasks_of(check: Path) -> set[int]:
    """Return the numbers of the tasks that a check's tests are marked with."""
    found = set()
    for node in ast.walk(ast.parse(check.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "task":
            found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, int)}
    return found
