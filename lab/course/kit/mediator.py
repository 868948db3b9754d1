"""The mediator of a check: the shop's whole table with the learner's rows in it, and orders whose story it hears."""

import inspect
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache

from lab.course.catalog import course_root, read_course
from lab.course.kit.faults import BadRows
from lab.shop.contracts import Body, Command, Message, OrderCreated, State
from lab.shop.parts import PART_FILES, Parts
from lab.shop.ports import DECIDE, Decide, Decision, On, Row, Saga, Table


def new_id() -> str:
    """Return an id for a message that nothing has caused."""
    return secrets.token_hex(16)


class Mediator:
    """Decides as the shop's mediator does: by the rows of all parts, the learner's in the place of this exercise's.

    rows: what the learner's file offers as ROWS. Raises BadRows for what the shop could not make a table of.
    """

    def __init__(self, exercise: str, rows: object) -> None:
        others = tuple(part for part in PART_FILES if part.exercise != exercise)
        solutions = course_root() / "solutions"
        self.decide: Decide = Parts(1, solutions=solutions)[DECIDE]
        self.table: Table = _put_together(Parts(1, part_files=others, solutions=solutions).table()[0], rows)

    def story(self, order: OrderCreated, state: State) -> "Story":
        """Return the story of that order, which stands in that state."""
        return Story(self, order, state)


class Story:
    """One order as the mediator knows it. What it hears moves it on.

    said: all commands so far, in sequence.
    """

    def __init__(self, mediator: Mediator, order: OrderCreated, state: State) -> None:
        self._mediator, self._order = mediator, order
        self.state, self.seen = state, frozenset[On]()
        self.said: list[Command] = []

    def hear(self, body: Body) -> Decision:
        """Tell it of this; return what the mediator makes of it. Raises BadRows for a command that is none."""
        message = Message(new_id(), body, "/shop/check", datetime.now(UTC), f"id-{body.order_id}")
        saga = Saga(self._order.order_id, self.state, self._order, self.seen)
        row = self._mediator.table.get((self.state, On.of(body)))
        for make in row.commands if row else ():
            _makes_commands(make, saga, message)
        decision = self._mediator.decide(self._mediator.table, saga, message)
        for command in decision.commands:
            if not isinstance(command, Command):
                raise BadRows("not-a-command", f"for {On.of(body)}: {_what(command)}")
        if decision.kind != "unexpected":
            self.seen |= {On.of(body)}
        self.state = decision.to
        self.said += decision.commands
        return decision


@cache  # its files are read once in an attempt
def _solution(without: str) -> Parts:
    others = tuple(part for part in PART_FILES if part.exercise != without)
    return Parts(1, part_files=others, solutions=course_root() / "solutions")


def _put_together(others: Table, rows: object) -> Table:
    if not isinstance(rows, tuple) or not all(isinstance(row, Row) for row in rows):
        raise BadRows("not-rows", _why_no_rows(rows))
    table = dict(others)
    for row in rows:
        if problem := next(_problems(row), ""):
            raise BadRows("not-rows", problem)
        if (row.state, row.on) in table:
            whose = f"another part's ({_brings(row)})" if (row.state, row.on) in others else "two of yours"
            raise BadRows("two-rows", f"two rows for {row.on} in {row.state}: {whose}")
        table[row.state, row.on] = row
    return table


def _brings(row: Row) -> str:
    """Name the exercise whose part has a row for the same pair of state and message."""
    solutions = course_root() / "solutions"
    owners = (
        part.exercise
        for part in PART_FILES
        if (row.state, row.on) in Parts(1, part_files=(part,), solutions=solutions).table()[0]
    )
    found = read_course().find(next(owners))
    return f"exercise {found.number}, {found.id}"


def _why_no_rows(rows: object) -> str:
    if not isinstance(rows, tuple):
        return _what(rows)
    return f"{_what(next(one for one in rows if not isinstance(one, Row)))} among them"


def _problems(row: Row) -> Iterator[str]:
    """Yield what is wrong with a row's form, in words: Python lets everything into a dataclass."""
    if not isinstance(row.on, On):
        yield f"a row that waits for {_what(row.on)}; it must be On(…)"
    elif not isinstance(row.on.name, str):
        yield f"On(…) with {_what(row.on.name)} in it; it wants a name: OrderCreated.name"
    for state in (row.state, row.to):
        if not isinstance(state, State):
            yield f"a row with {_what(state)} for a state"
    if not isinstance(row.commands, tuple):
        yield f"a row whose commands are {_what(row.commands)}; one alone needs a comma: (mark_shipped,)"


def _makes_commands(make: object, saga: Saga, message: Message[Body]) -> None:
    if not callable(make) or isinstance(make, type):
        raise BadRows("not-a-command", f"{_what(make)} in the place of a function")
    try:
        inspect.signature(make).bind(saga, message)
    except TypeError as error:
        raise BadRows("not-a-command", f"{getattr(make, '__name__', 'a function')}(saga, message): {error}") from None


def _what(thing: object) -> str:
    """Say what something is, in a word or two."""
    if thing is None:
        return "None"
    if inspect.iscoroutine(thing):
        thing.close()
        return "a coroutine: a row's function is no async function"
    if isinstance(thing, type):
        return f"the class {thing.__name__}"
    if isinstance(thing, str):
        return repr(str(thing))
    if callable(thing):
        return f"the function {getattr(thing, '__name__', '')}"
    kind = f"a {type(thing).__name__}"
    return f"{kind} of {len(thing)}" if isinstance(thing, Sequence) else kind
