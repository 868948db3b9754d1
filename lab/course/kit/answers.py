"""The learner's answer, read afresh for every check: a module, a configuration file, or a sheet of answers."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeVar

import yaml

from lab.course.catalog import Exercise, Kind
from lab.course.findings import NO_ANSWER
from lab.course.kit import composed
from lab.course.kit.composed import Service
from lab.course.kit.faults import AnswerMissing, BadForm, BadSheet, NameMissing, NotStarted
from lab.errors import PartDoesNotLoad
from lab.loading import load_file

T = TypeVar("T")

_IN_PLAIN_WORDS: Final = {
    "'\\t'": "there is a tab",
    "expected <block end>": "this does not fit what stands above it",
    "could not find expected ':'": "a colon and a blank are missing",
}
"""What PyYAML says, and what it means to somebody who knows nothing of its blocks."""


class Part:
    """The learner's module. A name that it does not define is a finding, not an AttributeError."""

    def __init__(self, file: Path, exercise: str) -> None:
        self._file = file
        self._module: ModuleType = load_file(file, f"orderlab_answer_{exercise.replace('-', '_')}")

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._module, name)
        except AttributeError:
            raise NameMissing(name) from None


class ConfigurationFile:
    """The learner's configuration file."""

    def __init__(self, file: Path) -> None:
        self.path = file
        self.text = _text(file)

    @property
    def table(self) -> Mapping[str, Any]:
        """The file as YAML. Raises BadForm with the line that cannot be read, also for a name that stands twice."""
        try:
            table = yaml.load(self.text, _EachNameOnce)  # noqa: S506  a SafeLoader
        except yaml.YAMLError as error:
            raise self._bad_form(error) from error
        if not isinstance(table, dict):
            raise BadForm("line 1: the file has no names with values", 1)
        return table

    @property
    def services(self) -> Mapping[str, Service]:
        """The services of a compose file, by name. Raises BadForm."""
        return self._read(composed.services)

    @property
    def named_volumes(self) -> frozenset[str]:
        """The volumes that a compose file declares. Raises BadForm."""
        return self._read(composed.named_volumes)

    def _read(self, read: Callable[[Mapping[str, Any]], T]) -> T:
        table = self.table
        try:
            return read(table)
        except BadSheet as error:
            name = error.why.partition(":")[0]
            lines = enumerate(self.text.splitlines(), 1)
            line = next((number for number, text in lines if text.strip().startswith(f"{name}:")), 1)
            raise BadForm(f"line {line}: {error.why}", line) from error

    def _bad_form(self, error: yaml.YAMLError) -> BadForm:
        problem = getattr(error, "problem", None) or str(error)
        means = next((words for said, words in _IN_PLAIN_WORDS.items() if said in problem), problem)
        mark = getattr(error, "problem_mark", None)
        if getattr(error, "context", None) == "while scanning a simple key":  # it is missed only in the line below
            mark = getattr(error, "context_mark", mark)
        line = mark.line + 1 if mark else 1
        text = "".join(self.text.splitlines()[line - 1 : line]).strip()
        return BadForm(f"line {line}: {means}: {text}" if text else f"line {line}: {means}", line)


class _EachNameOnce(yaml.SafeLoader):
    """YAML's safe reader, which also refuses a name that stands twice in a mapping, as compose does."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  PyYAML's own
        names: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in names:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
                names.add(key.value)
        return super().construct_mapping(node, deep)


class Sheet:
    """A sheet of answers: TOML, one text or list of texts a question. Use as a mapping; empty answers are refused."""

    def __init__(self, file: Path) -> None:
        text = _text(file)
        try:
            self.table: Mapping[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = getattr(error, "lineno", None)
            raise BadSheet(f"it is not TOML: {error}", line) from error

    def given(self, *questions: str) -> None:
        """Raise NotStarted where none of these questions has an answer, AnswerMissing where some have none."""
        empty = [one for one in questions if self.table.get(one) in (None, "", [], {})]
        if empty:
            if len(empty) == len(questions):
                raise NotStarted(NO_ANSWER)
            raise AnswerMissing(", ".join(empty))

    def __getitem__(self, question: str) -> Any:
        self.given(question)
        return self.table[question]

    def choice(self, question: str, *choices: str) -> str:
        """Return the letter that was chosen, in small. Raises BadSheet for what is none of the choices."""
        said = str(self[question]).strip().lower()
        if said not in choices:
            letters = ", ".join(choices)
            look = f"Write one of {letters} between the quotes, and nothing else."
            raise BadSheet(f"{question}: {said!r} is no choice. There are: {letters}", look=look)
        return said

    def letters(self, question: str, known: str) -> str:
        """Return the letters that were written, in small and in sequence, whatever stands between them.

        Raises BadSheet for a letter that is none of the known ones.
        """
        said = self[question]
        text = " ".join(map(str, said)) if isinstance(said, list) else str(said)
        letters = "".join(filter(str.isalnum, text.lower()))
        if foreign := [letter for letter in letters if letter not in known]:
            look = "Write the letters of the sheet's lines between the quotes, and no others."
            raise BadSheet(f"{question}: there is no line {foreign[0]!r}. There are: {', '.join(known)}", look=look)
        return letters


def read_answer(exercise: Exercise, file: Path) -> Part | ConfigurationFile | Sheet:
    """Read the learner's file by the exercise's kind. Raises PartDoesNotLoad and the kit's faults."""
    if exercise.kind is Kind.PART:
        return Part(file, exercise.id)
    if exercise.kind is not Kind.FILE:
        return Sheet(file)
    answer = ConfigurationFile(file)
    if answer.text == _text(exercise.starter):
        raise NotStarted
    return answer


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # an editor of Windows may begin it with a mark
    except OSError as error:
        raise PartDoesNotLoad(f"{file} cannot be read: {error.strerror}.", "Put it back.", file=file) from error
    except UnicodeDecodeError as error:
        raise BadSheet("it is not UTF-8 text", error.object.count(b"\n", 0, error.start) + 1) from error
