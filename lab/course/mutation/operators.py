"""THE table of the ways in which a right Python file is made wrong, each with the reason why people write that.

A file is made wrong in the way of one row at one place at a time.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from lab.course.mutation import calls, conditions, statements, values
from lab.course.mutation.facts import Facts
from lab.course.mutation.places import Change, Place


class Operator(NamedTuple):
    """One way: its name, why people write that, and where and how it changes a file."""

    name: str
    reason: str
    changes: Callable[[Place, Facts], Iterator[Change]]


OPERATORS: Final = (
    # what is done
    Operator("drop-statement", "a step is forgotten: no commit, no release, no raise", statements.drop_statement),
    Operator("swap-statements", "told before it is stored", statements.swap_statements),
    Operator("return-none", "the answer is not handed back", statements.return_none),
    Operator("branch-always", "a condition is not asked", statements.always),
    Operator("branch-never", "a special case is not thought of", statements.never),
    Operator("loop-once", "only the first is done", statements.loop_once),
    Operator("swap-exit", "one bad record ends the loop, or the end is overlooked", statements.swap_exit),
    Operator("widen-except", "an error that should be seen is swallowed", statements.widen_except),
    Operator("unwrap", "without the transaction, the handler or the cleaning up around it", statements.unwrap),
    Operator("drop-case", "one kind of message is not handled", statements.drop_case),
    # what is called, and with what
    Operator("drop-await", "calling an async function is taken for doing it", calls.drop_await),
    Operator("await-in-turn", "one after another instead of all together", calls.await_in_turn),
    Operator("drop-keyword", "an option is left at its default", calls.drop_keyword),
    Operator("drop-argument", "one of several conditions is left out, or what seems optional", calls.drop_argument),
    Operator("swap-arguments", "two things of one type are mixed up", calls.swap_arguments),
    Operator("skip-call", "text instead of bytes; a query without its condition", calls.skip_call),
    Operator("get-as-index", "what is not there is an error, not an answer", calls.get_as_index),
    Operator("other-call", "the neighbour in the documentation is taken", calls.other_call),
    # which value
    Operator(
        "change-constant", "a value is guessed: another option, one too many, another unit", values.change_constant
    ),
    Operator("change-key", "a name that both sides must agree on is misspelt", values.change_key),
    Operator("other-attribute", "the customer's id is taken for the order's", values.other_attribute),
    Operator("other-name", "another topic, message or table is taken", values.other_name),
    Operator("drop-element", "one of several is left out", values.drop_element),
    Operator("drop-pair", "a header or field is left out", values.drop_pair),
    Operator("swap-elements", "the sequence is taken to mean nothing", values.swap_elements),
    Operator("drop-part", "an id is built from too little, so two things share one", values.drop_part),
    # in which case
    Operator("negate", "a condition is the wrong way round", conditions.negate),
    Operator("drop-condition", "one of two conditions is forgotten", conditions.drop_condition),
    Operator("swap-and-or", "and and or are mixed up", conditions.swap_and_or),
    Operator("flip-comparison", "the edge is on the wrong side, or the opposite is asked", conditions.flip_comparison),
    Operator("swap-arithmetic", "added instead of taken away", conditions.swap_arithmetic),
    Operator("drop-sign", "a not or a minus is forgotten", conditions.drop_sign),
)
