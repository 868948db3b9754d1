"""The tables that every unit has beside its own: those of phase 2's inbox, outbox and request keys.

They are made in phase 1 as well, and stay empty there: going on to phase 2 changes no schema.
"""

from datetime import datetime

from sqlalchemy import JSON, Index, LargeBinary, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lab.shop.runtime.types import UtcDateTime


class Base(DeclarativeBase):
    """The runtime's own tables."""


class InboxRow(Base):
    """A message that has had its effect here."""

    __tablename__ = "inbox"

    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=func.now())


class OutboxRow(Base):
    """A message that is to be sent. `sequence` is the order in which rows were written, not committed."""

    __tablename__ = "outbox"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    topic: Mapped[str] = mapped_column(String(120))
    key: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[list[tuple[str, str]]] = mapped_column(JSON)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=func.now())


class RequestKey(Base):
    """An Idempotency-Key, the request it came with, and the answer it got."""

    __tablename__ = "request_key"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(default=None)
    body: Mapped[dict[str, object] | None] = mapped_column(JSON, default=None)


class TimerRow(Base):
    """A deadline. `due_at` is the database's clock."""

    __tablename__ = "timer"
    __table_args__ = (Index("timer_due", "due_at"),)

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
