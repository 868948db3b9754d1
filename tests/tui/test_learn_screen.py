"""Learn, as somebody walks it: the real course, the real checker, a workspace of one's own."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from lab.cli.course_room import RunningShop
from lab.course import starters
from lab.course.catalog import read_course
from lab.course.choices import Source
from lab.course.classroom import Classroom
from lab.course.lesson import read_lesson
from lab.course.pasting import apply_hint
from lab.course.progress import Sureness
from lab.course.progress_store import ProgressStore
from lab.course.watching import Trouble
from lab.errors import Conflict
from lab.running import is_running
from tests.course.learner import MONDAY, having_passed, save
from tests.tui.world import SURROUNDINGS, QuietLab, text_of, until
from tui.app import Orderlab
from tui.learning import Heard
from tui.screens.learn import LearnScreen
from tui.screens.predict import PredictScreen
from tui.sheets.choosing import Choosing
from tui.sheets.confirm import Confirm
from tui.sheets.hint import HintSheet
from tui.sheets.reading import Reading

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]
LONG = 4_000
"""Frames to wait for a check on a busy machine; each is 25 ms."""


@pytest.fixture
def quiet(tmp_path, monkeypatch):
    """A lab whose shop is closed, with a home and a workspace of its own."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.delenv("LAB_KAFKA", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    return QuietLab(tmp_path / "ws")


class Learner:
    """Somebody at the app."""

    def __init__(self, app, pilot, learn, workspace):
        self.app, self.pilot, self.learn, self.workspace = app, pilot, learn, workspace

    @property
    def course(self):
        return self.learn.known.course

    @property
    def seen(self):
        return text_of(self.app)

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition):
        await until(self.pilot, condition, LONG)

    async def sees(self, text):
        await self.until(lambda: text in self.seen)

    async def goes_to(self, name):
        self.learn.go_to(self.course.find(name))
        await self.until(lambda: self.learn.known.exercise.id == name)

    async def saves(self, name, text):
        """Save the learner's file, and wait for what the check says."""
        exercise = self.course.find(name)
        before = self.learn.checks[name].at_ms if name in self.learn.checks else 0.0
        save(self.workspace / name / exercise.file, text)
        await self.until(lambda: name in self.learn.checks and self.learn.checks[name].at_ms > before)
        await self.until(lambda: self.learn.checks[name].settled)
        await self.until(lambda: self.learn.known.standing == self.learn.checks[name].checked.standing)
        return self.learn.checks[name]


@asynccontextmanager
async def at_learn(lab, size=(80, 24)):
    app = Orderlab(lab, surroundings=SURROUNDINGS, first="learn", listens=False)
    async with app.run_test(size=size) as pilot:
        learn = next(screen for screen in app.screen_stack if isinstance(screen, LearnScreen))
        await until(pilot, lambda: learn.known is not None, LONG)
        yield Learner(app, pilot, learn, lab.workspace)


def solution(name):
    return read_course().find(name).solution.read_text()


def wrong(name, answer):
    return (read_course().find(name).wrong_answers / answer).read_text()


def pasted(name):
    exercise = read_course().find(name)
    return apply_hint(exercise.starter.read_text(), read_lesson(exercise.lesson).pasted)


# ── the lesson and the tree ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_learn_opens_where_the_learner_is_with_the_lesson_and_the_tree(quiet, size):
    async with at_learn(quiet, size) as me:
        assert "0 · Tour: a message outlives its sender" in me.seen
        assert "Goal" in me.seen
        assert (quiet.workspace / "tour" / "prediction.toml").is_file()
        await me.press("t")
        assert "▾ 1 Basic setup" in me.seen
        await me.press("down", "down", "enter")
        await me.sees("2 · Await: a coroutine is a recipe")
        assert (quiet.workspace / "await" / "carriers.py").is_file()


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)])
async def test_no_row_is_wider_or_missing_at_any_size(quiet, size):
    async with at_learn(quiet, size) as me:
        rows = me.seen.splitlines()
        assert len(rows) == size[1]
        assert rows[0].startswith("┌")
        assert rows[-1].startswith("└")
        assert all(row.endswith(("│", "┤", "┐", "┘")) for row in rows), me.seen


