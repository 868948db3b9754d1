"""What Analytics keeps: every event it heard, and one row per order with what is known of it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lab.shop.runtime.types import UtcDateTime


class Base(DeclarativeBase):
    """Analytics' own tables."""


class EventRow(Base):
    """One event, once, however often it was heard."""

    __tablename__ = "event"

    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str | None] = mapped_column(String(40), default=None)
    time: Mapped[datetime] = mapped_column(UtcDateTime())


class OrderFact(Base):
    """What has happened to one order. Facts are only ever added, so it does not matter in which order they come."""

    __tablename__ = "order_fact"

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    total_cents: Mapped[int] = mapped_column(default=0)
    created: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[bool] = mapped_column(default=False)
    delivered: Mapped[bool] = mapped_column(default=False)
    rejected: Mapped[bool] = mapped_column(default=False)
    cancelled: Mapped[bool] = mapped_column(default=False)
