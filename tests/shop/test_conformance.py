"""Every solution fits its port, as mypy sees it: `uv run --group authors mypy` reads this file.

The assignments are the check. A function whose arguments or answer differ from its port's is an error of types here,
before any shop is started. The test at the end only sees to it that no part is forgotten.
"""

import ast
from pathlib import Path

from lab.shop import ports as p
from lab.shop.parts import PART_FILES
from solutions.phase1_basics.e02_await import carriers
from solutions.phase1_basics.e03_envelope import envelope
from solutions.phase1_basics.e04_produce import order_events
from solutions.phase1_basics.e06_read import reading
from solutions.phase1_basics.e09_validate import order_request as validate
from solutions.phase1_basics.e10_session import goods_in
from solutions.phase1_basics.e11_accept import accept
from solutions.phase1_basics.e12_reserve import reserve
from solutions.phase1_basics.e13_pay import pay
from solutions.phase1_basics.e14_table import flow
from solutions.phase1_basics.e15_confirm import order_book
from solutions.phase1_basics.e16_undo import undo
from solutions.phase1_basics.e17_ship import ship
from solutions.phase1_basics.e18_notify import notify
from solutions.phase1_basics.e19_record import record
from solutions.phase2_reliability.e22_logs import tracing
from solutions.phase2_reliability.e23_commit import committing
from solutions.phase2_reliability.e24_rebalance import giving_away
from solutions.phase2_reliability.e25_inbox import inbox as inbox_part
from solutions.phase2_reliability.e27_outbox import outbox
from solutions.phase2_reliability.e28_relay import relay as relay_part
from solutions.phase2_reliability.e29_idempotency_key import request_keys
from solutions.phase2_reliability.e30_which_errors import retry_policy as which_errors
from solutions.phase2_reliability.e31_retry_topics import retry_later as retry_topics
from solutions.phase2_reliability.e32_dead_letters import dead_letter as dead_letters
from solutions.phase2_reliability.e33_bank import charging
from solutions.phase2_reliability.e34_timers import timers
from solutions.phase2_reliability.e35_late import late
from solutions.phase2_reliability.e36_metrics import metrics
from solutions.phase2_reliability.e37_health import health

choose_carrier: p.ChooseCarrier = carriers.choose_carrier
wrap: p.Wrap = envelope.wrap
publish_order_created: p.PublishOrderCreated = order_events.publish_order_created
consume: p.Consume = reading.consume
dispatch: p.Dispatch = reading.dispatch
order_request: p.OrderRequestModel = validate.order_request
describe_faults: p.DescribeFaults = validate.describe_faults
receive_goods: p.ReceiveGoods = goods_in.receive_goods
place_order: p.PlaceOrder = accept.place_order
hand_over: p.HandOver = accept.hand_over
read_order: p.ReadOrder = accept.read_order
reserve_stock: p.ReserveStock = reserve.reserve_stock
read_stock: p.ReadStock = reserve.read_stock
take_payment: p.TakePayment = pay.take_payment
read_payment: p.ReadPayment = pay.read_payment
decide: p.Decide = flow.decide
change_order: p.ChangeOrder = order_book.change_order
release_stock: p.ReleaseStock = undo.release_stock
cancel_payment: p.CancelPayment = undo.cancel_payment
initiate_shipping: p.InitiateShipping = ship.initiate_shipping
commit_stock: p.CommitStock = ship.commit_stock
send_notification: p.SendNotification = notify.send_notification
read_notifications: p.ReadNotifications = notify.read_notifications
record_event: p.RecordEvent = record.record_event
read_report: p.ReadReport = record.read_report
rows: tuple[p.Rows, ...] = (flow.ROWS, undo.ROWS, ship.ROWS, notify.ROWS, timers.ROWS, late.ROWS)

# Phase 2. What supersedes a part of phase 1 has the same port, and so a name of its own here.
next_trace: p.NextTrace = tracing.next_trace
log_fields: p.LogFields = tracing.log_fields
consume_2: p.Consume = committing.consume
commit_offsets: p.CommitOffsets = giving_away.commit_offsets
on_revoked: p.OnRevoked = giving_away.on_revoked
inbox: p.Inbox = inbox_part.inbox
hand_over_2: p.HandOver = outbox.hand_over
relay: p.Relay = relay_part.relay
claim_key: p.ClaimKey = request_keys.claim_key
remember_answer: p.RememberAnswer = request_keys.remember_answer
retry_policy: p.RetryPolicy = which_errors.retry_policy
retry_later: p.RetryLater = retry_topics.retry_later
dead_letter: p.DeadLetter = dead_letters.dead_letter
take_payment_2: p.TakePayment = charging.take_payment
settle_payments: p.SettlePayments = charging.settle_payments
cancel_payment_2: p.CancelPayment = late.cancel_payment
set_timer: p.SetTimer = timers.set_timer
cancel_timer: p.CancelTimer = timers.cancel_timer
due_timers: p.DueTimers = timers.due_timers
observe: p.Observe = metrics.observe
lag: p.Lag = metrics.lag
figures: p.Figures = metrics.figures
alive: p.Alive = health.alive
ready: p.Ready = health.ready


def test_every_port_that_a_part_fills_is_assigned_its_solution_above() -> None:
    filled = {port.name for part in PART_FILES for port in part.fills}
    tree = ast.parse(Path(__file__).read_text())
    assigned = {ast.unparse(node.target).removesuffix("_2") for node in tree.body if isinstance(node, ast.AnnAssign)}
    assert assigned == filled
    modules = {part.path.rpartition("/")[2].removesuffix(".py") for part in PART_FILES}
    named = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert modules <= named
