"""A small fixed world for the terminal app's tests: messages as the shop sends them, at times that never change."""

import asyncio
from pathlib import Path

from lab.cli.flow_table import flow_table
from lab.course.classroom import Classroom
from lab.engines.base import EngineName
from lab.engines.native import NativeEngine
from lab.errors import NotRunning
from lab.shop import contracts as c
from lab.shop.contracts import Record
from tui.model.history import History
from tui.model.item import Look, UnitLook, UnitState, from_record, looked
from tui.surroundings import Surroundings

NOON_MS = 1_767_268_800_000  # 2026-01-01 12:00:00 UTC
UNITS = ("kafka", "order", "payment", "inventory", "notification", "analytics", "mediator", "fulfilment")
SURROUNDINGS = Surroundings(motion=False)


class QuietLab:
    """A lab whose shop is closed, with the real engine and course behind it."""

    def __init__(self, workspace: Path):
        self.workspace = workspace

    def running(self):
        return None

    def engine(self, name):
        return NativeEngine()

    def choose(self):
        return None

    def doctor(self):
        return ()

    def mend(self, findings):
        return ()

    def up(self, engine: EngineName, report):
        raise NotRunning("No shop can be opened here.", "This is a test.")

    def down(self, report, *, volumes=False):
        return None

    def restart(self, units, report):
        return None

    def classroom(self):
        return Classroom(workspace=self.workspace)

    def flow_table(self, phase):
        return flow_table(phase)


def record(body, *, ms, offset=0, partition=2, number=0, cause="", mine=()):
    """A record as the shop puts it on Kafka. ms: after noon. number: makes its id. mine: exercises that had a hand."""
    topic = c.TOPIC_OF[type(body)]
    headers = {
        "ce_specversion": "1.0",
        "ce_id": f"id-{number}",
        "ce_type": body.ce_type(),
        "ce_source": topic.writer,
        "ce_subject": body.order_id,
        "ce_time": "2026-01-01T12:00:00+00:00",
        "ce_correlationid": "id-0",
        "handled-by": "mine" if mine else "solution",
    }
    if cause:
        headers["ce_causationid"] = cause
    if mine:
        headers["handled-by-parts"] = " ".join(f"{name}=mine" for name in mine)
    return Record(
        topic.name,
        partition,
        offset,
        body.order_id.encode(),
        body.model_dump_json().encode(),
        tuple((name, value.encode()) for name, value in headers.items()),
        NOON_MS + ms,
    )


def happy_order(order_id="ord-7F3K", *, start=0, mine=()):
    """The records of one order up to its delivery, by the course's own times."""
    lines = (c.OrderLine(sku="mug", quantity=2, unit_cents=1250),)
    items = (c.Item(sku="mug", quantity=2),)
    created = c.OrderCreated(
        order_id=order_id, customer_id="cus-anna", customer_name="Anna", email="anna@example.org",
        ship_to="Vienna", card="card-4242", lines=lines, total_cents=2500, currency="EUR",
    )  # fmt: skip
    o = {"order_id": order_id}
    told = {"template": "confirmed", "customer_name": "Anna", "email": "anna@example.org"}
    story = [
        (0, created, None),
        (11, c.InventoryCheck(lines=items, **o), 0),
        (24, c.InventoryChecked(outcome="reserved", lines=(c.ShelfLine(sku="mug", quantity=2, left=38),), **o), 1),
        (31, c.PaymentProcess(amount_cents=2500, currency="EUR", card="card-4242", **o), 2),
        (62, c.PaymentProcessed(outcome="approved", amount_cents=2500, **o), 3),
        (70, c.OrderConfirm(**o), 4),
        (81, c.OrderConfirmed(**o), 5),
        (90, c.ShippingInitiate(lines=items, ship_to="Vienna", **o), 6),
        (92, c.NotificationSend(**told, **o), 6),
        (103, c.NotificationSent(template="confirmed", **o), 8),
        (120, c.ShippingInitiated(carrier="Post", tracking="trk-1", **o), 7),
        (126, c.InventoryCommit(**o), 10),
        (128, c.OrderMarkShipped(**o), 10),
        (137, c.InventoryCommitted(**o), 11),
        (139, c.OrderShipped(**o), 12),
        (2140, c.ShippingDelivered(carrier="Post", **o), 10),
        (2148, c.OrderMarkDelivered(**o), 15),
        (2160, c.OrderDelivered(**o), 16),
    ]
    return [
        record(body, ms=start + ms, offset=number, number=number, mine=mine if body is created else (),
               cause="" if cause is None else f"id-{cause}")
        for number, (ms, body, cause) in enumerate(story)
    ]  # fmt: skip


def all_ready(lag=None, parked=0, **others):
    """A look at units that are all ready, but for those named."""
    ready = {name: UnitLook(UnitState.READY, 3.0) for name in UNITS}
    return Look(ready | others, dict.fromkeys(UNITS[1:], 0) | (lag or {}), parked)


def fixed_history(*orders, look=None):
    """A history of these orders' records (by default one happy order), with a look at the units first."""
    history = History()
    history.add([looked(look or all_ready(), NOON_MS)])
    records = sorted((one for order in orders or (happy_order(),) for one in order), key=lambda one: one.timestamp_ms)
    history.add(from_record(one) for one in records)
    return history


def text_of(app):
    """The screen as one sees it."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def until(pilot, condition, tries=400):
    """Wait until something is so, a frame at a time; fail where it never is."""
    for _ in range(tries):
        if condition():
            return
        await pilot.pause(0.025)
    await asyncio.sleep(0)
    raise AssertionError(f"it never came to be so; the screen:\n{text_of(pilot.app)}")
