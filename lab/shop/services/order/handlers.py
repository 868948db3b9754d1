"""What Order does when it is asked: five changes of an order's status, all by one part."""

from collections.abc import Mapping

from lab.shop.contracts import OrderCancel, OrderConfirm, OrderMarkDelivered, OrderMarkShipped, OrderReject
from lab.shop.parts import Parts
from lab.shop.ports import CHANGE_ORDER
from lab.shop.runtime.steps import Step, step
from lab.shop.services.order.many import change_many


def steps(parts: Parts) -> Mapping[str, Step]:
    """Return a step per command."""
    twin = parts.twin(CHANGE_ORDER, "confirm", change_many)
    change = step(parts[CHANGE_ORDER], parts.credit(CHANGE_ORDER), CHANGE_ORDER.name, twin)
    commands = (OrderConfirm, OrderReject, OrderCancel, OrderMarkShipped, OrderMarkDelivered)
    return {command.name: change for command in commands}
