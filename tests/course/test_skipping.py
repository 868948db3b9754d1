"""Skipping any one exercise leaves the rest passable.

What is tried, and why it is enough without checking everything against everything:

- No line of the lab asks what an exercise requires, but for the audit of the catalogue: nothing can be refused for it.
- A check judges one file of the learner's. Each exercise is checked in a workspace where *every* other file is one that
  nothing can load or read, and is chosen for the shop: worse than skipped, and for all that might be skipped at once.
  A capstone is done on pieces of one's own, and asks for nothing else; any one of them may be skipped
  (tests/course/test_capstone.py tries each).
- The shop runs with the skipped piece from the solution and all others from the learner: for each piece that can be
  skipped, two real orders go through such a shop.
- `lab next` leads whoever leaves one open through all the others, and back to it.
"""

import ast
import asyncio
from datetime import timedelta
from itertools import count

import pytest

from lab.bundle import shipped
from lab.course.catalog import Kind, Need, read_course
from lab.course.choices import Source
from lab.course.classroom import Classroom
from lab.course.helping import comparison, hints
from lab.course.kit.capstone import Capstone
from lab.course.lesson import read_lesson
from lab.course.pasting import apply_hint
from lab.course.whereabouts import after
from lab.shop.parts import PART_FILES, SILENT, Choice, Parts
from lab.shop.tap import snapshot
from tests.course.learner import MONDAY, having_passed
from tests.shop.harness import open_shop, sqlite

COURSE = read_course()
EACH = pytest.mark.parametrize("one", COURSE.exercise, ids=lambda one: one.id)
EACH_SKIPPED = pytest.mark.parametrize("skipped", COURSE.exercise, ids=lambda one: one.id)
PIECES = [part.exercise for part in PART_FILES if part.phase == 1]
POISON = b"\xff\xfe)] another exercise's file was read\n"
AT_ONCE = 5
"""Shops at the same time: most of a shop's start is waiting."""
MAY_ASK_WHAT_IS_REQUIRED = {"lab/course/audit/rules.py"}


def own_answer(exercise):
    """What a learner has who pasted hint 4 into the starter."""
    return apply_hint(exercise.starter.read_text(), read_lesson(exercise.lesson).pasted)


def put(folder, exercise, text):
    file = folder / exercise.id / exercise.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text)
    return file


# --- nothing is refused ---


def test_no_line_of_the_lab_asks_what_an_exercise_requires_but_the_audit_of_the_catalogue():
    asking = {
        str(file.relative_to(shipped()))
        for tree in ("lab/course", "lab/cli", "lab/shop", "tui", "exercises")
        for file in (shipped() / tree).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "requires"
    }
    assert asking == MAY_ASK_WHAT_IS_REQUIRED


@EACH_SKIPPED
def test_whoever_leaves_one_open_is_led_through_all_the_others_and_back_to_it(skipped, tmp_path):
    days = count()
    room = Classroom(workspace=tmp_path, course=COURSE, clock=lambda: MONDAY + timedelta(minutes=next(days)))
    walked = []
    while len(walked) < len(COURSE.exercise) - 1:
        following = room.whereabouts().next
        if following == skipped:
            following = after(skipped, COURSE, room.progress())
        assert following not in [*walked, skipped]
        room.go_to(following)
        room.store.change(lambda progress, name=following.id: having_passed(progress, MONDAY, name))
        walked.append(following)
    where = room.whereabouts()
    assert (where.next, where.passed, where.total) == (skipped, len(walked), len(COURSE.exercise))
    assert skipped.id not in {file.name for file in tmp_path.iterdir()}


@EACH
def test_whoever_has_passed_nothing_may_take_any_one_at_once(one, tmp_path):
    room = Classroom(workspace=tmp_path, course=COURSE, clock=lambda: MONDAY)
    room.go_to(one)
    assert room.current() == room.whereabouts().next == one
    for number in range(4):
        assert len(hints(room, one, anyway=True)[0].open) == number + 1
    assert comparison(room, one).solution == one.solution
    if one.kind is Kind.PART:
        room.use(one, Source.MINE)
        assert room.choices.source(one) is Source.MINE


# --- a check looks at one file ---


@pytest.mark.parametrize("one", [one for one in COURSE if one.kind is not Kind.CAPSTONE], ids=lambda one: one.id)
def test_a_check_passes_whatever_the_files_of_all_the_others_are(one, checker, kafka_address, tmp_path):
    room = Classroom(workspace=tmp_path / "ws", course=COURSE)
    for other in COURSE:
        put(room.folder, other, own_answer(other).encode() if other == one else POISON)
        if other.kind is Kind.PART and other != one:
            room.choices.use(other, Source.MINE)
    env = {"LAB_WORKSPACE": str(room.folder), "LAB_CHOICES": str(room.choices.file), "LAB_KAFKA": kafka_address}
    if Need.DOCKER in one.needs:
        env["PATH"] = str(tmp_path)  # to read the file is enough here, and takes no ten seconds
    verdict = checker.check(one, None, **env)
    assert verdict.passed, verdict
    assert verdict.ran is (Need.DOCKER not in one.needs)


def test_a_capstone_asks_for_the_pieces_of_its_phase_as_the_catalogue_says_and_for_nothing_else():
    for one in COURSE:
        if one.kind is Kind.CAPSTONE:
            pieces = {other.id for other in COURSE if other.kind is Kind.PART and other.phase == one.phase}
            assert set(one.requires) == set(Capstone(one).parts) == pieces


# --- the shop runs with any one from the solution ---


def chosen(folder, without):
    """The learner's own pieces, all but one."""
    mine = {name: COURSE.find(name) for name in PIECES if name != without}
    return {name: Choice("mine", put(folder, one, own_answer(one).encode())) for name, one in mine.items()}


@pytest.mark.anyio
@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_shop_runs_with_any_one_piece_from_the_solution_and_all_others_the_learners(kafka_address, tmp_path):
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for skipped in PIECES:
            group.create_task(orders_come_to_their_ends(skipped, kafka_address, tmp_path / skipped, gate))


async def orders_come_to_their_ends(skipped, kafka, folder, gate):
    """One order that ends well, and one that is undone; and all pieces but the skipped one had a hand in them."""
    choices = chosen(folder / "ws", skipped)
    try:
        async with gate, open_shop(kafka, sqlite(folder), parts=lambda: Parts(1, choices)) as shop:
            orders = [await shop.place(), await shop.place(card="card-refused")]
            assert [await shop.ending(order) for order in orders] == ["delivered", "rejected"]
            seen = await snapshot(kafka, shop.prefix)
        assert {name for one in seen for name in one.message.parts} == set(PIECES) - SILENT - {skipped}
    except AssertionError as error:
        error.add_note(f"skipped: {skipped}")
        raise
