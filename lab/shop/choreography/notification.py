"""Notification without a mediator: it must know which events a customer wants to hear of."""

from lab.shop.choreography.carrying import order_in
from lab.shop.choreography.reaction import Heard, Reaction, Work
from lab.shop.contracts import (
    Command,
    NotificationFailed,
    NotificationSend,
    NotificationSent,
    OrderCancelled,
    OrderConfirmed,
    OrderRejected,
    Template,
)
from lab.shop.ports import On


def write(template: Template) -> Work:
    def work(event: Heard) -> Command:
        order = order_in(event)
        return NotificationSend(
            order_id=event.order_id,
            template=template,
            customer_name=order.customer_name,
            email=order.email,
            reason=getattr(event.body, "reason", ""),
        )

    return work


TOLD = (NotificationSent, NotificationFailed)

LISTENS: tuple[Reaction, ...] = (
    Reaction(On(OrderConfirmed.name), write("confirmed"), TOLD),
    Reaction(On(OrderRejected.name), write("rejected"), TOLD),
    Reaction(On(OrderCancelled.name), write("cancelled"), TOLD),
)
