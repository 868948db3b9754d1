"""What Fulfilment keeps: one row per parcel."""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Fulfilment's own tables."""


class ParcelRow(Base):
    """One parcel. `status`: in_transit, delivered, failed or cancelled.

    The last three columns are what the news of its arrival needs, which comes long after its command: see `Cause`.
    """

    __tablename__ = "parcel"

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    carrier: Mapped[str] = mapped_column(String(40), default="")
    tracking: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    handed_over_at: Mapped[float | None] = mapped_column(default=None)  # seconds since the epoch
    cause_id: Mapped[str] = mapped_column(String(64), default="")
    correlation_id: Mapped[str] = mapped_column(String(64), default="")
    traceparent: Mapped[str | None] = mapped_column(String(64), default=None)
