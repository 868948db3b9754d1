"""THE table of topics: what is on Kafka, who writes it, who must work on it, and which messages it carries.

Everything else is read from here: the topics that are made at start, where a message goes, what a service reads,
what the decoder knows, the reference pages and the AsyncAPI document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from lab.shop.contracts import commands as c
from lab.shop.contracts import events as e
from lab.shop.contracts.body import Body, Command

PARTITIONS = 3
MAX_RECORD_BYTES = 1_048_576  # 1 MiB


class Role(StrEnum):
    """What a topic is in Mark Richards' terms for the mediator topology."""

    EVENT_QUEUE = "event queue"  # where initiating events wait for the mediator
    COMMAND_CHANNEL = "event channel (commands)"  # from the mediator to one event processor
    REPLY_CHANNEL = "event channel (replies)"  # from an event processor back


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `owner` is the only group that must act on it; listeners (analytics, the tap) only look."""

    name: str
    role: Role
    writer: str
    owner: str
    messages: tuple[type[Body], ...]
    about: str


TOPICS: tuple[Topic, ...] = (
    Topic(
        "orders.initiating", Role.EVENT_QUEUE, "order", "mediator",
        (e.OrderCreated, e.OrderCancelRequested),
        "What starts or turns a story. Only the mediator acts on it.",
    ),
    Topic(
        "inventory.commands", Role.COMMAND_CHANNEL, "mediator", "inventory",
        (c.InventoryCheck, c.InventoryCommit, c.InventoryRelease),
        "What Inventory is asked to do.",
    ),
    Topic(
        "inventory.events", Role.REPLY_CHANNEL, "inventory", "mediator",
        (e.InventoryChecked, e.InventoryCommitted, e.InventoryReleased),
        "What Inventory has done.",
    ),
    Topic(
        "payment.commands", Role.COMMAND_CHANNEL, "mediator", "payment",
        (c.PaymentProcess, c.PaymentCancel),
        "What Payment is asked to do.",
    ),
    Topic(
        "payment.events", Role.REPLY_CHANNEL, "payment", "mediator",
        (e.PaymentProcessed, e.PaymentCancelled),
        "What Payment has done.",
    ),
    Topic(
        "order.commands", Role.COMMAND_CHANNEL, "mediator", "order",
        (c.OrderConfirm, c.OrderReject, c.OrderCancel, c.OrderMarkShipped, c.OrderMarkDelivered),
        "What Order is asked to write into its book.",
    ),
    Topic(
        "order.events", Role.REPLY_CHANNEL, "order", "mediator",
        (e.OrderConfirmed, e.OrderRejected, e.OrderCancelled, e.OrderShipped, e.OrderDelivered),
        "What has become of an order.",
    ),
    Topic(
        "shipping.commands", Role.COMMAND_CHANNEL, "mediator", "fulfilment",
        (c.ShippingInitiate, c.ShippingCancel),
        "What Fulfilment is asked to do.",
    ),
    Topic(
        "shipping.events", Role.REPLY_CHANNEL, "fulfilment", "mediator",
        (e.ShippingInitiated, e.ShippingFailed, e.ShippingCancelled, e.ShippingDelivered),
        "Where the parcel is.",
    ),
    Topic(
        "notification.commands", Role.COMMAND_CHANNEL, "mediator", "notification",
        (c.NotificationSend,),
        "Whom Notification is asked to tell what.",
    ),
    Topic(
        "notification.events", Role.REPLY_CHANNEL, "notification", "mediator",
        (e.NotificationSent, e.NotificationFailed),
        "Whether the customer has been told.",
    ),
)  # fmt: skip

ORDERS_INITIATING = TOPICS[0].name

TOPIC_OF: Mapping[type[Body], Topic] = MappingProxyType({b: t for t in TOPICS for b in t.messages})
BODY_OF: Mapping[str, type[Body]] = MappingProxyType({b.ce_type(): b for b in TOPIC_OF})


def commands_of(service: str) -> tuple[str, ...]:
    """Return the names of the topics with commands for this service."""
    return tuple(t.name for t in TOPICS if t.owner == service and t.role is Role.COMMAND_CHANNEL)


def groups_of(topic: Topic) -> tuple[str, ...]:
    """Return the groups that read this topic: its owner, and of events Analytics, too."""
    return (topic.owner,) if issubclass(topic.messages[0], Command) else (topic.owner, "analytics")


def replies() -> tuple[str, ...]:
    """Return the names of all topics that carry events, the initiating one among them."""
    return tuple(t.name for t in TOPICS if not issubclass(t.messages[0], Command))
