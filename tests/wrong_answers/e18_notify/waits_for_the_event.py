"""finding: listens-around-the-mediator

"The customer is told when the order is confirmed": acts on the event of Order, and on nothing that it is asked.
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
    if command.name not in {"order.confirmed", "order.rejected", "order.cancelled"}:
        return []
    template = command.name.removeprefix("order.")
    text = TEXTS[template].format(name="customer", order=command.order_id, reason=getattr(command.body, "reason", ""))
    await letter_box.deliver(f"{command.order_id}@customers.example", text)
    session.add(NotificationRow(order_id=command.order_id, template=template, status="sent", reason=""))
    return [NotificationSent(order_id=command.order_id, template=template)]


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
