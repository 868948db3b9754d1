"""What Notification keeps: one row per order and kind of message."""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Notification's own tables."""


class NotificationRow(Base):
    """One message to a customer. `status`: sent or failed. The address is not kept."""

    __tablename__ = "notification"

    order_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    template: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200), default="")
