"""finding: address-in-the-answer

A reason that says everything, the address too. It lies on Kafka now, and in the book.
"""

from sqlalchemy import select

from lab.shop.contracts import NotificationFailed, NotificationSent, NotificationView, State
from lab.shop.ports import On, Row, Undeliverable
from lab.shop.services.notification.tables import NotificationRow

TEXTS = {
    "confirmed": "Dear {name}, your order {order} is confirmed.",
    "rejected": "Dear {name}, we are sorry: your order {order} cannot be had ({reason}).",
    "cancelled": "Dear {name}, we are sorry: your order {order} is cancelled ({reason}). You get your money back.",
}


async def send_notification(command, session, letter_box):
    asked = command.body
    row = await session.get(NotificationRow, (command.order_id, asked.template))
    if row is None:
        row = NotificationRow(order_id=command.order_id, template=asked.template, status="sent", reason="")
        text = TEXTS[asked.template].format(name=asked.customer_name, order=command.order_id, reason=asked.reason)
        try:
            await letter_box.deliver(asked.email, text)
        except Undeliverable as error:
            row.status, row.reason = "failed", f"{asked.email}: {error}"
        session.add(row)
    if row.status == "failed":
        return [NotificationFailed(order_id=command.order_id, template=asked.template, reason=row.reason)]
    return [NotificationSent(order_id=command.order_id, template=asked.template)]


async def read_notifications(session, order_id, /):
    rows = await session.scalars(select(NotificationRow).where(NotificationRow.order_id == order_id))
    return [
        NotificationView(order_id=row.order_id, template=row.template, status=row.status, reason=row.reason)
        for row in rows.all()
    ]


ROWS = tuple(
    Row(state, On(name), state)
    for state in State
    if state is not State.NEW
    for name in (NotificationSent.name, NotificationFailed.name)
)
