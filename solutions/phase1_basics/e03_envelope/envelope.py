"""Exercise 3 · The envelope: who says it, about what, and why, on the outside of the message."""

import uuid
from datetime import datetime

from lab.shop.contracts import Body, Cause, Wire

# Names made by uuid5 depend on a namespace, so that nobody else's "ord-1/order.created" gives the same id as ours.
SHOP = uuid.uuid5(uuid.NAMESPACE_DNS, "orderlab.example")


def wrap(body: Body, *, cause: Cause | None, source: str, time: datetime) -> Wire:
    """Put a body into its envelope; return headers and value, both as bytes, ready to travel.

    body:   what is to be said. body.ce_type() is its name with a version, body.order_id the order it belongs to.
            It is an object, not a dict: body.model_dump_json() gives its JSON, as a text.
    cause:  the message that made us say it, with cause.id and cause.correlation_id; None when a story begins.
    source: who says it, such as "/shop/order".
    time:   when it is said, in UTC.

    Returns Wire(headers, value): headers is a list of pairs (name, bytes), value is bytes.
    The id follows from cause, type and order alone. Equal arguments give an equal id, and so does a repeat at another
    time, so that it can be recognised as one.
    """
    # The id is not drawn by lot, it is worked out: same cause, same type, same order, same id. Whoever sends this
    # message a second time, after a crash or a time-out, sends the same message and not a new one.
    reason = cause.id if cause else "the customer"
    message_id = str(uuid.uuid5(SHOP, f"{reason}/{body.ce_type()}/{body.order_id}"))

    head = {
        "ce_specversion": "1.0",
        "ce_id": message_id,
        "ce_type": body.ce_type(),
        "ce_source": source,
        "ce_subject": body.order_id,
        "ce_time": time.isoformat(),
        # One correlation id for a whole story: the id of the message it began with. We only hand it on …
        "ce_correlationid": cause.correlation_id if cause else message_id,
        "content-type": "application/json",
    }
    # … while the causation id points one step back. A story's first message was caused by no message.
    if cause:
        head["ce_causationid"] = cause.id

    # Headers outside, body inside. A reader can decide by the headers without opening the value.
    return Wire([(name, text.encode()) for name, text in head.items()], body.model_dump_json().encode())
