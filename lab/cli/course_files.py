"""`lab open`, `example`, `reset`, `use`: what touches files and processes."""

import os
import shutil
import subprocess
import sys
from typing import Final

from lab.cli.course_room import classroom
from lab.cli.course_show import chosen
from lab.cli.lesson_text import drawn
from lab.cli.output import tell
from lab.cli.say import aside, out
from lab.course.catalog import Exercise, Kind
from lab.course.choices import Source
from lab.course.editor import edit, editor_of
from lab.course.examples import prepare
from lab.course.saying import live_lines, near, without_hints
from lab.course.starters import edited_in_exercises
from lab.errors import WrongUsage

READABLE: Final = 90
"""Columns; longer lines tire the eye."""


def open_file(name: str | None, *, lesson: bool, take_over: bool) -> None:
    """Open the learner's file, or the lesson; without an editor or a terminal only say where it is."""
    with classroom() as room:
        exercise = chosen(room, name)
        if take_over:
            taken = room.workspace.take_over(exercise, room.clock())
            tell(f"Your edit is in {taken.file} now, and exercises/ is as it was shipped.")
            if taken.backup:
                tell(f"What stood there before is kept: {taken.backup.copy}")
            return
        if exercise in edited_in_exercises(room.course):
            aside().print(
                f"{exercise.starter} was edited; the lab checks another file. --take-over moves it.", markup=False
            )
        file = room.go_to(exercise)
    if lesson:
        show_lesson(exercise)
        return
    tell(near(file))
    aside().print(f"then: uv run lab check {exercise.id}", markup=False)
    if not sys.stdout.isatty():
        return
    if command := editor_of(file):
        edit(command)
    else:
        aside().print("Open it in your editor; with $EDITOR set, `lab open` does.", markup=False)


def show_lesson(exercise: Exercise) -> None:
    """Show a lesson on the terminal, a page at a time, its hints left out; elsewhere say where it is."""
    console = out()
    if not console.is_terminal:
        tell(near(exercise.lesson))
        return
    has_less = shutil.which("less") is not None and not os.environ.get("PAGER")
    os.environ.setdefault("LESS", "-R")  # else it shows colours as signs
    instead = f"`uv run lab hint {exercise.id}`: they come one at a time, and the fourth is the answer."
    with console.pager(styles=has_less):
        console.print(drawn(without_hints(exercise, instead)), width=min(console.width, READABLE))


def example(name: str | None) -> int:
    """Run the lesson's worked example; return its exit code."""
    with classroom() as room:
        ready = prepare(room, chosen(room, name))
    if ready.file is None:
        tell(ready.code)
        aside().print("This example is for reading, or for your own terminal.", markup=False)
        return 0
    aside().print(f"{near(ready.file)}: change it as you like, and run yours with\n  {ready.typed}", markup=False)
    return subprocess.run(ready.command, env=ready.env, check=False).returncode  # noqa: S603


def reset(name: str) -> None:
    """Put the starter back."""
    with classroom() as room:
        exercise = room.course.find(name)
        backup = room.workspace.reset(exercise, room.clock())
        file = room.workspace.file(exercise)
        ran = exercise.kind is Kind.PART and room.choices.source(exercise) is Source.MINE
        live = room.use(exercise, Source.SOLUTION) if ran else None
    tell(f"{file} is the starter again.")
    if ran:
        tell(f"Until it passes, the shop runs the solution of {exercise.id}.")
    for line in live_lines(live) if live is not None else ():
        tell(line)
    if backup:
        tell(f"What you had is kept: {backup.copy}\nTo have it back: {backup.restore}")


def use(name: str, whose: str) -> None:
    """Choose whose lines the shop runs."""
    try:
        source = Source(whose)
    except ValueError:
        raise WrongUsage(f"{whose!r} is nobody.", "Say mine, solution or broken.") from None
    with classroom() as room:
        exercise = room.course.find(name)
        live = room.use(exercise, source)
    words = {Source.MINE: "your lines", Source.SOLUTION: "the solution", Source.BROKEN: "the broken version"}
    tell(f"{exercise.id}: the shop uses {words[source]}.")
    tell("Orders that are placed already stay as they are.")
    for line in live_lines(live) if live else []:
        tell(f"  {line}")
    if source is Source.BROKEN:
        tell(f"  to put it right   uv run lab use {exercise.id} solution   (or mine)")
