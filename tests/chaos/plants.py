"""Bugs to plant in a database, as data: what is changed, which invariants that breaks, what the audit must say."""

from dataclasses import dataclass

MINE = "order_id = :delivered"
LAST = f"(SELECT MAX(number) FROM saga_log WHERE {MINE})"
SECOND_ORDER = (
    "INSERT INTO orders (order_id, status, customer_id, lines, total_cents, currency, reason, placed_at) "
    "SELECT 'ord-TWO', 'placed', customer_id, lines, total_cents, currency, reason, placed_at "
    f"FROM orders WHERE {MINE}"
)
SECOND_CHARGE = (
    "INSERT INTO entry (key, approved, amount_cents, refunded_cents, reason) VALUES ('again', TRUE, 1250, 0, '')"
)
SECOND_STEP = (
    "INSERT INTO saga_log (order_id, number, message_id, name, outcome, kind, from_state, to_state, at) "
    f"SELECT order_id, {LAST} + 1, message_id, name, outcome, 'no-op', 'COMPLETED', 'COMPLETED', at "
    f"FROM saga_log WHERE {MINE} AND name = 'order.created'"
)
OTHER_ORDER = "UPDATE request_key SET body = replace(body, :delivered, 'ord-OTHER') WHERE key = 'k1'"
SECOND_KEY = (
    "INSERT INTO request_key (key, fingerprint, status, body) "
    "SELECT 'k9', fingerprint, status, body FROM request_key WHERE key = 'k1'"
)
FOR_NOBODY = "INSERT INTO reservation (order_id, sku, quantity, status) VALUES ('ord-NOBODY', 'mug', 1, 'refused')"
OLD_TIMER = "INSERT INTO timer (order_id, state, due_at) VALUES (:delivered, 'AWAITING_PAYMENT', '2026-01-01 00:00:00')"


@dataclass(frozen=True)
class Plant:
    """A bug in one database. `red`: the invariants that it breaks: the one it is meant for first, then what follows."""

    red: tuple[str, ...]
    book: str
    statements: tuple[str, ...]
    says: str


