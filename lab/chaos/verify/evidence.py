"""All that the invariants are judged by, frozen: books, messages, ledger; and what follows from them, found once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lab.chaos.told import Told
from lab.chaos.verify.books import Books
from lab.chaos.verify.replay import Replay, replay
from lab.chaos.verify.stories import lines_of
from lab.chaos.verify.topics import MAIN, PARKED_BY, TRIED_AGAIN_BY
from lab.shop.contracts import (
    ENDED,
    ORIGIN_OFFSET,
    ORIGIN_PARTITION,
    TOPIC_OF,
    Body,
    Command,
    Message,
    origin_topic,
)
from lab.shop.parts import Parts
from lab.shop.seen import Seen

Origin = tuple[str, int, int]
"""Topic, partition and offset at which a record lay first."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that a group has put aside, on a retry topic or on a dead-letter topic."""

    group: str
    origin: Origin
    seen: Seen

    @property
    def message_id(self) -> str:
        """Return the id of the message that it holds; empty where nobody can read it."""
        return self.seen.message.id if isinstance(self.seen.message, Message) else ""


@dataclass(frozen=True)  # no slots: what follows is worked out when it is first asked for, and kept
class Evidence:
    """What was found. `told` is None where nobody kept a ledger.

    records: everything on every topic, read before the books. later: what had come when the books had been read.
    waiting: how many records each unit has not committed yet.
    gone: topic → records that Kafka has thrown away, so that nobody can say what they were.
    """

    parts: Parts
    books: Books
    records: Sequence[Seen] = ()
    later: Sequence[Seen] = ()
    told: Told | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    gone: Mapping[str, int] = field(default_factory=dict)

    def may_be_gone(self, body: type[Body]) -> bool:
        """Say whether messages of this kind may be among those that Kafka has thrown away."""
        return TOPIC_OF[body].name in self.gone

    @property
    def phase(self) -> int:
        """Return the phase of the shop."""
        return self.parts.phase

    @cached_property
    def ledger(self) -> Told:
        """Return the ledger; one that nobody kept is empty."""
        return self.told or Told()

    @cached_property
    def messages(self) -> Sequence[Message[Body]]:
        """Return what lies on the shop's own topics and can be read, repeats among it."""
        main = frozenset(MAIN)
        return [one.message for one in self.records if one.record.topic in main and isinstance(one.message, Message)]

    @cached_property
    def by_id(self) -> Mapping[str, Sequence[Message[Body]]]:
        """Return the messages by id; more than one is a repeat."""
        found: dict[str, list[Message[Body]]] = {}
        for message in self.messages:
            found.setdefault(message.id, []).append(message)
        return found

    @cached_property
    def ever(self) -> Mapping[str, Message[Body]]:
        """Return by id what lies on Kafka, also what had not come yet when the books were about to be read."""
        later = [one.message for one in self.later if isinstance(one.message, Message)]
        return {one.id: one for one in (*later, *self.messages)}

    @cached_property
    def events(self) -> Sequence[Message[Body]]:
        """Return each event once."""
        return [copies[0] for copies in self.by_id.values() if not isinstance(copies[0].body, Command)]

    @cached_property
    def commands(self) -> Sequence[Message[Body]]:
        """Return each command once."""
        return [copies[0] for copies in self.by_id.values() if isinstance(copies[0].body, Command)]

    @cached_property
    def parked(self) -> Sequence[Aside]:
        """Return what lies on the dead-letter topics."""
        return self._aside(PARKED_BY)

    @cached_property
    def tried_again(self) -> Sequence[Aside]:
        """Return what lies on the retry topics."""
        return self._aside(TRIED_AGAIN_BY)

    @cached_property
    def replay(self) -> Replay:
        """Return what the mediator's table makes of the messages that its log names."""
        return replay(self.parts, self.books, self.ever, self.gone.keys())

    @cached_property
    def lines(self) -> Mapping[tuple[str, str, str], frozenset[str]]:
        """Return what is written in each place: by book, order id and template."""
        found: dict[tuple[str, str, str], frozenset[str]] = {}
        for line in lines_of(self.books):
            place = (line.book, line.order_id, line.template)
            found[place] = found.get(place, frozenset()) | {line.status}
        return found

    @cached_property
    def acknowledged(self) -> frozenset[str]:
        """Return the ids of the orders that a customer was promised. Without a ledger: of those in the order book."""
        if self.told is None:
            return frozenset(self.books.order)
        return frozenset(one for ids in self.told.acknowledged().values() for one in ids)

    @cached_property
    def promised(self) -> Sequence[str]:
        """Return the ids of all orders that must come to an end: the acknowledged, and those in the book."""
        return sorted(self.acknowledged | frozenset(self.books.order))

    @cached_property
    def ended(self) -> frozenset[str]:
        """Return the ids of the orders whose saga is over."""
        return frozenset(one.order_id for one in self.books.sagas if one.state in ENDED)

    @cached_property
    def kept_cents(self) -> Mapping[str, int]:
        """Return what the bank keeps for each order; for what belongs to none, under an empty id."""
        kept: dict[str, int] = {}
        for charge in self.books.charges:
            order_id = self.order_of_charge.get(charge.key, "")
            kept[order_id] = kept.get(order_id, 0) + charge.kept_cents
        return kept

    @cached_property
    def order_of_charge(self) -> Mapping[str, str]:
        """Return whose charge it is, by the bank's key: the id of the command that asked for it."""
        asked = {one.id: one.order_id for one in self.commands}
        return asked | {one.bank_key: one.order_id for one in self.books.payments if one.bank_key}

    def _aside(self, topics: Mapping[str, str]) -> Sequence[Aside]:
        return [
            Aside(topics[one.record.topic], _origin(one), one) for one in self.records if one.record.topic in topics
        ]


def _origin(seen: Seen) -> Origin:
    """Read where it lay first from its marks; marks that are no numbers, whoever wrote them, become -1."""
    places = (seen.header(ORIGIN_PARTITION) or "", seen.header(ORIGIN_OFFSET) or "")
    partition, offset = (int(one) if one.isascii() and one.isdigit() else -1 for one in places)
    return (origin_topic(seen.record), partition, offset)
