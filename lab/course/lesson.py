"""A lesson: the README.md of an exercise, read into an object. Terminals, the audit and the tests all read this one.

The words of a lesson are counted as `wc -w` counts them: everything between blanks, code and diagrams among it. It is
the strictest way to count, anyone can repeat it, and the limit is meant for the whole page that a learner scrolls.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from lab.course.markdown import Code, Page, Part, blocks, plain
from lab.errors import LabError

WORDS_AT_MOST: Final = 1300
SECTIONS: Final = (
    "Goal",
    "Why",
    "The idea",
    "Worked example",
    "Your task",
    "Words",
    "Hints",
    "After",
    "Further reading",
)
HINTS: Final = ("Hint 1", "Hint 2", "Hint 3", "Hint 4")
RUNNABLE: Final = ("python", "yaml", "console")
_SHOWN: Final = frozenset({"", "console", "text"})  # blocks that nobody pastes into a file
_STEP: Final = re.compile(r"\s*# (\d+) ([^:]+?)\.?(?::.*)?")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Step(_Frozen):
    """A labelled step of the worked example, written `# 1 Choose the topic: who should read this?`."""

    number: int
    label: str
    """What stands between the number and the colon."""


class Section(_Frozen):
    """One section, as Markdown."""

    title: str
    text: str


class Lesson(_Frozen):
    """A whole lesson. Its sections are those of SECTIONS, in that sequence; its numbers count from 1 without a gap."""

    title: str
    intro: str
    """What stands between the title and the first section: minutes, what it needs, what comes before."""
    sections: tuple[Section, ...]
    words: int
    example: Code
    steps: tuple[Step, ...]
    """The labelled steps of the example; how many are right is the audit's question."""
    tasks: Mapping[int, str]
    terms: Mapping[str, str]
    """The words that the lesson introduces: term → meaning."""
    hints: tuple[str, str, str, str]
    pasted: tuple[Code, ...]
    """The code of hint 4: what `apply_hint` puts into the starter."""

    def section(self, title: str) -> str:
        """Return the text of a section; `title` is one of SECTIONS."""
        return next(section.text for section in self.sections if section.title == title)


class _Missing(Exception):
    """The text lacks something; `mend` says how it is written."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.mend = mend


def read_lesson(path: Path) -> Lesson:
    """Read an exercise's README.md. Raises LabError that names the file and what is missing in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"The lesson {path} cannot be read: {error}", "git checkout exercises") from error
    try:
        return _lesson(text)
    except _Missing as error:
        raise LabError(f"{path}: {error}", error.mend) from error


def _lesson(text: str) -> Lesson:
    page = Page(text)
    title = next(page.parts("h1"), None)
    if title is None:
        raise _Missing(
            "the title is missing.", "Begin with a line such as: # 4 · Produce: tell Kafka about a new order"
        )
    parts = {part.title: part for part in _sections(page)}
    hints = _hints(page, parts["Hints"])
    example = _example(parts["Worked example"])
    return Lesson(
        title=title.title,
        intro=page.before("h2", title),
        sections=tuple(Section(title=part.title, text=part.text) for part in parts.values()),
        words=len(text.split()),
        example=example,
        steps=tuple(_steps(example)),
        tasks=_tasks(parts["Your task"]),
        terms=_terms(parts["Words"]),
        hints=(hints[0].text, hints[1].text, hints[2].text, hints[3].text),
        pasted=_pasted(hints[3]),
    )


def _sections(page: Page) -> list[Part]:
    parts = list(page.parts("h2"))
    titles = tuple(part.title for part in parts)
    if titles == SECTIONS:
        return parts
    mend = f"A lesson has these sections, in this sequence: {', '.join(SECTIONS)}."
    for title in SECTIONS:
        if title not in titles:
            raise _Missing(f"the section '{title}' is missing.", mend)
    for title in titles:
        if title not in SECTIONS:
            raise _Missing(f"the section '{title}' belongs to no lesson.", mend)
    raise _Missing(f"its sections stand in another sequence: {', '.join(titles)}.", mend)


def _example(part: Part) -> Code:
    found = next((code for code in blocks(part) if code.language in RUNNABLE), None)
    if found is None:
        mend = f"The section needs a fenced block that runs, marked {' or '.join(RUNNABLE)}."
        raise _Missing("the worked example has no code.", mend)
    return found


def _steps(example: Code) -> Iterator[Step]:
    found = [match for match in map(_STEP.fullmatch, example.code.splitlines()) if match]
    _in_sequence([int(match[1]) for match in found], "the steps of the worked example")
    return (Step(number=int(match[1]), label=match[2]) for match in found)


def _tasks(part: Part) -> Mapping[int, str]:
    tasks: list[tuple[int, list[str]]] = []
    is_inside = False
    for token in part.tokens:
        if token.type == "list_item_open" and token.level == 1 and token.info:
            tasks.append((int(token.info), []))
            is_inside = True
        elif token.type == "list_item_close" and token.level == 1:
            is_inside = False
        elif token.type == "inline" and is_inside:
            tasks[-1][1].extend(token.content.split())
    if not tasks:
        raise _Missing("'Your task' has no numbered lines.", "Write 1. …, 2. …: each number is one test.")
    _in_sequence([number for number, _ in tasks], "the lines of 'Your task'")
    return {number: " ".join(words) for number, words in tasks}


def _terms(part: Part) -> Mapping[str, str]:
    cells = [part.tokens[index + 1] for index, token in enumerate(part.tokens) if token.type == "td_open"]
    terms = {plain(term): meaning.content for term, meaning in zip(cells[::2], cells[1::2], strict=True)}
    if not terms or not all(terms) or not all(terms.values()):
        raise _Missing("the table of words is missing, or a cell of it is empty.", "| word | here it means |")
    return terms


def _hints(page: Page, part: Part) -> list[Part]:
    hints = list(page.parts("h3", part))
    for wanted in HINTS:
        if not any(hint.title == wanted and hint.text for hint in hints):
            raise _Missing(f"'{wanted}' is missing or empty.", f"Under 'Hints' stands a heading: ### {wanted}")
    if tuple(hint.title for hint in hints) != HINTS:
        raise _Missing(
            f"under 'Hints' stands: {', '.join(hint.title for hint in hints)}.", "There are four, in sequence."
        )
    return hints


def _pasted(hint: Part) -> tuple[Code, ...]:
    pasted = tuple(code for code in blocks(hint) if code.language not in _SHOWN)
    if not pasted:
        raise _Missing("'Hint 4' has no code.", "Its lines stand in a fenced block, marked python, yaml, toml …")
    return pasted


def _in_sequence(numbers: Sequence[int], what: str) -> None:
    if list(numbers) != list(range(1, len(numbers) + 1)):
        raise _Missing(f"{what} are numbered {', '.join(map(str, numbers))}.", "Number them 1, 2, 3 … without a gap.")
