"""`lab next`: a question or two about what was, then where you were, then what comes now."""

import sys

from lab.cli.course_check import say_updates
from lab.cli.course_room import classroom
from lab.cli.course_show import prose
from lab.cli.output import tell
from lab.course.classroom import Classroom
from lab.course.helping import answer, questions
from lab.course.helping import skip as skip_questions
from lab.course.questions import Due
from lab.course.saying import NEEDS, ago, near
from lab.course.whereabouts import Whereabouts, after


def go_on(*, skip: bool, ask: bool) -> None:
    """Say where the learner was, and begin what comes next."""
    with classroom() as room:
        say_updates(room, ())
        if ask:
            _ask(room)
        here = room.whereabouts()
        _remind(here)
        exercise = after(here.next, room.course, room.progress()) if skip and here.next else here.next
        if exercise is None:
            tell(f"All {here.total} exercises are passed. Do they still hold? uv run lab check --previous")
            tell("What you built, and what breaks next, to keep: uv run lab summary")
            return
        file = room.go_to(exercise)
        tell(f"{exercise.number} · {exercise.title}   {exercise.minutes} minutes")
        prose(room.lesson(exercise).section("Goal"))
        tell(f"  read it      uv run lab open {exercise.id} --lesson")
        tell(f"               {near(exercise.lesson)}")
        tell(f"  your file    {near(file)}")
        tell("  check it     uv run lab watch      at every save")
        tell(f"               uv run lab check {exercise.id}")
        if exercise.needs:
            needs = ", ".join(NEEDS[need] for need in exercise.needs)
            tell(f"  it needs     {needs}: uv run lab up")


def _remind(here: Whereabouts) -> None:
    if here.last is None or here.standing is None:
        return
    if here.was_long_away:
        passed = here.standing.passed_at is not None
        how = "you passed it" if passed else "you were in the middle of it"
        if here.standing.last_finding:
            how += f"; the last check said: {here.standing.last_finding}"
        tell(f"Welcome back. You were here {ago(here.days)}: {here.last.number} · {here.last.title} ({how}).")
        tell(f"Passed so far: {here.passed} of {here.total}. The words, if some are gone: uv run lab words\n")
    elif here.left_open and not here.goes_on:
        tell(f"Still open before this: {', '.join(one.id for one in here.left_open)}.\n")


def _ask(room: Classroom) -> None:
    for due in questions(room):
        _one(room, due)


def _one(room: Classroom, due: Due) -> None:
    question = due.question
    tell(f"From {due.exercise.number} · {due.exercise.title}:\n  {question.ask}")
    for number, choice in enumerate(question.choices, 1):
        tell(f"    {number}  {choice}")
    sys.stdout.write("  a number, or Enter to skip: ")
    sys.stdout.flush()
    said = sys.stdin.readline().strip()
    if not said.isdecimal() or not 1 <= int(said) <= len(question.choices):
        skip_questions(room, [due])
        tell("  skipped for today\n")
        return
    answered = answer(room, due, int(said))
    tell(f"  {'Yes.' if answered.right else 'No: ' + question.choices[question.answer - 1]} {question.because}\n")
