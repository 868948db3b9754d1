"""The keys of Learn: each is a few lines to what does it."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace

from lab.course.catalog import Exercise
from lab.course.helping import questions
from tui.learning import Learning
from tui.model.learn import Known, Study
from tui.render.card import card_rows
from tui.render.learn_layout import Wants, has_side
from tui.render.text import plain
from tui.screens.base import LabScreen
from tui.screens.learn_deeds import LearnDeeds
from tui.screens.learn_talk import LearnTalk
from tui.widgets.card_view import CardView
from tui.widgets.lesson_view import LessonView
from tui.widgets.tree_view import TreeView

_COPY_CELLS = 80


class LearnKeys(LabScreen):
    """What the keys do; LearnScreen says what they do it to."""

    doing: LearnDeeds
    talk: LearnTalk
    known: Known | None
    wants: Wants
    lesson: LessonView
    card: CardView
    tree_view: TreeView
    left_open: str
    """The exercise of which it was said that n leaves it open: the next n does."""

    @property
    @abstractmethod
    def learning(self) -> Learning:
        """The course, for the whole app."""

    @abstractmethod
    def study(self) -> Study | None:
        """Return everything that is drawn; None while the course is being opened."""

    @abstractmethod
    def draw_anew(self) -> None:
        """Lay out and draw everything."""

    @abstractmethod
    def go_to(self, exercise: Exercise) -> None:
        """Go to an exercise and show it."""

    @abstractmethod
    def open_questions(self) -> None:
        """Open the screen of predictions."""

    def _here(self, deed: Callable[[Known], object]) -> None:
        if self.known is None:
            self.notify("The course is not open yet; the line above the keys says why.")
        else:
            deed(self.known)

    def _want(self, **wants: object) -> None:
        self.wants = replace(self.wants, **wants)  # type: ignore[arg-type]  # its own fields
        self.draw_anew()

    # ── the check ────────────────────────────────────────────────────────────────────────────────────────────────

    def action_check(self) -> None:
        """Check now; where the copy in exercises/ was edited, say so first."""
        self._here(
            lambda known: self.talk.about_wrong_copy(known.exercise, lambda: self.learning.check(known.exercise))
        )

    def action_open(self) -> None:
        """Open the questions of a sheet, or the card; an opened card is closed again."""
        if self.known is not None and self.known.is_sheet:
            self.open_questions()
        else:
            self._want(grown=not self.wants.grown, drawer=False)

    def on_card_view_pressed(self) -> None:
        """A click on the check does what enter does."""
        self.action_open()

    def action_raw(self) -> None:
        """Show what was printed."""
        self._here(lambda _: self.doing.raw())

    def action_copy(self) -> None:
        """Copy the card as text."""
        if (study := self.study()) is not None:
            self.app.copy_to_clipboard(plain(card_rows(study, _COPY_CELLS, 1_000)))
            self.notify("The card is copied, as text.")

    # ── the exercise ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_hint(self) -> None:
        """Open the next hint, or say what it costs."""
        self._here(lambda known: self.doing.hint(known.exercise))

    def action_edit(self) -> None:
        """Open the learner's file."""
        self._here(lambda known: self.doing.edit(known.file))

    def action_example(self) -> None:
        """Run the worked example."""
        self._here(lambda known: self.doing.example(known.exercise))

    def action_solution(self) -> None:
        """Compare with the solution."""
        self._here(lambda known: self.doing.solution(known.exercise))

    def action_who_runs(self) -> None:
        """Choose whose lines run in the shop."""
        self._here(lambda known: self.doing.who_runs(known.exercise, known.source))

    # ── the panes ────────────────────────────────────────────────────────────────────────────────────────────────

    def action_lesson(self) -> None:
        """Go to the lesson; it gets its room back."""
        self._want(drawer=False, grown=False, zoomed="")
        self.lesson.focus()

    def action_tree(self) -> None:
        """Go to the tree; where it has no room of its own, open or close it."""
        if has_side(self.size.width):
            self.tree_view.focus()
            return
        self._want(drawer=not self.wants.drawer)
        (self.tree_view if self.wants.drawer else self.lesson).focus()

    def action_zoom(self) -> None:
        """Give the pane under the keyboard all the room, or the others theirs back."""
        pane = "check" if self.card.has_focus else "lesson"
        self._want(zoomed="" if self.wants.zoomed else pane)

    def action_close(self) -> None:
        """Close what was opened last."""
        if self.wants.drawer or self.wants.grown or self.wants.zoomed:
            self._want(drawer=False, grown=False, zoomed="")
            self.lesson.focus()

    def on_tree_view_chosen(self, message: TreeView.Chosen) -> None:
        """Go there."""
        if self.known is not None and message.exercise == self.known.exercise:
            self.action_lesson()
        else:
            self.go_to(message.exercise)
            self.lesson.focus()

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────

    def action_next(self) -> None:
        """Go on, after a question or two about what was. An open exercise is left only by a second n."""
        self._here(self._next)

    def _next(self, known: Known) -> None:
        exercise = known.exercise
        leaves_open = self.left_open == exercise.id
        if not known.progress.has_passed(exercise.id) and not leaves_open:
            self.left_open = exercise.id
            self.notify(f"{exercise.number} · {exercise.id} is still open. n again leaves it open and goes on.")
            return
        self.doing.work(
            "next",
            lambda: (questions(self.learning.room()), self.learning.following(exercise, leaves_open=leaves_open)),
            lambda found: self.talk.ask(found[0], lambda: self._go_on(exercise, found[1])),
        )

    def _go_on(self, exercise: Exercise, following: Exercise | None) -> None:
        if following is None:
            self.notify("All exercises are passed. Do they still hold? uv run lab check --previous")
        elif following == exercise:
            self.notify("This is the last one.")
        else:
            self.go_to(following)
