"""What the services answer to a GET: one small frozen model each."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from lab.shop.contracts.events import OrderLine
from lab.shop.contracts.states import OrderStatus


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


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
