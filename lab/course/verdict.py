"""What a check says, as data: whoever shows it (a terminal, the app, a program) reads the same objects.

A verdict travels as JSON from the process that ran the learner's lines; so everything here is plain and frozen.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    """The four things a check can say."""

    PASS = "pass"  # noqa: S105  not a password
    NOT_YET = "not_yet"
    ENVIRONMENT = "environment"
    LAB_BUG = "lab_bug"


class TaskState(StrEnum):
    """How one numbered line of 'Your task' stands."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Frozen):
    """One message on the timeline: where it lies and what its envelope says. `wrong`: it is not as it should be."""

    topic: str
    partition: int
    """With -1 the message lies on no Kafka, only on a sheet of answers: it has no place there."""
    offset: int
    key: str
    """The key as text; `(none)` where there is none."""
    type: str
    correlation: str = ""
    wrong: bool = False


class Finding(_Frozen):
    """A misconception that a check has met: what should be, what is, why it matters, where to look next."""

    id: str
    task: int
    """The number of the line of 'Your task'; 0 where the file as a whole is meant."""
    expected: str
    saw: str
    why: str
    look: str
    timeline: tuple[Row, ...] = ()
    difference: str = ""
    """The first divergence in words: `its key should be ord-1001`."""
    line: int | None = None
    """The line of the learner's file, where one is to blame."""


class Task(_Frozen):
    """One numbered line of 'Your task', and how it stands. `title` is that line's first sentence."""

    number: int
    title: str
    state: TaskState


class Verdict(_Frozen):
    """What one check of one exercise has come to."""

    exercise: str
    outcome: Outcome
    tasks: tuple[Task, ...] = ()
    finding: Finding | None = None
    """With `not_yet`: what to work on first."""
    told: tuple[str, ...] = ()
    """What the check did and saw, in lines: a prediction is compared with these."""
    ran: bool = True
    """False where a configuration was read and not run, since Docker is not here."""
    what: str = ""
    """With `environment` and `lab_bug`: what happened."""
    mend: str = ""
    """With `environment` and `lab_bug`: what to do about it."""
    report: str = ""
    """With `lab_bug`: the file with the details."""
    raw: str = ""
    """What pytest and the learner's own prints said; long output is cut in the middle."""
    seed: int = 0
    """From which this check drew its examples; LAB_CHECK_SEED repeats them."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Say whether all is well."""
        return self.outcome is Outcome.PASS

    @property
    def counts(self) -> bool:
        """Say whether this was an attempt of the learner's: trouble of the machine or the lab is not."""
        return self.outcome in {Outcome.PASS, Outcome.NOT_YET}
