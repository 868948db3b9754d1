"""What Inventory keeps: one shelf per product, and what is set aside for whom."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Inventory's own tables."""


class Shelf(Base):
    """One product. What was ever put here = available + reserved + committed; never less than nothing."""

    __tablename__ = "shelf"
    __table_args__ = (
        CheckConstraint("available >= 0", name="available_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("committed >= 0", name="committed_not_negative"),
    )

    sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    available: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    committed: Mapped[int] = mapped_column(default=0)


class Reservation(Base):
    """So many pieces of a product, asked for by one order. `status`: reserved, committed, released or refused.

    Only `reserved` is on the shelf's `reserved`; a refused one remembers that the answer was no.
    """

    __tablename__ = "reservation"

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    quantity: Mapped[int]
    status: Mapped[str] = mapped_column(String(20), default="reserved")
