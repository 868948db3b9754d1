"""Mutants: a solution, made wrong in one small way each. A check that is worth its name fails every one of them.

Why these are our own, and not those of a tool: docs/decisions/0008-mutants-of-our-own.md. The ways in which Python is
made wrong are the table in lab/course/mutation/operators.py; YAML and TOML: lab/course/mutation/sheets.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tomllib import TOMLDecodeError
from typing import Final

import yaml

from lab.course.mutation.python import normal_python, wrong_python
from lab.course.mutation.sheets import FORMS, normal_sheet, wrong_sheets
from lab.course.mutation.wrong import Wrong
from lab.errors import LabError

PYTHON: Final = ".py"
KINDS: Final = (PYTHON, *FORMS)
_WORD: Final = 60  # an id is to be read, and to be written into a list of survivors


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file that differs from the right one in one thing. `line` counts in the right one; comments do not survive."""

    id: str
    """`drop-keyword:key@19`; a second one of that name is `drop-keyword:key@19#2`. Equal sources give equal ids."""
    line: int
    operator: str
    description: str
    """`line 19: without key=key`."""
    source: str


def mutants(source: str, suffix: str = PYTHON) -> list[Mutant]:
    """Return every mutant of a file, in the sequence of its lines. Each one can be read, and no two are the same.

    suffix: the end of the file's name, which says what it is; one of KINDS.

    Raises LabError when the source cannot be read, or is of another kind.
    """
    if suffix not in KINDS:
        raise LabError(
            f"There are no mutants of a file that ends in {suffix!r}.", f"There are for: {', '.join(KINDS)}."
        )
    try:
        if suffix == PYTHON:
            found = _different(wrong_python(source), normal_python(source))
        else:
            found = _different(wrong_sheets(source, FORMS[suffix]), normal_sheet(source, FORMS[suffix]))
        return list(_named(sorted(found, key=lambda wrong: wrong.line)))
    except (SyntaxError, yaml.YAMLError, TOMLDecodeError) as error:
        raise LabError(
            f"A {suffix} file that cannot be read has no mutants: {error}", "Mend the file first."
        ) from error


def _different(found: Iterable[Wrong], original: str) -> Iterator[Wrong]:
    seen = {original}
    for wrong in found:
        if wrong.text not in seen:
            seen.add(wrong.text)
            yield wrong


def _named(found: Iterable[Wrong]) -> Iterator[Mutant]:
    times: Counter[str] = Counter()
    for wrong in found:
        name = f"{wrong.operator}:{wrong.what.replace(' ', '_')[:_WORD]}@{wrong.line}"
        times[name] += 1
        again = f"#{times[name]}" if times[name] > 1 else ""
        yield Mutant(name + again, wrong.line, wrong.operator, f"line {wrong.line}: {wrong.says}", wrong.text)
