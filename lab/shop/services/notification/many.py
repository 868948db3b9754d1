"""Notification's set-based twin: what the solution of `notify` does for each message, for many at once."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, NotificationFailed, NotificationSend, NotificationSent
from lab.shop.ports import LetterBox, Undeliverable
from lab.shop.runtime.sets import table_of
from lab.shop.services.notification.tables import NotificationRow

_SENT = table_of(NotificationRow)

_TEXTS: Final[Mapping[str, str]] = {
    "confirmed": "Dear {name}, your order {order} is confirmed.",
    "rejected": "Dear {name}, we are sorry: your order {order} cannot be had ({reason}).",
    "cancelled": "Dear {name}, we are sorry: your order {order} is cancelled ({reason}). You get your money back.",
}


async def send_many(
    commands: Sequence[Message[NotificationSend]], session: AsyncSession, letter_box: LetterBox
) -> Sequence[Sequence[Body]]:
    """Tell each customer what they have not been told; the answer to a repeat is the first one's."""
    ids = {command.order_id for command in commands}
    columns = (_SENT.c.order_id, _SENT.c.template, _SENT.c.status, _SENT.c.reason)
    found = await session.execute(select(*columns).where(_SENT.c.order_id.in_(ids)))
    known = {(order_id, template): (status, reason) for order_id, template, status, reason in found}
    rows = []
    answers = []
    for command in commands:
        key = command.order_id, command.body.template
        if key not in known:
            known[key] = await _deliver(command, letter_box)
            rows.append(dict(zip(("order_id", "template", "status", "reason"), (*key, *known[key]), strict=True)))
        answers.append([_told(command, *known[key])])
    if rows:
        await session.execute(_SENT.insert(), rows)
    return answers


async def _deliver(command: Message[NotificationSend], letter_box: LetterBox) -> tuple[str, str]:
    asked = command.body
    text = _TEXTS[asked.template].format(name=asked.customer_name, order=command.order_id, reason=asked.reason)
    try:
        await letter_box.deliver(asked.email, text)
    except Undeliverable as error:
        return "failed", str(error)
    return "sent", ""


def _told(command: Message[NotificationSend], status: str, reason: str) -> Body:
    order_id, template = command.order_id, command.body.template
    if status == "failed":
        return NotificationFailed(order_id=order_id, template=template, reason=reason)
    return NotificationSent(order_id=order_id, template=template)
