"""Progress as the bytes of a file and back: versions, what brings an older one up, what is damaged.

A file carries the version of its format. An older one is brought up step by step by MIGRATIONS, in memory; the file
changes with the next thing that is noted. One from a newer lab is left alone: this one cannot know what it means.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pydantic_core
from pydantic import ValidationError

from lab.course.progress import FORMAT, Progress
from lab.errors import LabError

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the table as one version has it, and returns it as the next one has it; `version` itself is seen to."""

MIGRATIONS: Final[Mapping[int, Migration]] = MappingProxyType({})
"""By the version that a migration starts from. The first format is 1, so nothing is older yet."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that could be read."""

    progress: Progress
    data: bytes
    version: int
    """The version of the file; the progress is in the present one."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file that is there and means nothing."""

    data: bytes
    why: str


def from_bytes(data: bytes, name: str, migrations: Mapping[int, Migration] = MIGRATIONS) -> Stored | Damaged:
    """Read a file's bytes. `name` is for messages.

    Raises LabError for a file of a newer lab, and for one that the migrations cannot bring up: neither is damaged, so
    neither may be put aside.
    """
    try:
        table = pydantic_core.from_json(data, allow_inf_nan=False)
    except ValueError as error:
        return Damaged(data, str(error))
    version = table.get("version") if isinstance(table, dict) else None
    if type(version) is not int:  # a boolean is an int, and no version
        return Damaged(data, "it has no version")
    if version > FORMAT:
        raise LabError(
            f"{name} was written by a newer lab (format {version}; this one knows {FORMAT}).",
            "Update this one: git pull, then uv sync. Nothing was changed.",
        )
    if version == FORMAT:
        try:
            return Stored(Progress.model_validate(table), data, version)
        except ValidationError as error:
            return Damaged(data, _in_short(error))
    if version not in migrations:
        return Damaged(data, f"there never was a format {version}")
    return Stored(_brought_up(table, version, name, migrations), data, version)


def _brought_up(table: dict[str, Any], version: int, name: str, migrations: Mapping[int, Migration]) -> Progress:
    try:
        for step in range(version, FORMAT):
            table = migrations[step](table) | {"version": step + 1}
        return Progress.model_validate(table)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise LabError(
            f"{name} has format {version}, and this lab cannot bring it to format {FORMAT} ({error!r:.200}).",
            "Nothing was changed. Go back to the lab's version before this one, and report it. To begin anew instead, "
            f"move {name} and its backup elsewhere.",
        ) from error


def _in_short(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def to_bytes(progress: Progress) -> bytes:
    """Return what is written: JSON that a person can read."""
    return progress.model_dump_json(indent=1).encode() + b"\n"
