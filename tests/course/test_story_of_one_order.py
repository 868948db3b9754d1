"""Exercise 1 speaks of the real shop: its sheet, its check, the topics and the mediator's table say the same."""

import re
from datetime import UTC, datetime

import pytest

from lab.course.catalog import read_course
from lab.loading import load_file
from lab.shop.contracts import TOPIC_OF, Command, Message, OrderCreated, State
from lab.shop.parts import Parts
from lab.shop.ports import On, Saga
from lab.shop.units import BY_NAME
from tests.shop.bodies import sample

EXERCISE = read_course().find("commands")
LINE = re.compile(r'#   (?P<letter>[a-z])  (?P<speaker>.+?)  +(?P<to>.+?)  +"(?P<words>.+)"  +(?P<name>\S+)')
SHEET = {
    found["letter"]: found for found in map(LINE.fullmatch, EXERCISE.starter.read_text("utf-8").splitlines()) if found
}
TABLE = Parts(1).table()[0]


@pytest.fixture(scope="module")
def check(request):
    request.config.addinivalue_line("markers", "task(n): the line of 'Your task' that a test judges")
    return load_file(EXERCISE.check, "orderlab_check_of_commands")


def heard_and_said():
    """What the mediator hears and what it then says, by their names, through all of its table."""
    order = sample(OrderCreated)
    saga = Saga("ord-1", State.NEW, order)
    for row in TABLE.values():
        body = next(body for body in TOPIC_OF if body.name == row.on.name)
        outcome = {"outcome": row.on.outcome} if row.on.outcome else {}
        heard = Message("m-1", sample(body, **outcome), "/shop/x", datetime.now(UTC), "c-1")
        assert On.of(heard.body) == row.on
        yield from ((row.on.name, command(saga, heard).name) for command in row.commands)


def test_the_sheet_has_the_lines_that_the_check_judges(check):
    assert {letter: line["name"] for letter, line in SHEET.items()} == check.NAMES


def test_each_message_of_the_sheet_is_said_by_its_writer_and_to_its_owner(check):
    for letter, body in check.MESSAGES.items():
        topic, line = TOPIC_OF[body], SHEET[letter]
        assert line["speaker"].removeprefix("the ") == BY_NAME[topic.writer].title
        assert line["to"] == (BY_NAME[topic.owner].title if issubclass(body, Command) else "anyone")


def test_the_lines_to_be_left_out_are_no_messages_of_the_shop(check):
    assert not set(check.NEITHER.values()) & {body.name for body in TOPIC_OF}


def test_what_causes_a_command_is_what_the_mediators_table_says(check):
    pairs = {(check.NAMES[check.CAUSE[letter]], check.NAMES[letter]) for letter in check.COMMANDS}
    assert pairs <= set(heard_and_said())


def test_what_causes_an_event_is_the_command_of_the_same_service(check):
    events = check.MESSAGES.keys() - check.COMMANDS - {"d"}  # nothing but a customer causes the order
    for letter in events:
        cause = TOPIC_OF[check.MESSAGES[check.CAUSE[letter]]]
        assert cause.owner == TOPIC_OF[check.MESSAGES[letter]].writer


def test_what_does_not_wait_for_one_another_may_change_places(check):
    begin = "dbilagk"
    assert {end: check.first_too_early(begin + end) for end in ("ejm", "emj", "jem", "jme", "mej")} == {
        "ejm": "", "emj": "", "jem": "", "jme": "m", "mej": "m",
    }  # fmt: skip