async def test_the_lesson_keeps_its_place_when_the_card_grows_and_when_the_window_changes(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("await")
        me.learn.lesson.focus()
        await me.press(*["down"] * 12)
        await me.until(lambda: me.learn.lesson.scroll_offset.y == 12)
        block = me.learn.lesson._laid[12].block
        await me.press("enter")
        assert me.learn.wants.grown
        assert me.learn.lesson.scroll_offset.y == 12
        await me.press("escape")
        assert not me.learn.wants.grown
        await me.pilot.resize_terminal(120, 40)
        await me.until(lambda: me.learn.lesson.size.width == 87)
        await me.until(lambda: me.learn.lesson._laid[int(me.learn.lesson.scroll_offset.y)].block == block)


async def test_somebody_who_comes_back_after_months_is_told_where_they_were(quiet):
    ProgressStore(quiet.workspace).change(lambda kept: having_passed(kept, MONDAY, "tour", "commands"))
    async with at_learn(quiet) as me:
        for _ in range(2):  # two questions are due, from two exercises
            await me.until(lambda: isinstance(me.app.screen, Choosing))
            await me.press("escape")
        await me.until(lambda: me.app.screen is me.learn)
        await me.sees("You were at 1 · Commands and events, on 2 March.")


# ── saving is checking ───────────────────────────────────────────────────────────────────────────────────────────


async def test_await_from_the_first_wrong_save_over_a_hint_to_the_pass(quiet):
    async with at_learn(quiet, (120, 40)) as me:
        await me.goes_to("await")
        check = await me.saves("await", wrong("await", "forgot_await.py"))
        assert check.verdict.finding.id == "await-forgotten"
        await me.sees("NOT YET   task 1 of 5")
        assert "await-forgotten" in me.seen
        await me.press("h")
        await me.until(lambda: isinstance(me.app.screen, HintSheet))
        await me.sees("Hint 1 of 4")
        assert "Hint 2 of 4" not in me.seen
        await me.sees("h opens hint 2: you have earned it")
        await me.press("h")
        await me.sees("Hint 2 of 4")
        await me.press("h")
        await me.sees("h again takes it now: noted 'with help', nothing else.")
        assert "Hint 3 of 4" not in me.seen
        await me.press("escape")
        await me.until(lambda: me.app.screen is me.learn)
        check = await me.saves("await", solution("await"))
        assert check.verdict.passed
        await me.sees("PASS")
        await me.sees("✓  2 await")
        assert "n  next: 3 · The envelope" in me.seen
        assert me.learn.known.exercise.id == "await"  # no auto-advance


async def test_a_hint_before_its_time_is_taken_by_a_second_h_and_noted(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("await")
        await me.press("h")
        await me.sees("Hint 1 of 4")
        await me.press("h")
        await me.sees("h again takes it now")
        await me.press("h")
        await me.sees("Hint 2 of 4")
        assert me.learn.learning.room().progress().exercises["await"].helped


async def test_while_a_check_runs_the_old_verdict_is_marked_as_one_from_before(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("await")
        await me.saves("await", wrong("await", "forgot_await.py"))
        slow = solution("await").replace("    quotes = await", "    await asyncio.sleep(2)\n    quotes = await")
        file = quiet.workspace / "await" / "carriers.py"
        save(file, slow)
        await me.sees("checking… ")
        assert "before your last save" in me.seen
        assert "PASS" not in me.seen
        await me.until(lambda: not me.learn.checks["await"].runs)
        assert "before your last save" not in me.seen


async def test_c_checks_now_and_r_shows_what_was_printed(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("envelope")
        await me.press("c")
        await me.until(lambda: "envelope" in me.learn.checks and me.learn.checks["envelope"].settled)
        assert me.learn.checks["envelope"].verdict.finding.id == "not-started"
        await me.sees("NOT YET")
        await me.saves("envelope", 'print("here I am")\n' + solution("envelope"))
        await me.press("r")
        await me.sees("here I am")
        await me.press("escape", "m")
        await me.sees("Who runs this part")
        await me.press("2")
        await me.until(lambda: me.learn.known.source is Source.SOLUTION)


async def test_a_check_without_kafka_is_not_counted_and_says_what_brings_it(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("produce")
        await me.press("c")
        await me.until(lambda: "produce" in me.learn.checks and me.learn.checks["produce"].settled)
        await me.sees("ENVIRONMENT · not your code, and not counted")
        assert "attempt" not in me.seen


async def test_a_save_of_another_exercise_is_checked_and_shown(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("await")
        await me.goes_to("envelope")
        await me.saves("await", solution("await"))
        await me.sees("2 · Await: a coroutine is a recipe")


# ── what one can ask for ─────────────────────────────────────────────────────────────────────────────────────────


async def test_the_solution_opens_only_after_a_pass_or_all_hints(quiet):
    async with at_learn(quiet, (120, 40)) as me:
        await me.goes_to("await")
        await me.press("s")
        await me.pilot.pause(0.3)
        assert me.app.screen is me.learn
        await me.saves("await", solution("await") + "\n# mine\n")
        await me.press("s")
        await me.until(lambda: isinstance(me.app.screen, Reading))
        await me.sees("- # mine")
        assert "It is one good answer, not the only one." in me.seen


async def test_the_worked_example_runs_and_shows_what_it_prints(quiet):
    async with at_learn(quiet, (120, 40)) as me:
        await me.goes_to("await")
        await me.press("a")
        await me.until(lambda: isinstance(me.app.screen, Reading))
        await me.sees("It has ended.")
        await me.press("escape")
        await me.until(lambda: me.app.screen is me.learn)


async def test_the_example_that_needs_kafka_says_so(quiet):
    async with at_learn(quiet) as me:
        told = []
        me.app.trouble = told.append
        await me.goes_to("produce")
        await me.press("a")
        await me.until(lambda: told)
        assert "needs Kafka" in told[0].what


async def test_without_an_editor_e_says_where_the_file_is(quiet):
    async with at_learn(quiet) as me:
        told = []
        me.app.notify = lambda text, **_: told.append(text)
        await me.press("e")
        await me.until(lambda: told)
        assert "prediction.toml" in told[0]
        assert "$EDITOR" in told[0]


async def test_n_leaves_an_open_exercise_only_when_it_is_pressed_twice(quiet):
    async with at_learn(quiet) as me:
        await me.press("n")
        await me.pilot.pause(0.2)
        assert me.learn.known.exercise.id == "tour"
        await me.press("n")
        await me.until(lambda: me.learn.known.exercise.id == "commands")
        await me.goes_to("await")
        await me.saves("await", solution("await"))
        await me.press("n")
        await me.until(lambda: me.learn.known.exercise.id == "envelope")


async def test_a_question_about_yesterday_is_asked_and_one_key_skips_it(quiet):
    async with at_learn(quiet) as me:
        await me.until(lambda: me.app.screen is me.learn)  # never on the first day
    room = quiet.classroom()
    two_days_ago = room.clock() - timedelta(days=2)
    room.store.change(
        lambda kept: having_passed(kept.model_copy(update={"began_at": two_days_ago}), two_days_ago, "tour")
    )
    async with at_learn(quiet) as me:
        for skipped in (1, 2):  # two a day
            await me.sees("From 0 · Tour")
            await me.press("escape")
            await me.until(lambda n=skipped: sum(bool(r.skipped_at) for r in room.progress().questions.values()) == n)
        await me.until(lambda: me.app.screen is me.learn)


# ── the course itself ────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_wrong_copy_that_was_edited_is_told_and_moved_over(quiet, own_course):
    async with at_learn(quiet) as me:
        await me.goes_to("await")
        copy = me.course.find("await").starter
        shipped = copy.read_text()
        copy.write_text(shipped + "\n# here, by mistake\n")
        await me.press("c")
        await me.until(lambda: isinstance(me.app.screen, Confirm))
        await me.press("enter")
        mine = quiet.workspace / "await" / "carriers.py"
        await me.until(lambda: "by mistake" in mine.read_text() and copy.read_text() == shipped)


async def test_an_update_of_the_course_is_merged_and_told(quiet, own_course):
    room = quiet.classroom()
    exercise = room.course.find("await")
    mine = room.go_to(exercise)
    mine.write_text(mine.read_text() + "\n\n# a note of mine\n")
    exercise.starter.write_text(exercise.starter.read_text().replace('"""Exercise', '"""A better exercise', 1))
    (own_course / "exercises" / "starters.toml").write_text(starters.write(room.course))
    async with at_learn(quiet) as me:
        await me.until(lambda: isinstance(me.app.screen, Reading))
        await me.sees("newer starter")
        text = mine.read_text()
        assert "A better exercise" in text
        assert "a note of mine" in text


# ── predict, then reveal ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_sequence_is_put_together_by_keys_and_judged(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("commands")
        await me.press("enter")
        await me.until(lambda: isinstance(me.app.screen, PredictScreen))
        form = me.app.screen.guess.form
        letters = [choice.letter for choice in form.questions[0].choices]
        for answer in ("blgej", "dbilagkejm"):
            for letter in answer:
                steps = letters.index(letter) - me.app.screen.guess.line
                await me.press(*["down" if steps > 0 else "up"] * abs(steps), "right")
            assert me.app.screen.guess.answer == answer
            await me.press("enter")
        await me.until(lambda: "commands" in me.learn.checks and me.learn.checks["commands"].settled)
        assert me.learn.checks["commands"].verdict.passed
        await me.sees("All as you said.")
        assert "You said" in me.seen
        assert "commands: b l g e j" in me.seen
        text = (quiet.workspace / "commands" / "sequence.toml").read_text()
        assert 'commands = "b l g e j"' in text
        assert "# Commands and events: put the story of one order in sequence." in text


async def test_no_key_reveals_anything_without_an_answer_and_a_wrong_one_stands_beside_what_was(quiet):
    async with at_learn(quiet) as me:
        await me.goes_to("commands")
        await me.press("enter")
        await me.until(lambda: isinstance(me.app.screen, PredictScreen))
        for key in ("enter", "c", "enter"):
            await me.press(key)
        assert me.app.screen.predicts
        assert "commands" not in me.learn.checks
        await me.press("right", "tab", "right", "enter")
        await me.until(lambda: "commands" in me.learn.checks and me.learn.checks["commands"].settled)
        await me.sees("commands: a")
        await me.sees("  why ")
        kept = me.learn.learning.room().progress().exercises["commands"].sure
        assert set(kept.values()) == {Sureness.FAIRLY}
        await me.press("enter")
        assert me.app.screen.predicts
        assert me.app.screen.guess.answers == {"commands": "a", "sequence": "a"}


async def test_a_prediction_is_kept_while_there_is_no_kafka_and_while_its_screen_is_closed(quiet):
    async with at_learn(quiet) as me:
        await me.press("enter")
        await me.until(lambda: isinstance(me.app.screen, PredictScreen))
        await me.press("down", "left", "enter", "0", "enter", "down", "enter")
        await me.sees("Kafka is not running, so nothing can be shown yet.")
        assert "tour" not in me.learn.checks
        assert 'who_asks_payment = ""' in (quiet.workspace / "tour" / "prediction.toml").read_text()
        await me.press("escape")
        await me.until(lambda: me.app.screen is me.learn)
        await me.press("enter")
        await me.until(lambda: isinstance(me.app.screen, PredictScreen))
        assert me.app.screen.guess.answers["who_asks_payment"] == "a"
        assert me.app.screen.guess.sureness("who_asks_payment") is Sureness.GUESS
        assert me.app.screen.guess.sureness("payment_is_stopped") is Sureness.LOT


async def test_what_cannot_be_run_is_told_and_asked_again_also_after_its_screen_was_closed(quiet, monkeypatch):
    async with at_learn(quiet) as me:
        await me.goes_to("commands")
        await me.press("enter")
        await me.until(lambda: isinstance(me.app.screen, PredictScreen))
        tried = []
        monkeypatch.setattr(me.learn.learning, "commit", lambda *_: tried.append(1))
        await me.press("right", "tab", "right", "enter")
        await me.sees("The lab does it now, for real…")
        await me.press("escape")
        await me.until(lambda: me.app.screen is me.learn)
        me.learn.post_message(Heard(Trouble(me.course.find("commands"), "The checker ended.", "Try it once more.")))
        await me.until(lambda: "commands" in me.learn.checks)
        await me.press("enter")
        await me.sees("The checker ended. Try it once more.")
        assert me.app.screen.guess.answers == {"commands": "a", "sequence": "a"}
        await me.press("enter")
        await me.until(lambda: len(tried) == 2)
        await me.sees("The lab does it now, for real…")


async def test_a_course_that_cannot_be_opened_says_why_and_is_tried_again(quiet, monkeypatch):
    def closed():
        raise Conflict("The course is locked by another.", "Wait a moment.")

    with monkeypatch.context() as patch:
        patch.setattr(quiet, "classroom", closed)
        app = Orderlab(quiet, surroundings=SURROUNDINGS, first="learn", listens=False)
        async with app.run_test(size=(80, 24)) as pilot:
            seen = "The course is locked by another."
            await until(pilot, lambda: seen in text_of(app) and "1, then 3 tries it once more." in text_of(app), LONG)
            patch.undo()
            await pilot.press("1")
            await until(pilot, lambda: "┌ Orderlab" in text_of(app))
            await pilot.press("3")
            await until(pilot, lambda: "Welcome" in text_of(app) or "Tour" in text_of(app), LONG)
            assert seen not in text_of(app)


# ── with a shop ──────────────────────────────────────────────────────────────────────────────────────────────────


class OpenLab(QuietLab):
    """The lab of a running shop."""

    def running(self):
        return is_running()

    def classroom(self):
        return Classroom(workspace=self.workspace, shop=RunningShop())


@pytest.mark.slow
async def test_produce_is_solved_from_its_hints_and_the_order_service_restarts_with_it(stack, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "ws"))
    lab = OpenLab(tmp_path / "ws")
    async with at_learn(lab, (120, 40)) as me:
        await me.goes_to("produce")
        check = await me.saves("produce", wrong("produce", "keyed_by_customer.py"))
        assert check.verdict.finding.id == "key-is-customer-id"
        await me.sees("✗ orders.initiating")
        assert "first difference:" in me.seen
        for number in range(1, 5):
            await me.press(*["h"] * (2 if number > 2 else 1))  # from the third on it says the price first
            await me.sees(f"Hint {number} of 4")
        await me.press("escape")
        check = await me.saves("produce", pasted("produce"))
        assert check.verdict.passed
        assert check.live.units == ("order",)
        assert check.live.seconds > 0
        await me.sees("In the running shop: order has restarted with it")
        await me.sees("◐  4 produce")


@pytest.mark.slow
async def test_a_prediction_is_committed_and_what_happened_stands_beside_it(stack, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "ws"))
    async with at_learn(OpenLab(tmp_path / "ws"), (120, 40)) as me:
        await me.press("enter")
        await me.until(lambda: isinstance(me.app.screen, PredictScreen))
        for downs in (3, 1, 1):
            await me.press(*["down"] * downs, "enter")
        await me.until(lambda: "tour" in me.learn.checks and me.learn.checks["tour"].settled)
        assert me.learn.checks["tour"].verdict.finding.id == "order-refused"
        await me.sees("It is refused. Nothing can be sold")
        await me.sees("A reader starts, and finds it")
        assert "1 of 3 came as you said" in me.seen
        assert 'payment_is_stopped = "a"' in (tmp_path / "ws" / "tour" / "prediction.toml").read_text()


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_quitting_during_a_check_waits_for_nobody_and_leaves_no_process(quiet, tmp_path):
    async with at_learn(quiet) as me:
        await me.goes_to("await")
        await me.saves("await", wrong("await", "forgot_await.py"))
        room = me.learn.learning.room()
        checker = room._checker._process
        endless = solution("await").replace("    quotes = await", "    await asyncio.sleep(15)\n    quotes = await")
        (quiet.workspace / "await" / "carriers.py").write_text(endless)
        await me.until(lambda: me.learn.checks["await"].runs)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 10
    assert checker.poll() is not None
    assert not list((tmp_path / "home" / "reports").glob("*"))