PLANTS = {
    "a saga that is gone": Plant(("I1",), "mediator", (f"DELETE FROM saga WHERE {MINE}",), "never heard of it"),
    # The log says otherwise, and there is no deadline: the three cannot be had apart.
    "a saga that stands still": Plant(
        ("I1", "I7", "I11"),
        "mediator",
        (f"UPDATE saga SET state = 'CONFIRMING' WHERE {MINE}",),
        "has not ended: its saga is in CONFIRMING",
    ),
    # What was told of it is about nothing now, and the money that it cost is nobody's.
    "an order that is gone": Plant(
        ("I1", "I2", "I4"), "order", (f"DELETE FROM orders WHERE {MINE}",), "is not in the order book"
    ),
    # Everybody else knows better: what was told is not so, what is so was not told, and the money was kept.
    "an order that says another end": Plant(
        ("I2", "I4", "I6", "I12", "I14"),
        "order",
        (f"UPDATE orders SET status = 'cancelled' WHERE {MINE}",),
        "order.delivered is on Kafka, and the order book says cancelled",
    ),
    "a key that is forgotten": Plant(
        ("I3",), "order", ("DELETE FROM request_key WHERE key = 'k1'",), "has no note of the key"
    ),
    # Of the second order nobody was ever told anything.
    "a second order for a request": Plant(
        ("I3", "I1", "I14"),
        "order",
        (SECOND_ORDER,),
        "ord-TWO was placed meanwhile, and no key stands for it",
    ),
    "a second charge": Plant(
        ("I4",),
        "bank",
        (SECOND_CHARGE,),
        "the bank has taken 12.50 EUR, and Payment has no note of it",
    ),
    "a charge of which a cent was given back": Plant(
        ("I4", "I12"),
        "bank",
        ("UPDATE entry SET refunded_cents = 1 WHERE approved AND refunded_cents = 0",),
        "the bank gave 0.01 EUR back",
    ),
    "a piece that was stolen": Plant(
        ("I5",),
        "inventory",
        ("UPDATE shelf SET available = available - 1 WHERE sku = 'mug'",),
        "400 were delivered",
    ),
    "a piece that was sold twice": Plant(
        ("I5",),
        "inventory",
        ("UPDATE shelf SET available = available - 1, committed = committed + 1 WHERE sku = 'mug'",),
        "by the notes",
    ),
    # What Fulfilment told of it is not so any more.
    "a parcel that is gone": Plant(
        ("I6", "I2"), "fulfilment", (f"DELETE FROM parcel WHERE {MINE}",), "the parcel book says nothing"
    ),
    "a step with another number": Plant(
        ("I7",),
        "mediator",
        (f"UPDATE saga_log SET number = number + 1 WHERE {MINE} AND number = {LAST}",),
        "its log has the numbers",
    ),
    "a step that leads elsewhere": Plant(
        ("I7",),
        "mediator",
        (f"UPDATE saga_log SET to_state = 'REJECTING' WHERE {MINE} AND to_state = 'CONFIRMING'",),
        "the table goes from AWAITING_PAYMENT to CONFIRMING",
    ),
    # What was said because of it has then been decided by nobody.
    "a step that is gone": Plant(
        ("I7", "I2"),
        "mediator",
        (f"DELETE FROM saga_log WHERE {MINE} AND name = 'payment.processed'",),
        "no step of the mediator's log asks for it",
    ),
    "a message that was heard twice": Plant(
        ("I8",),
        "mediator",
        (SECOND_STEP, f"UPDATE saga SET steps = steps + 1 WHERE {MINE}"),
        "order.created stands in its log 2 times",
    ),
    "a message that was sent again in vain": Plant(
        ("I10",), "notification", ("DELETE FROM inbox WHERE message_id = :letter",), "has had no effect"
    ),
    "a deadline that nobody heeds": Plant(
        ("I11",),
        "mediator",
        (OLD_TIMER,),
        "there is a deadline for AWAITING_PAYMENT",
    ),
    # The money is then somewhere else than where it is due.
    "a no that was a yes": Plant(
        ("I12", "I4"),
        "bank",
        ("UPDATE entry SET approved = TRUE, amount_cents = 1250 WHERE reason = 'card refused'",),
        "is rejected, and the bank keeps 12.50 EUR",
    ),
    "a message that nobody has heard": Plant(
        ("I14",),
        "analytics",
        ("DELETE FROM inbox WHERE message_id = :created",),
        "analytics has not heard order.created",
    ),
    "a message that was never sent": Plant(
        ("I14",),
        "payment",
        ("INSERT INTO outbox (topic, key, headers, value) VALUES ('payment.events', '', '[]', '')",),
        "payment still has 1 message in its outbox",
    ),
    "a key that stands for another order": Plant(("I3",), "order", (OTHER_ORDER,), "key k1: the customer was told of"),
    "two keys for one order": Plant(("I3",), "order", (SECOND_KEY,), "stands for 2 keys"),
    # The customer has then paid too much, too.
    "a second charge for one order": Plant(
        ("I4", "I12"), "bank", (SECOND_CHARGE.replace("'again'", ":check"),), "was charged 2 times"
    ),
    # Nobody has said so, and the customer has the goods.
    "a payment that says refunded": Plant(
        ("I4", "I6", "I14"),
        "payment",
        (f"UPDATE payment SET status = 'refunded' WHERE {MINE}",),
        "Payment's book says refunded, the bank keeps 12.50 EUR",
    ),
    "a payment that is unknown for ever": Plant(
        ("I12", "I2", "I6"),
        "payment",
        (f"UPDATE payment SET status = 'pending' WHERE {MINE}",),
        "nobody knows whether it is paid",
    ),
    "other pieces than were ordered": Plant(
        ("I5",),
        "order",
        (f"UPDATE orders SET lines = json_set(CAST(lines AS TEXT), '$[0].quantity', 77) WHERE {MINE}",),
        "other pieces are noted for it than were ordered",
    ),
    "a shelf that is gone": Plant(
        ("I5",), "inventory", ("DELETE FROM shelf WHERE sku = 'pen'",), "pen: there is no shelf"
    ),
    "less than nothing": Plant(
        ("I5",),
        "inventory",
        ("PRAGMA ignore_check_constraints = 1", "UPDATE shelf SET available = -1 WHERE sku = 'pen'"),
        "pen: -1 free, 0 set aside, 0 sold",
    ),
    # And that there was none, nobody was told.
    "goods that were refused to nobody": Plant(
        ("I2", "I14"), "inventory", (FOR_NOBODY,), "there is a reservation for it, and it is not in the order book"
    ),
    "a deadline that has long passed": Plant(
        ("I11", "I1", "I7"),
        "mediator",
        (f"UPDATE saga SET state = 'AWAITING_PAYMENT' WHERE {MINE}", OLD_TIMER),
        "its deadline in AWAITING_PAYMENT passed",
    ),
    "a message that Kafka has lost": Plant(
        ("I14",),
        "order",
        ("INSERT INTO inbox (message_id) VALUES ('m-lost')",),
        "order has heard message m-lost, and it is not on Kafka",
    ),
}
