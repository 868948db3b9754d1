"""Money and goods: what came in is where it should be, and every book knows the same ending (I4, I5, I6, I12)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lab.chaos.verify.books import Charge, Order
from lab.chaos.verify.evidence import Evidence
from lab.chaos.verify.stories import ORDER, PARCEL, PAYMENT, STOCK
from lab.shop.contracts import OrderStatus, State
from lab.shop.scenario import first_delivery
from lab.shop.wording import money


def wrong_money(found: Evidence) -> list[str]:
    """I4: the bank keeps what the delivered orders cost and nothing else, by one charge for each."""
    wrong = [*_wrong_charges(found), *_wrong_payments(found)]
    ended = {one: order for one, order in found.books.order.items() if one in found.ended}
    under_way = found.books.order.keys() - ended.keys()
    kept = sum(cents for order_id, cents in found.kept_cents.items() if order_id not in under_way)
    due = sum(_due(order) for order in ended.values())
    if kept != due:
        wrong.append(f"the bank keeps {money(kept)}, and {money(due)} are due")
    return wrong


def _due(order: Order) -> int:
    return order.total_cents if order.status == OrderStatus.DELIVERED else 0


def _wrong_charges(found: Evidence) -> Iterator[str]:
    taken: Counter[str] = Counter()
    noted = {one.bank_key for one in found.books.payments}
    for charge in found.books.charges:
        order_id = found.order_of_charge.get(charge.key, "")
        whose = order_id or f"nobody (key {charge.key})"
        order = found.books.order.get(order_id)
        taken[whose] += charge.approved
        if charge.approved and charge.key not in noted:
            yield f"{whose}: the bank has taken {money(charge.amount_cents)}, and Payment has no note of it"
        if order is not None and charge.amount_cents not in {0, order.total_cents}:
            yield f"{whose}: the bank has taken {money(charge.amount_cents)}, it costs {money(order.total_cents)}"
        if charge.refunded_cents not in {0, charge.amount_cents}:
            yield f"{whose}: of {money(charge.amount_cents)} the bank gave {money(charge.refunded_cents)} back"
    yield from (f"{whose}: was charged {times} times" for whose, times in taken.items() if times > 1)


def _wrong_payments(found: Evidence) -> Iterator[str]:
    """Compare each line of Payment's book with the bank's own."""
    charges = {one.key: one for one in found.books.charges}
    for payment in found.books.payments:
        charge = charges.get(payment.bank_key)
        if not _agree(payment.status, charge):
            says = "has no line" if charge is None else f"keeps {money(charge.kept_cents)}"
            yield f"{payment.order_id}: Payment's book says {payment.status}, the bank {says}"


def _agree(status: str, charge: Charge | None) -> bool:
    approved, kept = (False, 0) if charge is None else (charge.approved, charge.kept_cents)
    match status:
        case "captured":
            return approved and kept > 0
        case "refunded":
            return approved and kept == 0
        case "pending":
            return True  # unknown is what it says
        case _:
            return kept == 0


def wrong_stock(found: Evidence) -> list[str]:
    """I5: what was delivered is free, set aside or sold, nothing is less than none, and the notes say the same."""
    shelves = {one.sku: one for one in found.books.shelves}
    noted: Counter[tuple[str, str]] = Counter()
    for one in found.books.reservations:
        noted[one.sku, one.status] += one.quantity
    wrong = []
    for sku, first in first_delivery().items():
        if (shelf := shelves.get(sku)) is None:
            wrong.append(f"{sku}: there is no shelf")
            continue
        says = f"{shelf.available} free, {shelf.reserved} set aside, {shelf.committed} sold"
        if shelf.available + shelf.reserved + shelf.committed != first:
            wrong.append(f"{sku}: {says}; {first} were delivered")
        if min(shelf.available, shelf.reserved, shelf.committed) < 0:
            wrong.append(f"{sku}: {says}")
        if (shelf.reserved, shelf.committed) != (noted[sku, "reserved"], noted[sku, "committed"]):
            notes = f"{noted[sku, 'reserved']} set aside and {noted[sku, 'committed']} sold"
            wrong.append(f"{sku}: {says}; by the notes {notes}")
    return [*wrong, *_other_lines(found)]


def _other_lines(found: Evidence) -> Iterator[str]:
    for order_id, notes in found.books.reserved.items():
        order = found.books.order.get(order_id)
        asked = {str(line["sku"]): line["quantity"] for line in order.lines} if order else {}
        if order is not None and {one.sku: one.quantity for one in notes} != asked:
            yield f"{order_id}: other pieces are noted for it than were ordered"


@dataclass(frozen=True, slots=True)
class Ending:
    """What the books may say of an order whose saga has ended so. None among them: no line at all."""

    order: OrderStatus
    payment: frozenset[str | None]
    stock: frozenset[str | None]
    parcel: frozenset[str | None]


_NOT_PAID: Final = frozenset({None, "declined", "voided", "refunded"})
ENDINGS: Final[Mapping[str, Ending]] = {
    State.COMPLETED: Ending(
        OrderStatus.DELIVERED, frozenset({"captured"}), frozenset({"committed"}), frozenset({"delivered"})
    ),
    State.REJECTED: Ending(
        OrderStatus.REJECTED, _NOT_PAID, frozenset({None, "refused", "released"}), frozenset({None})
    ),
    State.CANCELLED: Ending(
        OrderStatus.CANCELLED, _NOT_PAID, frozenset({"released"}), frozenset({"failed", "cancelled"})
    ),
}
"""The saga's end → what the others must say."""


def wrong_endings(found: Evidence) -> list[str]:
    """I6: when a saga has ended, order, payment, stock and parcel say the same of it."""
    wrong = []
    for order_id in sorted(found.ended & found.books.order.keys()):
        state = found.books.saga[order_id].state
        ending = ENDINGS[state]
        for book, allowed in (
            (ORDER, frozenset({ending.order})), (PAYMENT, ending.payment), (STOCK, ending.stock),
            (PARCEL, ending.parcel),
        ):  # fmt: skip
            says = found.lines.get((book, order_id, ""), frozenset({None}))
            if not says <= allowed:
                told = " and ".join(sorted(one or "nothing" for one in says))
                wrong.append(f"{order_id}: its saga is {state}, and the {book} book says {told}")
    return wrong


def unknown_taken_for_no(found: Evidence) -> list[str]:
    """I12: nobody who got no goods has paid, nobody who got them has not, and no payment is left unknown."""
    wrong = []
    for order_id in sorted(found.ended & found.books.order.keys()):
        order, kept = found.books.order[order_id], found.kept_cents.get(order_id, 0)
        if kept != _due(order):
            wrong.append(f"{order_id} is {order.status}, and the bank keeps {money(kept)} for it")
        payment = found.books.payment.get(order_id)
        if payment is not None and payment.status == "pending":
            wrong.append(f"{order_id} is {order.status}, and nobody knows whether it is paid")
    return wrong
