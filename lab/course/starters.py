"""The sums of the shipped starters (`exercises/starters.toml`): so that an edit of the wrong copy is noticed.

The learner's file is the one in the workspace. Whoever edits the starter in exercises/ changes a file that no check
looks at. A new version of the course brings starter and sum together, and so is no edit.

The sums are one of the pages that `just docs` writes.
"""

import hashlib
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

from lab import bundle
from lab.course.catalog import Course, Exercise, course_file, read_course
from lab.course.files import read_if_there
from lab.errors import LabError

_ABOUT = """\
# Written by `just docs`: the SHA-256 sums of the starters as they are shipped, by the exercise's id.
# An exercise's own copy, the one to edit, is in the workspace.
"""


def write(course: Course | None = None) -> str:
    """Write the sums of the starters as they are now."""
    starters = ((one.id, read_if_there(one.starter)) for one in course or read_course())
    return _ABOUT + "".join(f'{name} = "{sum_of(data)}"\n' for name, data in starters if data is not None)


def sum_of(data: bytes) -> str:
    """Return a starter's sum. Git may have written its lines with CRLF: that is no edit."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def sums_file() -> Path:
    """Return the shipped file of sums."""
    return course_file().with_name("starters.toml")


def recorded() -> Mapping[str, str]:
    """Return the sums as shipped, by id; none where the file is absent. Raises LabError where it is damaged."""
    try:
        table = tomllib.loads((read_if_there(sums_file()) or b"").decode())
        return {name: str(value) for name, value in table.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{sums_file()} is damaged: {error}", _put_back(sums_file())) from error


def edited_in_exercises(course: Course) -> list[Exercise]:
    """Return the exercises whose shipped starter was edited or deleted: the wrong copy."""
    sums = recorded()
    return [one for one in course if not _fits(read_if_there(one.starter), sums.get(one.id))]


def pristine(exercise: Exercise, base: Path) -> bytes:
    """Return the starter as it is shipped, also where somebody has edited it since.

    Then it comes from `base`, the copy in the workspace, or from git. Raises LabError where neither has it.
    """
    wanted = recorded().get(exercise.id)
    for data in (read_if_there(exercise.starter), read_if_there(base)):
        if data is not None and _fits(data, wanted):
            return data
    data = _from_git(exercise.starter)
    if data is not None and _fits(data, wanted):
        return data
    raise LabError(
        f"{exercise.starter} is not as it was shipped, and no copy of that is at hand.",
        f"Copy what you wrote in it to another place, then: {_put_back(exercise.starter)}\n"
        "(If you write the course yourself: just docs)",
    )


def _fits(data: bytes | None, wanted: str | None) -> bool:
    return wanted is None or (data is not None and sum_of(data) == wanted)


def _from_git(file: Path) -> bytes | None:
    """Return the file as it was committed; None where there is no git, or it does not know the file."""
    command = ["git", "-C", str(file.parent), "show", f"HEAD:./{file.name}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=10)  # noqa: S603  # the names are ours
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def _put_back(file: Path) -> str:
    return f"git checkout -- {file}" if bundle.in_checkout() else "install orderlab anew"
