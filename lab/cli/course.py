"""The commands of the course. Each is a few lines; what they do is lab.course, what they print is course_show."""

import sys
from typing import Annotated

import typer

from lab.cli.stack import JsonOption

# What these commands need takes a moment to import, so each takes it when it is called, not when --help is asked.

ExerciseArgument = Annotated[str, typer.Argument(metavar="EX", help="An id (`produce`) or a place (`e04`).")]
MaybeExercise = Annotated[
    str | None, typer.Argument(metavar="[EX]", help="An id (`produce`) or a place (`e04`); without: where you are.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    for name, function in (
        ("list", list_),
        ("next", next_),
        ("check", check),
        ("watch", watch),
        ("hint", hint),
        ("open", open_),
        ("example", example),
        ("reset", reset),
        ("solution", solution),
        ("use", use),
        ("words", words),
        ("summary", summary),
    ):
        app.command(name)(function)


def list_(as_object: JsonOption = False) -> None:
    """List the exercises, how long each takes, and which you have passed.

    Example: uv run lab list
    """
    from lab.cli import course_show  # noqa: PLC0415

    course_show.course(as_object=as_object)


def next_(
    skip: Annotated[bool, typer.Option("--skip", help="Leave this one open and go on to the next.")] = False,
    ask: Annotated[bool, typer.Option("--ask/--no-ask", help="Questions about earlier exercises first.")] = True,
) -> None:
    """Say where you were and what comes next, and begin it.

    Example: uv run lab next
    """
    from lab.cli import course_next  # noqa: PLC0415

    course_next.go_on(skip=skip, ask=ask and sys.stdin.isatty())


def check(
    exercises: Annotated[
        list[str] | None, typer.Argument(metavar="[EX]...", help="Which; without: where you are.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every exercise that you have begun.")] = False,
    previous: Annotated[bool, typer.Option("--previous", help="Those that you have passed: do they still?")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="After the card, what your own prints and pytest said, as they said it.")
    ] = False,
    as_object: JsonOption = False,
) -> None:
    """Check your file. The first time it says "not yet": it is meant to.

    Example: uv run lab check produce
    """
    from lab.cli import course_check  # noqa: PLC0415

    code = course_check.check(exercises or [], every=every, previous=previous, raw=raw, as_object=as_object)
    if code:
        raise typer.Exit(code)


def watch(exercise: MaybeExercise = None) -> None:
    """Check at every save, until you press q.

    Example: uv run lab watch
    """
    from lab.cli import course_watch  # noqa: PLC0415

    course_watch.watch(exercise)


def hint(
    exercise: MaybeExercise = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="The next one now, without another attempt.")] = False,
) -> None:
    """Show the hints that are open, and the next one if it is due.

    Example: uv run lab hint
    """
    from lab.cli import course_show  # noqa: PLC0415

    course_show.hints(exercise, anyway=anyway)


def open_(
    exercise: MaybeExercise = None,
    lesson: Annotated[bool, typer.Option("--lesson", help="Read the lesson here, a page at a time.")] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="You edited the copy in exercises/: move it into your file.")
    ] = False,
) -> None:
    """Open your file of an exercise in your editor ($VISUAL or $EDITOR), and say where it is.

    Example: uv run lab open produce
    """
    from lab.cli import course_files  # noqa: PLC0415

    course_files.open_file(exercise, lesson=lesson, take_over=take_over)


def example(exercise: MaybeExercise = None) -> None:
    """Run the worked example of a lesson.

    Example: uv run lab example produce
    """
    from lab.cli import course_files  # noqa: PLC0415

    code = course_files.example(exercise)
    if code:
        raise typer.Exit(code)


def reset(exercise: ExerciseArgument) -> None:
    """Put the starter back. A copy of what you had is kept.

    Example: uv run lab reset produce
    """
    from lab.cli import course_files  # noqa: PLC0415

    course_files.reset(exercise)


def solution(exercise: MaybeExercise = None) -> None:
    """Compare your file with the solution: after a pass, or after all four hints.

    Example: uv run lab solution produce
    """
    from lab.cli import course_show  # noqa: PLC0415

    course_show.solution(exercise)


def use(
    exercise: ExerciseArgument,
    whose: Annotated[str, typer.Argument(metavar="mine|solution|broken", help="Whose lines the shop is to run.")],
) -> None:
    """Choose whose lines the running shop uses for an exercise; `broken` is the wrong one that the lesson shows.

    Example: uv run lab use produce broken
    """
    from lab.cli import course_files  # noqa: PLC0415

    course_files.use(exercise, whose)


def words(term: Annotated[str | None, typer.Argument(help="One word; without: all of them.")] = None) -> None:
    """Explain the words that the lessons use.

    Example: uv run lab words partition
    """
    from lab.cli import course_show  # noqa: PLC0415

    course_show.words(term)


def summary(
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", help="Which phase; without: the one you are in.")
    ] = None,
    as_object: JsonOption = False,
) -> None:
    """Write what you built in a phase, the words you know, and what breaks next, into a file to keep.

    Example: uv run lab summary 1
    """
    from lab.cli import course_summary  # noqa: PLC0415

    course_summary.summary(number, as_object=as_object)
