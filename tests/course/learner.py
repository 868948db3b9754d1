"""A small course, what checks say in it, the days on which somebody learns, and how they save."""

from datetime import UTC, datetime, timedelta

from lab.course.catalog import Course, Exercise, Kind, Phase, Question
from lab.course.progress import after_check
from lab.course.verdict import Finding, Outcome, Verdict

MONDAY = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = ("tour", "commands", "await", "envelope", "produce")


def question(ask, answer=1):
    return Question(ask=ask, choices=("this", "that", "neither"), answer=answer, because="It is so.")


def exercise(place, name, questions=()):
    return Exercise(
        id=name,
        folder=f"phase1_basics/e{place:02}_{name}",
        title=name.title(),
        kind=Kind.PART,
        file=f"{name}.py",
        minutes=15,
        questions=questions,
    )


def course(names=NAMES, questions=None):
    """Exercises of these names, each with two questions unless told otherwise."""
    return Course(
        version=1,
        phase=(Phase(number=1, title="Basic setup"),),
        exercise=tuple(
            exercise(
                place,
                name,
                (question(f"First of {name}?"), question(f"Second of {name}?", 2))
                if questions is None
                else questions.get(name, ()),
            )
            for place, name in enumerate(names)
        ),
    )


def passed(name="produce", *, ran=True):
    return Verdict(exercise=name, outcome=Outcome.PASS, ran=ran)


def not_yet(name="produce", finding="key-is-customer-id", task=2):
    found = Finding(id=finding, task=task, expected="the order id", saw="the customer's", why="Sequence.", look="Key.")
    return Verdict(exercise=name, outcome=Outcome.NOT_YET, finding=found)


def trouble(outcome=Outcome.ENVIRONMENT, name="produce"):
    return Verdict(exercise=name, outcome=outcome, what="Kafka does not answer.", mend="uv run lab up")


def having_passed(progress, when, *names):
    for name in names:
        progress = after_check(progress, name, passed(name), f"right {name}", when)
    return progress


def save(file, text):
    """Save a file of the workspace in one step: no watcher finds it empty, or finds the half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    outside = file.parents[2] / f"{file.name}.new"  # of the workspace, which is watched
    outside.write_text(text)
    outside.replace(file)
