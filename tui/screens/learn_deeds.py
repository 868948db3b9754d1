"""What the keys of Learn do. Each reads or writes in a worker, and shows what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from textual.message import Message

from lab.course import helping
from lab.course.catalog import Exercise, Kind
from lab.course.choices import Source
from lab.course.classroom import Live
from lab.course.examples import prepare
from lab.course.saying import live_lines
from lab.errors import LabError
from tui.editing import edit_file
from tui.learning import Failed
from tui.render.solution import printed_rows, solution_rows
from tui.sheets.choosing import Choosing
from tui.sheets.example import ExampleSheet
from tui.sheets.hint import Found, HintSheet
from tui.sheets.reading import Reading

if TYPE_CHECKING:
    from tui.screens.learn import LearnScreen

T = TypeVar("T")
_WHOSE: Final = {
    Source.MINE: "mine: your lines",
    Source.SOLUTION: "solution: the course's lines",
    Source.BROKEN: "broken: the wrong version that the lesson shows",
}


@dataclass
class Finished(Message):
    """A worker is done; this is what follows from it."""

    then: Callable[[], object]


class LearnDeeds:
    """The deeds of one Learn screen."""

    def __init__(self, screen: "LearnScreen") -> None:
        self._screen = screen

    def work(
        self,
        name: str,
        deed: Callable[[], T],
        then: Callable[[T], object],
        failed: Callable[[LabError], object] | None = None,
    ) -> None:
        """Do something that may block, then show what came of it. What fails is said, or told to `failed`."""
        screen = self._screen

        def run() -> None:
            try:
                done = deed()
            except LabError as error:
                why = error  # the name ends with the block
                screen.post_message(Failed(why) if failed is None else Finished(lambda: failed(why)))
            else:
                screen.post_message(Finished(lambda: then(done)))

        screen.run_worker(run, thread=True, name=name, group=name, exclusive=True)

    # ── hints, solution, example, output ─────────────────────────────────────────────────────────────────────────

    def hint(self, exercise: Exercise) -> None:
        """Open the next hint where one is due, and show all that are open."""
        room = self._screen.learning.room
        self.work("hint", lambda: helping.hints(room(), exercise), partial(self._show_hints, exercise))

    def _show_hints(self, exercise: Exercise, found: Found) -> None:
        def again(sheet: HintSheet) -> None:
            room = self._screen.learning.room
            self.work("hint", lambda: helping.hints(room(), exercise, anyway=True), sheet.show)

        self._screen.look_again()
        self._screen.app.push_screen(HintSheet(f"{exercise.number} · Hints", found, again), self._closed)

    def _closed(self, _: object) -> None:
        self._screen.look_again()

    def solution(self, exercise: Exercise) -> None:
        """Show the learner's file beside the solution, where it may be seen."""
        room = self._screen.learning.room

        def show(found: helping.Comparison) -> None:
            title = f"{exercise.number} · Yours and the solution"
            self._screen.app.push_screen(Reading(title, partial(solution_rows, found)), self._closed)

        self.work("solution", lambda: helping.comparison(room(), exercise), show)

    def example(self, exercise: Exercise) -> None:
        """Run the worked example."""
        room = self._screen.learning.room
        self.work(
            "example",
            lambda: prepare(room(), exercise),
            lambda ready: self._screen.app.push_screen(ExampleSheet(ready)),
        )

    def raw(self) -> None:
        """Show what the learner's own prints and pytest said."""
        study = self._screen.study()
        verdict = study.check.verdict if study else None
        if verdict is None:
            self._screen.notify("Nothing is checked yet in this session. c checks now.")
            return
        lines = (verdict.raw.rstrip() or "Nothing was printed.").splitlines()
        self._screen.app.push_screen(Reading("What was printed", partial(printed_rows, lines)))

    # ── the file, and who runs it ────────────────────────────────────────────────────────────────────────────────

    def edit(self, file: Path) -> None:
        """Open the learner's file in the editor, at the line that the last check found something in."""
        screen, study = self._screen, self._screen.study()
        verdict = study.check.verdict if study else None
        line = verdict.finding.line if verdict and verdict.finding else None
        screen.run_worker(edit_file(screen.lab_app, file, line), name="editor", group="editor", exclusive=True)

    def who_runs(self, exercise: Exercise, now: Source | None) -> None:
        """Ask whose lines the shop is to run for this exercise, and bring them in."""
        if exercise.kind is not Kind.PART:
            self._screen.notify(f"Nothing of {exercise.id} runs in the shop: there is nothing to choose.")
            return
        sources = [one for one in _WHOSE if one is not Source.BROKEN or exercise.broken is not None]

        def chosen(number: int | None) -> None:
            if number is not None:
                room, source = self._screen.learning.room, sources[number]
                self._screen.notify(f"{exercise.id}: the units that use it restart…")
                self.work("use", lambda: room().use(exercise, source), partial(self._used, exercise, source))

        at = sources.index(now) if now in sources else 1
        question = "Whose lines shall the shop run? Orders that are placed already stay as they are."
        self._screen.app.push_screen(
            Choosing(f"{exercise.number} · Who runs this part", question, [_WHOSE[one] for one in sources], at=at),
            chosen,
        )

    def _used(self, exercise: Exercise, source: Source, live: Live | None) -> None:
        lines = live_lines(live) if live else []
        self._screen.notify(
            "\n".join([f"{exercise.id}: the shop uses {_WHOSE[source].partition(': ')[2]}.", *lines]), timeout=8
        )
        self._screen.look_again()
