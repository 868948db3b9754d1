"""The commands: each asks one service to do one thing."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from lab.shop.contracts.body import Command


class Item(BaseModel):
    """So many pieces of one product."""

    model_config = ConfigDict(frozen=True, strict=True)

    sku: str
    quantity: int = Field(ge=1)


class InventoryCheck(Command):
    """To Inventory: are these on the shelf? If all are, set them aside for this order."""

    name: ClassVar[str] = "inventory.check"
    lines: tuple[Item, ...]


class InventoryCommit(Command):
    """To Inventory: what you set aside for this order has left the house; book it out."""

    name: ClassVar[str] = "inventory.commit"


class InventoryRelease(Command):
    """To Inventory: put back what you set aside for this order."""

    name: ClassVar[str] = "inventory.release"


class PaymentProcess(Command):
    """To Payment: take this amount from this card. The amount is final; nobody computes it anew."""

    name: ClassVar[str] = "payment.process"
    amount_cents: int = Field(ge=0)
    currency: str
    card: str  # a token that stands for the card; the number itself never enters the shop


class PaymentCancel(Command):
    """To Payment: undo whatever you did for this order, and do nothing for it any more."""

    name: ClassVar[str] = "payment.cancel"


class OrderConfirm(Command):
    """To Order: stock and money are there; tell the customer yes."""

    name: ClassVar[str] = "order.confirm"


class OrderReject(Command):
    """To Order: this order cannot be had; the reason is for the customer."""

    name: ClassVar[str] = "order.reject"
    reason: str


class OrderCancel(Command):
    """To Order: a confirmed order could not be kept; the reason is for the customer."""

    name: ClassVar[str] = "order.cancel"
    reason: str


class OrderMarkShipped(Command):
    """To Order: the parcel is with the carrier."""

    name: ClassVar[str] = "order.mark_shipped"


class OrderMarkDelivered(Command):
    """To Order: the parcel has arrived."""

    name: ClassVar[str] = "order.mark_delivered"


class ShippingInitiate(Command):
    """To Fulfilment: pack these and hand them to a carrier."""

    name: ClassVar[str] = "shipping.initiate"
    lines: tuple[Item, ...]
    ship_to: str


class ShippingCancel(Command):
    """To Fulfilment: do not ship, if the parcel is still in the house."""

    name: ClassVar[str] = "shipping.cancel"


Template = Literal["confirmed", "rejected", "cancelled"]


class NotificationSend(Command):
    """To Notification: tell the customer how their order stands."""

    name: ClassVar[str] = "notification.send"
    template: Template
    customer_name: str
    email: str
    reason: str = ""
