"""The states of a saga (the mediator's view of one order) and of an order (what the customer is told)."""

from enum import StrEnum


class State(StrEnum):
    """Where the mediator stands with one order."""

    NEW = "NEW"  # nothing known yet: only order.created leads out of it
    AWAITING_INVENTORY = "AWAITING_INVENTORY"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CONFIRMING = "CONFIRMING"
    AWAITING_SHIPPING = "AWAITING_SHIPPING"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERING = "DELIVERING"
    COMPLETED = "COMPLETED"
    REJECTING = "REJECTING"
    REJECTED = "REJECTED"
    COMPENSATING = "COMPENSATING"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    NEEDS_ATTENTION = "NEEDS_ATTENTION"  # a person must look; not an end


ENDED = frozenset({State.COMPLETED, State.REJECTED, State.CANCELLED})


class OrderStatus(StrEnum):
    """What the order service says to the customer."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


TERMINAL = frozenset({OrderStatus.DELIVERED, OrderStatus.REJECTED, OrderStatus.CANCELLED})
