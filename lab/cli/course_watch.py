"""`lab watch`: a card at every save; a few keys on a terminal."""

import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab.cli import course_show
from lab.cli.course_check import say_live, say_notice, say_updates, show, show_raw, what_now
from lab.cli.course_room import classroom
from lab.cli.output import tell
from lab.cli.say import complain
from lab.course.catalog import Exercise
from lab.course.classroom import Checked, Classroom
from lab.course.saying import near
from lab.course.watching import Began, BroughtIn, Event, Trouble, Watching
from lab.errors import LabError

_SHORT_KEYS = "r check  h hint  o output  n next  q quit"
_KEYS = "r check now   h hint   o your prints   n next exercise   q quit"


def watch(name: str | None) -> None:
    """Check at every save. `name`: only that exercise; without: whichever is saved."""
    with classroom() as room:
        only = room.course.find(name) if name else None
        at = _At(room, only or room.whereabouts().next or room.current())
        say_updates(room, [at.exercise])
        room.go_to(at.exercise)
        watching = Watching(room, only)
        with _keys(lambda key: _pressed(key, room, at, watching)) as listening:
            try:
                for number, event in enumerate(watching):
                    with _said():
                        _tell(event, room, at, listening=listening)
                    if not number:  # only now: what is saved meanwhile waits its turn, and is not lost
                        room.warm()
            except KeyboardInterrupt:
                watching.stop()
        tell("Stopped watching. Your progress is kept.")


class _At:
    """The exercise that the keys are about."""

    def __init__(self, room: Classroom, exercise: Exercise) -> None:
        self.room, self.exercise = room, exercise
        self.checked: Checked | None = None
        self._first = True

    def said_where(self) -> bool:
        """Say whether the file was named already."""
        first, self._first = self._first, False
        return not first


def _tell(event: Event, room: Classroom, at: _At, *, listening: bool) -> None:
    if isinstance(event, Checked):
        at.exercise, at.checked = event.exercise, event
        show(room, event)
        say_notice(event)
        if event.verdict.passed and not event.goes_live and not event.notice:
            what_now(room, event.exercise)
    elif isinstance(event, BroughtIn):
        say_live(event.live)
        what_now(room, event.exercise)
    elif isinstance(event, Began):
        tell(f"\n── {event.exercise.id} saved, checking …")
    elif isinstance(event, Trouble):
        complain(event.what, event.mend)
    elif not at.said_where():
        tell(f"Watching {near(at.room.folder)}. Now: {at.exercise.number} · {at.exercise.title}")
        tell(f"  your file   {near(room.workspace.file(at.exercise))}")
        tell(f"  {_KEYS if listening else 'Ctrl-C ends it'}")
    else:
        tell(f"── watching for your next save   {_SHORT_KEYS if listening else ''}")
    sys.stdout.flush()


def _pressed(key: str, room: Classroom, at: _At, watching: Watching) -> None:
    if key in {"q", "\x03", "\x04"}:
        watching.stop()
    elif key in {"r", "\r", "\n"}:
        watching.now(at.exercise)
    elif key == "h":
        course_show.hints(at.exercise.id, anyway=False)
    elif key == "o":
        if at.checked is None:
            tell("Nothing is checked yet.")
        else:
            show_raw(at.checked)
    elif key == "n" and (following := room.whereabouts().next) is not None:
        file = watching.follow(following)
        at.exercise = following
        tell(f"\n{following.number} · {following.title}   {following.minutes} minutes")
        tell(f"  the lesson  {near(following.lesson)}\n  your file   {near(file)}")


@contextmanager
def _said() -> Iterator[None]:
    """Say an error and go on: it is no reason to stop watching."""
    try:
        yield
    except LabError as error:
        complain(error.what, error.mend)


@contextmanager
def _keys(pressed: Callable[[str], None]) -> Iterator[bool]:
    """Call `pressed` for every key, where there is a terminal; yield whether there is one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield False
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            if not select.select([descriptor], [], [], 0.2)[0]:
                continue
            if not (typed := _typed(descriptor)):
                return
            for key in typed:
                with _said():
                    pressed(key)

    tty.setcbreak(descriptor)
    listener = threading.Thread(target=listen, name="keys", daemon=True)
    listener.start()
    try:
        yield True
    finally:
        over.set()
        listener.join(timeout=1)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _typed(descriptor: int) -> str:
    """Return what was typed; "" where the terminal is gone. All of it is read: nothing waits in a buffer."""
    try:
        return os.read(descriptor, 32).decode(errors="replace")
    except OSError:
        return ""
