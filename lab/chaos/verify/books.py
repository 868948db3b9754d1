"""What the databases hold, as frozen rows. A row's fields are named after the columns that they are read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Order:
    order_id: str
    status: str
    customer_id: str
    lines: Sequence[Mapping[str, Any]]
    total_cents: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """An Idempotency-Key, and what was answered to it: 202 with an order id in the body."""

    key: str
    status: int | None
    body: Mapping[str, Any] | None

    @property
    def order_id(self) -> str:
        """Return the order that it stands for; empty where there is none."""
        return str((self.body or {}).get("order_id", ""))


@dataclass(frozen=True, slots=True)
class Saga:
    order_id: str
    state: str
    steps: int
    order: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a saga's log."""

    order_id: str
    number: int
    message_id: str
    name: str
    outcome: str | None
    kind: str
    from_state: str
    to_state: str


@dataclass(frozen=True, slots=True)
class Timer:
    order_id: str
    state: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Payment:
    order_id: str
    status: str
    amount_cents: int
    bank_key: str


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bank's own book."""

    key: str
    approved: bool
    amount_cents: int
    refunded_cents: int

    @property
    def kept_cents(self) -> int:
        """Return what the bank has, and has not given back."""
        return self.amount_cents - self.refunded_cents


@dataclass(frozen=True, slots=True)
class Shelf:
    sku: str
    available: int
    reserved: int
    committed: int


@dataclass(frozen=True, slots=True)
class Reservation:
    order_id: str
    sku: str
    quantity: int
    status: str


@dataclass(frozen=True, slots=True)
class Parcel:
    order_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to a customer."""

    order_id: str
    template: str
    status: str


@dataclass(frozen=True, kw_only=True)  # no slots: the rows by order are put together when they are first asked for
class Books:
    """All databases of one shop, side by side. Each was read in one transaction of its own.

    inbox: unit → the ids of the messages that have had their effect there.
    outbox: unit → the topics of the messages that wait there to be sent.
    now: the mediator's database's clock, by which timers are due.
    """

    orders: Sequence[Order] = ()
    keys: Sequence[Key] = ()
    sagas: Sequence[Saga] = ()
    steps: Sequence[Step] = ()
    timers: Sequence[Timer] = ()
    payments: Sequence[Payment] = ()
    charges: Sequence[Charge] = ()
    shelves: Sequence[Shelf] = ()
    reservations: Sequence[Reservation] = ()
    parcels: Sequence[Parcel] = ()
    letters: Sequence[Letter] = ()
    inbox: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outbox: Mapping[str, Sequence[str]] = field(default_factory=dict)
    now: datetime

    @cached_property
    def order(self) -> Mapping[str, Order]:
        """Return the orders by id."""
        return {one.order_id: one for one in self.orders}

    @cached_property
    def saga(self) -> Mapping[str, Saga]:
        """Return the sagas by order id."""
        return {one.order_id: one for one in self.sagas}

    @cached_property
    def log(self) -> Mapping[str, Sequence[Step]]:
        """Return each saga's log by order id, by number. What was about no saga (number 0) is left out."""
        found: dict[str, list[Step]] = {}
        for step in sorted(self.steps, key=lambda one: one.number):
            if step.number > 0:
                found.setdefault(step.order_id, []).append(step)
        return found

    @cached_property
    def payment(self) -> Mapping[str, Payment]:
        """Return the payments by order id."""
        return {one.order_id: one for one in self.payments}

    @cached_property
    def parcel(self) -> Mapping[str, Parcel]:
        """Return the parcels by order id."""
        return {one.order_id: one for one in self.parcels}

    @cached_property
    def reserved(self) -> Mapping[str, Sequence[Reservation]]:
        """Return what is noted for each order id, product by product."""
        found: dict[str, list[Reservation]] = {}
        for one in self.reservations:
            found.setdefault(one.order_id, []).append(one)
        return found

    @cached_property
    def letter(self) -> Mapping[tuple[str, str], Letter]:
        """Return the letters by order id and template."""
        return {(one.order_id, one.template): one for one in self.letters}
