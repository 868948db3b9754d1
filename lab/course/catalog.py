"""The catalogue: what exercises there are, read from `exercises/course.toml`. THE table of the course."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lab.bundle import shipped
from lab.errors import LabError, NotFound


class Kind(StrEnum):
    """What the learner makes in an exercise."""

    PART = "part"  # Python that fills a port of the shop
    FILE = "file"  # a configuration file
    PREDICT = "predict"  # answers, given before the lab does the thing for real
    ORDER = "order"  # lines put in sequence, with distractors
    CAPSTONE = "capstone"  # a phase's last: everything together


class Need(StrEnum):
    """What must run for the check."""

    KAFKA = "kafka"
    POSTGRES = "postgres"
    REDIS = "redis"
    DOCKER = "docker"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Table):
    """A question that comes back days later: is it still there?"""

    ask: str
    choices: tuple[str, ...] = Field(min_length=2)
    answer: int = Field(ge=1)
    """The number of the right choice, from 1."""
    because: str


class Exercise(_Table):
    """One exercise. `id` is stable for ever; the number in the folder's name is only its place."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    folder: str = Field(pattern=r"^phase\d_[a-z]+/e\d\d_[a-z0-9_]+$")
    title: str
    kind: Kind
    file: str
    """The name of the file that the learner writes."""
    port: tuple[str, ...] = ()
    """The names of the ports that a part fills."""
    does: str = ""
    """What the part does in the running shop; for parts only."""
    needs: tuple[Need, ...] = ()
    minutes: int = Field(ge=1)
    requires: tuple[str, ...] = ()
    teaches: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    showcase: str | None = None
    """The wrong answer that `lab use … broken` puts into the shop."""
    questions: tuple[Question, ...] = ()

    @property
    def place(self) -> str:
        """`e04`: where it stands in the course."""
        return self.folder.split("/")[1][:3]

    @property
    def number(self) -> int:
        """The place as a number."""
        return int(self.place[1:])

    @property
    def phase(self) -> int:
        """The phase it belongs to."""
        return int(self.folder[len("phase")])

    @property
    def home(self) -> Path:
        """The shipped folder: lesson, starter, check."""
        return course_root() / "exercises" / self.folder

    @property
    def lesson(self) -> Path:
        return self.home / "README.md"

    @property
    def starter(self) -> Path:
        return self.home / self.file

    @property
    def check(self) -> Path:
        """The file of tests."""
        return self.home / f"test_{Path(self.file).stem.replace('-', '_')}.py"

    @property
    def solution(self) -> Path:
        return course_root() / "solutions" / self.folder / self.file

    @property
    def wrong_answers(self) -> Path:
        """The folder of wrong answers that people really give."""
        return course_root() / "tests" / "wrong_answers" / self.folder.split("/")[1]

    @property
    def broken(self) -> Path | None:
        """The wrong answer that the lesson shows at work in the shop."""
        return self.wrong_answers / f"{self.showcase}{Path(self.file).suffix}" if self.showcase else None


class Weakness(_Table):
    """What still goes wrong in the shop at the end of a phase."""

    what: str
    then: str
    """The exercise of the next phase that mends it."""
    ports: tuple[str, ...] = Field(min_length=1)
    """Where in the shop: the ports whose parts are too weak, or only passed through."""


class Phase(_Table):
    """One of the four phases."""

    number: int
    title: str
    breaks: tuple[Weakness, ...] = ()


class Course(_Table):
    """All phases and exercises, in sequence."""

    version: int
    known: tuple[str, ...] = ()
    """Words that whoever programs in Python knows; no exercise has to teach them."""
    phase: tuple[Phase, ...]
    exercise: tuple[Exercise, ...]

    def __iter__(self) -> Iterator[Exercise]:  # type: ignore[override]  # a model iterates over its fields
        return iter(self.exercise)

    @cached_property
    def by_id(self) -> Mapping[str, Exercise]:
        """Every exercise by its id."""
        return {one.id: one for one in self.exercise}

    def find(self, name: str) -> Exercise:
        """Return the exercise of that id (`produce`) or place (`e04`, `4`). Raises NotFound."""
        wanted = name.strip().lower()
        for one in self.exercise:
            if wanted in {one.id, one.place, str(one.number), one.folder, one.folder.split("/")[1]}:
                return one
        near = get_close_matches(wanted, self.by_id, n=1)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise NotFound(
            f"There is no exercise {name!r}.", f"{meant}There are: {', '.join(self.by_id)}. See: uv run lab list"
        )


def course_root() -> Path:
    """Return the folder that holds exercises/, solutions/ and tests/wrong_answers/; LAB_COURSE names another copy."""
    other = os.environ.get("LAB_COURSE")
    return Path(other).resolve() if other else shipped()


def course_file() -> Path:
    """Return the shipped catalogue."""
    return course_root() / "exercises" / "course.toml"


def read_course(file: Path | None = None) -> Course:
    """Read the catalogue. Raises LabError that names what is wrong in it."""
    path = file or course_file()
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Course.model_validate(table)
    except OSError as error:
        raise LabError(f"The catalogue {path} cannot be read: {error.strerror}.", "git checkout exercises") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise LabError(f"The catalogue {path} is damaged: {error}", "git checkout exercises/course.toml") from error
