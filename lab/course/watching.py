"""Watches the learner's files, and checks at every save. None is lost: what comes during a check is checked after it.

Saves are told apart by the file's content, never by its time: two within one second, of equal size, are two. What the
file system tells only says when to look; where it tells nothing (a network drive, some containers), the files are
looked at twice a second all the same.
"""

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.course.catalog import Exercise
from lab.course.classroom import Checked, Classroom, Live
from lab.course.progress_store import digest_of
from lab.errors import LabError

LOOK_MS: Final = 500
"""So often the files are looked at when nothing is heard of them."""
_QUIET_MS, _STEP_MS = 40, 10


@dataclass(frozen=True, slots=True)
class Began:
    """A check has begun."""

    exercise: Exercise


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What has passed went into the running shop."""

    exercise: Exercise
    live: Live


@dataclass(frozen=True, slots=True)
class Trouble:
    """A check could not be made; what happened, and what to do next. The watching goes on."""

    exercise: Exercise
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that was saved is checked; the next save is waited for."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Something may have been saved."""


Event = Began | Checked | BroughtIn | Trouble | Waiting


class Watching:
    """Iterate over it for events, in one thread. `now`, `follow` and `stop` may be called from any other.

    only: the exercise whose file is watched; None: every exercise's.
    """

    def __init__(self, classroom: Classroom, only: Exercise | None = None) -> None:
        self._room = classroom
        self._watched = [only] if only else list(classroom.course)
        self._asked: queue.SimpleQueue[_Look | Exercise] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._seen: dict[str, str] = {}
        self._looking = threading.Lock()

    def now(self, exercise: Exercise) -> None:
        """Check this exercise, saved or not."""
        self._asked.put(exercise)

    def follow(self, exercise: Exercise) -> Path:
        """Go to this exercise and watch its file from now on; return the file. Raises LabError.

        Where the file is only made now, the untouched starter is not taken for a save.
        """
        with self._looking:  # else the file is seen between its making and its being noted
            made_now = not self._digest(exercise)
            file = self._room.go_to(exercise)
            if made_now or exercise not in self._watched:
                self._seen[exercise.id] = self._digest(exercise)
            if exercise not in self._watched:
                self._watched = [*self._watched, exercise]
        return file

    def stop(self) -> None:
        """End the watching, after the check that runs."""
        self._stopped.set()
        self._asked.put(_Look())

    def __iter__(self) -> Iterator[Event]:
        self._room.folder.mkdir(parents=True, exist_ok=True)
        with self._looking:
            self._seen = {one.id: self._digest(one) for one in self._watched}
        watcher = threading.Thread(target=self._listen, name="watching", daemon=True)
        watcher.start()
        try:
            yield Waiting()
            while (saved := self._next()) is not None:
                for exercise in saved:
                    yield from self._one(exercise)
                yield Waiting()
        finally:
            self.stop()
            watcher.join(timeout=2)

    def _one(self, exercise: Exercise) -> Iterator[Event]:
        yield Began(exercise)
        try:
            checked = self._room.check(exercise)
        except LabError as error:
            yield Trouble(exercise, error.what, error.mend)
            return
        yield checked  # the verdict first; what the shop does with it takes a moment
        if (live := self._room.bring_in(checked)) is not None:
            yield BroughtIn(exercise, live)

    def _next(self) -> list[Exercise] | None:
        """Wait for saves; return what is to be checked, each once, or None when it is over."""
        while True:
            asked = [self._asked.get()]
            while not self._asked.empty():
                asked.append(self._asked.get())
            if self._stopped.is_set():
                return None
            wanted = [one for one in asked if isinstance(one, Exercise)]
            if found := list(dict.fromkeys([*wanted, *filter(self._is_new, self._watched)])):
                return found

    def _is_new(self, exercise: Exercise) -> bool:
        with self._looking:
            digest = self._digest(exercise)
            if digest == self._seen[exercise.id]:
                return False
            self._seen[exercise.id] = digest
            return True

    def _digest(self, exercise: Exercise) -> str:
        try:
            return digest_of(self._room.workspace.file(exercise))
        except LabError as error:  # a change like any other: the check then says what is the matter
            return error.what

    def _listen(self) -> None:
        """Say when to look: at once when the file system tells of a change, and from time to time."""
        with suppress(OSError, RuntimeError):  # the system's watches can be used up
            self._hear()
        while not self._stopped.wait(LOOK_MS / 1000):
            self._asked.put(_Look())

    def _hear(self) -> None:
        from watchfiles import watch  # noqa: PLC0415  it takes a moment to import, and waits here anyway

        for _ in watch(
            self._room.folder,
            stop_event=self._stopped,
            step=_STEP_MS,
            debounce=_QUIET_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            watch_filter=None,
            raise_interrupt=False,
        ):
            self._asked.put(_Look())
