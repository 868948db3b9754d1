"""What each event says about a book, and what each line of a book must have been said: two tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lab.chaos.verify.books import Books
from lab.shop.contracts import Body
from lab.shop.ports import On

# The books, and what their lines can say, as their owners write it.
ORDER, STOCK, PAYMENT, PARCEL, LETTER = "order", "stock", "payment", "parcel", "letter"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a book, and what it says. `template`: of a letter, which one."""

    book: str
    order_id: str
    status: str
    template: str = ""


@dataclass(frozen=True, slots=True)
class Holds:
    """What a book may say once an event is on Kafka: then, or later in the same story. `or_nothing`: no line at all."""

    book: str
    statuses: frozenset[str]
    or_nothing: bool = False


def _holds(book: str, *statuses: str, or_nothing: bool = False) -> Holds:
    return Holds(book, frozenset(statuses), or_nothing)


HOLDS: Final[Mapping[On, Holds]] = {
    On("order.created"): _holds(ORDER, "placed", "confirmed", "shipped", "delivered", "rejected", "cancelled"),
    On("order.confirmed"): _holds(ORDER, "confirmed", "shipped", "delivered", "cancelled"),
    On("order.rejected"): _holds(ORDER, "rejected"),
    On("order.cancelled"): _holds(ORDER, "cancelled"),
    On("order.shipped"): _holds(ORDER, "shipped", "delivered"),
    On("order.delivered"): _holds(ORDER, "delivered"),
    On("inventory.checked", "reserved"): _holds(STOCK, "reserved", "committed", "released"),
    On("inventory.checked", "out_of_stock"): _holds(STOCK, "refused"),
    On("inventory.committed"): _holds(STOCK, "committed"),
    On("inventory.released"): _holds(STOCK, "released", "refused", or_nothing=True),
    On("payment.processed", "approved"): _holds(PAYMENT, "captured", "refunded"),
    On("payment.processed", "declined"): _holds(PAYMENT, "declined"),
    On("payment.cancelled", "none"): _holds(PAYMENT, "declined", "voided", or_nothing=True),
    On("payment.cancelled", "voided"): _holds(PAYMENT, "voided"),
    On("payment.cancelled", "refunded"): _holds(PAYMENT, "refunded"),
    On("shipping.initiated"): _holds(PARCEL, "in_transit", "delivered"),
    On("shipping.failed"): _holds(PARCEL, "failed", "cancelled"),
    On("shipping.cancelled"): _holds(PARCEL, "cancelled"),
    On("shipping.delivered"): _holds(PARCEL, "delivered"),
    On("notification.sent"): _holds(LETTER, "sent"),
    On("notification.failed"): _holds(LETTER, "failed"),
}
"""Event → what its owner's book must say."""

OneOf = tuple[On, ...]
"""One of these events must be on Kafka."""

_RESERVED: Final[OneOf] = (On("inventory.checked", "reserved"),)
_APPROVED: Final[OneOf] = (On("payment.processed", "approved"),)
_CONFIRMED: Final[OneOf] = (On("order.confirmed"),)
_SHIPPED: Final[OneOf] = (On("order.shipped"),)
_LEFT: Final[OneOf] = (On("shipping.initiated"),)

TOLD: Final[Mapping[tuple[str, str], tuple[OneOf, ...]]] = {
    (ORDER, "confirmed"): (_CONFIRMED,),
    (ORDER, "shipped"): (_CONFIRMED, _SHIPPED),
    (ORDER, "delivered"): (_CONFIRMED, _SHIPPED, (On("order.delivered"),)),
    (ORDER, "rejected"): ((On("order.rejected"),),),
    (ORDER, "cancelled"): ((On("order.cancelled"),),),
    (STOCK, "reserved"): (_RESERVED,),
    (STOCK, "committed"): (_RESERVED, (On("inventory.committed"),)),
    (STOCK, "released"): (_RESERVED, (On("inventory.released"),)),
    (STOCK, "refused"): ((On("inventory.checked", "out_of_stock"),),),
    (PAYMENT, "captured"): (_APPROVED,),
    (PAYMENT, "declined"): ((On("payment.processed", "declined"),),),
    (PAYMENT, "refunded"): (_APPROVED, (On("payment.cancelled", "refunded"),)),
    (PAYMENT, "voided"): ((On("payment.cancelled", "voided"), On("payment.cancelled", "none")),),
    (PARCEL, "in_transit"): (_LEFT,),
    (PARCEL, "delivered"): (_LEFT, (On("shipping.delivered"),)),
    (PARCEL, "failed"): ((On("shipping.failed"),),),
    (PARCEL, "cancelled"): ((On("shipping.cancelled"), On("shipping.failed")),),
    (LETTER, "sent"): ((On("notification.sent"),),),
    (LETTER, "failed"): ((On("notification.failed"),),),
}
"""A book and what a line of it says → the events that must have told of it."""


def template_of(body: Body) -> str:
    """Return which letter an event is about; empty for every other event."""
    return str(getattr(body, "template", ""))


def lines_of(books: Books) -> Iterator[Line]:
    """Yield every line that the two tables know of; stock has one for each product."""
    yield from (Line(ORDER, one.order_id, one.status) for one in books.orders)
    yield from (Line(STOCK, one.order_id, one.status) for one in books.reservations)
    yield from (Line(PAYMENT, one.order_id, one.status) for one in books.payments)
    yield from (Line(PARCEL, one.order_id, one.status) for one in books.parcels)
    yield from (Line(LETTER, one.order_id, one.status, one.template) for one in books.letters)
