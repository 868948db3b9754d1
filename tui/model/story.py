"""One order as steps: its messages in sequence, what comes again folded, each with the step that caused it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from typing import Final

from lab.shop.contracts import TOPIC_OF, Command
from tui.model.causes import ANSWER_NAMES
from tui.model.item import Item, Kind


class Ghost(Enum):
    """Whether a step was seen."""

    SEEN = "seen"
    TO_COME = "to come"
    MISSED = "never came"


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a story. Of a step that is only expected, `at_ms` is 0 and `numbers` is empty.

    at_ms: since the epoch. numbers: its places in the history, more than one where it came again.
    cause: the place of the step that caused it, among the steps.
    note: what is odd about it, in a word: `late`, `unexpected`, `early`. wrong: it is the first difference.
    """

    name: str
    source: str
    target: str
    command: bool
    at_ms: int = 0
    outcome: str | None = None
    numbers: tuple[int, ...] = ()
    cause: int | None = None
    origin: str = ""
    ghost: Ghost = Ghost.SEEN
    note: str = ""
    wrong: bool = False

    @property
    def seen(self) -> bool:
        """Say whether it lies on Kafka."""
        return self.ghost is Ghost.SEEN


_BY_NAME: Final = {body.name: (topic, issubclass(body, Command)) for body, topic in TOPIC_OF.items()}


def is_command(name: str) -> bool:
    """Say whether a message of this name asks for something."""
    return name in _BY_NAME and _BY_NAME[name][1]


def expected_step(name: str, ghost: Ghost, cause: int | None, *, wrong: bool = False) -> Step:
    """Make a step that was not seen."""
    topic, command = _BY_NAME[name]
    return Step(name, topic.writer, topic.owner, command, cause=cause, ghost=ghost, wrong=wrong)


def steps_of(seen: Sequence[tuple[int, Item]]) -> list[Step]:
    """Return the steps of one order's readable messages, given with their numbers, by Kafka's time.

    A message that came again (the same id; or the same answer to the same message) is one step with several numbers.
    """
    folded: dict[tuple[str, str], list[tuple[int, Item]]] = {}
    for number, item in _in_sequence(seen):
        key = (item.name, item.cause or item.id)
        folded.setdefault(key, []).append((number, item))
    firsts = [group[0][1] for group in folded.values()]
    by_id = {item.id: place for place, group in enumerate(folded.values()) for _, item in group if item.id}
    return [
        Step(
            item.name,
            item.source,
            item.target,
            item.kind is Kind.COMMAND,
            item.at_ms,
            getattr(getattr(item.message, "body", None), "outcome", None),
            tuple(number for number, _ in group),
            by_id.get(item.cause, _likely_cause(firsts, place)) if item.cause else _likely_cause(firsts, place),
            item.origin,
        )
        for place, (group, item) in enumerate(zip(folded.values(), firsts, strict=True))
    ]


def _in_sequence(seen: Sequence[tuple[int, Item]]) -> list[tuple[int, Item]]:
    """Put what came in one millisecond after its cause: topics are read side by side, so they may come in any way."""
    ordered: list[tuple[int, Item]] = []
    for _, together in groupby(sorted(seen, key=lambda pair: pair[1].at_ms), key=lambda pair: pair[1].at_ms):
        left = list(together)
        while left:
            ids = {item.id for _, item in left}
            ready = [pair for pair in left if pair[1].cause not in ids or not pair[1].cause]
            ordered += ready or left  # a circle of causes has no first one
            taken = {number for number, _ in ready}
            left = [pair for pair in left if pair[0] not in taken] if ready else []
    return ordered


def _likely_cause(items: Sequence[Item], place: int) -> int | None:
    """Return what must have caused a message that does not say it: for an answer the question, else the last event."""
    item = items[place]
    for before in range(place - 1, -1, -1):
        other = items[before]
        if item.kind is Kind.COMMAND and other.kind is Kind.EVENT:
            return before
        if item.kind is Kind.EVENT and item.name in ANSWER_NAMES.get(other.name, ()):
            return before
    return None


def without_ghosts(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that were seen, each with its cause where that stands now, and none of them marked."""
    places = {place: number for number, place in enumerate(n for n, step in enumerate(steps) if step.seen)}
    return [
        replace(step, cause=None if step.cause is None else places.get(step.cause), wrong=False, note="")
        for step in steps
        if step.seen
    ]
