"""Orders as records, for the tests of what follows one order: ids are each order's own."""

import json
from dataclasses import replace

from lab.cli.flow_table import flow_table
from lab.shop import contracts as c
from tests.tui.world import NOON_MS, fixed_history, happy_order, record
from tui.model.causes import causes_of
from tui.model.expected import Idle, replay, table_of
from tui.model.story import steps_of

TABLE = table_of(flow_table(1))


def own_ids(records, order_id):
    """The same records with ids that no other order has."""
    return [
        replace(one, headers=tuple((n, v.replace(b"id-", f"{order_id}-".encode())) for n, v in one.headers))
        for one in records
    ]


def happy(order_id="ord-7F3K", *, start=0, mine=(), upto=None):
    """The happy order, up to so many messages."""
    return own_ids(happy_order(order_id, start=start, mine=mine), order_id)[:upto]


def declined(order_id="ord-D3WA", *, start=0, release=True, mine=("undo",)):
    """Bea's card is refused; without `release` the mug is not put back."""
    lines = (c.OrderLine(sku="mug", quantity=1, unit_cents=1250),)
    o = {"order_id": order_id}
    told = {"template": "rejected", "customer_name": "Bea", "email": "bea@example.org", "reason": "payment declined"}
    story = [
        (0, c.OrderCreated(customer_id="cus-bea", customer_name="Bea", email="bea@example.org", ship_to="Leeds",
                           card=c.CARD_REFUSED, lines=lines, total_cents=1250, **o), None, ()),
        (11, c.InventoryCheck(lines=(c.Item(sku="mug", quantity=1),), **o), 0, ()),
        (24, c.InventoryChecked(outcome="reserved", lines=(c.ShelfLine(sku="mug", quantity=1, left=38),), **o), 1, ()),
        (31, c.PaymentProcess(amount_cents=1250, currency="EUR", card=c.CARD_REFUSED, **o), 2, ()),
        (62, c.PaymentProcessed(outcome="declined", amount_cents=1250, reason="refused", **o), 3, ()),
        (70, c.InventoryRelease(**o), 4, mine) if release else None,
        (71, c.OrderReject(reason="payment declined", **o), 4, mine),
        (82, c.OrderRejected(reason="payment declined", **o), 6, ()),
        (84, c.InventoryReleased(**o), 5, ()) if release else None,
        (90, c.NotificationSend(**told, **o), 7, mine),
        (101, c.NotificationSent(template="rejected", **o), 9, ()),
    ]  # fmt: skip
    return own_ids(
        [
            record(body, ms=start + ms, offset=number, partition=1, number=number, mine=parts,
                   cause="" if cause is None else f"id-{cause}")
            for number, step in enumerate(story) if step for ms, body, cause, parts in [step]
        ],
        order_id,
    )  # fmt: skip


def without(records, name):
    """The records without those of one message type."""
    return [one for one in records if f".{name}.".encode() not in dict(one.headers)["ce_type"]]


def body_of(one):
    """What a record says."""
    return json.loads(one.value)


def replayed(records, *, now_ms=60_000, idle=()):
    """These records of one order, compared with the solution's rows. now_ms: after noon."""
    history = fixed_history(records)
    order_id = history[1].order_id
    numbers = causes_of(history).of_order(order_id, history.end)
    steps = steps_of([(number, history[number]) for number in numbers])
    return replay(steps, TABLE, NOON_MS + now_ms, Idle(frozenset(idle), NOON_MS + now_ms))
