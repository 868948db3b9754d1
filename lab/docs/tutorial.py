"""docs/tutorial/: the lessons as a text to read on the web. An index, and a page for each exercise.

What gives an answer away is folded: hints, the solution, and where one has to predict, also what comes after.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from lab.course.catalog import Course, Exercise, Kind, Question, course_root, read_course
from lab.course.lesson import Lesson, read_lesson
from lab.course.saying import duration
from lab.docs.markdown import code, page, table
from lab.docs.tutorial_links import path_between, relinked

FOLDER: Final = "docs/tutorial"
INDEX: Final = f"{FOLDER}/README.md"

_ABOUT: Final = """
The lessons of the course as a text. Reading needs nothing: no Kafka, no Python. If you have ten minutes, begin with
[what happens to one order](one-order.md).

To do it for real, get [the project](../../README.md) and run `uv run lab`. The app shows these lessons beside your own
files, checks a file at every save, and lets the running shop work with what passes. The exercises build on one another,
but any of them can be taken at any time: what you have not solved runs on [the solution](../../solutions).

Hints and answers are folded. A word that was taught is used from then on; `uv run lab words` explains each.
"""
_DO_IT: Final = """
> This is a lesson to read. To do it for real, run `uv run lab` in [the project]({project}); `uv run lab open {id}`
> opens the file of this exercise. What you write is checked at every save{live}.
"""
_LIVE: Final = ", and what passes runs in the shop at once"
_FILE_KIND: Final = {".py": "python", ".toml": "toml", ".yaml": "yaml"}
_ANSWERED: Final = frozenset({Kind.PREDICT, Kind.ORDER})
"""Kinds in which the rest of the lesson gives the answers away."""


def pages() -> Mapping[str, Callable[[], str]]:
    """Return who writes which page, for the exercises that are in the catalogue now."""
    course = read_course()
    return {INDEX: partial(index, course), **{page_of(one): partial(lesson_page, course, one) for one in course}}


def page_of(one: Exercise) -> str:
    """Return the name of an exercise's page, from the root of the project."""
    return f"{FOLDER}/phase{one.phase}/{one.number:02}-{one.id}.md"


# --- the index ---


def index(course: Course) -> str:
    """Write the index: the phases, their exercises, how long each takes, and what it teaches."""
    titles = {phase.number: phase.title for phase in course.phase}
    phases = groupby(course, key=lambda one: one.phase)
    return page(
        "The course, to read",
        _ABOUT,
        *(_phase(number, titles.get(number, ""), list(group)) for number, group in phases),
    )


def _phase(number: int, title: str, exercises: Sequence[Exercise]) -> str:
    total = duration(sum(one.minutes for one in exercises))
    return f"## Phase {number} · {title}\n\n{len(exercises)} exercises, about {total}.\n\n{_exercises(exercises)}"


def _exercises(exercises: Sequence[Exercise]) -> str:
    rows = (
        (
            str(one.number),
            f"[{one.title}]({path_between(_at(INDEX), _file(one))})",
            str(one.minutes),
            ", ".join(one.teaches),
        )
        for one in exercises
    )
    return table(("", "exercise", "minutes", "words it teaches"), rows)


# --- a lesson ---


def lesson_page(course: Course, one: Exercise) -> str:
    """Write the page of one exercise. Raises LabError where the lesson is damaged."""
    lesson, there = read_lesson(one.lesson), _at(page_of(one))
    moved = {other.lesson.resolve(): _file(other) for other in course}
    around = _around(course, one, there)

    def here(text: str) -> str:
        return relinked(text, one.home, there, moved)

    sections = (f"## {title}\n\n{text}" for title, text in _sections(one, lesson, there, here))
    return page(
        lesson.title,
        around,
        here(lesson.intro),
        _do_it(one, there),
        *sections,
        _questions(one.questions),
        "---",
        around,
    )


def _sections(one: Exercise, lesson: Lesson, there: Path, here: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for section in lesson.sections:
        text = here(section.text)
        if section.title == "Your task":
            text = f"{text}\n\n{_starter(one, there)}"
        elif section.title == "Hints":
            hints = (folded(f"Hint {number}", here(hint)) for number, hint in enumerate(lesson.hints, 1))
            text = "\n\n".join([*hints, _solution(one, there)])
        elif section.title == "After" and one.kind in _ANSWERED:
            text = folded("Open this when you have answered", text)
        yield section.title, text


def _around(course: Course, one: Exercise, there: Path) -> str:
    """The way to the page before, the index, and the page after."""
    place = course.exercise.index(one)
    before, after = course.exercise[place - 1 : place], course.exercise[place + 1 : place + 2]
    links = [f"← [{other.number} · {_short(other)}]({path_between(there, _file(other))})" for other in before]
    links += [f"[The course]({path_between(there, course_root() / INDEX)})"]
    links += [f"[{other.number} · {_short(other)}]({path_between(there, _file(other))}) →" for other in after]
    return " | ".join(links)


def _do_it(one: Exercise, there: Path) -> str:
    return _DO_IT.format(
        project=path_between(there, course_root() / "README.md"),
        id=one.id,
        live=_LIVE if one.kind is Kind.PART else "",
    )


def _starter(one: Exercise, there: Path) -> str:
    text = one.starter.read_text(encoding="utf-8")
    block = code(text, _FILE_KIND.get(one.starter.suffix, ""))
    return folded(f"The file that you begin with: {one.file}", f"{block}\n\n{_checked(one, there)}")


def _checked(one: Exercise, there: Path) -> str:
    return f"How it is judged: [{one.check.name}]({path_between(there, one.check)})."


def _solution(one: Exercise, there: Path) -> str:
    link = f"[{one.file}]({path_between(there, one.solution)})"
    other = "" if one.kind in _ANSWERED else " It is one good answer, not the only one."
    return folded("The solution", f"{link}, with its reasons.{other}")


def _questions(questions: Sequence[Question]) -> str:
    """The questions that the lab asks days later."""
    if not questions:
        return ""
    asked = (
        f"**{one.ask}**\n\n"
        + "\n".join(f"{number}. {choice}" for number, choice in enumerate(one.choices, 1))
        + f"\n\n{folded('The answer', f'{one.answer}. {one.because}')}"
        for one in questions
    )
    return "\n\n".join(["## Is it still there?", "The lab asks this again some days later.", *asked])


def folded(summary: str, text: str) -> str:
    """Fold a text away, as GitHub does: one click opens it. Markdown inside needs its empty lines."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text.strip(chr(10))}\n\n</details>"


def _short(one: Exercise) -> str:
    return one.title.partition(":")[0]


def _file(one: Exercise) -> Path:
    return course_root() / page_of(one)


def _at(name: str) -> Path:
    return (course_root() / name).parent
