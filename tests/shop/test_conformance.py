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
rows: tuple[p.Rows, ...] = (flow.ROWS, undo.ROWS, ship.ROWS, notify.ROWS)


def test_every_port_that_phase_1_fills_is_assigned_its_solution_above() -> None:
    filled = {port.name for part in PART_FILES for port in part.fills}
    tree = ast.parse(Path(__file__).read_text())
    assigned = {ast.unparse(node.target) for node in tree.body if isinstance(node, ast.AnnAssign)}
    assert assigned == filled
    modules = {part.path.rpartition("/")[2].removesuffix(".py") for part in PART_FILES}
    named = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert modules <= named
