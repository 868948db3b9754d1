"""`lab check`: judge, show the card, say what has changed in the shop and what to do next."""

import sys
from collections.abc import Sequence
from typing import Any, Final

from lab.cli.course_room import classroom
from lab.cli.output import tell
from lab.cli.say import as_json, aside
from lab.course.card import card
from lab.course.catalog import Exercise, Kind
from lab.course.classroom import Checked, Classroom, Live
from lab.course.news import news
from lab.course.saying import live_lines, near
from lab.course.summary import is_over
from lab.course.verdict import Outcome
from lab.course.workspace import FileState
from lab.errors import ExitCode, NotFound

CODES: Final = {
    Outcome.PASS: ExitCode.OK,
    Outcome.NOT_YET: ExitCode.FAILED,
    Outcome.ENVIRONMENT: ExitCode.MACHINE,
    Outcome.LAB_BUG: ExitCode.LAB_BUG,
}


def check(names: Sequence[str], *, every: bool, previous: bool, raw: bool, as_object: bool) -> ExitCode:
    """Check these exercises; return the worst of their exit codes."""
    with classroom() as room:
        chosen = _chosen(room, names, every=every, previous=previous)
        if not as_object:
            say_updates(room, chosen)
        here = len(chosen) == 1
        results: list[Checked] = []
        live: list[Live | None] = []
        for exercise in chosen:
            results.append(room.check(exercise, here=here))
            if not as_object:
                show(room, results[-1], short=not here, raw=raw)
            say_notice(results[-1])
            live.append(room.bring_in(results[-1]))
            if not as_object and here and results[-1].verdict.passed:
                say_live(live[-1])
                if not results[-1].notice:
                    what_now(room, exercise)
    if as_object or not here:
        _say_what_is_not_live(live)
    if as_object:
        as_json({"checks": [as_data(one, its_live) for one, its_live in zip(results, live, strict=True)]})
    return max(CODES[result.verdict.outcome] for result in results)


def _chosen(room: Classroom, names: Sequence[str], *, every: bool, previous: bool) -> list[Exercise]:
    if names:
        return [room.course.find(name) for name in names]
    if every:
        begun = [one for one in room.course if room.workspace.state(one).state is not FileState.NOT_BEGUN]
        return _or_none(begun, "You have not begun any exercise.")
    if previous:
        progress = room.progress()
        return _or_none([one for one in room.course if progress.has_passed(one.id)], "You have not passed any yet.")
    return [room.current()]


def _or_none(found: list[Exercise], what: str) -> list[Exercise]:
    if not found:
        raise NotFound(what, "Begin: uv run lab next")
    return found


def say_updates(room: Classroom, at: Sequence[Exercise]) -> None:
    """Say what an update of the course did to the learner's files, and whether the wrong copy of one was edited."""
    for piece in news(room, at):
        aside().print(f"{piece.text}\n{piece.mend}".rstrip(), markup=False)


def show(room: Classroom, checked: Checked, *, short: bool = False, raw: bool = False) -> None:
    """Show the card, and what to do now. `raw`: what the learner's prints and pytest said as well."""
    exercise, verdict = checked.exercise, checked.verdict
    lines = card(verdict, f"{exercise.number} · {exercise.title}")
    if short and verdict.passed:
        lines = lines[:1]
    tell("\n".join(lines))
    attempts = checked.standing.attempts if checked.standing else 0
    if verdict.counts and not short:
        note = f"attempt {attempts} · " if attempts else ""
        tell(f"  {note}{verdict.seconds:.1f} s")
    if verdict.outcome is Outcome.NOT_YET and not short:
        tell(f"\n  your file      {near(room.workspace.file(exercise))}")
        tell(f"  stuck?         uv run lab hint {exercise.id}")
        if not raw:
            tell(f"  your prints    uv run lab check {exercise.id} --raw")
    if raw:
        show_raw(checked)


def show_raw(checked: Checked) -> None:
    """Show what the learner's own prints and pytest said."""
    tell(f"\n── what was printed\n{checked.verdict.raw.rstrip() or 'Nothing.'}")


def say_notice(checked: Checked) -> None:
    """Say, where it is so, why the check is not noted."""
    if checked.notice:
        sys.stdout.flush()  # the card comes first
        aside().print(f"\n{checked.notice}", markup=False)


def _say_what_is_not_live(live: Sequence[Live | None]) -> None:
    """Say, where no card does, why what has passed does not run in the shop; the same thing once."""
    for what, mend in dict.fromkeys((one.what, one.mend) for one in live if one and one.what):
        aside().print(f"{what}\n{mend}", markup=False)


def say_live(live: Live | None) -> None:
    """Say what the running shop made of a pass."""
    if live is not None:
        tell("\n" + "\n".join(f"  {line}" for line in live_lines(live)))


def what_now(room: Classroom, exercise: Exercise) -> None:
    """Say what one does after a pass."""
    following = room.whereabouts().next
    tell("")
    if exercise.kind is Kind.PART:
        tell("  see it      uv run lab order place && uv run lab order follow last")
    tell(f"  compare     uv run lab solution {exercise.id}")
    if is_over(exercise.phase, room.course, room.progress()):
        tell(f"  keep it     uv run lab summary {exercise.phase}      what you built, and what breaks next")
    if following is not None:
        tell("  go on       uv run lab next")
        tell(f"              {following.number} · {following.title}, {following.minutes} minutes")


def as_data(checked: Checked, live: Live | None) -> dict[str, Any]:
    """The verdict for programs, with what the shop made of it."""
    data = checked.verdict.model_dump(mode="json")
    data["attempts"] = checked.standing.attempts if checked.standing else 0
    data["units"] = list(live.units) if live else []
    return data
