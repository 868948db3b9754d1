"""Two ways to tell the flow, behind one protocol: in words (the narrator), and as JSON lines for programs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from lab.shop.contracts import Message, Unreadable
from lab.shop.contracts.credit import HANDLED_BY, HANDLED_BY_PARTS, parts_in
from lab.shop.narrate import Line, LineKind, everything
from lab.shop.seen import Back, Lost, News, Seen


class Teller(Protocol):
    """Takes news and the clock, gives lines. The narrator is one."""

    def see(self, news: News, now: float) -> list[Line]: ...
    def tick(self, now: float) -> list[Line]: ...


class JsonTeller:
    """One JSON object a line, pure ASCII: whatever is in a message, no control character leaves."""

    def __init__(self, shows: Callable[[Seen], bool] = everything) -> None:
        self._shows = shows

    def see(self, news: News, _: float) -> list[Line]:
        """Tell one record; that Kafka is lost or back is not a record, and is left out."""
        if isinstance(news, Lost | Back) or not self._shows(news):
            return []
        return [Line(LineKind.EVENT, json.dumps(as_json(news)))]

    def tick(self, _: float) -> list[Line]:
        """Have nothing to say of time."""
        return []


def as_json(seen: Seen) -> dict[str, Any]:
    """Return a record as plain data. `type`, `id` and the like are null where the record does not tell them."""
    record, message = seen.record, seen.message
    row: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp_ms": record.timestamp_ms,
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
    }
    if isinstance(message, Unreadable):
        return row | _unreadable(seen, message)
    return row | _message(message)


def _message(message: Message[Any]) -> dict[str, Any]:
    return {
        "type": message.body.ce_type(),
        "id": message.id,
        "correlation": message.correlation_id,
        "causation": message.causation_id,
        "time": message.time.astimezone(UTC).isoformat() if message.time.tzinfo else message.time.isoformat(),
        "handled_by": message.handled_by,
        "parts": dict(message.parts),
        "body": message.body.model_dump(mode="json"),
    }


def _unreadable(seen: Seen, what: Unreadable) -> dict[str, Any]:
    header = seen.header
    return {
        "type": header("ce_type"),
        "id": header("ce_id"),
        "correlation": header("ce_correlationid"),
        "causation": header("ce_causationid"),
        "time": datetime.fromtimestamp(what.record.timestamp_ms / 1000, UTC).isoformat(),
        "handled_by": header(HANDLED_BY),
        "parts": dict(parts_in(header(HANDLED_BY_PARTS) or "")),
        "body": None,
        "unreadable": {"reason": str(what.reason), "detail": what.detail},
    }
