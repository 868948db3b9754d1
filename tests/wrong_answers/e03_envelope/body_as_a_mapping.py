"""finding: body-is-no-dict

"It has fields, so it is a dict." It is an object: its fields are attributes.
"""

import uuid

from lab.shop.contracts import Wire

SHOP = uuid.uuid5(uuid.NAMESPACE_DNS, "orderlab.example")


def wrap(body, *, cause, source, time):
    reason = cause.id if cause else "the customer"
    message_id = str(uuid.uuid5(SHOP, f"{reason}/{body.ce_type()}/{body.order_id}"))
    head = {
        "ce_specversion": "1.0",
        "ce_id": message_id,
        "ce_type": body.ce_type(),
        "ce_source": source,
        "ce_subject": body["order_id"],
        "ce_time": time.isoformat(),
        "ce_correlationid": cause.correlation_id if cause else message_id,
        "content-type": "application/json",
    }
    if cause:
        head["ce_causationid"] = cause.id
    return Wire([(name, text.encode()) for name, text in head.items()], body.model_dump_json().encode())
