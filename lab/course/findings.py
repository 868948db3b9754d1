"""The general findings: misconceptions that every exercise can meet. Those of one exercise stand in its check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

UNTOUCHED: Final = "the starter, untouched"
"""What is seen of a file that nobody has begun: to fail then is what is meant to happen."""
NO_ANSWER: Final = "no answer yet"
"""The same of a sheet of answers."""


@dataclass(frozen=True, slots=True)
class General:
    """A finding's fixed words; `saw` is filled in where it is met. `{…}` in `look` and `expected` as well."""

    expected: str
    why: str
    look: str


GENERAL: Final[Mapping[str, General]] = {
    "not-started": General(
        "your version",
        "This is meant to fail: the starter is the place where your lines go.",
        "Your file: {file}. Begin with task 1.",
    ),
    "half-way": General(
        "lines that come to an end",
        "Python does your lines, and then stops at the one that the starter ends with.",
        "Delete that line when your lines are written, and return what the lesson asks for.",
    ),
    "answer-missing": General(
        "an answer to every question",
        "The check begins when all are answered: a prediction counts only before one has seen what happens.",
        "Write a letter between the quotes of each. Not sure? A guess is a prediction, too.",
    ),
    "does-not-load": General(
        "a file that Python can read",
        "Nothing in the file can run until Python understands all of it.",
        "Look at line {line} and the one before it: a bracket, a quote, a colon?",
    ),
    "no-such-import": General(
        "imports that are there",
        "Python stops at an import that it cannot find, and runs nothing after it.",
        "Line {line}: is the name spelt as in the lesson? The starter's own imports are all you need.",
    ),
    "stops-while-loading": General(
        "a file that loads",
        "Lines outside functions run as soon as the file is loaded, and here one of them failed.",
        "Line {line}. Only imports, constants and definitions belong outside functions.",
    ),
    "file-missing": General(
        "the file {file}",
        "The lab looks for that name and no other. Was it deleted, moved or renamed?",
        "Rename it back, or begin anew (a copy of the old one is kept): uv run lab reset {exercise}",
    ),
    "name-missing": General(
        "the names that the starter defines",
        "The shop calls your piece by that name. A name that is spelt differently is another thing.",
        "Write the name as the starter has it: uv run lab solution and the lesson show it, too.",
    ),
    "crashed": General(
        "no error",
        "Python stopped there, and nothing after it ran.",
        "Mend that line first; everything else comes after.",
    ),
    "left-the-program": General(
        "a function that returns",
        "sys.exit() ends the whole process. In the shop that is the service, with every other order in it.",
        "Return a value, or raise an error; never end the program.",
    ),
    "await-forgotten": General(
        "the call to be awaited",
        "Calling an async function only prepares the work. `await` is what does it. Nothing has happened.",
        "Exercise 2, 'The idea'; then put `await` before the call.",
    ),
    "not-async": General(
        "an async function",
        "The shop awaits your function. A plain one has already run and blocked everybody else meanwhile.",
        "Begin the definition with `async def`, as the starter has it.",
    ),
    "signature-changed": General(
        "a function with the starter's parameters",
        "The shop calls your function with the same arguments as before, and it no longer takes them.",
        "Write the line with `def` as the starter has it: uv run lab solution and the lesson show it, too.",
    ),
    "not-a-function": General(
        "a function by the starter's name",
        "The shop calls what stands by that name. A number, a text or None cannot be called.",
        "Is there a line that gives the function's name another value? Take it out, or give it another name.",
    ),
    "cancelled-itself": General(
        "a function that returns",
        "A cancelled task takes all with it that runs in it: in the shop that is the service, and this check too.",
        "Return a value, or raise an error. Cancel only tasks that your own lines have started.",
    ),
    "blocks-the-loop": General(
        "`await asyncio.sleep(…)`, or no pause at all",
        "time.sleep() stops the whole process: no other message is handled, no customer is answered meanwhile.",
        "Take the pause out, or await it: asyncio.sleep.",
    ),
    "never-returned": General(
        "an answer within a few seconds",
        "A service that waits for ever serves nobody else.",
        "Look for a loop without an end, or an await on something that never happens.",
    ),
    "ends-the-transaction": General(
        "a transaction that is still open when your function returns",
        "The shop ends it for you, together with what has to be told. Ended here, one can be kept without the other.",
        "No commit, no rollback, no close: change the rows and return.",
    ),
    "refused-by-the-database": General(
        "rows that can be written",
        "At the end of the transaction the database refused what your lines had left in the session.",
        "Two rows for one key? A column without a value, or with one that is not allowed?",
    ),
    "answers-no-list": General(
        "a list of messages, maybe an empty one",
        "The shop sends what is in the list. One message by itself is none, and neither is None.",
        "`return [SomethingDone(…)]`; with nothing to tell, `return []`.",
    ),
    "not-rows": General(
        "ROWS = (Row(…), Row(…)): a tuple of rows",
        "Before it reads anything, the mediator puts the rows of all parts into one table. What is no row stops it.",
        "Row(state, On(name), next state, (function, function)). One alone needs a comma behind it: (function,).",
    ),
    "two-rows": General(
        "one row for each pair of state and message",
        "The mediator must know which one to follow. In the shop it does not start with two.",
        "Take yours out where another exercise brings one; all rows: docs/reference/mediator.md.",
    ),
    "not-a-command": General(
        "functions that make commands: (saga, message) -> Command",
        "The mediator calls them when their row applies, and sends what they return.",
        "Write the function's name into the row, uncalled, and let it return a command with the order's id.",
    ),
    "parts-missing": General(
        "a shop that runs on pieces of yours; what you skipped may stay the lab's, up to half",
        "A capstone is the proof that your pieces work together. Of a piece of the solution it proves nothing. Nothing "
        "is wrong with what you have.",
        "uv run lab list shows which exercises are open.",
    ),
    "orders-otherwise": General(
        "orders that end as they were planned",
        "Each of your pieces has passed alone. Together one of them does something else than those before and after it "
        "expect.",
        "uv run lab order list, then follow one that is not at its end.",
    ),
    "wrong-topic": General(
        "a topic of the shop",
        "Kafka would wait for that topic to appear, and nobody would read it.",
        "Use the constant from lab.shop.contracts; a constant cannot be misspelt.",
    ),
    "text-instead-of-bytes": General(
        "bytes",
        "Kafka carries bytes and knows nothing of text or objects; someone has to say how they become bytes.",
        "'order-7'.encode() makes bytes of a text.",
    ),
    "yaml-form": General(
        "a file that can be read as YAML",
        "In YAML the indentation says what belongs to what: only blanks, no tabs. `[]` means an empty list, and must "
        "go when entries follow.",
        "Compare the lines around {line} with the worked example; nothing else is lost.",
    ),
    "sheet-unreadable": General(
        "a file in the form that the starter has",
        "The lab cannot read it, so it cannot see your answers.",
        "Put the line back as it was (uv run lab reset {exercise} brings a fresh copy), and write between the quotes.",
    ),
}
