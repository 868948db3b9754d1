"""The events: each tells what has happened. Those with several endings say which in `outcome`."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from lab.shop.contracts.body import Event
from lab.shop.contracts.commands import Template


class OrderLine(BaseModel):
    """One product of an order, at the price of that moment."""

    model_config = ConfigDict(frozen=True, strict=True)

    sku: str
    quantity: int = Field(ge=1)
    unit_cents: int = Field(ge=0)


class OrderCreated(Event):
    """A customer has placed an order: the initiating event, with which every story in the shop begins."""

    name: ClassVar[str] = "order.created"
    customer_id: str
    customer_name: str
    email: str
    ship_to: str
    card: str
    lines: tuple[OrderLine, ...]
    total_cents: int = Field(ge=0)
    currency: str = "EUR"


class OrderCancelRequested(Event):
    """The customer wants out. Whether that is still possible is the mediator's to say."""

    name: ClassVar[str] = "order.cancel_requested"


class ShelfLine(BaseModel):
    """How many pieces of a product were asked for, and how many are left for others."""

    model_config = ConfigDict(frozen=True, strict=True)

    sku: str
    quantity: int = Field(ge=1)
    left: int = Field(ge=0)


class InventoryChecked(Event):
    """Inventory has looked. `reserved`: all is set aside. `out_of_stock`: nothing is, and `lines` says what lacks."""

    name: ClassVar[str] = "inventory.checked"
    outcome: Literal["reserved", "out_of_stock"]
    lines: tuple[ShelfLine, ...]


class InventoryCommitted(Event):
    """What was set aside is booked out."""

    name: ClassVar[str] = "inventory.committed"


class InventoryReleased(Event):
    """What was set aside is back on the shelf."""

    name: ClassVar[str] = "inventory.released"


class PaymentProcessed(Event):
    """The bank has answered. A decline is an answer, too."""

    name: ClassVar[str] = "payment.processed"
    outcome: Literal["approved", "declined"]
    amount_cents: int = Field(ge=0)
    reason: str = ""


class PaymentCancelled(Event):
    """The payment is undone: there was `none`, it was `voided` before it was taken, or it was `refunded`."""

    name: ClassVar[str] = "payment.cancelled"
    outcome: Literal["none", "voided", "refunded"]
    amount_cents: int = Field(ge=0)


class OrderConfirmed(Event):
    """The customer has a promise."""

    name: ClassVar[str] = "order.confirmed"


class OrderRejected(Event):
    """The customer has a no, and why."""

    name: ClassVar[str] = "order.rejected"
    reason: str


class OrderCancelled(Event):
    """The promise is withdrawn, and why."""

    name: ClassVar[str] = "order.cancelled"
    reason: str


class OrderShipped(Event):
    """The order is on its way."""

    name: ClassVar[str] = "order.shipped"


class OrderDelivered(Event):
    """The order has arrived: the end of the story."""

    name: ClassVar[str] = "order.delivered"


class ShippingInitiated(Event):
    """The parcel is in the carrier's hands: the point of no return."""

    name: ClassVar[str] = "shipping.initiated"
    carrier: str
    tracking: str


class ShippingFailed(Event):
    """The parcel could not be handed over, and why."""

    name: ClassVar[str] = "shipping.failed"
    reason: str


class ShippingCancelled(Event):
    """The parcel was stopped before it left the house."""

    name: ClassVar[str] = "shipping.cancelled"


class ShippingDelivered(Event):
    """The carrier says it has arrived."""

    name: ClassVar[str] = "shipping.delivered"
    carrier: str


class NotificationSent(Event):
    """The customer has been told."""

    name: ClassVar[str] = "notification.sent"
    template: Template


class NotificationFailed(Event):
    """The customer could not be told, and why. The order goes on all the same."""

    name: ClassVar[str] = "notification.failed"
    template: Template
    reason: str
