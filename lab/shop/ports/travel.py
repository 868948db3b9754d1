"""How messages travel: wrapping, publishing, consuming, handling, handing over."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from lab.shop.contracts import (
    Body,
    Cause,
    Headers,
    Message,
    OrderCreated,
    Record,
    Wire,
)

H = TypeVar("H")
B_contra = TypeVar("B_contra", bound=Body, contravariant=True)


class StoredAt(Protocol):
    """Where Kafka stored a message."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...


class Producer(Protocol):
    """The slice of `aiokafka.AIOKafkaProducer` that parts use."""

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        *,
        key: bytes | None = None,
        headers: Headers | None = None,
    ) -> Awaitable[StoredAt]: ...

    async def send_and_wait(
        self,
        topic: str,
        value: bytes | None = None,
        *,
        key: bytes | None = None,
        headers: Headers | None = None,
    ) -> StoredAt: ...


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """One partition of one topic."""

    topic: str
    number: int


class Consumer(Protocol):
    """The slice of `aiokafka.AIOKafkaConsumer` that parts use; records come as contracts, ready to hand to `work`."""

    async def getmany(
        self, *, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[Partition, Sequence[Record]]: ...

    async def commit(self, offsets: Mapping[Partition, int] | None = None) -> None: ...


class OpenConsumer(Protocol):
    """Opens the service's consumer with these options; it is closed by whoever handed it in."""

    async def __call__(self, *, auto_offset_reset: str, enable_auto_commit: bool) -> Consumer: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way out: wrapped, with the topic and the key it goes to."""

    topic: str
    key: bytes
    wire: Wire


Publish: TypeAlias = Callable[[Sequence[Outgoing]], Awaitable[None]]
"""Sends messages; returns when Kafka has acknowledged every one of them, else raises."""

Work: TypeAlias = Callable[[Sequence[Record]], Awaitable[None]]
"""Handles records of one partition, in sequence; returns when each is handled or has been put aside."""

Sessions: TypeAlias = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Caused:
    """A message that no handler returns in answer, since its cause came earlier: a delivery, a settled payment."""

    body: Body
    cause: Cause


class Wrap(Protocol):
    """`envelope`: put a body into its envelope. Equal arguments give an equal id: a repeat is a duplicate, not news."""

    def __call__(self, body: Body, *, cause: Cause | None, source: str, time: datetime) -> Wire: ...


class PublishOrderCreated(Protocol):
    """`produce`: hand one order.created to Kafka; return where it lies once Kafka has stored it."""

    async def __call__(self, producer: Producer, event: OrderCreated, wire: Wire) -> StoredAt: ...


class Consume(Protocol):
    """`read`, superseded by `commit`: fetch records and give them to `work`, for as long as `running()`."""

    async def __call__(self, open_consumer: OpenConsumer, work: Work, running: Callable[[], bool]) -> None: ...


class Handler(Protocol[B_contra]):
    """Handle one message inside the open transaction of `session`; return what is to be said in answer.

    May run again for the same message, so its only effects go through the session.
    """

    async def __call__(self, message: Message[B_contra], session: AsyncSession, /) -> Sequence[Body]: ...


AnyHandler: TypeAlias = Handler[Any]


class ManyHandler(Protocol):
    """The set-based twin that a hot handler may offer as its attribute `many`: one answer per message, in sequence."""

    async def __call__(
        self, messages: Sequence[Message[Any]], session: AsyncSession, /
    ) -> Sequence[Sequence[Body]]: ...


class Dispatch(Protocol):
    """`read`: pick the handler for a message by its name; None when this service has none for it."""

    def __call__(self, handlers: Mapping[str, H], message: Message[Body], /) -> H | None: ...


class HandOver(Protocol):
    """`accept`, superseded by `outbox`: end the transaction, and see to it that the messages get on their way."""

    async def __call__(self, session: AsyncSession, messages: Sequence[Outgoing], publish: Publish) -> None: ...
