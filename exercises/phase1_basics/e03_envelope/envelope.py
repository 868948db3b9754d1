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
    # TODO 1  Work out the id.
    # TODO 2  Write the outside: who, what, about which order, when.
    # TODO 3  Hand the thread on: the correlation id.
    # TODO 4  Point one step back: the causation id, where there is a cause.
    # TODO 5  Close the envelope: headers and body, both as bytes.
    raise NotImplementedError  # delete this line when your lines are written
