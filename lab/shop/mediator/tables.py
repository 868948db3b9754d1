"""What the mediator keeps: where each saga stands, and how it got there."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lab.shop.runtime.types import UtcDateTime


def _now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The mediator's own tables."""


class SagaRow(Base):
    """One order's saga. `steps` counts its log entries; `order` is the order.created that began it."""

    __tablename__ = "saga"

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(40), index=True)
    steps: Mapped[int]
    order: Mapped[dict[str, Any]] = mapped_column(JSON)
    cause_id: Mapped[str] = mapped_column(String(64))
    correlation_id: Mapped[str] = mapped_column(String(64))
    traceparent: Mapped[str | None] = mapped_column(String(64), default=None)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=_now, onupdate=_now)


class SagaLog(Base):
    """One entry per message: append only, numbered without gaps. `kind`: move, no-op or unexpected.

    A message about an order that the mediator has never heard of has number 0 and is told apart by its id.
    """

    __tablename__ = "saga_log"

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str | None] = mapped_column(String(40), default=None)
    kind: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime(), default=_now)
