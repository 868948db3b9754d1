"""docs/reference/mediator.md: the mediator's table as a table and as a picture, from the parts of phase 1."""

from collections.abc import Mapping, Sequence
from functools import cache

from lab.docs.examples import examples, message_for
from lab.docs.markdown import code, page, table, words
from lab.shop.contracts import ENDED, OrderCreated, State
from lab.shop.parts import PART_FILES, Parts
from lab.shop.ports import ROWS, Row, Saga

_ABOUT = """
In this state, on this message: go to that state and say these commands. The rows come from several exercises; together
they are one table, and two rows for one pair of state and message are an error at start.

The table is total. A pair without a row is a *no-op* where the order has had this message before (Kafka may deliver
twice), else *unexpected*: recorded in the saga's log and shown to a person. Nothing is dropped in silence.
"""
_PICTURE = """
## As a picture

Moves only. Each arrow: the message that has come, and after the slash the commands that follow.
"""


def write() -> str:
    """Write the page."""
    rows = Parts(1).table()[0].values()
    sections = (_section(state, [row for row in rows if row.state is state]) for state in State)
    return page("The mediator's table (phase 1)", _ABOUT, _PICTURE, code(_diagram(list(rows)), "mermaid"), *sections)


def commands(row: Row) -> list[str]:
    """Return the names of the commands that a row says, by asking it."""
    order = examples()["order.created"].message.body
    if not isinstance(order, OrderCreated):
        raise TypeError("the example of order.created is not one")
    saga = Saga(order.order_id, row.state, order)
    return [command(saga, message_for(row.on)).name for command in row.commands]


@cache
def contributors() -> Mapping[tuple[State, str], str]:
    """Return, for each row's state and message, the exercise that brings it."""
    found = {}
    for part in (part for part in PART_FILES if part.phase == 1 and ROWS in part.fills):
        for state, on in Parts(1, part_files=(part,)).table()[0]:
            found[state, str(on)] = part.exercise
    return found


def _section(state: State, rows: Sequence[Row]) -> str:
    drawn = (
        (f"`{row.on}`", "stays" if row.to is state else f"`{row.to}`", words(commands(row)), _from(row)) for row in rows
    )
    if not rows:
        return f"## {state}\n\nNo rows in this phase."
    end = "\n\nThe saga has ended; these rows are for what comes late." if state in ENDED else ""
    return f"## {state}{end}\n\n{table(('on', 'to', 'says', 'exercise'), drawn)}"


def _from(row: Row) -> str:
    return contributors()[row.state, str(row.on)]


def _diagram(rows: Sequence[Row]) -> str:
    moves = [row for row in rows if row.to is not row.state or row.commands]
    lines = [
        f"    [*] --> {State.NEW}",
        *map(_arrow, moves),
        *(f"    {state} --> [*]" for state in State if state in ENDED),
    ]
    return "\n".join(["stateDiagram-v2", *lines])


def _arrow(row: Row) -> str:
    said = f" / {', '.join(commands(row))}" if row.commands else ""
    return f"    {row.state} --> {row.to}: {row.on}{said}"
