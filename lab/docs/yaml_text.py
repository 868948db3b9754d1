"""Writes YAML 1.2 of plain data. Every value but the plainest is written as JSON, which is YAML as well."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})

Data = Mapping[str, "Data"] | Sequence["Data"] | str | int | float | bool | None


def dump(data: Data) -> str:
    """Return the data as YAML, keys in their given sequence, two blanks a level."""
    return "\n".join(_lines(data)) + "\n"


def _lines(data: Data) -> list[str]:
    if isinstance(data, Mapping) and data:
        return [line for key, value in data.items() for line in _under(f"{_scalar(key)}:", value)]
    if isinstance(data, Sequence) and not isinstance(data, str) and data:
        return [line for value in data for line in _item(value)]
    return [_scalar(data)]


def _under(key: str, value: Data) -> list[str]:
    lines = _lines(value)
    return [key, *(f"  {line}" for line in lines)] if _is_block(value) else [f"{key} {lines[0]}"]


def _item(value: Data) -> list[str]:
    first, *more = _lines(value)
    return [f"- {first}", *(f"  {line}" for line in more)]


def _is_block(value: Data) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and bool(value)


def _scalar(value: Data) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)
