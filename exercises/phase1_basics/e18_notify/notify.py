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
    # TODO 1  Look into your book: was this said already, to this order and by this template?
    # TODO 2  The first time: write the text.
    # TODO 3  Try it, and catch the one error that is expected.
    # TODO 4  Write it into your book, and answer from there.
    raise NotImplementedError  # delete this line when your lines are written


async def read_notifications(session: AsyncSession, order_id: str, /) -> Sequence[NotificationView] | None:
    """List what the customer of this order was told; None when nothing was.

    A NotificationView has the four columns of a NotificationRow.
    """
    # TODO 5  List it: this order's rows, each as a NotificationView.
    raise NotImplementedError  # delete this line when your lines are written


# --- the mediator's rows: whatever Notification answers, in whatever state, nothing follows from it ---

# TODO 6  Write the rows: for each state but NEW, and for both answers.
ROWS: tuple[Row, ...] = ()
