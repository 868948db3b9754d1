"""Exercise 18 · Notify: a side effect never stops the order."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Message,
    NotificationFailed,
    NotificationSend,
    NotificationSent,
    NotificationView,
    State,
)
from lab.shop.ports import LetterBox, On, Row, Undeliverable
from lab.shop.services.notification.tables import NotificationRow

# --- given: what a customer reads, by the template's name ---

TEXTS: Mapping[str, str] = {
    "confirmed": "Dear {name}, your order {order} is confirmed.",
    "rejected": "Dear {name}, we are sorry: your order {order} cannot be had ({reason}).",
    "cancelled": "Dear {name}, we are sorry: your order {order} is cancelled ({reason}). You get your money back.",
}

# --- Notification ---


async def send_notification(
    command: Message[NotificationSend], session: AsyncSession, letter_box: LetterBox
) -> Sequence[Body]:
    """Handle notification.send: tell the customer, once, and tell the mediator whether it worked.

    command:    command.order_id, and what is asked in command.body: template, customer_name, email, reason.
    session:    an open transaction; it is ended for you. A NotificationRow has order_id and template, which together
                are its key (session.get takes them as a pair), a status ("sent" or "failed") and a reason.
    letter_box: `await letter_box.deliver(address, text)`; raises Undeliverable when the address takes nothing.

    Returns one notification.sent or notification.failed. A full letter box is the customer's affair, not the order's.
    """
    asked = command.body
    row = await session.get(NotificationRow, (command.order_id, asked.template))
    if row is None:
        row = NotificationRow(order_id=command.order_id, template=asked.template, status="sent")
        text = TEXTS[asked.template].format(name=asked.customer_name, order=command.order_id, reason=asked.reason)
        try:
            await letter_box.deliver(asked.email, text)
        except Undeliverable as error:
            # Exactly this error, and no other: a mistake in our own lines should be seen, not called "undeliverable".
            # The reason goes into row and event. The address goes nowhere: logs are read by many.
            row.status, row.reason = "failed", str(error)
        session.add(row)
    if row.status == "failed":
        return [NotificationFailed(order_id=command.order_id, template=asked.template, reason=row.reason)]
    return [NotificationSent(order_id=command.order_id, template=asked.template)]


async def read_notifications(session: AsyncSession, order_id: str, /) -> Sequence[NotificationView] | None:
    """List what the customer of this order was told; None when nothing was.

    A NotificationView has the four columns of a NotificationRow.
    """
    rows = await session.scalars(select(NotificationRow).where(NotificationRow.order_id == order_id))
    views = [
        NotificationView(order_id=row.order_id, template=row.template, status=row.status, reason=row.reason)
        for row in rows.all()
    ]
    return views or None


# --- the mediator's rows: whatever Notification answers, in whatever state, nothing follows from it ---

ROWS: tuple[Row, ...] = tuple(
    Row(state, On(name), state)
    for state in State
    if state is not State.NEW  # only an order.created leads out of it, and nobody has been told anything before
    for name in (NotificationSent.name, NotificationFailed.name)
)
