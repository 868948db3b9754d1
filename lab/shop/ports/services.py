"""What the services do in phase 1: the pieces of Order, Inventory, Payment, Fulfilment, Notification, Analytics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Command,
    Customer,
    Event,
    InventoryCheck,
    InventoryCommit,
    InventoryRelease,
    Item,
    Message,
    NotificationSend,
    NotificationView,
    OrderCreated,
    OrderView,
    PaymentCancel,
    PaymentProcess,
    PaymentView,
    ReportView,
    ShippingInitiate,
    StockView,
)
from lab.shop.ports.travel import (
    Handler,
    Sessions,
)

T_co = TypeVar("T_co", covariant=True)
K_contra = TypeVar("K_contra", contravariant=True)


class RequestedLine(Protocol):
    """One line of what a customer asks for."""

    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...


class OrderRequest(Protocol):
    """What a customer asks for, after it has been checked. `validate` brings the model."""

    @property
    def customer_id(self) -> str: ...
    @property
    def card(self) -> str: ...
    @property
    def lines(self) -> Sequence[RequestedLine]: ...


OrderRequestModel: TypeAlias = type[BaseModel]
"""`validate`: the pydantic model of a POST /orders body. FastAPI refuses what does not fit before any code runs."""


class DescribeFaults(Protocol):
    """`validate`: from pydantic's list of errors to the `errors` member of a problem+json answer (RFC 9457)."""

    def __call__(self, errors: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, str]]: ...


class PlaceOrder(Protocol):
    """`accept`: write the order into the book (`session`), return the event that tells of it."""

    async def __call__(self, request: OrderRequest, customer: Customer, session: AsyncSession) -> OrderCreated: ...


class Read(Protocol[K_contra, T_co]):
    """A GET: look one thing up by its key; None when there is no such thing."""

    async def __call__(self, session: AsyncSession, key: K_contra, /) -> T_co | None: ...


ReadOrder: TypeAlias = Read[str, OrderView]  # `accept`
ReadStock: TypeAlias = Read[str, StockView]  # `reserve`
ReadPayment: TypeAlias = Read[str, PaymentView]  # `pay`
ReadNotifications: TypeAlias = Read[str, Sequence[NotificationView]]  # `notify`


class ReadReport(Protocol):
    """`record`: the shop in numbers."""

    async def __call__(self, session: AsyncSession) -> ReportView: ...


ChangeOrder: TypeAlias = Handler[Command]
"""`confirm`: one handler for the five order.* commands. Order alone knows which change is allowed from which state."""


class ReceiveGoods(Protocol):
    """`session`: put a delivery on the shelves, all of it or nothing. Opens and ends its own transaction."""

    async def __call__(self, sessions: Sessions, delivery: Sequence[Item]) -> None: ...


ReserveStock: TypeAlias = Handler[InventoryCheck]  # `reserve`
ReleaseStock: TypeAlias = Handler[InventoryRelease]  # `undo`
CommitStock: TypeAlias = Handler[InventoryCommit]  # `ship`


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """What the bank says to a charge."""

    approved: bool
    reason: str = ""


class Bank(Protocol):
    """The other side of the payment: a house of its own, which can be slow and can fail.

    It takes a key with everything; the same key again changes nothing and gets the first answer again.
    """

    async def charge(self, key: str, *, card: str, amount_cents: int) -> BankAnswer:
        """Take the money. Raises TimeoutError when no answer came: then nobody knows."""

    async def refund(self, key: str, *, amount_cents: int) -> None:
        """Give back what was charged under this key; where nothing was, refuse whatever comes under it later."""


class TakePayment(Protocol):
    """`pay`, superseded by `bank`: handle payment.process."""

    async def __call__(self, command: Message[PaymentProcess], session: AsyncSession, bank: Bank) -> Sequence[Body]: ...


class CancelPayment(Protocol):
    """`undo`, superseded by `late`: handle payment.cancel."""

    async def __call__(self, command: Message[PaymentCancel], session: AsyncSession, bank: Bank) -> Sequence[Body]: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a carrier must know to name a price."""

    order_id: str
    ship_to: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Quote:
    """One carrier's offer."""

    carrier: str
    price_cents: int


class Carrier(Protocol):
    """A carrier: a house of its own, which takes a moment to answer."""

    @property
    def name(self) -> str: ...

    async def quote(self, parcel: Parcel) -> Quote | None:
        """Name a price, or None where this carrier does not go."""


class ChooseCarrier(Protocol):
    """`await`: ask all carriers at the same time, take the cheapest; None when nobody goes there."""

    async def __call__(self, carriers: Sequence[Carrier], parcel: Parcel) -> Quote | None: ...


class InitiateShipping(Protocol):
    """`ship`: handle shipping.initiate, given the chosen quote (None: no carrier goes there)."""

    async def __call__(
        self, command: Message[ShippingInitiate], session: AsyncSession, quote: Quote | None
    ) -> Sequence[Body]: ...


class LetterBox(Protocol):
    """Where a customer's messages go."""

    async def deliver(self, address: str, text: str) -> None:
        """Hand over the text. Raises `Undeliverable` when the address does not take it."""


class Undeliverable(Exception):
    """The address does not take messages."""


class SendNotification(Protocol):
    """`notify`: handle notification.send. Its failure is an event, never an error."""

    async def __call__(
        self, command: Message[NotificationSend], session: AsyncSession, letter_box: LetterBox
    ) -> Sequence[Body]: ...


RecordEvent: TypeAlias = Handler[Event]
"""`record`: write one event into the books of Analytics. It answers nothing."""
