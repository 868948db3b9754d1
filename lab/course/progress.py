"""The learner's progress as data, and what a look and a check do to it. Nothing here reads a clock or a file.

`now` is always handed in, with its time zone. Moments are kept in UTC. A *day* is a day of `now`'s own zone and begins
at four in the morning: a late evening is one day, and the next morning is another. Hand in
`datetime.now().astimezone()`, and days are those of the learner's clock.

Exercises are known by their ids. An id that the course does not have (an older course, a newer one) is kept as it is.
"""

from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from lab.course.verdict import Outcome, Verdict

FORMAT: Final = 1
"""The version of the file's format. Whoever raises it adds the way there to MIGRATIONS in progress_format.py."""
HINTS: Final = 4
"""How many hints an exercise has."""
DAY_BEGINS: Final = timedelta(hours=4)
LONGEST_THOUGHT: Final = timedelta(minutes=30)
"""A longer silence between two looks at an exercise is a pause, and not work on it."""


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _sane(moment: datetime) -> datetime:
    if not MINYEAR < moment.year < MAXYEAR:  # one day less or more would raise
        raise ValueError(f"nobody learned in the year {moment.year}")
    return _in_utc(moment)


Moment = Annotated[AwareDatetime, AfterValidator(_sane)]


class _Kept(BaseModel):
    """What goes to the file. A field that this lab does not know is kept, too: somebody wrote it for a reason."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Sureness(StrEnum):
    """How sure somebody was of a prediction. None of it is a score."""

    LOT = "no idea"  # the answer was drawn by lot
    GUESS = "guess"
    FAIRLY = "fairly"
    CERTAIN = "certain"


class Standing(_Kept):
    """How one exercise stands."""

    first_at: Moment
    last_at: Moment
    seconds: float = Field(default=0.0, ge=0)
    """The time spent on it, as well as can be told from when the learner was seen at it."""
    attempts: int = Field(default=0, ge=0)
    """Checked states of the file; the same state checked twice is one, and trouble of the machine is none."""
    passed_at: Moment | None = None
    """When it passed first. A pass stays one, whatever is tried later."""
    ran: bool = False
    """False where all that passed was the text of the file, since Docker was not there to run it."""
    helped: bool = False
    """Passed, or to be passed, "with help": a hint was taken before its time, or the solution was seen."""
    last_digest: str = ""
    """The digest of the file as it was last checked."""
    last_finding: str | None = None
    """The id of what the last check found; None after a pass."""
    last_task: int = Field(default=0, ge=0)
    """The line of 'Your task' that the finding is about; 0 for none."""
    hints_shown: int = Field(default=0, ge=0)
    hint_digest: str = ""
    """The digest of the file when the last hint was taken."""
    hint_earned: bool = False
    """Since the last hint the file was changed, checked, and not yet right."""
    sure: Mapping[str, Sureness] = {}
    """How sure the learner was of each prediction, by the question's name; files from before have none."""


class Recall(_Kept):
    """How one retrieval question stands."""

    step: int = Field(default=0, ge=0)
    """How many times in a row it was answered rightly."""
    answered_at: Moment | None = None
    skipped_at: Moment | None = None
    right: int = Field(default=0, ge=0)
    wrong: int = Field(default=0, ge=0)


class Progress(_Kept):
    """All that is kept about a learner. It says what was done, never what somebody is worth: there is no score."""

    version: int = FORMAT
    began_at: Moment | None = None
    last: str | None = None
    """The exercise that the learner was at last, by its id."""
    last_at: Moment | None = None
    exercises: Mapping[str, Standing] = {}
    questions: Mapping[str, Recall] = {}
    """By `questions.key_of`: the exercise's id and a digest of the question's words."""

    def has_passed(self, exercise: str) -> bool:
        """Say whether it has passed at any time."""
        standing = self.exercises.get(exercise)
        return standing is not None and standing.passed_at is not None

    def having(self, exercise: str, standing: Standing) -> "Progress":
        """Return it with this standing for that exercise."""
        return self.model_copy(update={"exercises": {**self.exercises, exercise: standing}})

    def remembering(self, recalls: Mapping[str, Recall]) -> "Progress":
        """Return it with these questions as given."""
        return self.model_copy(update={"questions": {**self.questions, **recalls}})


def day_of(moment: datetime, now: datetime) -> date:
    """Return the day that `moment` fell on, for whoever looks at the clock of `now`."""
    return (moment.astimezone(now.tzinfo) - DAY_BEGINS).date()


def standing_of(progress: Progress, exercise: str, now: datetime) -> Standing:
    """Return how the exercise stands, also where nothing is known about it yet."""
    return progress.exercises.get(exercise) or Standing(first_at=now, last_at=now)


def after_look(progress: Progress, exercise: str, now: datetime) -> Progress:
    """Note that the learner is at this exercise now: the lesson or the file was opened, a hint taken, a check run."""
    moment = _in_utc(now)
    standing = standing_of(progress, exercise, moment)
    thought = moment - progress.last_at if progress.last_at and progress.last == exercise else timedelta()
    worked = thought if timedelta() < thought <= LONGEST_THOUGHT else timedelta()
    seen = standing.model_copy(update={"last_at": moment, "seconds": standing.seconds + worked.total_seconds()})
    here = {"began_at": progress.began_at or moment, "last": exercise, "last_at": moment}
    return progress.model_copy(update=here).having(exercise, seen)


def after_prediction(progress: Progress, exercise: str, sure: Mapping[str, Sureness], now: datetime) -> Progress:
    """Note how sure the learner was when the answers were given."""
    here = after_look(progress, exercise, now)
    return here.having(exercise, here.exercises[exercise].model_copy(update={"sure": {**sure}}))


def after_check(
    progress: Progress, exercise: str, verdict: Verdict, digest: str, now: datetime, *, here: bool = True
) -> Progress:
    """Return the progress after a check of a file with that digest.

    Trouble of the machine or of the lab leaves attempts, findings and hints as they were. A pass is never taken back.
    `here=False`: one of many checked at once, so the place where the learner was stays what it was.
    """
    moment = _in_utc(now)
    began = progress.model_copy(update={"began_at": progress.began_at or moment})
    seen = after_look(began, exercise, now) if here else began
    standing = standing_of(seen, exercise, moment).model_copy(update={"last_at": moment})
    return seen.having(exercise, _after_verdict(standing, verdict, digest, moment))


def _after_verdict(standing: Standing, verdict: Verdict, digest: str, moment: datetime) -> Standing:
    if not verdict.counts:
        return standing
    is_new = standing.attempts == 0 or digest != standing.last_digest
    done: dict[str, object] = {"attempts": standing.attempts + is_new, "last_digest": digest}
    if verdict.outcome is Outcome.PASS:
        done |= {"passed_at": standing.passed_at or moment, "ran": standing.ran or verdict.ran}
        done |= {"last_finding": None, "last_task": 0}
    else:
        finding = verdict.finding
        done |= {"last_finding": finding.id if finding else None, "last_task": finding.task if finding else 0}
        begun = finding is None or finding.id != "not-started"
        done |= {"hint_earned": standing.hint_earned or (begun and digest != standing.hint_digest)}
    return standing.model_copy(update=done)
