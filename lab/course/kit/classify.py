"""From an exception to a finding: faults that every exercise can meet, put in the learner's terms.

Returns None for what is nobody's fault but the check's own: that is a bug of the lab, and is told as one.
"""

import re
import traceback
from asyncio import InvalidStateError
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lab.course.catalog import Exercise, Kind
from lab.course.files import read_if_there
from lab.course.findings import GENERAL, UNTOUCHED
from lab.course.kit import faults
from lab.course.kit.chains import Line, behind, each, is_time_out, learners_line
from lab.course.verdict import Finding
from lab.errors import PartDoesNotLoad
from lab.loading import said_by
from lab.shop.runtime.bus import NoSuchTopic

_NOT_AWAITED: Final = re.compile(
    r"'?(coroutine|_GatheringFuture|Future|Task)'? object|(of type|instances of) '(coroutine|_Gath|Future)"
    r"|await wasn't used with future|Result is not set"
)
_NO_BYTES: Final = re.compile(r"(?:bytes-like object is required, not|Expected bytes, got) '?([\w.]+)'?")
_CLIENT: Final = re.compile(r"^\w*(Producer|Consumer)\.")
_BYTES_OF: Final = {"Wire": "Kafka wants the inside: `wire.value`."}
"""Where the bytes are, for types that have them inside."""
_SAW_CHARACTERS: Final = 400
_DOES_NOT_TAKE: Final = re.compile(r"(\w+)\(\) (?:takes|missing|got)\b")
_NO_FUNCTION: Final = re.compile(r"'([\w.]+)' object is not callable")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test stands: which exercise, which line of 'Your task', which file, and the check's own findings."""

    exercise: Exercise
    task: int
    file: Path
    findings: Mapping[str, Mapping[str, str]]


def finding_of(error: BaseException, place: Place) -> Finding | None:
    """Return what the error says of the learner's file, or None where it says nothing of it."""
    # anyio adds to a test's error what the learner's background tasks have raised
    errors = list(each(error))
    ours_first = sorted(errors, key=lambda one: not isinstance(one, faults.NotYet))
    if found := next((found for one in ours_first if (found := _finding(one, place))), None):
        return found
    if any(isinstance(one, faults.NotYet) for one in errors):
        return None  # a finding without words is the check's own mistake, whatever the lines did before
    late = any(is_time_out(one) for one in errors)
    return next((found for one in errors for cause in behind(one) if (found := _behind_it(cause, place, late))), None)


def _behind_it(cause: BaseException, place: Place, late: bool) -> Finding | None:  # noqa: FBT001  one of two readings
    if not late:
        return _finding(cause, place)
    at = learners_line(cause, place.file)
    return _general("never-returned", place, f"still running{_said(at)}", at.line) if at else None


def _finding(error: BaseException, place: Place) -> Finding | None:
    at = learners_line(error, place.file)
    if isinstance(error, faults.NotYet):
        return _own(error, place)
    if isinstance(error, PartDoesNotLoad):
        return _loading(error, place)
    if isinstance(error, faults.BadRows):
        return _general(error.finding, place, str(error))
    if isinstance(error, faults.NameMissing):
        return _general("name-missing", place, f"nothing by the name {error}", expected=f"a definition of {error}")
    for kind, (name, saw) in _FAULTS.items():
        if isinstance(error, kind):
            line = getattr(error, "line", None) or (at.line if at else None)
            return _general(name, place, saw(error, at), line, look=getattr(error, "look", None))
    return _in_their_lines(error, place, at) if at else _called_by_the_check(error, place)


def _called_by_the_check(error: BaseException, place: Place) -> Finding | None:
    """Say what Python's error means where a check called the learner's function and could not even enter it."""
    if not isinstance(error, TypeError):
        return None
    text = said_by(error)
    if (found := _DOES_NOT_TAKE.match(text)) and (line := _line_of_definition(found[1], place.file)):
        return _general("signature-changed", place, text, line)
    frames = traceback.extract_tb(error.__traceback__)
    in_the_check = bool(frames) and frames[-1].filename == str(place.exercise.check)
    if in_the_check and (found := _NO_FUNCTION.match(text)):
        return _general("not-a-function", place, f"{found[1]}, which cannot be called")
    return None


def _line_of_definition(name: str, file: Path) -> int | None:
    lines = _text_of(file).decode(errors="replace").splitlines()
    begins = re.compile(rf"(async\s+)?def\s+{name}\b")
    return next((number for number, line in enumerate(lines, 1) if begins.match(line)), None)


def _in_their_lines(error: BaseException, place: Place, at: Line) -> Finding:
    """Say what one of Python's own errors means, that passed through the learner's lines."""
    text = said_by(error)
    if isinstance(error, NotImplementedError):
        if _is_untouched(place):
            return _general("not-started", place, UNTOUCHED, at.line)
        return _general(
            "half-way", place, f"your lines, and then still `raise NotImplementedError`{_said(at)}", at.line
        )
    if isinstance(error, TypeError | AttributeError | RuntimeError | InvalidStateError) and _unawaited(error):
        return _general("await-forgotten", place, f"{text}{_said(at)}", at.line)
    if isinstance(error, TypeError) and (found := _NO_BYTES.search(text)):
        look = _BYTES_OF.get(found[1])
        return _general("text-instead-of-bytes", place, f"{_a(found[1])}{_said(at)}", at.line, look=look)
    if is_time_out(error):
        return _general("never-returned", place, f"still running{_said(at)}", at.line)
    return _general("crashed", place, f"{type(error).__name__}: {text}{_said(at)}", at.line)


