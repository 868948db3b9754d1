"""What a check raises when it has met something: values for the card, never shown as tracebacks."""

from collections.abc import Sequence

from lab.course.findings import UNTOUCHED
from lab.course.verdict import Row


class NotYet(Exception):
    """A check's own finding. `finding` is its id; what it means stands in the check's `FINDINGS`."""

    def __init__(
        self, finding: str, *, expected: str, saw: str, timeline: Sequence[Row] = (), difference: str = ""
    ) -> None:
        super().__init__(f"{finding}: expected {expected}, saw {saw}")
        self.finding, self.expected, self.saw = finding, expected, saw
        self.timeline, self.difference = tuple(timeline), difference


class EnvironmentDown(Exception):
    """Not the learner's fault: something outside their file is missing. `mend` says what brings it back."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} {mend}")
        self.what, self.mend = what, mend


class NotStarted(Exception):
    """The starter, untouched, or a sheet without any answer. `saw` says which."""

    def __init__(self, saw: str = UNTOUCHED) -> None:
        super().__init__(saw)
        self.saw = saw


class AnswerMissing(Exception):
    """Some questions of a sheet have no answer."""


class NameMissing(Exception):
    """The learner's file does not define what the shop calls."""


class BadSheet(Exception):
    """A sheet of answers, or a configuration file, that cannot be read. `look`: what to do, where more can be said."""

    def __init__(self, why: str, line: int | None = None, *, look: str | None = None) -> None:
        super().__init__(why)
        self.why, self.line, self.look = why, line, look


class BadForm(BadSheet):
    """A configuration file that is no YAML, or not in the form that its reader wants. It always has a line."""


class ForgottenAwait(Exception):
    """A coroutine was made and thrown away."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotAsync(Exception):
    """A plain function where the shop awaits an async one."""


class NeverReturned(Exception):
    """The learner's function was still waiting when the leash ran out."""


class LeftTheProgram(Exception):
    """`sys.exit()` and its like, called in a part."""


class SignatureChanged(Exception):
    """The learner's function does not take what the shop gives it. `line`: where it is defined, where that is known."""

    def __init__(self, saw: str, line: int | None = None) -> None:
        super().__init__(saw)
        self.line = line


class NotAFunction(Exception):
    """Something stands in the function's place that cannot be called."""


class CancelledItself(Exception):
    """The learner's function has cancelled the task in which it runs."""


class BadRows(Exception):
    """Rows of which the shop could not make the mediator's table. `finding`: not-rows, two-rows or not-a-command."""

    def __init__(self, finding: str, saw: str) -> None:
        super().__init__(saw)
        self.finding = finding


class PartsMissing(Exception):
    """Pieces of the running shop are not the learner's. `look`: what brings each of them in."""

    def __init__(self, saw: str, look: str) -> None:
        super().__init__(saw)
        self.look = look


class OrdersOtherwise(Exception):
    """Orders through the learner's parts have not ended as they were planned. `look`: how to follow one of them."""

    def __init__(self, saw: str, look: str) -> None:
        super().__init__(saw)
        self.look = look


class EndedTransaction(Exception):
    """A handler has ended the transaction that is ended for it."""


class RefusedByDatabase(Exception):
    """What a handler has left in its session cannot be written."""


class NotAList(Exception):
    """A handler has answered something else than a list of messages."""


class BlockedLoop(BaseException):
    """`time.sleep` inside async code. No Exception, so that the learner's `except Exception` does not hide it."""


class SleptInLoop(Exception):
    """The same, once it has passed the learner's lines: an Exception, so that all that is open can be closed."""
