"""A sheet of answers as it is filled in: its questions, read from the starter's comments, and the answers in its TOML.

A comment that stands directly above a name is its question; `a  such lines` in it are its choices. An `order` sheet has
its lines in the comment at the top instead, and all its questions choose from those.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lab.course.catalog import Exercise, Kind
from lab.course.files import read_if_there, replace_seen
from lab.errors import LabError, NotFound

_NAME: Final = re.compile(r"([A-Za-z_][\w-]*)\s*=")
_CHOICE: Final = re.compile(r"\s+([a-z])  +(\S.*)")
_NUMBER: Final = re.compile(r"\d+\.\s+")
_VALUE: Final = r"""("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]\n]*\]|[^\s#]*)"""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that may be given."""

    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `given`: the letters of the answer that stands in the learner's file; empty for none."""

    name: str
    ask: str
    """A paragraph a line."""
    choices: tuple[Choice, ...]
    given: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A whole sheet. `several`: an answer is a sequence of letters; else it is one letter."""

    questions: tuple[Asked, ...]
    about: str = ""
    columns: str = ""
    """What stands above the lines of an `order` sheet."""
    several: bool = False


def read_form(exercise: Exercise, file: Path) -> Form:
    """Return the sheet with the answers that `file` has. Raises LabError where it is no TOML, or is not there."""
    starter = (read_if_there(exercise.starter) or b"").decode("utf-8-sig", "replace")
    given = _table(file)
    several = exercise.kind is Kind.ORDER
    head, asked = _parts(starter)
    lines = _choices(head)
    if not asked or not all(lines if several else _choices(block) for _, block in asked):
        raise LabError(f"{exercise.starter} has a question without choices.", f"git checkout -- {exercise.starter}")
    questions = (
        Asked(name, _ask(block), lines if several else _choices(block), _letters(given.get(name), several=several))
        for name, block in asked
    )
    return Form(tuple(questions), _ask(head), _columns(head) if several else "", several)


def fill_in(file: Path, answers: Mapping[str, str]) -> bool:
    """Write the answers into the learner's file, and nothing else; say whether it is another one now.

    Comments, line ends and all that the learner wrote beside them stay. Raises LabError, and changes nothing, where
    the file is no TOML, is not there, or is saved at this very moment.
    """
    _table(file)
    seen = read_if_there(file)
    text = (seen or b"").decode("utf-8-sig")
    for name, letters in answers.items():
        text = _with_answer(text, name, letters)
    written = _parsed(text, file)
    if any(written.get(name) != letters for name, letters in answers.items()):
        raise LabError(f"{file}: an answer is written over several lines.", "Put it on one line, or write it there.")
    data = text.encode()
    if seen is not None and seen.startswith(b"\xef\xbb\xbf"):
        data = b"\xef\xbb\xbf" + data
    if data == seen:
        return False
    replace_seen(file, seen, data)
    return True


def _with_answer(text: str, name: str, letters: str) -> str:
    line = re.compile(rf"^({re.escape(name)}[ \t]*=[ \t]*){_VALUE}", re.MULTILINE)
    if line.search(text):
        return line.sub(lambda found: f'{found[1]}"{letters}"', text, count=1)
    ending = "\r\n" if "\r\n" in text else "\n"
    between = "" if not text or text.endswith("\n") else ending
    return f'{text}{between}{name} = "{letters}"{ending}'


def _table(file: Path) -> Mapping[str, Any]:
    data = read_if_there(file)
    if data is None:
        raise NotFound(f"{file} is not there.", "Put it back where it was, or begin anew: uv run lab reset")
    return _parsed(data.decode("utf-8-sig", "replace"), file)


def _parsed(text: str, file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LabError(f"{file} is no TOML: {error}.", "Open it in your editor and mend that line.") from error


def _letters(value: object, *, several: bool) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    letters = "".join(filter(str.isalnum, text.lower()))
    return letters if several else letters[:1]


def _parts(text: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the comment at the top, and each name with the comment that stands directly above it."""
    head: list[str] = []
    asked: list[tuple[str, list[str]]] = []
    blocks: list[list[str]] = []
    for name, block in _comments(text):
        if not name:
            blocks.append(block)
            continue
        if not asked and len(blocks) > 1:
            head = blocks[0]
        asked.append((name, blocks[-1] if blocks else []))
        blocks = []
    return head, asked


def _comments(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield ("", lines) for each group of comment lines, and (name, []) for each name that gets a value."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        is_mark = line.startswith(("# TODO from here", "# TODO to here"))
        if line.startswith("#") and not is_mark:
            block.append(line[1:].rstrip())
            continue
        if block:
            yield "", block
            block = []
        if found := _NAME.match(line):
            yield found[1], []


def _choices(block: Sequence[str]) -> tuple[Choice, ...]:
    """Return the lines with a letter in front; what stands below one, further in, goes on with it."""
    found: list[tuple[str, list[str]]] = []
    for line in block:
        if match := _CHOICE.fullmatch(line):
            found.append((match[1], [match[2]]))
        elif found and line.strip() and line.startswith("     "):
            found[-1][1].append(line.strip())
        elif found:
            break
    return tuple(Choice(letter, " ".join(words)) for letter, words in found)


def _ask(block: Sequence[str]) -> str:
    """Return what stands above the choices, and above what is written over their columns."""
    first = next((at for at, line in enumerate(block) if _CHOICE.fullmatch(line)), len(block))
    above = [line for line in block[:first] if not line.startswith("     ")]
    paragraphs, inside = list[list[str]](), False
    for line in above:
        if not line.strip():
            inside = False
            continue
        if not inside:
            paragraphs.append([])
            inside = True
        paragraphs[-1].append(line.strip())
    joined = [" ".join(lines) for lines in paragraphs]
    return "\n".join(_NUMBER.sub("", text, count=1) if not at else text for at, text in enumerate(joined))


def _columns(block: Sequence[str]) -> str:
    first = next((at for at, line in enumerate(block) if _CHOICE.fullmatch(line)), 0)
    above = block[first - 1] if first else ""
    lead = len(block[first]) - len(block[first].lstrip()) + 3
    return above[lead:] if above.startswith("     ") else ""
