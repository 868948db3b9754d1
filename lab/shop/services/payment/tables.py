"""What Payment keeps: one row per order it was asked to take money for."""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Payment's own tables."""


class PaymentRow(Base):
    """One payment. `status`: captured, declined, voided or refunded; from phase 2 also pending.

    `bank_key` is what the bank knows this charge by. The last three columns are what an answer needs that comes later
    than its command: see `Cause`.
    """

    __tablename__ = "payment"

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    amount_cents: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    card: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    bank_key: Mapped[str] = mapped_column(String(64), default="")
    cause_id: Mapped[str] = mapped_column(String(64), default="")
    correlation_id: Mapped[str] = mapped_column(String(64), default="")
    traceparent: Mapped[str | None] = mapped_column(String(64), default=None)
