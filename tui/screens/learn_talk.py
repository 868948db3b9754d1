"""What Learn says and asks by itself: news of the course, an edit of the wrong copy, questions about what was."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from lab.course import helping
from lab.course.catalog import Exercise
from lab.course.news import Piece, wrong_copies
from lab.course.questions import Answered, Due
from lab.course.saying import near
from lab.course.workspace import TakenOver
from tui.render.lesson import lesson_rows
from tui.render.text import Row
from tui.sheets.choosing import Choosing
from tui.sheets.confirm import Confirm
from tui.sheets.reading import Reading

if TYPE_CHECKING:
    from tui.screens.learn import LearnScreen


class LearnTalk:
    """One sheet after the other, none twice; then it goes on."""

    def __init__(self, screen: "LearnScreen") -> None:
        self._screen = screen
        self._told: set[str] = set()

    def about_wrong_copy(self, exercise: Exercise, then: Callable[[], object] = lambda: None) -> None:
        """Where the copy in exercises/ was edited, offer to move the edit over."""
        room = self._screen.learning.room
        self._screen.doing.work(
            "wrong copy", lambda: tuple(wrong_copies(room(), [exercise])), lambda found: self.tell(found, then)
        )

    def tell(self, pieces: Sequence[Piece], then: Callable[[], object] = lambda: None) -> None:
        """Tell what must be heard, one after the other; each once."""
        new = [piece for piece in pieces if piece.text not in self._told]
        if not new:
            then()
            return
        piece, rest = new[0], new[1:]
        self._told.add(piece.text)
        if (exercise := piece.wrong_copy) is None:
            on = [piece.text, *piece.mend.splitlines()]
            self._screen.app.push_screen(Reading("The course", partial(_prose, on)), lambda _: self.tell(rest, then))
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001  what a screen returns
            if yes:
                room = self._screen.learning.room()
                self._screen.doing.work(
                    "take over", lambda: room.workspace.take_over(exercise, room.clock()), self._taken
                )
            self.tell(rest, then)

        self._screen.app.push_screen(
            Confirm(
                "The wrong copy was edited",
                f"{piece.text}\nMove your edit over?",
                f"uv run lab open {exercise.id} --take-over",
            ),
            answered,
        )

    def _taken(self, taken: TakenOver) -> None:
        kept = f"\nWhat stood there before is kept: {taken.backup.copy}" if taken.backup else ""
        self._screen.notify(
            f"Your edit is in {near(taken.file)} now, and exercises/ is as it was shipped.{kept}", timeout=10
        )
        self._told.clear()

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, dues: Sequence[Due], then: Callable[[], object]) -> None:
        """Ask the questions that are due, then go on. One key skips one for today."""
        if not dues:
            then()
            return
        due, rest, room = dues[0], dues[1:], self._screen.learning.room
        question = due.question

        def answered(number: int | None) -> None:
            if number is None:
                self._screen.doing.work("question", lambda: helping.skip(room(), [due]), lambda _: self.ask(rest, then))
            else:
                self._screen.doing.work(
                    "question", lambda: helping.answer(room(), due, number + 1), partial(self._answered, rest, then)
                )

        title = f"From {due.exercise.number} · {due.exercise.title}"
        self._screen.app.push_screen(
            Choosing(title, question.ask, question.choices, esc="skips it for today"), answered
        )

    def _answered(self, rest: Sequence[Due], then: Callable[[], object], answered: Answered) -> None:
        question = answered.question
        right = "Yes." if answered.right else f"No: {question.choices[question.answer - 1]}."
        again = (
            f"It comes back in {answered.comes_back_in} days." if answered.comes_back_in else "It does not come back."
        )
        again = "It comes back tomorrow." if answered.comes_back_in == 1 else again
        lines = [right, question.because, again]
        self._screen.app.push_screen(
            Reading("Is it still there?", partial(_prose, lines)), lambda _: self.ask(rest, then)
        )


def _prose(lines: Sequence[str], cells: int) -> list[Row]:
    return [one.row for one in lesson_rows("\n\n".join(lines), cells)]
