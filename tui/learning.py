"""The course, for the whole app: one classroom, opened when it is first asked for, and its watching in a thread.

Everything here but `close` and `check` may block: call it from workers.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from textual.message import Message

from lab.course import helping
from lab.course.catalog import Exercise, Kind, Need
from lab.course.choices import Source
from lab.course.classroom import Classroom
from lab.course.hints import rungs, solution_is_open
from lab.course.news import Piece, news
from lab.course.progress import Sureness, after_prediction
from lab.course.questions import Due
from lab.course.saying import without_hints
from lab.course.sheets import Form, fill_in, read_form
from lab.course.watching import Event, Watching
from lab.course.whereabouts import Whereabouts
from lab.course.whereabouts import after as after_this
from lab.errors import LabError, NotRunning
from tui.lab import Lab
from tui.model.learn import Known

_END_SECONDS = 3.0
"""So long the end of the watching is waited for."""
_HINTS_INSTEAD = "`h` shows them: they come one at a time, and the fourth is the answer."


@dataclass
class Heard(Message):
    """The watching has told something."""

    event: Event


@dataclass
class Looked(Message):
    """The course was read. pieces: what the learner must hear first. dues: questions about what was."""

    known: Known
    pieces: Sequence[Piece] = ()
    dues: Sequence[Due] = ()


@dataclass
class Failed(Message):
    """Something could not be done; the rest goes on."""

    error: LabError


class Learning:
    """The course of this checkout, and the learner in it."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._room: Classroom | None = None
        self._watching: Watching | None = None
        self._opening = threading.Lock()
        self._closed = False
        self._idle = threading.Event()
        self._idle.set()

    def room(self) -> Classroom:
        """Return the classroom; it is opened on first use. Raises LabError."""
        with self._opening:
            if self._closed:
                raise NotRunning("The app is closing.", "Open it again: uv run lab")
            if self._room is None:
                self._room = self._lab.classroom()
                self._watching = Watching(self._room)
            return self._room

    def close(self) -> None:
        """End the watching and the checker; a check that runs is given up."""
        self._closed = True
        if self._watching is not None:
            self._watching.stop()
        if self._room is not None:
            self._room.__exit__(None, None, None)
        self._idle.wait(_END_SECONDS)

    # ── watching ─────────────────────────────────────────────────────────────────────────────────────────────────

    def watch(self, tell: Callable[[Event], object]) -> None:
        """Check at every save, and tell what comes of it; returns when the app closes. Raises LabError."""
        room = self.room()
        assert self._watching is not None
        self._idle.clear()
        try:
            for number, event in enumerate(self._watching):
                if self._closed:
                    return
                tell(event)
                if not number:  # only now: what is saved meanwhile waits its turn, and is not lost
                    room.warm()
        finally:
            if self._closed:  # the checker may have been started when the room was closed already
                room.__exit__(None, None, None)
            self._idle.set()

    def check(self, exercise: Exercise) -> None:
        """Have the file checked now, saved or not."""
        if self._watching is not None:
            self._watching.now(exercise)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> Looked:
        """Bring the files up to the course, and go to where the learner is. Raises LabError."""
        room = self.room()
        where, here = room.whereabouts(), room.current()
        dues = helping.questions(room)
        return Looked(self.go_to(here, welcome=_welcome(where)), tuple(news(room, [here])), dues)

    def current(self) -> Exercise:
        """Return the exercise that the learner is at, by what is noted. Raises LabError."""
        return self.room().current()

    def go_to(self, exercise: Exercise, *, welcome: str = "") -> Known:
        """Go to an exercise: its file is made on first use, and watched. Raises LabError."""
        self.room()
        assert self._watching is not None
        self._watching.follow(exercise)
        return self.look(exercise, welcome=welcome)

    def look(self, exercise: Exercise, *, welcome: str = "") -> Known:
        """Return what is known now, with this exercise. Raises LabError."""
        room = self.room()
        progress, where = room.progress(), room.whereabouts()
        standing = progress.exercises.get(exercise.id)
        source: Source | None = None
        if exercise.kind is Kind.PART:
            with suppress(LabError):  # a damaged file of choices is told where one chooses
                source = room.choices.source(exercise)
        return Known(
            room.course,
            progress,
            where,
            exercise,
            without_hints(exercise, _HINTS_INSTEAD),
            room.workspace.file(exercise),
            rungs(standing),
            source,
            solution_is_open(standing),
            welcome,
        )

    def following(self, exercise: Exercise, *, leaves_open: bool) -> Exercise | None:
        """Return the exercise to go on with; with `leaves_open` also from one that is not passed. Raises LabError."""
        room = self.room()
        if leaves_open:
            return after_this(exercise, room.course, room.progress())
        return room.whereabouts().next

    # ── sheets of answers ────────────────────────────────────────────────────────────────────────────────────────

    def form(self, exercise: Exercise) -> Form:
        """Return the questions, with the answers that the learner's file has. Raises LabError."""
        return read_form(exercise, self.room().workspace.existing(exercise))

    def commit(self, exercise: Exercise, answers: Mapping[str, str], sure: Mapping[str, Sureness]) -> None:
        """Write the answers into the learner's file and have them checked. Raises LabError; then nothing is done."""
        room = self.room()
        known = {**os.environ, **room.env(exercise)}
        if Need.KAFKA in exercise.needs and "LAB_KAFKA" not in known:
            raise NotRunning("Kafka is not running, so nothing can be shown yet.", "Your guess is kept. 1 opens Start.")
        is_new = fill_in(room.workspace.existing(exercise), answers)
        room.store.change(lambda progress: after_prediction(progress, exercise.id, sure, room.clock()))
        if not is_new:  # else the watching sees it
            self.check(exercise)


def _welcome(where: Whereabouts) -> str:
    """Say where somebody was who comes back after long."""
    if not where.was_long_away or where.last is None or where.standing is None:
        return ""
    day = where.standing.last_at.astimezone()
    task = f", task {where.standing.last_task}" if where.standing.last_task else ""
    return f"You were at {where.last.number} · {where.last.title.partition(':')[0]}{task}, on {day.day} {day:%B}."
