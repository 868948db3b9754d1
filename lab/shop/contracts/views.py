"""What the services answer to a GET: one small frozen model each."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from lab.shop.contracts.events import OrderLine
from lab.shop.contracts.states import OrderStatus, State


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Accepted(View):
    """The answer to a placed order: it is in the book, nothing more. `status_url` says what has become of it."""

    order_id: str
    status: OrderStatus
    total_cents: int
    currency: str
    status_url: str


class OrderView(View):
    """One order, as its customer may see it."""

    order_id: str
    status: OrderStatus
    customer_id: str
    lines: tuple[OrderLine, ...]
    total_cents: int
    currency: str
    reason: str = ""
    placed_at: datetime


class StepView(View):
    """One entry of a saga's log. `kind`: move, no-op or unexpected."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    at: datetime
    name: str
    outcome: str | None = None
    kind: str
    from_state: State
    to_state: State


class SagaView(View):
    """One order's saga and its log."""

    order_id: str
    state: State
    updated_at: datetime
    log: tuple[StepView, ...]


class StockView(View):
    """One shelf. available + reserved + committed = what was ever put on it."""

    sku: str
    available: int
    reserved: int
    committed: int


class PaymentView(View):
    """What Payment did for one order: `captured`, `declined`, `voided` or `refunded`."""

    order_id: str
    status: str
    amount_cents: int
    currency: str
    reason: str = ""


class NotificationView(View):
    """One message to a customer. No address: whoever reads this need not know it."""

    order_id: str
    template: str
    status: str
    reason: str = ""


class ReportView(View):
    """The shop in numbers. Orders are counted, not events."""

    orders: int
    confirmed: int
    delivered: int
    rejected: int
    cancelled: int
    revenue_cents: int  # of orders confirmed and not cancelled
