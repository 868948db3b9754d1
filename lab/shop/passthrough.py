"""What stands at a port before an exercise brings a part for it. Each does the least that is honest, and has a name.

Nothing in the shop asks "is there an inbox?": there always is one, and in phase 1 it lets everything through.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, Record
from lab.shop.ports import Answer, Bank, Caused, Consumer, Partition, Producer, Publish, Saga, Sessions, WorkInHand

_log: Final = structlog.get_logger("orderlab")


def pass_trace_on(incoming: str | None) -> str | None:
    """next_trace: hand on what came, begin nothing."""
    return incoming


def name_and_order(message: Message[Body]) -> Mapping[str, str]:
    """log_fields: which message, of which order."""
    return {"message": message.name, "order": message.order_id}


async def commit_and_hope(consumer: Consumer, offsets: Mapping[Partition, int]) -> bool:
    """commit_offsets: commit; an error passes to the caller."""
    await consumer.commit(offsets)
    return True


async def let_go_at_once(partitions: Sequence[Partition], in_hand: WorkInHand) -> None:
    """on_revoked: wait for nothing."""


async def all_are_fresh(session: AsyncSession, messages: Sequence[Message[Body]]) -> Sequence[Message[Body]]:
    """inbox: remember nothing, let every message through, also the second time."""
    return messages


async def nothing_to_relay(sessions: Sessions, publish: Publish, limit: int) -> int:
    """relay: there is no outbox."""
    return 0


async def every_key_is_new(session: AsyncSession, key: str, fingerprint: str) -> Answer | None:
    """claim_key: a repeated request is a second order."""
    return None


async def remember_no_answer(session: AsyncSession, key: str, answer: Answer) -> None:
    """remember_answer: forget it."""


def never_again(error: Exception, attempt: int) -> float | None:
    """retry_policy: one attempt is all there is."""
    return None


async def never_later(
    record: Record, error: Exception, attempt: int, delay: float, producer: Producer, group: str
) -> None:
    """retry_later: unreachable while `never_again` stands beside it; says so if it is reached."""
    raise error


async def log_and_skip(record: Record, error: Exception, attempt: int, producer: Producer, group: str) -> None:
    """dead_letter: write down where it lay, and go on without it. The message is lost."""
    _log.error(
        "skipped a record", where=record.position, type=record.header("ce_type"), why=f"{type(error).__name__}: {error}"
    )


async def nothing_to_settle(session: AsyncSession, bank: Bank, limit: int) -> Sequence[Caused]:
    """settle_payments: the handler has asked the bank itself."""
    return ()


async def no_deadline(session: AsyncSession, saga: Saga, seconds: float) -> None:
    """set_timer: wait for ever."""


async def no_deadline_to_cancel(session: AsyncSession, order_id: str) -> None:
    """cancel_timer: there is none."""


async def never_due(session: AsyncSession, limit: int) -> Sequence[str]:
    """due_timers: there are none."""
    return ()


def look_away(message: Message[Body] | None, outcome: str, seconds: float) -> None:
    """observe: count nothing."""


def plain_lag(ends: Mapping[Partition, int], committed: Mapping[Partition, int]) -> int:
    """lag: end minus committed, the plain sum."""
    return sum(max(0, end - committed.get(partition, 0)) for partition, end in ends.items())


def no_figures() -> bytes:
    """figures: none are kept."""
    return b""


def always_alive(poll_age: float) -> bool:
    """alive: the process exists, so it lives."""
    return True


def always_ready(*, database: bool, assigned: int) -> bool:
    """ready: the process exists, so send it work."""
    return True
