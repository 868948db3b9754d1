"""`lab list`, `hint`, `solution`, `words`: what the course has to show."""

from itertools import groupby
from textwrap import fill
from typing import Final

from rich.text import Text

from lab.cli.course_room import classroom
from lab.cli.lesson_text import drawn
from lab.cli.output import speakable, tell
from lab.cli.say import as_json, aside, out
from lab.course.card import WIDTH as CARD_WIDTH
from lab.course.catalog import Exercise, Kind
from lab.course.choices import Source
from lab.course.classroom import Classroom
from lab.course.helping import Comparison, comparison
from lab.course.helping import hints as take_hint
from lab.course.saying import NEEDS, duration, near
from lab.course.solution import Difference, Side
from lab.errors import LabError, NotFound

_STYLE: Final = {Side.BOTH: "dim", Side.MINE: "red", Side.SOLUTION: "green"}


def chosen(room: Classroom, name: str | None) -> Exercise:
    """Return the exercise of that name; without a name the one where the learner is."""
    return room.course.find(name) if name else room.current()


def course(*, as_object: bool) -> None:
    """Show the exercises by phase."""
    with classroom() as room:
        progress = room.progress()
        here = room.whereabouts()
        rows = [
            {
                "id": one.id,
                "place": one.place,
                "title": one.title,
                "kind": one.kind.value,
                "needs": [need.value for need in one.needs],
                "minutes": one.minutes,
                "passed": progress.has_passed(one.id),
                "attempts": progress.exercises[one.id].attempts if one.id in progress.exercises else 0,
                "runs": _source(room, one),
            }
            for one in room.course
        ]
        if as_object:
            as_json({"exercises": rows, "passed": here.passed, "total": here.total})
            return
        current = room.current().id
        titles = {phase.number: phase.title for phase in room.course.phase}
        for number, group in groupby(room.course, key=lambda one: one.phase):
            exercises = list(group)
            minutes = sum(one.minutes for one in exercises)
            tell(f"Phase {number} · {titles.get(number, '')}   about {duration(minutes)}")
            for one in exercises:
                sign = "✓" if progress.has_passed(one.id) else ("›" if one.id == current else " ")
                needs = ", ".join(NEEDS[need] for need in one.needs)
                tell(
                    f"  {sign} {one.number:>2}  {one.id:<12} {_titled(one.title)}{one.minutes:>3} min  {needs}".rstrip()
                )
        tell(f"\n{here.passed} of {here.total} passed. Any exercise can be taken at any time. Go on: uv run lab next")


def _titled(title: str) -> str:
    return f"{title if len(title) <= 41 else title[:40] + '…':<42}"  # noqa: PLR2004  the column's width


def _source(room: Classroom, exercise: Exercise) -> str:
    if exercise.kind is not Kind.PART:
        return ""
    try:
        return room.choices.source(exercise).value
    except LabError:
        return Source.SOLUTION.value


def hints(name: str | None, *, anyway: bool) -> None:
    """Show the open hints, and the next one if it is due."""
    with classroom() as room:
        exercise = chosen(room, name)
        found, ladder = take_hint(room, exercise, anyway=anyway)
    for number, text in enumerate(found.open, 1):
        new = "   (new)" if number == found.new else ""
        out().print(Text(f"Hint {number} of {len(ladder)}{new}", style="bold"))
        prose(text)
    if found.later is not None:
        aside().print(f"{found.later.what}\n{found.later.mend}", markup=False)


def prose(text: str) -> None:
    """Show Markdown: drawn on a terminal, as it is written elsewhere."""
    console = out()
    if console.is_terminal:
        console.print(drawn(text))
        console.print()
    else:
        tell(text.strip() + "\n")


def solution(name: str | None) -> None:
    """Show the learner's file beside the solution, with the solution's reasons."""
    with classroom() as room:
        exercise = chosen(room, name)
        found = comparison(room, exercise)
    tell(f"The solution: {near(exercise.solution)}")
    if found.answers:
        _answers(found)
    elif not found.differences:
        tell("Yours is the same, line by line.")
    else:
        for difference in found.differences:
            _difference(difference)
        tell("\n- yours   + the solution   It is one good answer, not the only one.")


def _answers(found: Comparison) -> None:
    """Show a sheet's answers side by side, and what the solution says of them."""
    for one in found.answers:
        same = one.yours == one.right
        tell(
            f"  ✓ {one.question}: {one.right}" if same else f"    {one.question}: {one.right}\n      yours: {one.yours}"
        )
    tell("")
    for text in found.reasons:
        indent = " " * (2 + len(text) - len(text.lstrip()))
        tell(fill(text, CARD_WIDTH, initial_indent="  ", subsequent_indent=f"{indent}   ", drop_whitespace=True))


def _difference(difference: Difference) -> None:
    first = difference.lines[0]
    tell(f"\n── line {first.mine or first.solution}")
    for line in difference.lines:
        out().print(Text(speakable(f"{line.side.value} {line.text}"), style=_STYLE[line.side]), soft_wrap=True)


def words(term: str | None) -> None:
    """Explain one word, or all of them."""
    with classroom() as room:
        known = room.words
    if term is None:
        for word in sorted(known, key=str.casefold):
            exercise, meaning = known[word]
            prose(f"**{word}** ({exercise.id}): {meaning}")
        return
    wanted = term.casefold()
    found = [word for word in known if wanted in word.casefold()]
    if not found:
        raise NotFound(f"No lesson explains {term!r}.", "All the words: uv run lab words")
    for word in found:
        exercise, meaning = known[word]
        prose(f"**{word}**: {meaning} (exercise {exercise.number}, {exercise.id})")
