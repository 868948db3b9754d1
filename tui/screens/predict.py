"""Predict, then reveal: the learner answers first, then the lab does it for real, and both stand side by side."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from lab.course.catalog import Exercise
from lab.course.classroom import Checked
from lab.course.progress import Sureness
from lab.course.sheets import Form
from lab.course.watching import Event
from lab.errors import LabError
from tui.actions import Action
from tui.bindings import bindings_of
from tui.model.guess import Guess, begin
from tui.model.learn import NOT_CHECKED, Check
from tui.render import predict
from tui.render.panes import Box, Line
from tui.render.predict import Step
from tui.render.predict_layout import places
from tui.render.text import Look, Row, Span, row
from tui.screens.base import LabScreen, note
from tui.screens.base import trouble as bad_note
from tui.stack_work import now_ms
from tui.widgets.rows import Rendered

if TYPE_CHECKING:
    from tui.screens.learn import LearnScreen

_LINE_SECONDS: Final = 0.2
"""So long until the next line of what happened is shown."""
_TALL: Final = 1_000


class PredictScreen(LabScreen):
    """One sheet of questions. What is chosen is kept by the Learn screen, so that esc loses nothing."""

    PLACE = "predict"
    NAME = "Learn"
    TIME_ROW = False
    ABOUT = (
        "Decide first, then see what really happens. ↑↓ choose, ←→ say how sure you are, 0 when you have no idea: then "
        "one answer is drawn by lot. tab goes to another question. enter goes on, and when all have an answer "
        "it writes them into your file and runs the check. On a sequence → puts a line at the end, ← takes it out, "
        "shift+↑↓ moves it.\n"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("predict"),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("left", "side(-1)", show=False),
        Binding("right", "side(1)", show=False),
        Binding("shift+up", "shift(-1)", show=False),
        Binding("shift+down", "shift(1)", show=False),
        Binding("tab", "question(1)", show=False, priority=True),
        Binding("shift+tab", "question(-1)", show=False, priority=True),
        Binding("0", "no_idea", show=False),
        Binding("enter", "go_on", show=False),
    ]

    def __init__(self, learn: "LearnScreen", exercise: Exercise, form: Form) -> None:
        super().__init__()
        self._learn, self._exercise = learn, exercise
        kept = learn.guesses.get(exercise.id)
        kept = kept and kept.after_reading(form)
        standing = learn.known.progress.exercises.get(exercise.id) if learn.known else None
        self.guess = kept or begin(form, standing.sure if standing else {})
        self.predicts = self.guess.said is None
        """The questions are shown; else the comparison."""
        self._shown, self._top = _TALL, 0
        self._reveals: Timer | None = None
        self._trouble = ""
        self._ask_again_where_it_failed()

    @property
    def check(self) -> Check:
        """The last check of this exercise."""
        return self._learn.checks.get(self._exercise.id, NOT_CHECKED)

    @property
    def step(self) -> Step:
        """How far one is."""
        if self.predicts:
            return Step.PREDICT
        return Step.RUN if predict.verdict_of(self.guess, self.check) is None else Step.COMPARE

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def panes(self) -> Sequence[Widget]:
        """Make the three panes."""
        return (
            Rendered(self._left, id="said"),
            Rendered(self._right, id="happened"),
            Rendered(lambda width, _: predict.why_rows(self.guess, self.check, self._exercise, width), id="why"),
        )

    def _left(self, width: int, height: int) -> Sequence[Row]:
        if self.predicts:
            return predict.question_rows(self.guess, width, height)
        return predict.said_rows(self.guess, self.check, width)

    def _right(self, width: int, height: int) -> Sequence[Row]:
        guess = replace(self.guess, said=None) if self.predicts else self.guess
        rows = predict.happened_rows(guess, self.check, self._exercise, width, self._shown)
        self._top = max(0, min(self._top, len(rows) - height))
        return predict.window(rows, self._top, height)

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Place them: the answers beside what happened, or above it where it is narrow."""
        why = [] if self.predicts else predict.why_rows(self.guess, self.check, self._exercise, body.width)
        verdict = None if self.predicts else predict.verdict_of(self.guess, self.check)
        nothing_happens = verdict is not None and not verdict.told
        alone = nothing_happens or (self.predicts and self.guess.form.several)
        left = predict.said_title(replace(self.guess, said=None) if self.predicts else self.guess)
        right = predict.happened_title(self.guess, self.check) if not self.predicts else row("What happened")
        return places(body, left, right, why=len(why), alone=alone)

    def headline(self) -> Row:
        """Say which exercise this is."""
        title = self._exercise.title.partition(":")[0]
        return row(Span(f"Learn › {self._exercise.number} · {title}", look=Look.STRONG))

    def facts(self, width: int) -> Row:
        """Show the three steps in the top line."""
        steps = predict.steps_row(self.step)
        return steps if steps.cells <= width + 10 else row(f"{self.step.value} of {len(Step)}")

    def status(self) -> Row:
        """Say what enter does, or why it cannot."""
        if self._trouble:
            return bad_note(self._trouble)
        if self.step is Step.RUN:
            return note("The lab does it now, for real…")
        if self.step is Step.COMPARE:
            passed = self.check.verdict is not None and self.check.verdict.passed
            on = "n goes on" if passed else "enter predicts again"
            return note(f"{predict.outcome_word(self.guess, self.check)}. {on}.")
        given = sum(bool(self.guess.answers.get(one.name)) for one in self.guess.form.questions)
        count = len(self.guess.form.questions)
        idea = "" if self.guess.form.several else "; 0 when you have no idea"
        return note(f"{given} of {count} answered. Nothing is shown before all are{idea}.")

    def bar(self) -> Sequence[Action]:
        """Put the keys of the answers first."""
        ours: list[tuple[str, str, str]] = []
        if self.predicts:
            side = "in, out" if self.guess.form.several else "how sure"
            on = "commit and run" if self.guess.is_whole else "next question"
            ours = [("move(1)", "↑↓", "choose"), ("side(1)", "←→", side), ("go_on", "enter", on)]
            if len(self.guess.form.questions) > 1:
                ours.append(("question(1)", "tab", "other question"))
        elif self.step is Step.COMPARE:
            ours = [("go_on", "enter", "predict again"), ("move(1)", "↑↓", "scroll")]
        first = [Action(name, (), key, word, word, rank=0) for name, key, word in ours]
        return [*first, *(one for one in super().bar() if one.id != "check")]

    # ── what is heard ────────────────────────────────────────────────────────────────────────────────────────────

    def heard(self, event: Event) -> None:
        """Take what the watching tells of this exercise; what happened is shown line by line."""
        self._ask_again_where_it_failed()
        if isinstance(event, Checked) and event.exercise == self._exercise and not self.predicts:
            self._shown, self._top = (1 if self.lab_app.motion else _TALL), 0
            if self._reveals is None and self.lab_app.motion:
                self._reveals = self.set_interval(_LINE_SECONDS, self._reveal)
        if isinstance(event, Checked) and event.exercise == self._exercise and self.predicts:  # saved in an editor
            self._learn.doing.work("read", partial(self._learn.learning.form, self._exercise), self._read_again)
        self.refresh_all()

    def _read_again(self, form: Form) -> None:
        if self.predicts:
            self._take(self.guess.after_reading(form))

    def on_screen_resume(self) -> None:
        """What was committed may have failed meanwhile."""
        self._ask_again_where_it_failed()
        self.refresh_all()

    def _ask_again_where_it_failed(self) -> None:
        """Show the questions again, with their answers, where what was committed could not be run."""
        trouble, guess = self.check.trouble, self.guess
        if trouble is None or guess.said is None or self.check.runs or self.check.trouble_ms <= guess.said_ms:
            return
        self.predicts, self._trouble = True, f"{trouble.what} {trouble.mend}"

    def _reveal(self) -> None:
        self._shown += 1
        verdict = self.check.verdict
        if self._reveals is not None and (verdict is None or self._shown >= len(verdict.told)):
            self._reveals.stop()
            self._reveals = None
        self.refresh_all()

    def refresh_all(self) -> None:
        """Lay out and draw everything."""
        self.lay_out()
        self.on_tick()

    def _take(self, guess: Guess) -> None:
        self.guess = guess
        self._learn.guesses[self._exercise.id] = guess
        self._trouble = ""
        self.refresh_all()

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, by: int) -> None:
        """Choose another answer; after the comparison, read on in what happened."""
        if self.predicts:
            self._take(self.guess.moved(by))
        else:
            self._top += by
            self.refresh_all()

    def action_side(self, by: int) -> None:
        """Be more or less sure; on a sequence put the line in, or take it out."""
        if not self.predicts:
            return
        self._take(self.guess.taken(out=by < 0) if self.guess.form.several else self.guess.surer(by))

    def action_shift(self, by: int) -> None:
        """Move the line to another place of the sequence."""
        if self.predicts and self.guess.form.several:
            self._take(self.guess.shifted(by))

    def action_question(self, by: int) -> None:
        """Go to another question."""
        if self.predicts:
            self._take(self.guess.to_question(by))

    def action_no_idea(self) -> None:
        """Have one answer drawn by lot: that is an answer, too."""
        if self.predicts and not self.guess.form.several:
            letter = random.choice(self.guess.asked.choices).letter  # noqa: S311  no secret
            self._take(self.guess.answered(letter, Sureness.LOT))

    def action_go_on(self) -> None:
        """Go to the next open question; where all are answered, commit. After the comparison: predict again."""
        if self.step is Step.COMPARE:
            self.predicts = True
            self._take(self.guess.to(predict.first_wrong(self.guess, self.check)))
        elif self.predicts and not self.guess.answer:
            self.notify("Choose an answer first: ↑↓, or 0 when you have no idea.")
        elif self.predicts and self.guess.is_whole:
            self._commit()
        elif self.predicts:
            self._take(self.guess.to_open())

    def _commit(self) -> None:
        guess = self.guess
        sure = {one.name: guess.sureness(one.name) for one in guess.form.questions}
        deed = partial(self._learn.learning.commit, self._exercise, guess.written(), sure)

        def begun(_: None) -> None:
            self.predicts = False
            self._take(guess.committed(self._said_ms))

        self._said_ms = now_ms()
        self._learn.doing.work("commit", deed, begun, self._failed)

    def _failed(self, error: LabError) -> None:
        self._trouble = f"{error.what} {error.mend}"
        self.refresh_all()

    def action_check(self) -> None:
        """Commit, where all is answered."""
        self.action_go_on()

    def action_hint(self) -> None:
        """Open the next hint."""
        self._learn.doing.hint(self._exercise)

    def action_edit(self) -> None:
        """Open the sheet itself."""
        self._learn.action_edit()

    def action_lesson(self) -> None:
        """Go back to the lesson."""
        self.app.pop_screen()
        self._learn.action_lesson()

    def action_next(self) -> None:
        """Go on to the next exercise."""
        self.app.pop_screen()
        self._learn.action_next()
