"""Orders and what is said of them: none lost, no ghost, one for a key, everything told and heard (I1, I2, I3, I14)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from lab.chaos.verify.evidence import Evidence
from lab.chaos.verify.replay import DEADLINE
from lab.chaos.verify.stories import HOLDS, TOLD, lines_of, template_of
from lab.shop.contracts import TOPIC_OF, OrderCreated, groups_of
from lab.shop.ports import On
from lab.shop.wording import plural

UNDER_WAY_SECONDS: Final = 60.0
"""So long a request may be on its way. An order that came later is that of somebody who keeps no ledger."""
CLOCKS_APART_SECONDS: Final = 1.0
"""So much may the clocks of the shop and of whoever keeps the ledger differ."""
KAFKA_KEEPS: Final = timedelta(days=7)
"""So old a record may be before Kafka throws it away by itself: its `log.retention.hours`, as it comes."""
KIND: Final = {body.name: body for body in TOPIC_OF}


def lost_orders(found: Evidence) -> list[str]:
    """I1: every order that was promised, and every one in the book, has its row and its saga, and the saga ends."""
    wrong = []
    for order_id in found.promised:
        saga = found.books.saga.get(order_id)
        if order_id not in found.books.order:
            wrong.append(f"{order_id} was accepted, and is not in the order book")
        elif saga is None:
            wrong.append(f"{order_id} is in the order book, and the mediator has never heard of it")
        elif order_id not in found.ended:
            wrong.append(f"{order_id} has not ended: its saga is in {saga.state}")
    return wrong


def ghosts(found: Evidence) -> list[str]:
    """I2: whatever is on Kafka follows from what is in a book, and whatever is in a book is about a real order."""
    return [*_untrue_events(found), *_undecided_commands(found), *_causeless(found), *_orphans(found)]


def _untrue_events(found: Evidence) -> Iterator[str]:
    for event in found.events:
        if (holds := HOLDS.get(On.of(event.body))) is None:
            continue
        now = found.lines.get((holds.book, event.order_id, template_of(event.body)), frozenset())
        if not now <= holds.statuses or (not now and not holds.or_nothing):
            says = " and ".join(sorted(now)) or "nothing"
            yield f"{event.order_id}: {On.of(event.body)} is on Kafka, and the {holds.book} book says {says}"


def _undecided_commands(found: Evidence) -> Iterator[str]:
    for command in found.commands:
        if (command.causation_id, command.name, command.order_id) not in found.replay.decided:
            yield f"{command.order_id}: {command.name} is on Kafka, and no step of the mediator's log asks for it"


def _causeless(found: Evidence) -> Iterator[str]:
    causes = found.ever.keys() | {step.message_id for step in found.books.steps if step.name == DEADLINE}
    for event in found.events if not found.gone else ():
        if event.causation_id is not None and event.causation_id not in causes:
            yield f"{event.order_id}: {event.name} is on Kafka, and what it answers is not"


def _orphans(found: Evidence) -> Iterator[str]:
    books = found.books
    for book, theirs in (
        ("saga", books.saga), ("payment", books.payment), ("reservation", books.reserved), ("parcel", books.parcel),
    ):  # fmt: skip
        for order_id in theirs.keys() - books.order.keys():
            yield f"{order_id}: there is a {book} for it, and it is not in the order book"


def keys_of_two(found: Evidence) -> list[str]:
    """I3: under one Idempotency-Key there is one order, the one that the customer was told; none is without a key."""
    known = {one.key: one for one in found.books.keys}
    wrong = []
    for key, told in found.ledger.acknowledged().items():
        if len(told) > 1:
            wrong.append(f"key {key}: the customer was told of {len(told)} orders, {', '.join(sorted(told))}")
        elif key not in known:
            wrong.append(f"key {key}: {min(told)} was accepted under it, and the order service has no note of the key")
        elif {known[key].order_id} != told:
            wrong.append(f"key {key}: the customer was told of {min(told)}, the note says {known[key].order_id or '-'}")
    wrong += [f"key {key}: every answer was a no, and it has an order" for key in found.ledger.refused() & known.keys()]
    shared = Counter(one.order_id for one in found.books.keys if one.order_id)
    wrong += [f"{order_id} stands for {times} keys" for order_id, times in shared.items() if times > 1]
    return [*wrong, *_keyless(found, shared)]


def _keyless(found: Evidence, keyed: Counter[str]) -> Iterator[str]:
    """Say which orders came while the ledger was kept, and belong to no key: a second order of some request."""
    sent = sorted(one.at - CLOCKS_APART_SECONDS for one in found.ledger.sent)
    for order in found.books.orders:
        at = order.placed_at.timestamp()
        before = bisect_right(sent, at)
        if order.order_id not in keyed and before and at - sent[before - 1] <= UNDER_WAY_SECONDS:
            yield f"{order.order_id} was placed meanwhile, and no key stands for it"


def untold(found: Evidence) -> list[str]:
    """I14: what is stored is told, nothing waits in an outbox, and whoever must hear a message has heard it."""
    return [
        *_thrown_away(found),
        *_not_begun(found),
        *_not_said(found),
        *_not_sent(found),
        *_commands_not_said(found),
        *_unheard(found),
    ]


def _thrown_away(found: Evidence) -> Iterator[str]:
    oldest = min((order.placed_at for order in found.books.order.values()), default=found.books.now)
    if found.books.now - oldest < KAFKA_KEEPS:
        for topic, records in found.gone.items():
            yield f"{plural(records, 'record')} of {topic} are gone, and Kafka has not thrown them away for their age"


def _not_begun(found: Evidence) -> Iterator[str]:
    created = {one.order_id for one in found.ever.values() if isinstance(one.body, OrderCreated)}
    for order_id in found.promised if not found.may_be_gone(OrderCreated) else ():
        if order_id not in created:
            yield f"{order_id}: its order.created is not on Kafka"


def _not_sent(found: Evidence) -> Iterator[str]:
    for unit, rows in found.books.outbox.items():
        if rows:
            yield f"{unit} still has {plural(len(rows), 'message')} in its outbox"


def _not_said(found: Evidence) -> Iterator[str]:
    said = {(On.of(one.body), one.order_id, template_of(one.body)) for one in found.ever.values()}
    for line in lines_of(found.books):
        for one_of in TOLD.get((line.book, line.status), ()):
            may_be_gone = any(found.may_be_gone(KIND[on.name]) for on in one_of)
            if not may_be_gone and not any((on, line.order_id, line.template) in said for on in one_of):
                yield f"{line.order_id}: the {line.book} book says {line.status}, and {one_of[0]} is not on Kafka"


def _commands_not_said(found: Evidence) -> Iterator[str]:
    said = {(one.causation_id, one.name, one.order_id) for one in found.ever.values()}
    for _, name, order_id in sorted(found.replay.decided - said):
        if found.may_be_gone(KIND[name]):
            continue
        yield f"{order_id}: the mediator has decided {name}, and it is not on Kafka"


def _unheard(found: Evidence) -> Iterator[str]:
    if found.phase < 2:  # noqa: PLR2004  before phase 2 nobody notes what was heard
        return
    given_up = {(one.group, one.message_id) for one in found.parked}
    waits = {(one.group, one.message_id) for one in found.tried_again}
    for message_id, copies in found.by_id.items():
        for group in groups_of(TOPIC_OF[type(copies[0].body)]):
            if message_id not in found.books.inbox.get(group, frozenset()) and (group, message_id) not in given_up:
                aside = " (it lies on a retry topic)" if (group, message_id) in waits else ""
                yield f"{copies[0].order_id}: {group} has not heard {On.of(copies[0].body)}{aside}"
    for group, heard in found.books.inbox.items() if not found.gone else ():
        for message_id in sorted(heard - found.ever.keys()):
            yield f"{group} has heard message {message_id}, and it is not on Kafka (any more)"
