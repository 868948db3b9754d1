"""What becomes of a starter when somebody pastes hint 4 into it. For the gate, and for whoever writes lessons.

The rule, for authors:

1. **Marked places.** Where the starter has lines that say `# TODO from here` and `# TODO to here`, each such place, its
   two marks included, is replaced by one block of the hint, in sequence. This goes for every kind of file, and it is
   the way for YAML and TOML.
2. **Another file than Python, without marks.** The hint's one block is the whole file.
3. **Python, without marks.** Each block is one of two things:
   - *A whole definition*: it defines a name that the starter defines too, such as a function, a class or `ROWS = (…)`.
     It takes the place of the starter's definition of that name. What else stands in the block comes along: its imports
     below the starter's imports, its helpers above the first definition that it replaces.
   - *Lines*: everything else. They take the place of `raise NotImplementedError`, indented as the `raise` was. With two
     functions there are two blocks, in the sequence of the starter's functions.

   Every comment that begins with `# TODO` goes, together with the comment lines directly below it.

Blocks are written without indentation. Each one must find its place, and no place may stay empty.
"""

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence
from textwrap import dedent, indent
from typing import Final, NamedTuple

from lab.course.markdown import Code
from lab.errors import LabError

FROM_HERE: Final = "# TODO from here"
TO_HERE: Final = "# TODO to here"
_MEND: Final = "The rule for hint 4 stands at the top of lab/course/pasting.py."


class _Edit(NamedTuple):
    """Lines `first` to `last` are replaced, counted from 1, both included; with `last` 0 the text is put in before."""

    first: int
    last: int
    text: str = ""


def apply_hint(starter: str, blocks: Sequence[Code]) -> str:
    """Return the starter with hint 4's code in it, by the rule above. Raises LabError where a block has no place."""
    texts = [dedent(block.code).strip("\n") + "\n" for block in blocks]
    is_python = all(block.language == "python" for block in blocks)
    if any(line.strip().startswith(FROM_HERE) for line in starter.splitlines()):
        done = _edited(starter, _filled(list(_marked(starter)), texts, "marked places"))
    elif is_python:
        done = _into_python(starter, texts)
    else:
        done = _edited(starter, _filled([_Edit(1, len(starter.splitlines()))], texts, "file"))
    if is_python:
        _check(done)
    return done


def _marked(starter: str) -> Iterator[_Edit]:
    first, margin = 0, ""
    for number, line in enumerate(starter.splitlines(), 1):
        mark = line.strip()
        if mark.startswith(FROM_HERE) and not first:
            first, margin = number, line[: line.index("#")]
        elif mark.startswith(TO_HERE) and first:
            yield _Edit(first, number, margin)
            first = 0
        elif mark.startswith((FROM_HERE, TO_HERE)):
            raise LabError(f"Line {number} of the starter, {mark!r}, has no partner.", _MEND)
    if first:
        raise LabError(f"Line {first} of the starter, {FROM_HERE!r}, has no partner.", _MEND)


def _into_python(starter: str, texts: Sequence[str]) -> str:
    text, lines = starter, []
    for block in texts:
        if _defined(_tree(block, "hint 4")).keys() & _defined(_tree(text, "the starter"), inner=True).keys():
            text = _edited(text, list(_definitions(text, block)))
        else:
            lines.append(block)
    raises = [_Edit(node.lineno, node.end_lineno or 0, _margin(text, node)) for node in _unwritten(text)]
    return _edited(text, [*_filled(raises, lines, "places with raise NotImplementedError"), *_todos(text)])


def _filled(places: Sequence[_Edit], texts: Sequence[str], what: str) -> list[_Edit]:
    """Put one text into each place, whose own text is its margin."""
    if len(places) != len(texts):
        raise LabError(f"Hint 4 has {len(texts)} blocks for {len(places)} {what} of the starter.", _MEND)
    return [place._replace(text=indent(text, place.text)) for place, text in zip(places, texts, strict=True)]


def _definitions(text: str, block: str) -> Iterator[_Edit]:
    """Put each definition of the block where the starter has that name, and bring along what else is in it."""
    ours, theirs = _tree(text, "the starter"), _tree(block, "hint 4")
    here, lines = _defined(ours, inner=True), block.splitlines(keepends=True)
    imports, helpers, first, before = "", "", 0, 0
    for node in theirs.body:
        part = "".join(lines[before : node.end_lineno]).strip("\n") + "\n"  # with the comments above it
        before = node.end_lineno or 0
        old = next((here[name] for name in _names(node) if name in here), None)
        if old is not None:
            start = _start(old)
            first = min(first or start, start)
            yield _Edit(start, old.end_lineno or 0, indent(part, _margin(text, old)))
        elif _imports(node):
            imports += part
        else:
            helpers += f"{part}\n\n"
    docstring = [node for node in ours.body[:1] if isinstance(node, ast.Expr)]
    below = [node.end_lineno or 0 for node in [*docstring, *filter(_imports, ours.body)]]
    yield _Edit(max(below, default=0) + 1, 0, imports)
    yield _Edit(first, 0, helpers)


def _defined(tree: ast.Module, *, inner: bool = False) -> dict[str, ast.stmt]:
    """Return what a module defines, by name; with `inner`, methods and functions inside functions as well."""
    nested = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {name: node for node in [*(nested if inner else ()), *tree.body] for name in _names(node)}


def _names(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def _unwritten(text: str) -> list[ast.Raise]:
    found = [
        node
        for node in ast.walk(_tree(text, "the starter"))
        if isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc).startswith("NotImplementedError")
    ]
    return sorted(found, key=lambda node: node.lineno)


def _todos(text: str) -> Iterator[_Edit]:
    """Yield each TODO with the comment lines directly below it; a comment behind code is none."""
    rows = text.splitlines()
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and rows[token.start[0] - 1].lstrip().startswith("#")
    }
    inside = False
    for number in sorted(comments):
        inside = comments[number].startswith("# TODO") or (inside and number - 1 in comments)
        if inside:
            yield _Edit(number, number)


def _edited(text: str, edits: Sequence[_Edit]) -> str:
    lines = text.splitlines(keepends=True)
    for edit in sorted(edits, reverse=True):
        lines[edit.first - 1 : max(edit.last, edit.first - 1)] = [edit.text]
    return "".join(lines)


def _tree(text: str, what: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise LabError(f"Python cannot read {what}, line {error.lineno}: {error.msg}.", _MEND) from error


def _check(done: str) -> None:
    try:
        compile(done, "hint 4", "exec", dont_inherit=True)
    except SyntaxError as error:
        where = f"line {error.lineno} of the starter with hint 4 in it"
        raise LabError(f"Python cannot read {where}: {error.msg}.", _MEND) from error


def _start(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(found.lineno for found in decorators)])


def _margin(text: str, node: ast.stmt) -> str:
    margin = text.splitlines()[_start(node) - 1][: node.col_offset]
    if margin.strip():
        raise LabError(f"Line {node.lineno} of the starter holds more than one statement.", _MEND)
    return margin


def _imports(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)
