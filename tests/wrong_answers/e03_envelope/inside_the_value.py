"""finding: envelope-inside-the-value

One JSON document with everything in it, as a web API would send it. Now a reader must open every letter, even those
that are not for it, and know its format, before it can tell who wrote it and about what.
"""

import json
import uuid

from lab.shop.contracts import Wire

SHOP = uuid.uuid5(uuid.NAMESPACE_DNS, "orderlab.example")


def wrap(body, *, cause, source, time):
    reason = cause.id if cause else "the customer"
    message_id = str(uuid.uuid5(SHOP, f"{reason}/{body.ce_type()}/{body.order_id}"))
    letter = {
        "specversion": "1.0",
        "id": message_id,
        "type": body.ce_type(),
        "source": source,
        "subject": body.order_id,
        "time": time.isoformat(),
        "correlationid": cause.correlation_id if cause else message_id,
        "causationid": cause.id if cause else None,
        "data": body.model_dump(mode="json"),
    }
    return Wire([("content-type", b"application/json")], json.dumps(letter).encode())
