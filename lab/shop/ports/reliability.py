"""What phase 2 brings. In phase 1 a named pass-through (lab/shop/passthrough.py) stands at each of these ports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Message,
    Record,
)
from lab.shop.ports.mediator import (
    Saga,
)
from lab.shop.ports.services import (
    Bank,
)
from lab.shop.ports.travel import (
    Caused,
    Consumer,
    Partition,
    Producer,
    Publish,
    Sessions,
)


class NextTrace(Protocol):
    """`logs`: the W3C traceparent for what is sent on, given the one that came in (None: a story begins)."""

    def __call__(self, incoming: str | None) -> str | None: ...


class LogFields(Protocol):
    """`logs`: what every log line about this message carries. Never a card, an address, a payload."""

    def __call__(self, message: Message[Body]) -> Mapping[str, str]: ...


class CommitOffsets(Protocol):
    """`rebalance`: commit; False when the group has moved on and somebody else will redo the work."""

    async def __call__(self, consumer: Consumer, offsets: Mapping[Partition, int]) -> bool: ...


class WorkInHand(Protocol):
    """What a service is doing at this moment."""

    async def finish(self, partitions: Sequence[Partition]) -> None:
        """Wait until nothing of these partitions is in work; further records of theirs are not begun."""


class OnRevoked(Protocol):
    """`rebalance`: called before partitions go to another member. Must return within the session timeout (10 s)."""

    async def __call__(self, partitions: Sequence[Partition], in_hand: WorkInHand) -> None: ...


class Inbox(Protocol):
    """`inbox`: of these messages return those not handled before, and remember them, all in the same transaction."""

    async def __call__(self, session: AsyncSession, messages: Sequence[Message[Body]]) -> Sequence[Message[Body]]: ...


class Relay(Protocol):
    """`relay`: one round: send at most `limit` outbox rows, oldest first per key, and mark them; return how many."""

    async def __call__(self, sessions: Sessions, publish: Publish, limit: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer worth remembering: the same request gets the same again."""

    status: int
    body: Mapping[str, Any]


class ClaimKey(Protocol):
    """`idempotency-key`: claim a key. None: it is new and now yours; an `Answer`: it was answered before.

    Raises `KeyReused` for another body, `KeyBusy` while the first is still at work after a short wait.
    """

    async def __call__(self, session: AsyncSession, key: str, fingerprint: str) -> Answer | None: ...


class RememberAnswer(Protocol):
    """`idempotency-key`: keep the answer with the key, in the transaction that stores the order."""

    async def __call__(self, session: AsyncSession, key: str, answer: Answer) -> None: ...


class KeyReused(Exception):
    """The key came before, with another body: 422."""


class KeyBusy(Exception):
    """The first request with this key is still at work: 409."""


class RetryPolicy(Protocol):
    """`which-errors`: seconds to wait before the next attempt, or None: another attempt cannot help. Pure."""

    def __call__(self, error: Exception, attempt: int) -> float | None: ...


class RetryLater(Protocol):
    """`retry-topics`: put a record aside so that its neighbours go on; returns when Kafka has it."""

    async def __call__(
        self, record: Record, error: Exception, attempt: int, delay: float, producer: Producer, group: str
    ) -> None: ...


class DeadLetter(Protocol):
    """`dead-letters`: park a record whole, original bytes and headers; returns when Kafka has it."""

    async def __call__(
        self, record: Record, error: Exception, attempt: int, producer: Producer, group: str
    ) -> None: ...


class SettlePayments(Protocol):
    """`bank`: charge what is recorded and not answered yet; at most `limit`. Unknown stays unknown."""

    async def __call__(self, session: AsyncSession, bank: Bank, limit: int) -> Sequence[Caused]: ...


class SetTimer(Protocol):
    """`timers`: a deadline for this saga, as a row; `seconds` are counted by the database's clock."""

    async def __call__(self, session: AsyncSession, saga: Saga, seconds: float) -> None: ...


class CancelTimer(Protocol):
    """`timers`: the answer came; the deadline is void."""

    async def __call__(self, session: AsyncSession, order_id: str) -> None: ...


class DueTimers(Protocol):
    """`timers`: the order ids whose deadline has passed, each returned once, at most `limit`."""

    async def __call__(self, session: AsyncSession, limit: int) -> Sequence[str]: ...


class Observe(Protocol):
    """`metrics`: count what became of one message, and the time it took, in seconds. None: nobody can read it.

    `outcome`: `done`; `skipped`, the inbox knew it; `failed`, it is tried again here; `retried`, it went to a retry
    topic; `dead`, it was parked. Each message has one of them besides `failed`, which may come before it several times.
    """

    def __call__(self, message: Message[Body] | None, outcome: str, seconds: float) -> None: ...


class Lag(Protocol):
    """`metrics`: how many records wait: end offsets minus *committed* offsets."""

    def __call__(self, ends: Mapping[Partition, int], committed: Mapping[Partition, int]) -> int: ...


class Figures(Protocol):
    """`metrics`: the figures that `observe` keeps, in Prometheus' text format; asked for at every GET /metrics.

    `lab metrics` reads two of them: the counter `shop_messages_total` by `type` and `outcome`, and the histogram
    `shop_handling_seconds` by `type`, of what was done.
    """

    def __call__(self) -> bytes: ...


class Alive(Protocol):
    """`health`: would a restart help? `poll_age`: seconds since the consume loop last came round."""

    def __call__(self, poll_age: float) -> bool: ...


class Ready(Protocol):
    """`health`: should work be sent here? `database`: its round trip succeeded; `assigned`: partitions held."""

    def __call__(self, *, database: bool, assigned: int) -> bool: ...
