"""Makes a YAML or TOML file wrong, by its structure and not by its text: a key or an element less, another value."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from string import ascii_lowercase
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import tomli_w
import yaml

from lab.course.mutation.places import LONGEST
from lab.course.mutation.scalars import other_scalars
from lab.course.mutation.wrong import Wrong

Way = tuple[Any, ...]
"""The keys and indexes that lead to a value."""
_GONE: Final = object()


class Form(NamedTuple):
    """A way of writing data down."""

    load: Callable[[str], Any]
    dump: Callable[[Any], str]
    lines: Callable[[str], Mapping[Way, int]]
    """On which line a key or element stands; not every one is known."""
    is_answers: bool
    """In a sheet of answers the sequence of a list counts, and one answer is taken for another."""


class _Edit(NamedTuple):
    operator: str
    way: Way
    value: Any
    says: str
    word: str = ""


def normal_sheet(source: str, form: Form) -> str:
    """Write a file in its normal form, without comments."""
    return form.dump(form.load(source))


def wrong_sheets(source: str, form: Form) -> Iterator[Wrong]:
    """Yield every way in which a file of data can be wrong."""
    data, lines = form.load(source), form.lines(source)
    values = list(_values(data, ()))
    texts = list(dict.fromkeys(value for _, value in values if isinstance(value, str))) if form.is_answers else []
    for way, value in values:
        for edit in _edits(way, value, texts, is_answers=form.is_answers):
            name = ".".join(map(str, way[-2:])) + edit.word
            yield Wrong(edit.operator, name, _line(lines, way), edit.says, form.dump(_changed(data, edit)))


def _edits(way: Way, value: Any, texts: Sequence[str], *, is_answers: bool) -> Iterator[_Edit]:
    if isinstance(way[-1], int):
        yield _Edit("drop-element", way, _GONE, f"without {_clipped(value)}")
    else:
        yield _Edit("drop-key", way, _GONE, f"without the key {way[-1]!r}")
    if isinstance(value, list) and is_answers:
        for at in range(len(value) - 1):
            swapped = [*value[:at], value[at + 1], value[at], *value[at + 2 :]]
            says = f"{_clipped(value[at + 1])} before {_clipped(value[at])}"
            yield _Edit("swap-elements", way, swapped, says, f".{at}")
    is_choice = isinstance(value, str) and len(value) > 1 and len(texts) > 1
    for other in [texts[texts.index(value) - 1]] if is_choice else other_scalars(value):
        yield _Edit("change-value", way, other, f"{_clipped(other)} instead of {_clipped(value)}")
    if isinstance(value, str):
        yield from _parts(way, value, is_answers=is_answers)


def _parts(way: Way, value: str, *, is_answers: bool) -> Iterator[_Edit]:
    """Change a text that lists several: with commas, `broker,controller`; in answers with blanks, `b l g e j`."""
    is_letters = is_answers and all(len(part) == 1 for part in value.split(" "))
    mark = " " if is_letters else ","
    parts = value.split(mark)
    for at, part in enumerate(parts) if len(parts) > 1 else ():
        yield _Edit("drop-part", way, mark.join([*parts[:at], *parts[at + 1 :]]), f"without {_clipped(part)}", f".{at}")
    if is_letters and len(parts) > 1:
        # Once, not for each pair: where the sequence means nothing, each of them would be right.
        swapped = " ".join([parts[1], parts[0], *parts[2:]])
        yield _Edit("swap-parts", way, swapped, f"{parts[1]!r} before {parts[0]!r}")
        more = next((letter for letter in ascii_lowercase if letter not in parts), "")
        yield _Edit("add-part", way, f"{value} {more}".strip(), f"with {more!r} as well")


def _values(data: Any, way: Way) -> Iterator[tuple[Way, Any]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield (*way, key), value
        yield from _values(value, (*way, key))


def _clipped(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _changed(data: Any, edit: _Edit) -> Any:
    copy = deepcopy(data)
    parent, last = copy, edit.way[-1]
    for step in edit.way[:-1]:
        parent = parent[step]
    if edit.value is _GONE:
        del parent[last]
    else:
        parent[last] = edit.value
    return copy


def _line(lines: Mapping[Way, int], way: Way) -> int:
    while way and way not in lines:
        way = way[:-1]
    return lines.get(way, 1)


def _dump_yaml(data: Any) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)


def _yaml_lines(source: str) -> Mapping[Way, int]:
    return dict(_node_lines(yaml.compose(source, yaml.SafeLoader), ()))


def _node_lines(node: yaml.Node | None, way: Way) -> Iterator[tuple[Way, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*way, key.value), key.start_mark.line + 1
            yield from _node_lines(value, (*way, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*way, index), value.start_mark.line + 1
            yield from _node_lines(value, (*way, index))


def _toml_lines(source: str) -> Mapping[Way, int]:
    """Find the lines of keys as people write them: `[table]`, then `key = value`."""
    lines: dict[Way, int] = {}
    table: Way = ()
    for number, line in enumerate(source.splitlines(), 1):
        if line.startswith("["):
            table = tuple(line.split("]")[0].strip("[ ").split("."))
            lines.setdefault(table, number)
        elif "=" in line and not line.lstrip().startswith("#"):
            lines.setdefault((*table, line.split("=")[0].strip(" \"'")), number)
    return lines


_YAML: Final = Form(yaml.safe_load, _dump_yaml, _yaml_lines, is_answers=False)
_TOML: Final = Form(tomllib.loads, tomli_w.dumps, _toml_lines, is_answers=True)
FORMS: Final[Mapping[str, Form]] = MappingProxyType({".yaml": _YAML, ".yml": _YAML, ".toml": _TOML})
