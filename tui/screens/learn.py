"""Learn: the tree of exercises, the lesson, the check. Saving is checking."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from lab.course.catalog import Exercise
from lab.course.classroom import Checked
from lab.course.watching import BroughtIn, Event
from lab.errors import LabError
from tui.bindings import bindings_of
from tui.learning import Failed, Heard, Learning, Looked
from tui.model.cursor import Moment
from tui.model.guess import Guess
from tui.model.learn import Check, Known, Study, after
from tui.render.bars import clock
from tui.render.card import card_rows
from tui.render.card_short import check_title, short_rows
from tui.render.learn_head import head_rows, more_row, status_row
from tui.render.learn_layout import SHORT_CHECK, Wants, has_side, places
from tui.render.panes import Box, Line
from tui.render.signs import SIGNS
from tui.render.text import Role, Row, Span, row
from tui.render.tree import TREE_CELLS
from tui.screens.base import note, trouble
from tui.screens.learn_deeds import Finished, LearnDeeds
from tui.screens.learn_keys import LearnKeys
from tui.screens.learn_talk import LearnTalk
from tui.screens.predict import PredictScreen
from tui.stack_work import now_ms
from tui.widgets.card_view import CardView
from tui.widgets.lesson_view import LessonView
from tui.widgets.rows import Rendered
from tui.widgets.tree_view import TreeView

_TALL: Final = 1_000
_BARS_AND_FRAME: Final = 4
"""Rows of the frame and of the two bars; where there are more, a line stands above the status."""


class LearnScreen(LearnKeys):
    """Learn."""

    PLACE = "learn"
    NAME = "Learn"
    TIME_ROW = False
    ABOUT = (
        "The lesson, your file, and what the check says. Edit your file in any editor: every save is checked here, and "
        "what passes runs in the shop at once. tab goes from pane to pane, ↑↓ scroll or choose, enter opens the check "
        "(or the questions), t all exercises. Any exercise can be taken at any time.\n"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("learn"),
        Binding("enter", "open", show=False),
        Binding("escape", "close", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.doing = LearnDeeds(self)
        self.talk = LearnTalk(self)
        self.known: Known | None = None
        self.checks: Mapping[str, Check] = {}
        self.wants = Wants()
        self.left_open = ""
        self._closed_by: LabError | None = None
        """Why the course cannot be opened."""
        self.guesses: dict[str, Guess] = {}
        """Predictions as they are, by exercise: they are kept while their screen is closed."""

    @property
    def learning(self) -> Learning:
        """The course, for the whole app."""
        return self.lab_app.learning

    def study(self) -> Study | None:
        """Return everything that is drawn; None while the course is being opened."""
        if self.known is None:
            return None
        return Study(self.known, self.checks, now_ms(), self.known.where.next)

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        """Open the course, then watch."""
        self._open()

    def _open(self) -> None:
        self._closed_by = None
        self.doing.work("begin", self.learning.begin, self._begun, self._not_begun)

    def _not_begun(self, error: LabError) -> None:
        self._closed_by = error
        self.lab_app.trouble(error)
        self.on_tick()

    def _begun(self, looked: Looked) -> None:
        self.take(looked.known)
        self.run_worker(self._watch, thread=True, name="watching", group="watching", exclusive=True)
        self.talk.tell(looked.pieces, lambda: self.talk.ask(looked.dues, lambda: None))

    def _watch(self) -> None:
        try:
            self.learning.watch(lambda event: self.post_message(Heard(event)))
        except LabError as error:
            self.post_message(Failed(error))

    def on_screen_resume(self) -> None:
        """Another screen may have gone to another exercise; and what kept the course closed may be mended."""
        if self._closed_by is not None:
            self._open()
        elif self.known is not None:
            self.doing.work("where", self.learning.current, self._is_at)

    def _is_at(self, exercise: Exercise) -> None:
        if self.known is not None and exercise != self.known.exercise:
            self.go_to(exercise)

    def on_finished(self, message: Finished) -> None:
        """Go on where a worker has ended."""
        message.then()

    def on_failed(self, message: Failed) -> None:
        """Say what could not be done."""
        self.lab_app.trouble(message.error)

    def on_heard(self, message: Heard) -> None:
        """Take what the watching tells; the app draws while something goes on."""
        event = message.event
        self.checks = after(self.checks, event, now_ms())
        if isinstance(event, Checked | BroughtIn):
            self.doing.work("look", partial(self.learning.look, event.exercise), self.take)
            self._tell_elsewhere(event)
        self.draw_anew()
        if isinstance(self.app.screen, PredictScreen):
            self.app.screen.heard(event)
        self.lab_app.has_news()

    def _tell_elsewhere(self, event: Event) -> None:
        if isinstance(event, Checked) and self.app.current_mode != self.PLACE:
            said = (
                "PASS" if event.verdict.passed else event.verdict.finding.id if event.verdict.finding else "not checked"
            )
            self.notify(f"{event.exercise.number} · {event.exercise.id}: {said}. 3 shows it.")

    def take(self, known: Known) -> None:
        """Show this from now on."""
        self.known = known
        self.draw_anew()
        if isinstance(self.app.screen, PredictScreen):
            self.app.screen.refresh_all()

    def go_to(self, exercise: Exercise) -> None:
        """Go to an exercise and show it."""
        self.left_open = ""
        self.wants = replace(self.wants, drawer=False, grown=False, zoomed="")
        self.doing.work("go to", partial(self.learning.go_to, exercise), self.take)

    def look_again(self) -> None:
        """Read anew what is noted."""
        if self.known is not None:
            self.doing.work("look", partial(self.learning.look, self.known.exercise), self.take)

    def open_questions(self) -> None:
        """Open the screen of predictions."""
        if self.known is None:
            return
        exercise = self.known.exercise
        self.doing.work(
            "questions",
            partial(self.learning.form, exercise),
            lambda form: self.app.push_screen(PredictScreen(self, exercise, form)),
        )

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def panes(self) -> Sequence[Widget]:
        """Make the panes; the tree last, since as a drawer it covers the others."""
        self.lesson = LessonView(lambda: self.query("#more").refresh())
        self.card, self.tree_view = CardView(self._card), TreeView()
        return (
            Rendered(self._head, id="head"),
            self.lesson,
            Rendered(lambda width, _: [more_row(self.lesson.read, width)], id="more"),
            self.card,
            self.tree_view,
        )

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Place the panes."""
        found = places(body, self.wants)
        x, y, cells = found.check_line
        study = self.study()
        title, at_right = check_title(study) if study else (Row(), Row())
        lines = [Line(x, y, across=cells, title=title, at_right=at_right)]
        if self.wants.drawer and "tree" in found.boxes and not found.side_line:  # the drawer covers its beginning
            covered = found.boxes["tree"].width
            lines = [Line(x + covered, y, across=cells - covered, at_right=at_right)]
        if found.side_line:
            end = body.y + body.height + (1 if self.size.height - body.height > _BARS_AND_FRAME else 0)
            lines.append(Line(found.side_line, 0, down=end))
        return found.boxes, lines

    def draw_anew(self) -> None:
        study = self.study()
        if study is None:
            return
        self.lesson.show(study.known.lesson, study.known.welcome)
        self.tree_view.show(study.known)
        self.tree_view.edge = not has_side(self.size.width)
        cells = self.size.width - (TREE_CELLS + 3 if has_side(self.size.width) else 2)
        self.wants = replace(self.wants, card=len(card_rows(study, cells, _TALL)))
        self.lay_out()
        self.card.refresh_card()
        self.query("#head").refresh()
        self.query("#bottom").refresh()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  as the base has it
        """Draw anew what depends on the room: the card may need other."""
        self.draw_anew()

    def on_tick(self) -> None:
        """Draw what can have changed; the lesson and the tree have not."""
        self.lay_out()
        self.query("#bottom").refresh()
        if self.known is None:
            self.query("#head").refresh()
        if self.known is None or any(check.runs for check in self.checks.values()):
            self.card.refresh_card()

    def moves(self, moment: Moment) -> bool:
        """Let the seconds of a check be seen."""
        return super().moves(moment) or any(check.runs for check in self.checks.values())

    def _head(self, width: int, height: int) -> Sequence[Row]:
        study = self.study()
        if self._closed_by is not None:
            return [row(Span(f" {line}", Role.FAULT)) for line in (self._closed_by.what, self._closed_by.mend)]
        if study is None:
            return [row(Span(" The course is being opened…", Role.QUIET))]
        kafka = self.lab_app.link.shop is not None and self.lab_app.link.lost_ms is None
        return head_rows(study, width, height, kafka=kafka, side=has_side(self.size.width))

    def _card(self, width: int, height: int) -> Sequence[Row]:
        study = self.study()
        if study is None:
            return []
        return card_rows(study, width, height) if height > SHORT_CHECK else short_rows(study, width)

    def status(self) -> Row:
        """Say what is watched."""
        study = self.study()
        if self._closed_by is not None:
            return trouble("The course cannot be opened. 1, then 3 tries it once more.")
        if study is None:
            return note("Opening the course and its checker; a second or two.")
        return status_row(study, self.size.width - 4, self._live_word())

    def _live_word(self) -> Row:
        link = self.lab_app.link
        if link.shop is None or self.has_time_row():
            return Row()
        return row(Span(SIGNS.here, Role.GOOD), f" shop live {clock(now_ms())}")

    def has_time_row(self) -> bool:
        """Unfold the time row where the view is not live, and where the shop goes stale."""
        moment = self.lab_app.view().moment
        return not moment.live or self.lab_app.link.lost_ms is not None

    def greyed(self) -> frozenset[str]:
        """Leave out of the bar what makes no sense here now."""
        study = self.study()
        passed = study is not None and study.check.verdict is not None and study.check.verdict.passed
        out = set() if passed else {"place_order"}
        if study is None or study.known.source is None:
            out.add("who_runs")
        return frozenset(out)
