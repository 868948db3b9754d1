"""Every message carries the order along: whoever reads it can ask nobody what was ordered, and with which card."""

from datetime import datetime
from typing import Final, TypeVar, cast

from lab.errors import LabError
from lab.shop.contracts import Body, Cause, Message, OrderCreated, Wire
from lab.shop.parts import Parts
from lab.shop.ports import WRAP, Port, Wrap

P = TypeVar("P")
ORDER: Final = "choreo-order"
"""The header with the order.created, as JSON."""


class CarryingParts(Parts):
    """The shop's parts, and an envelope with the order in it."""

    def __getitem__(self, port: Port[P]) -> P:
        part = super().__getitem__(port)
        return cast("P", _carrying(cast("Wrap", part))) if port == WRAP else part


def _carrying(wrap: Wrap) -> Wrap:
    def carry(body: Body, *, cause: Cause | None, source: str, time: datetime) -> Wire:
        wire = wrap(body, cause=cause, source=source, time=time)
        order = wire.value if isinstance(body, OrderCreated) else _carried(cause)
        return wire if order is None else Wire([*wire.headers, (ORDER, order)], wire.value)

    return carry


def _carried(cause: Cause | None) -> bytes | None:
    """Return the order that the cause carried; news of a delivery has none at hand, and nobody after it needs one."""
    record = cause.record if isinstance(cause, Message) else None
    return next((value for name, value in record.headers if name == ORDER), None) if record else None


def order_in(message: Message[Body]) -> OrderCreated:
    """Return the order that a message is about. Raises LabError where it carries none: then only the id is known."""
    if isinstance(message.body, OrderCreated):
        return message.body
    carried = _carried(message)
    if carried is not None:
        return OrderCreated.model_validate_json(carried)
    raise LabError(f"{message.name} of {message.order_id} carries no order.", "Its sender must pass it on.")
