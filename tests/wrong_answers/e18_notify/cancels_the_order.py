"""finding: failure-stops-the-order

"A customer who cannot be told must not be sent anything": the failure of a letter takes the order back.
"""

from sqlalchemy import select

from lab.shop.contracts import (
    InventoryRelease,
    NotificationFailed,
    NotificationSent,
    NotificationView,
    PaymentCancel,
    State,
)
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
            row.status, row.reason = "failed", str(error)
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


def give_money_back(saga, _):
    return PaymentCancel(order_id=saga.order_id)


def put_stock_back(saga, _):
    return InventoryRelease(order_id=saga.order_id)


BEFORE_THE_END = (State.AWAITING_SHIPPING, State.IN_TRANSIT)

ROWS = (
    *(Row(state, On(NotificationSent.name), state) for state in State if state is not State.NEW),
    *(
        Row(state, On(NotificationFailed.name), State.COMPENSATING, (give_money_back, put_stock_back))
        for state in BEFORE_THE_END
    ),
    *(
        Row(state, On(NotificationFailed.name), state)
        for state in State
        if state not in (State.NEW, *BEFORE_THE_END)
    ),
)