def _is_untouched(place: Place) -> bool:
    return _text_of(place.file) == _text_of(place.exercise.starter)


def _text_of(file: Path) -> bytes:
    """The file's bytes, without what an editor of Windows adds to them."""
    return (read_if_there(file) or b"").removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")


def _cut(text: str) -> str:
    """A card is read, and travels as JSON: what does not fit on one is cut, and what is no text is replaced."""
    cut = text[:_SAW_CHARACTERS] + (" …" if len(text) > _SAW_CHARACTERS else "")
    return cut.encode(errors="replace").decode()


def _a(kind: str) -> str:
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def _as_written(name: str) -> str:
    """`CheckedProducer.send` → `producer.send`: what a learner calls a client, whatever its class is called."""
    return _CLIENT.sub(lambda found: f"{found[1].lower()}.", name)


def _said(at: Line | None) -> str:
    return f" ({at.file}, line {at.line}: {at.code})" if at else ""


_FAULTS: Final[Mapping[type[BaseException], tuple[str, Callable[[Any, Line | None], str]]]] = {
    faults.NotStarted: ("not-started", lambda error, _: error.saw),
    faults.AnswerMissing: ("answer-missing", lambda error, _: f"none yet to: {error}"),
    faults.BadForm: ("yaml-form", lambda error, _: error.why),
    faults.BadSheet: ("sheet-unreadable", lambda error, _: error.why),
    faults.ForgottenAwait: (
        "await-forgotten",
        lambda error, _: f"{_as_written(error.name)}() was called, and nobody awaited it",
    ),
    faults.NotAsync: ("not-async", lambda error, _: f"{error} is a plain function"),
    faults.NeverReturned: ("never-returned", lambda *_: "still waiting"),
    faults.LeftTheProgram: ("left-the-program", lambda error, _: str(error)),
    faults.BlockedLoop: ("blocks-the-loop", lambda _, at: f"time.sleep(){_said(at)}"),
    faults.SleptInLoop: ("blocks-the-loop", lambda _, at: f"time.sleep(){_said(at)}"),
    NoSuchTopic: ("wrong-topic", lambda error, _: str(error).partition(" The shop has:")[0]),
    faults.SignatureChanged: ("signature-changed", lambda error, _: str(error)),
    faults.NotAFunction: ("not-a-function", lambda error, _: str(error)),
    faults.PartsMissing: ("parts-missing", lambda error, _: str(error)),
    faults.OrdersOtherwise: ("orders-otherwise", lambda error, _: str(error)),
    faults.EndedTransaction: ("ends-the-transaction", lambda *_: "it was over when your function returned"),
    faults.RefusedByDatabase: ("refused-by-the-database", lambda error, _: str(error)),
    faults.NotAList: ("answers-no-list", lambda error, _: str(error)),
    faults.CancelledItself: ("cancelled-itself", lambda _, at: f"your function cancelled its own task{_said(at)}"),
    SystemExit: ("left-the-program", lambda error, at: f"SystemExit({said_by(error)}){_said(at)}"),
}
"""What the kit, the shop and Python raise with one meaning alone: the finding, and what was seen."""


def _unawaited(error: BaseException) -> bool:
    """Say whether the lines took a coroutine, or a task that still ran, for its result."""
    return _NOT_AWAITED.search(said_by(error)) is not None


def _own(error: faults.NotYet, place: Place) -> Finding | None:
    words = place.findings.get(error.finding)
    if words is None:
        return None  # the check names a finding that it does not explain
    if place.exercise.kind is Kind.PART and _is_untouched(place):  # a class or a table to be filled raises nothing
        return _general("not-started", place, UNTOUCHED)
    return Finding(
        id=error.finding,
        task=place.task,
        expected=error.expected,
        saw=_cut(error.saw),
        why=words["why"],
        look=words["look"],
        timeline=error.timeline,
        difference=error.difference,
    )


def _loading(error: PartDoesNotLoad, place: Place) -> Finding:
    cause: Any = error.__cause__
    if isinstance(cause, OSError) and error.line is None:
        return _general("file-missing", place, cause.strerror or "it is not there")
    if isinstance(cause, ImportError):
        return _general("no-such-import", place, error.why, error.line)
    kind = "does-not-load" if isinstance(cause, SyntaxError | ValueError) and error.line else "stops-while-loading"
    if error.why.startswith(f"{type(cause).__name__}:"):  # an error of the file's own lines, once Python had read them
        kind = "stops-while-loading"
    look = error.mend if isinstance(cause, ValueError) and kind == "does-not-load" else None  # it is no bracket
    return _general(kind, place, f"line {error.line}: {error.why}", error.line, look=look)


def _general(
    id_: str, place: Place, saw: str, line: int | None = None, *, expected: str | None = None, look: str | None = None
) -> Finding:
    words = GENERAL[id_]
    known = {"file": f"workspace/{place.exercise.id}/{place.file.name}", "exercise": place.exercise.id, "line": line}
    return Finding(
        id=id_,
        task=place.task,
        expected=(expected or words.expected).format(**known),
        saw=_cut(saw),
        why=words.why,
        look=look or words.look.format(**known),
        line=line,
    )
