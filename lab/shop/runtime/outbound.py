"""From a body to a message on its way: the `wrap` part's envelope, the runtime's marks, and the sending."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from lab.shop.contracts import TOPIC_OF, Body, Cause, Message, OrderCreated, Record, Wire, decode
from lab.shop.contracts.credit import Credit
from lab.shop.parts import Parts
from lab.shop.ports import (
    HAND_OVER,
    NEXT_TRACE,
    ORDER_REQUEST,
    PLACE_ORDER,
    PUBLISH_ORDER_CREATED,
    WRAP,
    Outgoing,
    Port,
)
from lab.shop.runtime import sets
from lab.shop.runtime.bus import ShopProducer

_FIRST_MESSAGE: Final[tuple[Port[Any], ...]] = (PLACE_ORDER, ORDER_REQUEST, PUBLISH_ORDER_CREATED)
_EVERY_MESSAGE: Final[tuple[Port[Any], ...]] = (WRAP, HAND_OVER)


class Outbound:
    """Everything one unit says goes through here."""

    def __init__(self, unit: str, parts: Parts, producer: ShopProducer) -> None:
        self._source = f"/shop/{unit}"
        self._producer = producer
        self._wrap, self._next_trace = parts[WRAP], parts[NEXT_TRACE]
        self._publish_order_created = parts[PUBLISH_ORDER_CREATED] if unit == "order" else None
        self.hand_over = parts.twin(HAND_OVER, "outbox", sets.hand_over) or parts[HAND_OVER]
        self._marks: dict[str, list[tuple[str, bytes]]] = {}
        self._always = parts.credit(*_EVERY_MESSAGE)
        self.first_credit = parts.credit(*_FIRST_MESSAGE)

    def prepare(self, body: Body, *, cause: Cause | None, credit: Credit) -> Outgoing:
        """Wrap a body, and mark it with the trace and with whose lines it is: `credit`, and what all messages share."""
        wire = self._wrap(body, cause=cause, source=self._source, time=datetime.now(UTC))
        marks = list(self._marks_of(credit))
        if trace := self._next_trace(cause.traceparent if cause else None):
            marks.append(("traceparent", trace.encode()))
        return Outgoing(TOPIC_OF[type(body)].name, body.order_id.encode(), Wire([*wire.headers, *marks], wire.value))

    def _marks_of(self, credit: Credit) -> list[tuple[str, bytes]]:
        """Return the headers that say whose lines these are. Kept: a unit gives few different credits."""
        key = f"{credit.origin} {credit.parts}" if credit.parts else credit.origin
        if key not in self._marks:
            self._marks[key] = (credit + self._always).headers()
        return self._marks[key]

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Send in sequence; return when Kafka has acknowledged all. order.created goes by the learner's function."""
        batch: list[Outgoing] = []
        for message in messages:
            event = self._first_message(message)
            if event is None or self._publish_order_created is None:
                batch.append(message)
                continue
            await self._producer.send_all(batch)
            batch.clear()
            await self._publish_order_created(self._producer, event, message.wire)
        await self._producer.send_all(batch)

    @staticmethod
    def _first_message(message: Outgoing) -> OrderCreated | None:
        if message.topic != TOPIC_OF[OrderCreated].name:
            return None
        told = decode(Record(message.topic, 0, 0, message.key, message.wire.value, tuple(message.wire.headers)))
        return told.body if isinstance(told, Message) and isinstance(told.body, OrderCreated) else None
