"""The name of every port, each remembering the type of what fills it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from lab.shop.ports.mediator import (
    Decide,
    Rows,
)
from lab.shop.ports.reliability import (
    Alive,
    CancelTimer,
    ClaimKey,
    CommitOffsets,
    DeadLetter,
    DueTimers,
    Figures,
    Inbox,
    Lag,
    LogFields,
    NextTrace,
    Observe,
    OnRevoked,
    Ready,
    Relay,
    RememberAnswer,
    RetryLater,
    RetryPolicy,
    SetTimer,
    SettlePayments,
)
from lab.shop.ports.services import (
    CancelPayment,
    ChangeOrder,
    ChooseCarrier,
    CommitStock,
    DescribeFaults,
    InitiateShipping,
    OrderRequestModel,
    PlaceOrder,
    ReadNotifications,
    ReadOrder,
    ReadPayment,
    ReadReport,
    ReadStock,
    ReceiveGoods,
    RecordEvent,
    ReleaseStock,
    ReserveStock,
    SendNotification,
    TakePayment,
)
from lab.shop.ports.travel import (
    Consume,
    Dispatch,
    HandOver,
    PublishOrderCreated,
    Wrap,
)

P = TypeVar("P")


@dataclass(frozen=True)  # no slots: Port[X](…) could not remember X
class Port(Generic[P]):
    """The name of a port, which remembers the type of what fills it."""

    name: str


WRAP = Port[Wrap]("wrap")
PUBLISH_ORDER_CREATED = Port[PublishOrderCreated]("publish_order_created")
CONSUME = Port[Consume]("consume")
DISPATCH = Port[Dispatch]("dispatch")
HAND_OVER = Port[HandOver]("hand_over")
ORDER_REQUEST = Port[OrderRequestModel]("order_request")
DESCRIBE_FAULTS = Port[DescribeFaults]("describe_faults")
PLACE_ORDER = Port[PlaceOrder]("place_order")
READ_ORDER = Port[ReadOrder]("read_order")
CHANGE_ORDER = Port[ChangeOrder]("change_order")
RECEIVE_GOODS = Port[ReceiveGoods]("receive_goods")
RESERVE_STOCK = Port[ReserveStock]("reserve_stock")
RELEASE_STOCK = Port[ReleaseStock]("release_stock")
COMMIT_STOCK = Port[CommitStock]("commit_stock")
READ_STOCK = Port[ReadStock]("read_stock")
TAKE_PAYMENT = Port[TakePayment]("take_payment")
CANCEL_PAYMENT = Port[CancelPayment]("cancel_payment")
READ_PAYMENT = Port[ReadPayment]("read_payment")
CHOOSE_CARRIER = Port[ChooseCarrier]("choose_carrier")
INITIATE_SHIPPING = Port[InitiateShipping]("initiate_shipping")
SEND_NOTIFICATION = Port[SendNotification]("send_notification")
READ_NOTIFICATIONS = Port[ReadNotifications]("read_notifications")
RECORD_EVENT = Port[RecordEvent]("record_event")
READ_REPORT = Port[ReadReport]("read_report")
DECIDE = Port[Decide]("decide")

NEXT_TRACE = Port[NextTrace]("next_trace")
LOG_FIELDS = Port[LogFields]("log_fields")
COMMIT_OFFSETS = Port[CommitOffsets]("commit_offsets")
ON_REVOKED = Port[OnRevoked]("on_revoked")
INBOX = Port[Inbox]("inbox")
RELAY = Port[Relay]("relay")
CLAIM_KEY = Port[ClaimKey]("claim_key")
REMEMBER_ANSWER = Port[RememberAnswer]("remember_answer")
RETRY_POLICY = Port[RetryPolicy]("retry_policy")
RETRY_LATER = Port[RetryLater]("retry_later")
DEAD_LETTER = Port[DeadLetter]("dead_letter")
SETTLE_PAYMENTS = Port[SettlePayments]("settle_payments")
SET_TIMER = Port[SetTimer]("set_timer")
CANCEL_TIMER = Port[CancelTimer]("cancel_timer")
DUE_TIMERS = Port[DueTimers]("due_timers")
OBSERVE = Port[Observe]("observe")
LAG = Port[Lag]("lag")
FIGURES = Port[Figures]("figures")
ALIVE = Port[Alive]("alive")
READY = Port[Ready]("ready")

ROWS = Port[Rows]("rows")
"""Contributed, not filled: every part that offers rows adds them to the mediator's one table."""
